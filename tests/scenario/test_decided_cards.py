"""What every channel is told of a card: that it still waits, and what was chosen in words."""

from collections.abc import Mapping

from bot.delivery.deciding import choices
from core.language import Act
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet
from tests.scenario.story import Story

QUESTION = "How do I reset my password?"


async def chosen(story: Story) -> Mapping[str, str]:
    conversation, entries = await story.conversation(), await story.entries()
    return await story.house.database.read(lambda conn: choices(conn, story.house.journal, conversation, entries))


async def test_a_card_waits_through_a_question_and_is_confirmed_in_words(meet: Meet) -> None:
    story = await meet("ACC-003")
    asked = await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    assert asked.card is not None
    await story.says(QUESTION)
    assert await chosen(story) == {}
    await story.says_yes()
    assert await story.credits() == [1500]
    assert await chosen(story) == {asked.card.id: "confirm"}


async def test_a_no_in_words_is_a_cancellation(meet: Meet) -> None:
    story = await meet("ACC-003")
    asked = await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    assert asked.card is not None
    await story.says_no()
    assert await chosen(story) == {asked.card.id: "cancel"}


async def test_a_corrected_card_gives_way_to_the_new_one(meet: Meet) -> None:
    story = await meet("ACC-003")
    asked = await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    again = await story.says("Make it 12 USD.", Meant(intent="none", act=Act.CORRECT, slots={"amount": "12 USD"}))
    assert asked.card is not None
    assert again.card is not None
    assert await chosen(story) == {asked.card.id: "superseded"}
