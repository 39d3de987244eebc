"""Systems that hang, fail or lose their answers: the turn ends honestly, others go on, and nothing is done twice."""

import asyncio
import time

import pytest

from core.errors import Unavailable
from core.language import Act
from skills.sandbox.faults import Fault, FaultKind
from tests.fakes.model import Meant
from tests.scenario.conftest import Acquaint, Meet

QUESTION = "How many characters must a password have?"
DOWN = Fault(kind=FaultKind.FAIL_BEFORE, times=None)


async def test_a_model_that_is_down_is_admitted_and_the_second_time_a_person_comes(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.model.down()
    first = await story.says(QUESTION)
    assert [each.approved for each in first.sentences] == ["failed.understanding"]
    assert first.handoff is None
    second = await story.says("Hello?")
    assert second.handoff is not None
    assert second.handoff.reason == "repeated_failure"
    assert second.handoff.message


async def test_a_model_that_comes_back_starts_counting_anew(meet: Meet) -> None:
    story = await meet("ACC-003")
    for number in range(2):
        story.model.down()
        assert (await story.says(f"{number}: {QUESTION}")).handoff is None
        story.model.broken = None
        assert (await story.says(f"{number} again: {QUESTION}")).sentences[0].citations


async def test_who_asks_for_a_person_gets_one_without_a_model(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.model.down()
    reply = await story.says("I want to talk to a person.")
    assert reply.handoff is not None
    assert reply.handoff.reason == "asked_for_human"
    assert (await story.says("Are you there?")).silent


async def test_a_card_is_pressed_without_a_model(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    story.model.down()
    reply = await story.presses()
    assert [each.outcome for each in reply.actions] == ["done"]
    assert await story.credits() == [1500]


async def test_a_model_that_fails_while_phrasing_takes_nothing_back(meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    await story.says("And my password?")

    def phrase(_: object) -> None:
        raise Unavailable("The model is down.")

    monkeypatch.setattr(story.model, "phrase", phrase)
    reply = await story.says(QUESTION)
    assert reply.sentences[0].approved == "answer.unavailable"
    assert reply.sentences[-1].approved == "back.card"
    await story.presses()
    assert await story.credits() == [1500]


async def test_where_money_is_spent_and_a_person_is_to_go_on_one_does(meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    story = await meet("ACC-003")

    def phrase(_: object) -> None:
        raise Unavailable("The budget is used up.", reason="budget", fault="spent")

    monkeypatch.setattr(story.model, "phrase", phrase)
    reply = await story.says(QUESTION)
    assert reply.handoff is not None
    assert reply.sentences == ()
    assert "in a few minutes" not in reply.text


async def test_a_billing_system_that_is_down_is_told_and_nothing_is_changed(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.company.faults.set("billing.*", DOWN)
    reply = await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    assert [each.approved for each in reply.sentences] == ["failed.unavailable"]
    assert (await story.says(QUESTION)).sentences[0].citations
    story.company.faults.clear()
    assert await story.credits() == []


async def test_a_lost_answer_is_settled_by_a_person_and_never_tried_anew(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    story.company.faults.set("billing.credit", Fault(kind=FaultKind.FAIL_AFTER, times=None))
    reply = await story.presses()
    assert [each.outcome for each in reply.actions] == ["failed"]
    assert reply.handoff is not None
    assert "don't repeat it" in reply.text
    story.company.faults.clear()
    assert await story.credits() == [1500]


async def test_a_slow_answer_that_comes_at_the_second_try_has_one_effect(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    story.company.faults.set("billing.credit", Fault(kind=FaultKind.FAIL_AFTER, times=1))
    reply = await story.presses()
    assert [each.outcome for each in reply.actions] == ["done"]
    assert await story.credits() == [1500]


async def test_a_hanging_system_stalls_nobody_else(meet: Meet, acquaint: Acquaint) -> None:
    """The CRM hangs for a minute: others are answered at once, and this customer within seconds."""
    story = await meet("ACC-003")
    other = story.elsewhere("other", await acquaint(story, "ACC-006"))
    story.company.faults.set("crm.account", Fault(kind=FaultKind.SLOW, times=1, delay_s=60.0))
    began = time.monotonic()
    stuck = asyncio.create_task(story.says(QUESTION))
    await asyncio.sleep(0)
    assert (await other.asks_for("A credit of 15 GBP.", "give_credit", {"amount": "15 GBP"})).card is not None
    assert time.monotonic() - began < 2.0
    assert (await stuck).sentences[0].citations
    assert time.monotonic() - began < 10.0


async def test_a_database_that_is_locked_loses_nothing(meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply can't be written: the turn fails as unavailable, and run again it answers once."""
    story = await meet("ACC-003")
    accepted = await story.sends(QUESTION, "m-1")
    write = story.house.database.write

    async def locked(_: object) -> object:
        raise Unavailable("The database stays locked by another program.")

    monkeypatch.setattr(story.house.database, "write", locked)
    with pytest.raises(Unavailable):
        await story.sends("Another.", "m-2")
    with pytest.raises(Unavailable):
        await story.takes(accepted)
    monkeypatch.setattr(story.house.database, "write", write)
    assert (await story.takes(accepted)).sentences[0].citations
    assert (await story.takes(accepted)).silent
    assert [each.author.value for each in await story.entries()].count("customer") == 1


async def test_a_thank_you_needs_no_system_at_all(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.company.faults.set("*", DOWN)
    reply = await story.says("Thanks!", Meant(intent="none", act=Act.THANKS))
    assert [each.approved for each in reply.sentences] == ["small.thanks"]
