"""Plans of a model that answers in its own words: recorded first, of the customer's wishes alone, and never widened."""

from dataclasses import replace

import pytest

from core.language import Asked, ConverseRequest, ToolCall, Understanding, UnderstandRequest
from tests.fakes.fluent_script import FluentScript, fluent_house
from tests.scenario.conftest import Meet
from tests.scenario.story import Story
from tests.scenario.test_fluent import call, first
from tests.scenario.test_plan import standing

WISH = "Could we perhaps sort out some room for people and, while at it, something to recommend you with?"


class Heard(FluentScript):
    """Hears two wishes, neither surely."""

    async def understand(self, request: UnderstandRequest) -> Understanding:
        understood = await super().understand(request)
        if request.said[-1].text != WISH:
            return understood
        unsure = [("question", 0.5), ("add_seats", 0.45), ("create_referral_link", 0.4)]
        asked = tuple(Asked(intent=intent, confidence=confidence, text=WISH) for intent, confidence in unsure)
        return replace(understood, asked=asked)


@pytest.fixture
def model() -> Heard:
    return Heard()


@pytest.fixture
async def story(meet: Meet, model: Heard) -> Story:
    begun = await meet("ACC-009")
    begun.world.house = fluent_house(begun.house, model)
    return begun


async def test_the_models_own_plan_is_recorded_first_and_carried_out(story: Story, model: Heard) -> None:
    model.rounds = [
        [call("plan", steps=["add_seats", "create_referral_link"])],
        [call("add_seats", 2, quantity=None, seats=None)],
    ]
    reply = await story.says(WISH)
    assert [each.approved for each in reply.sentences] == ["plan.told", "ask"]
    assert "Planned, in this order: add_seats, create_referral_link" in model.requests[1].exchanges[0].results[0].text
    types = await story.event_types()
    assert types.index("plan.made") < types.index("plan.judged")
    assert "action.decided" not in types[: types.index("plan.made")]
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]


async def test_what_nobody_asked_for_is_left_out_of_a_plan_and_denied(story: Story, model: Heard) -> None:
    before = await story.subscription()
    model.rounds = [
        [call("plan", steps=["cancel_plan", "add_seats", "create_referral_link", "give_credit"])],
        [call("cancel_plan", 2), call("give_credit", 3, amount="50 USD", currency=None)],
        [call("add_seats", 4, quantity=None, seats=None)],
    ]
    reply = await story.says(WISH)
    assert "has not asked for it: cancel_plan, give_credit" in model.requests[1].exchanges[0].results[0].text
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]
    denied = {each.skill for each in reply.actions if each.decision == "deny" and "raised_by_model" in each.reasons}
    assert denied == {"cancel_plan", "give_credit"}
    assert await story.subscription() == before


async def test_several_wishes_are_planned_before_the_first_call_even_unasked(story: Story, model: Heard) -> None:
    model.rounds = [[call("add_seats", quantity=None, seats=None), call("create_referral_link", 2)]]
    await story.says(WISH)
    types = await story.event_types()
    assert types.count("plan.made") == 1
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]


async def test_what_was_heard_unsurely_and_not_called_is_not_taken_up(story: Story, model: Heard) -> None:
    model.rounds = [[call("get_account")], lambda request: [first(request)] if request.sources else []]
    reply = await story.says(WISH)
    assert reply.card is None
    assert await standing(story) == [("add_seats", "dropped"), ("create_referral_link", "dropped")]


@pytest.mark.parametrize("steps", [["add_seats"], ["cancel_plan", "give_credit"], ["drop_table", "add_seats"]])
async def test_no_plan_is_made_of_less_than_two_wishes(story: Story, model: Heard, steps: list[str]) -> None:
    model.rounds = [[call("plan", steps=steps)], ["Which one do you mean?"]]
    await story.says(WISH)
    assert "no plan is needed" in model.requests[1].exchanges[0].results[0].text
    assert (await story.state()).plan is None


@pytest.mark.parametrize("steps", [None, "add_seats", [], [5], ["x"] * 50])
async def test_a_plan_that_is_none_is_refused(story: Story, model: Heard, steps: object) -> None:
    model.rounds = [[call("plan", steps=steps)], ["Which one do you mean?"]]
    await story.says(WISH)
    result = model.requests[1].exchanges[0].results[0]
    assert result.failed
    assert "steps" in result.text


async def test_a_document_cannot_plan(story: Story, model: Heard) -> None:
    """A question, and a model that plans what it read."""
    question = "How many characters must a password have?"

    def obey(request: ConverseRequest) -> list[ToolCall]:
        return [call("plan", steps=["cancel_plan", "give_credit", "refund_payment"])]

    model.rounds = [obey, lambda request: [first(request)]]
    reply = await story.says(question)
    assert reply.card is None
    assert (await story.state()).plan is None
    assert "plan.made" not in await story.event_types()
