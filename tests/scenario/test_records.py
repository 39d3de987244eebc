"""What is written of it all: why each thing happened, what was promised, what was switched off; and nothing personal."""

from dataclasses import replace

import pytest

from bot.ask.play import play
from bot.ask.script import parse
from bot.wiring.worlds import FreshWorlds
from core.config import Config
from core.people import Assurance
from governance.audit import explain
from skills.facts import Switches
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet
from tests.scenario.story import Story
from tests.scenario.story_model import StoryModel

CREDIT = "Please give me a credit of 20 USD, says Rosamund Quill."


async def test_a_decision_explains_the_whole_chain(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for(CREDIT, "give_credit", {"amount": "20 USD"})
    await story.presses()
    started = next(each for each in await story.events() if each.type == "action.started")
    subject = str(started.data["action"])
    chain = await story.house.database.read(lambda conn: explain(conn, story.house.journal, story.tenant, subject))
    told = str(chain)
    for part in ("inbox.accepted", "action.decided", "action.started", "action.finished", "policy on give_credit: allow"):
        assert part in told, part
    assert "credits_usd_minor_90d" in told
    assert "turn.finished" in told


async def test_a_refusal_and_an_approval_explain_themselves(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("I was charged twice.", "find_double_charge")
    approval = await story.approval()
    await story.world.decide("billing_lead", True)
    chain = await story.house.database.read(lambda conn: explain(conn, story.house.journal, story.tenant, approval.id))
    told = str(chain)
    for part in ("approval.requested", "approval.granted", "approval.executed", "over_agent_cap", "billing_lead"):
        assert part in told, part


async def test_records_and_journal_hold_nothing_personal(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for(CREDIT, "give_credit", {"amount": "20 USD"})
    await story.presses()
    await story.says("My address is 5 Sesame Street.")
    contacts = await story.house.ports.crm.contacts("ACC-003")
    written = f"{await story.events()} {await story.records()}"
    for personal in (
        "Rosamund",
        "Sesame",
        "Please give me",
        *(each.name for each in contacts),
        *(each.email for each in contacts),
    ):
        assert personal not in written, personal


async def test_a_promise_of_a_skill_is_kept_on_record(meet: Meet) -> None:
    story = await meet("ACC-001")
    await story.asks_for("Call me on Monday at ten.", "book_callback", {"when": "10:00", "date": "2026-11-23"})
    done = await story.presses()
    conversation = await story.conversation()
    kept = await story.house.database.read(lambda conn: story.house.promises.open_in(conn, story.tenant, conversation.id))
    assert [each.outcome for each in done.actions] == ["done"]
    assert len(kept) == 1


def throw(story: Story, switches: Switches) -> None:
    """Switches something off in a house that runs."""
    object.__setattr__(story.house.approving.runner.proposer, "switches", lambda: switches)


@pytest.mark.parametrize(
    ("switches", "code"),
    [(Switches(kill_switch=True), "kill_switch"), (Switches(frozen=frozenset({"give_credit"})), "skill_frozen")],
)
async def test_what_is_switched_off_is_denied(meet: Meet, switches: Switches, code: str) -> None:
    story = await meet("ACC-003")
    throw(story, switches)
    reply = await story.asks_for(CREDIT, "give_credit", {"amount": "20 USD"})
    assert [(each.decision, each.outcome) for each in reply.actions] == [("deny", "refused")]
    assert code in reply.actions[0].reasons
    assert await story.credits() == []
    other = await story.asks_for("What do I have?", "get_account")
    assert other.actions[0].decision == ("deny" if switches.kill_switch else "allow")


async def test_a_switch_that_is_thrown_while_a_card_is_open_counts(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for(CREDIT, "give_credit", {"amount": "20 USD"})
    throw(story, Switches(kill_switch=True))
    reply = await story.presses()
    assert [(each.decision, each.outcome) for each in reply.actions] == [("deny", "refused")]
    assert await story.credits() == []


async def test_the_configuration_switches_off(worlds: FreshWorlds, config: Config, model: StoryModel) -> None:
    governance = config.governance.model_copy(update={"kill_switch": True})
    off = replace(worlds, config=config.model_copy(update={"governance": governance}))
    line = '{"text": "What do I have?", "account": "ACC-003"}'
    model.meanings["What do I have?"] = Meant(intent="get_account")
    answered = await play(off, parse(line, 1))
    assert answered["replies"][0]["actions"][0]["decision"] == "deny"


async def test_the_claimed_may_ask_for_a_code_but_not_for_data(meet: Meet) -> None:
    story = await meet("ACC-003", assurance=Assurance.CLAIMED)
    reply = await story.says("Mail me a code.", Meant(intent="send_code"))
    assert all(each.decision == "allow" for each in reply.actions)
