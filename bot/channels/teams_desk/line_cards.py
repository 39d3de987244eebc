"""The lines of a case in its thread: what the customer sees and what is internal differ in kind at first sight."""

from collections.abc import Mapping, Sequence

from bot.channels.teams_desk.blocks import (
    Element,
    boxed,
    card,
    clock,
    cut,
    execute,
    heading,
    label,
    pairs,
    paragraphs,
    sources,
    words,
)
from bot.channels.teams_desk.port import Pages
from handoff.desk.views import ActionView, Arrived, LineKind, LineView
from handoff.desk.words import language_in_words

MOST_CHARACTERS = 6_000
AGAIN = "desk:again"
KINDS: Mapping[LineKind, str] = {
    LineKind.CUSTOMER: "Customer",
    LineKind.BOT: "The bot, to the customer",
    LineKind.AGENT: "Sent to the customer",
    LineKind.NOTICE: "The customer was told",
    LineKind.CARD: "The customer was asked",
    LineKind.RECEIPT: "Receipt, to the customer",
    LineKind.INTERNAL_NOTE: "Internal",
}
TICKS: Mapping[Arrived, tuple[str, str]] = {
    Arrived.WAITING: ("… On its way", "Default"),
    Arrived.DELIVERED: ("✓ Delivered", "Good"),
    Arrived.FAILED: ("✗ Not delivered", "Attention"),
    Arrived.UNKNOWN: ("? Nobody knows whether it arrived", "Attention"),
}
RESULTS = {
    "done": "Done",
    "failed": "It failed",
    "unsettled": "Nobody knows yet whether it was done",
    "asked": "Approval asked for",
}
GROUNDS = {"done": "good", "failed": "attention", "unsettled": "warning"}


def of_line(case_id: str, line: LineView, pages: Pages) -> Element:
    """A line; a customer-visible one with its delivery tick, and a button when it must be sent again."""
    marks = [mark for mark, there in (("edited", line.edited), ("taken back", line.deleted)) if there]
    marks += [language_in_words(line.language)] if line.language not in ("", "en") else []
    marks += line.signs
    name = " · ".join(part for part in (KINDS[line.kind], line.author if _signed(line) else "", *marks) if part)
    head = heading(words(name, bold=True), label(clock(line.at), quiet=True))
    text = [words("The customer took this message back.", quiet=True)] if line.deleted else paragraphs(_cut(line.text))
    english = [label("In English", quiet=True), *paragraphs(_cut(line.english))] if line.english and not line.deleted else []
    found = sources(line.citations, [pages.source(each) for each in line.citations])
    body = [head, *(text if line.text or line.deleted else []), *english, *pairs(line.rows), *found]
    if line.kind.internal:
        return card([boxed([*body, label("Only the desk sees this.", quiet=True)], "warning")])
    return card(
        [boxed(body) if line.kind is not LineKind.CUSTOMER else boxed(body, "default"), *_tick(line)], _retry(case_id, line)
    )


def sure_again(case_id: str, line: LineView, pages: Pages) -> Element:
    """Asks before something is repeated that may have arrived."""
    shown = of_line(case_id, line, pages)
    data = {"case": case_id, "position": str(line.position)}
    asked = label("It may have arrived. Sent again, the customer may get it twice.", bold=True, colour="Attention")
    yes, no = execute("Send it again", "desk:again.sure", data, style="destructive"), execute("Leave it", "desk:again.not", data)
    return card([*shown["body"], asked], [yes, no])


def of_result(action: ActionView) -> Element:
    """What came of an action, for the thread."""
    head = heading(words(action.title, bold=True), label(RESULTS.get(action.state, action.state)))
    rows = pairs((cut(name, 80), value) for name, value in action.rows)
    result = paragraphs(_cut(action.result)) if action.result else []
    receipt = [label("Receipt", bold=True), *pairs(action.receipt)] if action.receipt else []
    return card([boxed([head, *rows, *result, *receipt], GROUNDS.get(action.state, "emphasis"))])


def summary_of(line: LineView) -> str:
    return KINDS[line.kind]


def _signed(line: LineView) -> bool:
    return line.kind in (LineKind.CUSTOMER, LineKind.AGENT, LineKind.INTERNAL_NOTE)


def _tick(line: LineView) -> Sequence[Element]:
    if line.arrived is Arrived.NOT_SENT or line.kind is LineKind.CUSTOMER:
        return []
    text, colour = TICKS[line.arrived]
    return [label(text, colour=colour)]


def _retry(case_id: str, line: LineView) -> Sequence[Element]:
    data = {"case": case_id, "position": str(line.position)}
    if line.arrived is Arrived.FAILED:
        return [execute("Retry", AGAIN, data)]
    return [execute("Send again?", AGAIN, data)] if line.arrived is Arrived.UNKNOWN else []


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rstrip() + "… (the rest is in the console)"
