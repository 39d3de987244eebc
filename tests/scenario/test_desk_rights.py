"""Who may do what at the desk, on every surface alike: auditors look and change nothing, and switches bind agents too."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.channels.slack_desk import action_card
from core.errors import NotAllowed, NotFound
from core.people import Principal, Tenant
from handoff.desk.port import Desk
from skills.facts import Switches
from tests.scenario.slack_world import QUEUE, ROSA, SAM, SlackWorld, words_of
from tests.scenario.test_slack_agent import CREDIT, PASSWORD, agent_of, drafted, held

Deed = Callable[[Desk, str, str, Principal], Awaitable[object]]
DEEDS: dict[str, Deed] = {
    "claim": lambda desk, case, _, who: desk.cases.claim(case, who),
    "hand over": lambda desk, case, _, who: desk.cases.hand_to(case, who, "bea"),
    "note": lambda desk, case, _, who: desk.cases.note(case, who, "A note."),
    "resolve": lambda desk, case, _, who: desk.cases.resolve(case, who, "Done."),
    "give back": lambda desk, case, _, who: desk.cases.give_back(case, who, ""),
    "summary": lambda desk, case, _, who: desk.cases.closing(case, who),
    "preview": lambda desk, case, _, who: desk.replies.preview(case, who, "Hello."),
    "send": lambda desk, _, draft, who: desk.replies.send(draft, who, "Hello."),
    "send again": lambda desk, _, draft, who: desk.replies.send_again(draft, who),
    "draft": lambda desk, _, draft, who: desk.suggestions.send(draft, who),
    "shorten": lambda desk, _, draft, who: desk.suggestions.shorten(draft, who),
    "dismiss": lambda desk, _, draft, who: desk.suggestions.dismiss(draft, who, "wrong"),
    "offered": lambda desk, case, _, who: desk.acting.offered(case, who),
    "prepare": lambda desk, case, _, who: desk.acting.prepare(case, who, "give_credit", {"amount": "20 USD"}),
    "ask": lambda desk, _case, _draft, who: desk.asking.ask(PASSWORD, who),
}


def others(slack: SlackWorld) -> dict[str, Principal]:
    sam = agent_of(slack, "sam")
    elsewhere = replace(sam, tenant=Tenant(id="elsewhere", region="eu"))
    return {"auditor": replace(sam, id="ines", roles=frozenset({"auditor"})), "another tenant's agent": elsewhere}


async def test_who_only_looks_changes_nothing(slack: SlackWorld) -> None:
    await held(slack)
    await drafted(slack, PASSWORD, "12 characters")
    desk, case = slack.whole.desk.desk, (await slack.case(slack.ref(ROSA))).id
    draft = await desk.suggestions.current(case, agent_of(slack, "sam"))
    assert draft is not None
    before = await desk.reading.case(case, agent_of(slack, "sam"))
    for who, principal in others(slack).items():
        for what, deed in DEEDS.items():
            try:
                await deed(desk, case, draft.id, principal)
            except (NotAllowed, NotFound):
                continue
            pytest.fail(f"{who} may {what}")
    await slack.quiet()
    assert await desk.reading.case(case, agent_of(slack, "sam")) == before
    assert await desk.suggestions.current(case, agent_of(slack, "sam")) == draft


@pytest.mark.parametrize(
    ("switches", "why"), [(Switches(kill_switch=True), "kill switch"), (Switches(frozen=frozenset({"give_credit"})), "frozen")]
)
async def test_a_switch_that_is_thrown_binds_agents_too(slack: SlackWorld, switches: Switches, why: str) -> None:
    card = await held(slack)
    await slack.writes(ROSA, CREDIT)
    action = await slack.whispered(SAM, "Suggested action", "$20.00")
    object.__setattr__(slack.house.approving.runner.proposer, "switches", lambda: switches)
    token = await slack.presses(SAM, QUEUE, action, action_card.RUN)
    said = await slack.sees(lambda: words_told(slack, token, card["ts"], why))
    assert why in said
    await slack.quiet()
    assert await slack.credits() == []


def words_told(slack: SlackWorld, token: str, thread: str, why: str) -> str | None:
    """What the agent is told, in the card's place or in the thread, once the reason stands in it."""
    told = [body for where, body in slack.slack.responses if where == token]
    said = " ".join(words_of(each) for each in [*told, *slack.messages(QUEUE, thread), *slack.slack.ephemerals])
    return said if why in said else None
