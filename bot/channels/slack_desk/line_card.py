"""A line of the conversation in the case's thread: what customers see and what is internal never look alike."""

from collections.abc import Iterator

from bot.channels.slack_desk.parts import (
    Addresses,
    Block,
    Message,
    actions,
    button,
    context,
    facts,
    message,
    packed,
    paragraphs,
    section,
    sources,
    sure,
)
from bot.channels.slack_desk.text import capital, cut, pieces, shown
from handoff.desk.views import Arrived, CaseView, LineKind, LineView
from handoff.desk.words import language_in_words

AGAIN = "desk:line:again"
TICKS = {
    Arrived.WAITING: "on its way",
    Arrived.DELIVERED: ":white_check_mark: delivered",
    Arrived.FAILED: ":warning: not delivered",
    Arrived.UNKNOWN: ":warning: not known whether it arrived",
}
SENT = frozenset({LineKind.BOT, LineKind.AGENT, LineKind.NOTICE, LineKind.CARD, LineKind.RECEIPT})
SPOKEN_AS = {
    LineKind.NOTICE: "notice",
    LineKind.CARD: "a decision to make",
    LineKind.RECEIPT: "receipt",
}
QUOTE, NOTIFIED = 2_500, 300


def line_message(case: CaseView, line: LineView, addresses: Addresses) -> Message:
    """A line as it is posted into the thread, with its delivery tick."""
    said = "taken back by the customer" if line.deleted else cut(line.text, NOTIFIED)
    return message(f"{_kind(line)}, {_speaker(line)}: {said}", _line(case, line, addresses))


def _line(case: CaseView, line: LineView, addresses: Addresses) -> Iterator[Block]:
    yield context(_whose(line))
    if line.deleted:
        yield section("_Taken back by the customer._")
        return
    if line.kind.internal:
        yield from paragraphs(line.text or "–")
    else:
        yield from (section("> " + piece.replace("\n", "\n> ")) for piece in pieces(line.text, QUOTE))
    if line.english:
        yield context("*In English*")
        yield from (section("> " + piece.replace("\n", "\n> ")) for piece in pieces(line.english, QUOTE))
    yield from facts(line.rows)
    yield from sources(line.citations, addresses)
    if line.kind in SENT:
        yield from _delivery(case, line)


def _whose(line: LineView) -> str:
    lock = ":lock: " if line.kind.internal else ""
    noticed = [language_in_words(line.language)] if line.language not in ("", "en") else []
    marks = [*(["edited"] if line.edited else []), *noticed, *line.signs]
    return " · ".join([f"{lock}*{_kind(line)}*", shown(_speaker(line), 200), *(shown(mark, 60) for mark in marks)])


def _kind(line: LineView) -> str:
    """Who can read it, before anything else."""
    if line.kind.internal:
        return "Internal"
    if line.kind is LineKind.CUSTOMER:
        return "From the customer"
    return "Not delivered to the customer" if line.arrived is Arrived.FAILED else "Sent to the customer"


def _speaker(line: LineView) -> str:
    return SPOKEN_AS.get(line.kind) or line.author


def _delivery(case: CaseView, line: LineView) -> Iterator[Block]:
    tick = TICKS.get(line.arrived)
    if tick:
        yield context(f"{shown(capital(case.channel), 100)} · {tick}")
    value = packed(case.id, str(line.position))
    if line.arrived is Arrived.FAILED:
        yield actions(button("Retry", AGAIN, value))
    elif line.arrived is Arrived.UNKNOWN:
        asked = sure("Send it again?", "It may have arrived. Sent again, the customer may read it twice.", "Send again")
        yield actions(button("Send again?", AGAIN, value, confirm=asked))
