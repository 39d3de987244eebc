"""A case as a card: who, how urgent, why, what was tried; then who holds it; at the end what came of it."""

from collections.abc import Iterator

from bot.channels.slack_desk.parts import (
    Addresses,
    Block,
    Message,
    actions,
    button,
    context,
    facts,
    menu,
    message,
    packed,
    section,
)
from bot.channels.slack_desk.text import capital, clock_time, language, moment, quoted, shown
from handoff.desk.views import CaseView

SUMMARY_LINE = 220
CLAIM, CUSTOMER, MORE = "desk:case:claim", "desk:case:customer", "desk:case:more"
REPLY, ACTIONS, RESOLVE = "desk:case:reply", "desk:case:actions", "desk:case:resolve"
ENDED = {"promised": "done, but for a promise", "resolved": "resolved", "returned": "given back to the assistant"}
ASSURANCE = {"verified": "verified", "claimed": "not verified yet", "anonymous": "not verified"}


def case_message(case: CaseView, addresses: Addresses) -> Message:
    """The card in the queue channel, whose thread is the case's."""
    return message(
        f"{case.customer} ({case.account or 'account not known'}): {case.reason}. {_state_in_words(case)}", _card(case, addresses)
    )


def case_line(case: CaseView, link: str = "") -> str:
    """A case in one line of its owner's list; `link` leads to its thread."""
    name = f"<{link}|{shown(case.customer, 200).replace('|', '¦')}>" if link else f"*{shown(case.customer, 200)}*"
    since = f"yours since {clock_time(case.claimed_at)}" if case.claimed_at and case.live else _clock(case)
    return f"{name} · {shown(case.plan or 'no plan', 100)} · {since}\n{shown(case.first_words or case.reason, 300)}"


def mood_in_words(mood: float) -> str:
    return "upset" if mood < -0.4 else "uneasy" if mood < -0.1 else "calm" if mood <= 0.3 else "pleased"


def _card(case: CaseView, addresses: Addresses) -> Iterator[Block]:
    yield section(f"*{shown(case.customer, 300)}* · {shown(case.plan or 'no plan', 100)} · {_clock(case)}")
    yield from facts(_rows(case))
    summary = case.summary[:3]
    if summary:
        yield section("\n".join(shown(line, SUMMARY_LINE) for line in summary))
    elif case.first_words:
        yield section(quoted(case.first_words, 900))
    if case.planned and case.live:
        yield context("*Planned*  " + shown("; ".join(case.planned), 2_000))
    if case.tried and case.live:
        yield context("*Tried*  " + shown("; ".join(case.tried), 2_000))
    promised = [each for each in case.promises if each.state == "open"]
    if promised:
        yield context("*Promised*  " + shown("; ".join(each.text for each in promised), 2_000))
    if case.pending_approval and case.live:
        yield context("Waiting for an approval.")
    if case.live:
        yield _buttons(case, addresses)
    elif case.outcome:
        yield section(f"*Outcome*\n{quoted(case.outcome, 1_500)}")


def _rows(case: CaseView) -> list[tuple[str, str]]:
    """Two facts a row; of a case that has ended only what it was about."""
    who = f"{case.account or 'Not known'} · {ASSURANCE.get(case.assurance, case.assurance)}"
    about = [("Why it came", case.reason), ("Account", who)]
    now = [
        ("Channel", f"{capital(case.channel)} · {language(case.language)}"),
        ("Mood", f"{', '.join(case.signs) or capital(mood_in_words(case.mood))} · priority {case.priority}"),
    ]
    return [*about, *now] if case.live else about


def _buttons(case: CaseView, addresses: Addresses) -> Block:
    if case.state == "waiting":
        first = [button("Claim", CLAIM, case.id, style="primary"), button("Customer 360", CUSTOMER, case.id)]
    else:
        first = [
            button("Reply", REPLY, case.id, style="primary"),
            button("Suggest actions", ACTIONS, case.id),
            button("Resolve", RESOLVE, case.id),
        ]
    more: list[tuple[str, str] | tuple[str, str, str]] = [
        ("Hand to a colleague", packed("hand", case.id)),
        ("Give back to bot", packed("return", case.id)),
    ]
    more += [("Customer 360", packed("customer", case.id))] if case.state == "claimed" else []
    more.append(("Internal: open in console", packed("console", case.id), addresses.case(case.id)))
    return actions(*first, menu(MORE, more))


def _clock(case: CaseView) -> str:
    if case.state == "claimed":
        since = f" since {clock_time(case.claimed_at)}" if case.claimed_at else ""
        return f"held by {shown(case.owner, 100)}{since}"
    if case.live:
        return f"{':warning: first reply overdue since' if case.overdue else 'first reply due'} {clock_time(case.due_at)}"
    when = f", {moment(case.closed_at)}" if case.closed_at else ""
    by = f" by {shown(case.owner, 100)}" if case.owner else ""
    return f"{ENDED.get(case.state, case.state)}{by}{when}"


def _state_in_words(case: CaseView) -> str:
    if case.state == "waiting":
        return "Waiting to be claimed."
    if case.live:
        return f"Held by {case.owner}."
    return f"{capital(ENDED.get(case.state, case.state))} by {case.owner or 'the desk'}."
