"""Turns the entries of a thread into the lines that agents read: the sentences of one reply are one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from core.conversation import Author, Citation, Entry, EntryKind
from handoff.desk.views import Arrived, LineKind, LineView, Row
from handoff.desk.words import signs_in_words

BEFORE = 12
"""How many lines before the handoff belong to a case."""
LAST = ("resolved", "returned")
_WORST = (Arrived.FAILED, Arrived.UNKNOWN, Arrived.WAITING, Arrived.DELIVERED)
_BY_AUTHOR = {
    Author.CUSTOMER: LineKind.CUSTOMER,
    Author.BOT: LineKind.BOT,
    Author.AGENT: LineKind.AGENT,
    Author.SYSTEM: LineKind.NOTICE,
}
_BY_KIND = {
    EntryKind.SENTENCE: LineKind.BOT,
    EntryKind.CARD: LineKind.CARD,
    EntryKind.RECEIPT: LineKind.RECEIPT,
    EntryKind.NOTICE: LineKind.NOTICE,
    EntryKind.INTERNAL_NOTE: LineKind.INTERNAL_NOTE,
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What lines are made with: what the customer is called, and what became of each entry on their channel.

    `understood` is what was made of each message, by its turn; `english` are translations of the customer's lines.
    """

    customer: str = "Customer"
    arrived: Mapping[int, Arrived] = field(default_factory=dict[int, Arrived])
    understood: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    english: Mapping[int, str] = field(default_factory=dict[int, str])


def lines_of(entries: Sequence[Entry], seen: Seen) -> list[LineView]:
    """The lines of a thread as staff read it (`Threads.read(internal=True)`, from the beginning).

    A line of several entries stands at the position of the last. A reply that is still being written isn't there yet.
    """
    lines: list[LineView] = []
    reply: list[Entry] = []
    for entry in entries:
        if reply and not _goes_on(reply[-1], entry):
            lines.append(_line(reply, seen))
            reply = []
        if entry.kind is EntryKind.SENTENCE:
            reply.append(entry)
        elif entry.kind is not EntryKind.REPLY_END:
            lines.append(_line([entry], seen))
    if reply and reply[-1].turn_id is None:
        lines.append(_line(reply, seen))
    return lines


def span_of(case_id: str, entries: Sequence[Entry], lines: Sequence[LineView]) -> tuple[int, int | None]:
    """From which position to which (None: to the end) lines belong to a case: a few before it, and all until it was closed."""
    own = [entry for entry in entries if entry.kind is EntryKind.NOTICE and entry.body.get("case_id") == case_id]
    opened = next((entry.position for entry in own if "reason" in entry.body), 0)
    closed = next((entry.position for entry in own if entry.body.get("change") in LAST), None)
    over = [entry for entry in entries if entry.kind is EntryKind.NOTICE and entry.body.get("change") in LAST]
    earlier = max((entry.position for entry in over if entry.position < opened), default=0)
    before = [line.position for line in lines if earlier < line.position < opened]
    return (before[-BEFORE:] or [opened])[0], closed


def _goes_on(last: Entry, entry: Entry) -> bool:
    return entry.kind is EntryKind.SENTENCE and entry.turn_id is not None and entry.turn_id == last.turn_id


def _line(entries: Sequence[Entry], seen: Seen) -> LineView:
    last = entries[-1]
    kind = _BY_KIND.get(last.kind) or _BY_AUTHOR[last.author]
    nothing: Mapping[str, object] = {}
    understood = seen.understood.get(last.turn_id or "", nothing) if kind is LineKind.CUSTOMER else nothing
    return LineView(
        position=last.position,
        kind=kind,
        author=last.author_name or (seen.customer if last.author is Author.CUSTOMER else ""),
        text=" ".join(filter(None, (_text(entry) for entry in entries))),
        at=last.at,
        arrived=Arrived.NOT_SENT if kind.internal else _worst([seen.arrived.get(entry.position) for entry in entries]),
        citations=tuple(dict.fromkeys(each for entry in entries for each in _citations(entry.body))),
        rows=_rows(last.body),
        edited=any(bool(entry.body.get("edited")) for entry in entries),
        deleted=all(bool(entry.body.get("erased")) for entry in entries),
        language=str(understood.get("language", "")),
        signs=signs_in_words(understood),
        english=seen.english.get(last.position) or _original(entries),
    )


def _text(entry: Entry) -> str:
    named = "title" if entry.kind in (EntryKind.CARD, EntryKind.RECEIPT) else "text"
    return str(entry.body.get(named, "") or "")


def _original(entries: Sequence[Entry]) -> str:
    """What a reply says in English, where the customer was told it in another language."""
    if not any(entry.body.get("original") for entry in entries):
        return ""
    return " ".join(filter(None, (str(entry.body.get("original") or _text(entry)) for entry in entries)))


def _worst(arrived: Sequence[Arrived | None]) -> Arrived:
    return next((each for each in _WORST if each in arrived), Arrived.NOT_SENT)


def _citations(body: Mapping[str, object]) -> list[Citation]:
    return [
        Citation(
            article=str(each.get("article", "")),
            heading=str(each.get("heading", "")),
            start=int(str(each.get("start", 0))),
            end=int(str(each.get("end", 0))),
            quote=str(each.get("quote", "")),
        )
        for each in _items(body.get("citations"))
        if isinstance(each, Mapping)
        for each in [cast("Mapping[str, object]", each)]
    ]


def _rows(body: Mapping[str, object]) -> tuple[Row, ...]:
    """Label and value, whether they were kept as pairs or as a mapping."""
    rows = body.get("rows")
    if isinstance(rows, Mapping):
        pairs = list(cast("Mapping[object, object]", rows).items())
    else:
        found = [_items(row) for row in _items(rows)]
        pairs = [(row[0], row[1]) for row in found if len(row) == 2]
    return tuple((str(label), str(value)) for label, value in pairs)


def _items(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
