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
from bot.channels.slack_desk.text import pieces, shown
from handoff.desk.views import Arrived, CaseView, LineKind, LineView

AGAIN = "desk:line:again"
TICKS = {
    Arrived.WAITING: ":hourglass_flowing_sand: on its way",
    Arrived.DELIVERED: ":white_check_mark: delivered",
    Arrived.FAILED: ":x: not delivered",
    Arrived.UNKNOWN: ":grey_question: nobody knows whether it arrived",
}
SENT = frozenset({LineKind.BOT, LineKind.AGENT, LineKind.NOTICE, LineKind.CARD, LineKind.RECEIPT})
SPOKEN_BY = {
    LineKind.NOTICE: "The customer was told",
    LineKind.CARD: "The customer was asked to decide",
    LineKind.RECEIPT: "The customer got a receipt",
}
QUOTE = 2_500


def line_message(case: CaseView, line: LineView, addresses: Addresses) -> Message:
    """A line as it is posted into the thread, with its delivery tick."""
    kind = "Internal" if line.kind.internal else "To the customer" if line.kind in SENT else "From the customer"
    return message(f"{kind}: {line.author}", _line(case, line, addresses))


def _line(case: CaseView, line: LineView, addresses: Addresses) -> Iterator[Block]:
    yield context(_whose(line))
    if line.deleted:
        yield section("_Taken back by the customer._")
        return
    if line.kind.internal:
        yield from paragraphs(line.text or "–")
    else:
        yield from (section("> " + piece.replace("\n", "\n> ")) for piece in pieces(line.text, QUOTE))
    yield from facts(line.rows)
    yield from sources(line.citations, addresses)
    if line.kind in SENT:
        yield from _delivery(case, line)


def _whose(line: LineView) -> str:
    author, edited = shown(line.author, 200), " · edited" if line.edited else ""
    if line.kind.internal:
        return f":lock: *Internal* · {author}{edited}"
    if line.kind is LineKind.CUSTOMER:
        return f":speech_balloon: *{author}* · the customer{edited}"
    spoken = SPOKEN_BY.get(line.kind)
    return f":outbox_tray: *{spoken}*{edited}" if spoken else f":outbox_tray: *{author}* to the customer{edited}"


def _delivery(case: CaseView, line: LineView) -> Iterator[Block]:
    tick = TICKS.get(line.arrived)
    yield context(f"*Sent to the customer* on {shown(case.channel, 100)}" + (f" · {tick}" if tick else ""))
    value = packed(case.id, str(line.position))
    if line.arrived is Arrived.FAILED:
        yield actions(button("Retry", AGAIN, value))
    elif line.arrived is Arrived.UNKNOWN:
        asked = sure("Send it again?", "It may have arrived. Sent again, the customer may read it twice.", "Send again")
        yield actions(button("Send again?", AGAIN, value, confirm=asked))
