"""The card of a case: as everybody sees it, and as its owner does."""

from collections.abc import Sequence

from bot.channels.teams_desk.blocks import (
    MOST_BUTTONS,
    Element,
    boxed,
    card,
    clock,
    cut,
    day,
    execute,
    heading,
    label,
    pairs,
    seen_by,
    visits,
    words,
)
from bot.channels.teams_desk.form_cards import replying
from bot.channels.teams_desk.port import Pages
from core.people import Principal
from handoff.desk.views import CaseView

SEE = "desk:see"
ASSURANCES = {"verified": "Verified", "claimed": "Not verified", "anonymous": "Unknown"}
ENDINGS = {"promised": "Done, but for a promise", "resolved": "Resolved", "returned": "Given back to the bot"}
INTERNAL = "What you type in this thread is internal. The customer is sent only what you send with Reply."
MOST_TRIED = 5
MOST_PLANNED = 6
UPSET, UNEASY, PLEASED = -0.5, -0.15, 0.35


def shown_to(case: CaseView, agent: Principal, pages: Pages, said: str = "") -> Element:
    """The card for one agent: the owner's own view, or everybody's."""
    return (
        owners(case, pages, said) if case.owner_id == agent.id and case.state == "claimed" else everyones(case, (), pages, said)
    )


def everyones(case: CaseView, users: Sequence[str], pages: Pages, said: str = "") -> Element:
    """What the channel sees: Claim while it waits, no step of the owner's, and no buttons after the end.

    `users` are the owner's ids in Teams: their clients ask for the owner's view. Without any the owner presses for it.
    """
    if not case.live:
        return card([_head(case), *_why(case), *_said(said), *_ended(case)])
    data = {"case": case.id}
    more = [execute("Customer 360", "desk:360", data, more=True), *visits("Open in the console", pages.case(case.id))]
    if case.state == "waiting":
        claim = execute("Claim", "desk:claim", data, style="positive")
        return card([*_body(case), *_said(said)], [claim, *more])
    mine = execute("Show my buttons", SEE, data, more=bool(users))
    return card([*_body(case), _claimed(case), *_said(said)], [mine, *more], refresh=seen_by(SEE, data, users))


def owners(case: CaseView, pages: Pages, said: str = "") -> Element:
    """What the owner sees."""
    data = {"case": case.id}
    buttons = [
        replying(data),
        execute("Actions", "desk:actions", data | {"at": "case"}),
        execute("Resolve", "desk:resolve", data),
        execute("Customer 360", "desk:360", data, more=True),
        execute("Hand to a colleague", "desk:hand", data, more=True),
        execute("Give back to the bot", "desk:give_back", data, more=True),
        *visits("Open in the console", pages.case(case.id)),
    ]
    return card([*_body(case), _claimed(case), *_said(said), label(INTERNAL, quiet=True)], buttons)


def listed(cases: Sequence[CaseView], title: str, nothing: str) -> Element:
    """Several cases in a line each, the first three with a button."""
    lines = [
        words(f"{each.customer} · {each.plan} · {cut(each.first_words, 80)} · {each.owner or 'waiting'}") for each in cases[:12]
    ]
    buttons = [execute(cut(each.customer, 30), SEE, {"case": each.id}) for each in cases[:3]]
    buttons += [execute(cut(each.customer, 30), SEE, {"case": each.id}, more=True) for each in cases[3:12]]
    return card([label(title, bold=True), *(lines or [label(nothing)])], buttons)


def overview(mine: Sequence[CaseView], waiting: Sequence[CaseView]) -> Element:
    """What one holds, and what the others hold or waits; each is opened by its button."""
    held, others = listed(mine, "Your cases", "You hold no case."), listed(waiting, "In the queue", "Nothing waits.")
    buttons = [*held.get("actions", []), *others.get("actions", [])]
    numbered = [each | {"mode": "secondary" if place >= MOST_BUTTONS else "primary"} for place, each in enumerate(buttons)]
    return card([*held["body"], *others["body"]], numbered)


def summary_of(case: CaseView) -> str:
    """What a notification says: no words of the customer's."""
    return f"{case.customer} · {case.plan} · {case.state}"


def _body(case: CaseView) -> list[Element]:
    promises = [words(f"Promised: {cut(each.text, 200)}", tight=True) for each in case.promises if each.state == "open"][:3]
    return [_head(case), *_why(case), *_facts(case), *promises]


def _head(case: CaseView) -> Element:
    who = words(" · ".join(part for part in (case.customer, case.account, case.plan) if part), bold=True)
    if case.state != "waiting":
        return heading(who, label(ENDINGS.get(case.state, "Claimed"), quiet=True))
    due = f"First reply overdue since {clock(case.due_at)}" if case.overdue else f"First reply due {clock(case.due_at)}"
    return heading(who, label(due, bold=True, colour="Attention" if case.overdue else "Accent"))


def _why(case: CaseView) -> list[Element]:
    said = case.summary[:3] or ((case.first_words,) if case.first_words else ())
    return [words(cut(line, 300), tight=place > 0) for place, line in enumerate(said)]


def _facts(case: CaseView) -> list[Element]:
    tried = [cut(each, 160) for each in case.tried[:MOST_TRIED]]
    writes = " · ".join(part for part in (case.channel, case.language) if part)
    facts: list[tuple[str, Element | str]] = [
        ("Why it came", case.reason or "Not said"),
        ("Mood", ", ".join(case.signs) or mood(case.mood)),
        ("Writes on", writes),
        ("Identity", ASSURANCES.get(case.assurance, case.assurance)),
        ("Waiting since", label(day(case.opened_at))),
        ("Priority", str(case.priority)),
    ]
    planned = [cut(each, 160) for each in case.planned[:MOST_PLANNED]]
    steps = [words(f"Planned: {'; '.join(planned)}", quiet=True)] if planned else []
    return [*pairs(facts), *steps, words(f"Tried: {'; '.join(tried)}" if tried else "Nothing was tried yet.", quiet=True)]


def _claimed(case: CaseView) -> Element:
    since = f" · {clock(case.claimed_at)}" if case.claimed_at else ""
    return heading(words(f"Claimed by {case.owner}", bold=True), label(since.removeprefix(" · ")) if since else None)


def _ended(case: CaseView) -> list[Element]:
    who = f"{ENDINGS.get(case.state, case.state)} by {case.owner}" if case.owner else ENDINGS.get(case.state, case.state)
    line = heading(words(who, bold=True), label(day(case.closed_at)) if case.closed_at else None)
    return [line, *([words(cut(case.outcome, 600))] if case.outcome else [])]


def _said(said: str) -> list[Element]:
    return [boxed([words(said, bold=True)], "good")] if said else []


def mood(value: float) -> str:
    if value <= UPSET:
        return "Upset"
    if value <= UNEASY:
        return "Uneasy"
    return "Pleased" if value >= PLEASED else "Calm"
