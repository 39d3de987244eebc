"""What one agent is shown alone: a customer all round, an answer, what can be typed, and that something takes a while."""

from collections.abc import Sequence

from bot.channels.teams_desk.blocks import (
    Element,
    boxed,
    card,
    cut,
    day,
    execute,
    heading,
    label,
    pairs,
    paragraphs,
    sources,
    words,
)
from bot.channels.teams_desk.draft_cards import confidence
from bot.channels.teams_desk.port import Pages
from handoff.desk.views import AnswerView, CustomerView

MOST = 8
COMMANDS = (
    ("ask …", "answers you privately, with sources"),
    ("customer …", "a customer all round: by name, id or e-mail"),
    ("cases", "what waits, and what you hold"),
    ("case …", "one case by its id; yours without one"),
    ("approvals", "what you may decide now"),
    ("queue here", "written in a channel: cases are shown there"),
    ("disconnect", "you are no agent here any more"),
)


def all_round(customer: CustomerView, case_id: str = "") -> Element:
    """A customer; from a case's card there is a way back."""
    body: list[Element] = [heading(words(customer.name, bold=True), words(customer.contact)), *pairs(customer.rows)]
    if customer.flags:
        body.append(boxed([words(cut(each, 200), bold=True) for each in customer.flags[:MOST]], "warning"))
    body.append(words(f"Health: {customer.health}"))
    body += _list("Open tickets", [f"{name} · {text}" for name, text in customer.tickets])
    for each in [each for each in customer.promises if each.state == "open"][:MOST]:
        due = label(f"by {day(each.due_at)}", quiet=True) if each.due_at else None
        body.append(heading(words(f"Promised by {each.made_by}: {cut(each.text, 200)}"), due))
    body += _list("Remembered", customer.memories)
    body += _list("Lately", customer.recent)
    body += [label("Consent", bold=True), *pairs(customer.consent)] if customer.consent else []
    return card(body, [execute("Back to the case", "desk:see", {"case": case_id})] if case_id else [])


def answered(answer: AnswerView, pages: Pages, question: str = "") -> Element:
    """An answer for an agent's eyes."""
    asked = [words(cut(question, 300), quiet=True)] if question else []
    if not answer.sure:
        nothing = label("Nothing that I may rely on answers this.", bold=True)
        return card([*asked, nothing, *(paragraphs(cut(answer.text, 2_000)) if answer.text else [])])
    found = sources(answer.citations, [pages.source(each) for each in answer.citations])
    sure = words(f"{confidence(answer.confidence)} ({answer.confidence:.0%})", quiet=True)
    return card(
        [*asked, *paragraphs(cut(answer.text, 6_000)), *found, sure, label("For the desk, not for customers.", quiet=True)]
    )


def told(text: str) -> Element:
    return card(paragraphs(cut(text, 6_000)))


def guide(said: str = "") -> Element:
    """What can be typed in a private chat."""
    lines = [_explained(name, meaning) for name, meaning in COMMANDS]
    return card([*([words(said, bold=True)] if said else []), label("You can write to me:"), *lines])


def working(verb: str, ticket: str) -> Element:
    """Something takes a while: who pressed can look again."""
    return card([label("Working on it…", quiet=True)], [execute("Look again", verb, {"ticket": ticket})])


def _explained(name: str, meaning: str) -> Element:
    first: Element = {"type": "Column", "width": "90px", "items": [label(name, bold=True)]}
    second: Element = {"type": "Column", "width": "stretch", "items": [label(meaning)]}
    return {"type": "ColumnSet", "columns": [first, second], "spacing": "Small"}


def _list(title: str, texts: Sequence[str]) -> list[Element]:
    return [label(title, bold=True), *(words(cut(each, 240), tight=True) for each in texts[:MOST])] if texts else []
