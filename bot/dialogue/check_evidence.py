"""What a sentence may stand on, cut into pieces that each say one thing."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from core.conversation import Citation
from core.language import Source
from knowledge.blocks import plain
from knowledge.sentences import spans

_MAIN = re.compile(r",\s+(?:and|but)\s+|;\s+")
_TOGGLE = re.compile(r"([\w .-]{1,60}?)\s*[:=]\s*(true|false|yes|no|on|off)\.?", re.IGNORECASE)
_WHOLE = re.compile(
    r"\w\s+(?:is|are|was|were|can|cannot|must|may|has|have|does|pays?|costs?|needs?|lasts?|gets?)\s", re.IGNORECASE
)
_LEANS = re.compile(
    r"\b(?:if|unless|except|when|whenever|after|until|once|as long as|provided|before|without|it|they|this"
    r"|that|these|those|which|where"
    r"|who|its|their|both|either|neither|nor|only|during|then|while)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A sentence or a field that a skill returned in this turn, or a fact of the account, and the record it comes from.

    `as_it_is`: somebody outside may have written part of it (a ticket, a name), so it is repeated whole and backs nothing else.
    """

    text: str
    record_id: str
    as_it_is: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a sentence may stand on.

    `sources`: source texts by article id, for exact citations. `passages`: what was searched or brought in this turn.
    `asked`: the customer's own messages. `backed`: promises that a skill made (`Done.promise`). `acted`: what was really done
    in this conversation ("credit of 34.30 USD given") or waits at a card, in words.
    """

    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    passages: Sequence[Source] = ()
    records: Sequence[Record] = ()
    asked: Sequence[str] = ()
    backed: Sequence[str] = ()
    acted: Sequence[str] = ()

    @property
    def own(self) -> list[Record]:
        """The records that only the house's systems write."""
        return [each for each in self.records if not each.as_it_is]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One sentence or field of the evidence. `topic` is the heading above it: it may name, but states nothing."""

    text: str
    topic: str = ""
    citation: Citation | None = None
    record_id: str = ""


def passages(sources: Sequence[Source]) -> Iterator[Piece]:
    """The sentences of passages, each with the narrowest citation that holds it."""
    for source in sources:
        for start, end in _sentences(source.text):
            text = source.text[start:end]
            citation = _narrowed(source.citation, text)
            for part in halves(plain(text)):
                yield Piece(text=part, topic=source.citation.heading, citation=citation)


def quoted(citations: Sequence[Citation], sources: Mapping[str, str]) -> list[Piece] | None:
    """The whole sentences of the source that the citations touch; None when one quotes what isn't there."""
    found: list[Piece] = []
    for citation in citations:
        source = sources.get(citation.article)
        if source is None or source[citation.start : citation.end] != citation.quote or not citation.quote.strip():
            return None
        start = source.rfind("\n", 0, citation.start) + 1
        stop = source.find("\n", citation.end)
        line = source[start : stop if stop >= 0 else len(source)]
        for a, b in _sentences(line):
            if start + a < citation.end and start + b > citation.start:
                found += [Piece(text=part, topic=citation.heading, citation=citation) for part in halves(plain(line[a:b]))]
    return found


def recorded(records: Sequence[Record]) -> Iterator[Piece]:
    """The sentences and fields of records."""
    for record in records:
        for line in _lines(record.text):
            for start, end in _sentences(line):
                yield Piece(text=_told(plain(line[start:end])), record_id=record.record_id)


def said(texts: Sequence[str]) -> Iterator[Piece]:
    """The sentences of plain texts."""
    for text in texts:
        for start, end in _sentences(text):
            yield Piece(text=plain(text[start:end]))


def halves(text: str) -> list[str]:
    """The sentence, and its main clauses when each says something by itself and none makes a condition."""
    if _LEANS.search(text):
        return [text]
    parts = [part for part in _MAIN.split(text) if part]
    if len(parts) < 2 or not all(_WHOLE.search(part) for part in parts):
        return [text]
    return [text, *(part[:1].upper() + part[1:] for part in parts)]


def _told(field: str) -> str:
    """A yes-or-no field as a sentence, so that its answer is heard."""
    match = _TOGGLE.fullmatch(field.strip())
    if not match:
        return field
    label = match[1].replace("_", " ")
    return f"{label} is on" if match[2].lower() in ("true", "yes", "on") else f"{label} is not on"


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for line in re.finditer(r"[^\n]+", text):
        for start, end in spans(line.group()):
            yield line.start() + start, line.start() + end


def _narrowed(citation: Citation, text: str) -> Citation:
    at = citation.quote.find(text)
    if at < 0 or len(text) == len(citation.quote):
        return citation
    start = citation.start + at
    return Citation(article=citation.article, heading=citation.heading, start=start, end=start + len(text), quote=text)


def _lines(text: str) -> Iterator[str]:
    """The text itself, or the fields of a JSON value as "label: value"."""
    if text.lstrip()[:1] not in ("{", "["):
        yield text
        return
    try:
        value = cast(object, json.loads(text))
    except ValueError:
        yield text
        return
    yield from _fields("", value)


def _fields(label: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in cast(dict[str, object], value).items():
            yield from _fields(f"{label} {name}".strip(), inner)
    elif isinstance(value, list):
        for inner in cast(list[object], value):
            yield from _fields(label, inner)
    elif value is not None:
        yield f"{label}: {value}" if label else str(value)
