"""Whether a sentence stands on what it cites. What can't be shown to stand is not said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.conversation import Sentence
from core.embedding import Embedder
from knowledge.blocks import plain
from knowledge.sentences import spans
from knowledge.words import NEGATIONS, content, stem, words

OVERLAP = 0.6
LEAST_OVERLAP = 0.35
SAME_MEANING = 0.75

_NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_COUNTS = {
    **{word: str(number) for number, word in enumerate(_NUMBER_WORDS.split())},
    **{"twenty": "20", "thirty": "30", "once": "1", "twice": "2"},
}
_UNIT_WORDS = "minute hour day week month year business seat people person attempt time level location call euro pound dollar"
_UNITS = {form: word for word in _UNIT_WORDS.split() for form in (word, f"{word}s")}
_CONDITIONS = ("unless", "except")
_OPPOSITES = (
    ("before", "after"),
    ("least", "most"),
    ("minimum", "maximum"),
    ("monthly", "annual"),
    ("monthly", "annually"),
    ("monthly", "yearly"),
    ("always", "never"),
    ("included", "excluded"),
    ("optional", "required"),
    ("optional", "mandatory"),
    ("upgrade", "downgrade"),
    ("more", "less"),
    ("above", "below"),
    ("free", "paid"),
    ("available", "unavailable"),
    ("possible", "impossible"),
    ("enabled", "disabled"),
    ("on", "off"),
    ("public", "internal"),
    ("first", "last"),
    ("start", "end"),
    ("earlier", "later"),
)
_TOKEN = re.compile(
    r"(?P<path>[A-Z]\w*(?: > [A-Z]\w*(?: [\w&]+)*?)* > [A-Z]\w*)"
    r"|(?P<money>[$€£]\s?\d[\d,]*(?:\.\d+)?)"
    r"|(?P<code>(?=[\w.*+-]*\d)(?=[\w.*+-]*[A-Za-z])[A-Za-z][\w*+-]*(?:[.:-]\w+)*|[A-Z]{2,}[\w*-]*)"
    r"|(?P<number>\d[\d,]*(?:[.:]\d+)*%?)"
    r"|(?P<word>[^\W\d_]+)"
)


@dataclass(frozen=True, kw_only=True)
class Grounded:
    """Whether a sentence stands, and if not, on what it failed."""

    supported: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What must not differ: figures with their units and names in order, codes and menu paths."""

    ordered: tuple[str, ...]
    figures: int
    codes: frozenset[str]


def support(sentence: Sentence, sources: Mapping[str, str], *, embedder: Embedder | None = None) -> Grounded:
    """Checks a sentence against the spans that it cites. `sources` has the source text of each cited article by id.

    It stands when it repeats a span, or when every figure, name, code and menu path in it occurs in the spans in the same
    order, it denies what they deny and nothing more, and its words (or, with an `embedder`, its meaning) are theirs.
    """
    if not sentence.citations:
        return Grounded(supported=False, reason="it cites nothing")
    for citation in sentence.citations:
        source = sources.get(citation.article)
        if source is None or source[citation.start : citation.end] != citation.quote or not citation.quote.strip():
            return Grounded(supported=False, reason=f"the quote is not in {citation.article}")
    text = plain(sentence.text)
    span = " ".join(plain(citation.quote) for citation in sentence.citations)
    if _flat(text) and f" {_flat(text)} " in f" {_flat(span)} " and _whole(text, span):
        return Grounded(supported=True)
    names = _names(text, span, *(sources[citation.article] for citation in sentence.citations))
    reason = _differs(_facts(text, names), _facts(span, names)) or _turned(text, _closest(text, span))
    return Grounded(supported=False, reason=reason) if reason else _worded(text, span, embedder)


def _worded(text: str, span: str, embedder: Embedder | None) -> Grounded:
    wanted = [stem(word) for word in content(text)]
    held = {stem(word) for word in words(span)}
    overlap = sum(word in held for word in wanted) / len(wanted) if wanted else 0.0
    if overlap >= OVERLAP:
        return Grounded(supported=True)
    if embedder and overlap >= LEAST_OVERLAP:
        pair = embedder.embed([text, span])
        if float(pair[0] @ pair[1]) >= SAME_MEANING:
            return Grounded(supported=True)
    return Grounded(supported=False, reason="its words are not those of the quote")


def _differs(said: _Facts, cited: _Facts) -> str:
    """What the sentence states that the spans don't, in the order in which they do."""
    unknown = [fact for fact in said.ordered if fact not in cited.ordered] + sorted(said.codes - cited.codes)
    if unknown:
        return f"{unknown[0]!r} is not in the quote"
    rest = iter(cited.ordered)
    if cited.figures > 1 and not all(fact in rest for fact in said.ordered):
        return "figures or names are in another order than in the quote"
    return ""


def _turned(text: str, span: str) -> str:
    """Whether one of the two denies what the other says."""
    said, cited = set(_plain_words(text)), set(_plain_words(span))
    if bool(said & NEGATIONS) != bool(cited & NEGATIONS):
        return "it denies what the quote says, or the other way about"
    if any(word in cited and word not in said for word in _CONDITIONS):
        return "it leaves out the quote's condition"
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if mine in said and mine not in cited and theirs in cited and theirs not in said:
                return f"it says {mine!r} where the quote says {theirs!r}"
    return ""


def _facts(text: str, names: frozenset[str]) -> _Facts:
    tokens = list(_TOKEN.finditer(text))
    ordered: list[str] = []
    codes: set[str] = set()
    figures = 0
    for at, token in enumerate(tokens):
        kind, value = str(token.lastgroup), token.group()
        following = tokens[at + 1].group().lower() if at + 1 < len(tokens) else ""
        if kind in ("path", "code"):
            codes.add(_flat(value))
        elif kind in ("money", "number") or value.lower() in _COUNTS:
            ordered.append(_figure(_COUNTS.get(value.lower(), value), following))
            figures += 1
        elif value in names:
            ordered.append(value.lower())
    return _Facts(ordered=tuple(ordered), figures=figures, codes=frozenset(codes))


def _figure(value: str, following: str) -> str:
    """A figure in one spelling, with its unit when it has one: "1,500" seats, "$35" for "$35.00"."""
    sign = value[0] if value[0] in "$€£" else ""
    number = value.strip("$€£% ").replace(",", "")
    if "." in number and number.count(".") == 1:
        number = number.rstrip("0").rstrip(".")
    percent = "%" if value.endswith("%") or following == "percent" else ""
    unit = _UNITS.get(following, "") if not sign and not percent else ""
    return f"{sign}{number}{percent} {unit}".rstrip()


def _names(*texts: str) -> frozenset[str]:
    """Words that the texts write with a capital inside a sentence."""
    found: set[str] = set()
    for text in texts:
        for start, end in spans(text):
            tokens = [match.group() for match in re.finditer(r"[^\W\d_]+", text[start:end])]
            found |= {token for token in tokens[1:] if token[:1].isupper()}
    return frozenset(found)


def _closest(text: str, span: str) -> str:
    """The sentence of the span that shares most words with the text."""
    wanted = set(words(text))
    parts: Sequence[str] = [span[start:end] for start, end in spans(span)] or [span]
    return max(parts, key=lambda part: len(wanted & set(words(part))))


def _plain_words(text: str) -> list[str]:
    return words(re.sub(r"n['’]t\b", " not", text).replace("can not", "cannot"))


def _whole(text: str, span: str) -> bool:
    """Whether the text is a sentence of the span, not a piece cut out of one, from which a "not" may be missing."""
    parts = [span[start:end] for start, end in spans(span)]
    joined = {_flat(" ".join(parts[i:j])) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
    return _flat(text) in joined


def _flat(text: str) -> str:
    return " ".join(text.split()).strip(" .!?").lower()
