"""Leaving and pausing: the offer to stay is made once where policy lets it, and never stands in the way."""

from core.language import Act
from skills.billing.records import Status
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet


async def test_an_offer_to_stay_is_accepted_and_the_plan_goes_on(meet: Meet) -> None:
    story = await meet("ACC-025")
    reply = await story.asks_for("We want to cancel.", "cancel_plan")
    assert reply.card is not None
    assert reply.card.title == "Stay with a lower price"
    done = await story.says_yes("Fine, we stay.")
    assert [(each.skill, each.outcome) for each in done.actions] == [("apply_save_offer", "done")]
    subscription = await story.subscription()
    assert subscription.status is Status.ACTIVE
    assert subscription.discount is not None
    assert (await story.state()).tasks == ()


async def test_an_offer_to_stay_is_declined_and_the_cancellation_goes_on(meet: Meet) -> None:
    story = await meet("ACC-025")
    await story.asks_for("We want to cancel.", "cancel_plan")
    declined = await story.says("No, cancel it.", Meant(intent="cancel_plan", act=Act.DENY))
    assert declined.card is not None
    assert declined.card.title.startswith("Cancel")
    done = await story.presses()
    assert [(each.skill, each.outcome) for each in done.actions] == [("cancel_plan", "done")]
    subscription = await story.subscription()
    assert (subscription.status, subscription.discount) == (Status.CANCELLING, None)
    back = await story.asks_for("We changed our minds.", "undo_cancellation")
    assert back.card is not None
    await story.presses()
    assert (await story.subscription()).status is Status.ACTIVE


async def test_the_offer_is_made_once_in_a_conversation(meet: Meet) -> None:
    story = await meet("ACC-025")
    await story.asks_for("We want to cancel.", "cancel_plan")
    await story.says("No, cancel it.", Meant(intent="none", act=Act.DENY))
    await story.says("Hm, leave it for now.", Meant(intent="none", act=Act.DENY))
    again = await story.asks_for("Cancel after all.", "cancel_plan")
    assert again.card is not None
    assert again.card.title.startswith("Cancel")
    assert "offer" not in again.text.lower()


async def test_on_business_no_offer_is_mentioned(meet: Meet) -> None:
    story = await meet("ACC-014")
    reply = await story.asks_for("Cancel our plan, please.", "cancel_plan")
    assert reply.card is not None
    assert reply.card.title.startswith("Cancel")
    assert "%" not in reply.text
    assert [each.skill for each in reply.actions] == ["cancel_plan"]
    assert any(each.decided and each.decided[0].get("skill") == "apply_save_offer" for each in await story.records())


async def test_only_an_owner_cancels(meet: Meet) -> None:
    story = await meet("ACC-014", "C-014-2")
    reply = await story.asks_for("Cancel our plan, please.", "cancel_plan")
    assert [(each.decision, each.outcome) for each in reply.actions] == [("deny", "refused")]
    assert reply.card is None
    assert (await story.subscription()).status is Status.ACTIVE


async def test_a_pause_asks_for_how_long(meet: Meet) -> None:
    story = await meet("ACC-018")
    asked = await story.asks_for("We'd like to pause.", "pause_plan")
    assert "1, 2 or 3" in asked.text
    card = await story.says("two months", Meant(intent="none", slots={"months": 2}))
    assert card.card is not None
    done = await story.presses()
    assert [each.outcome for each in done.actions] == ["done"]
    assert len((await story.subscription()).history.pauses) == 1
    again = await story.asks_for("Pause again, please.", "pause_plan", {"months": 1})
    assert [(each.decision, each.outcome) for each in again.actions] == [("deny", "refused")]
