"""What is remembered: learned after the end, used the next time, shown and deleted, and never told to anybody else."""

import pytest

from bot.worker import Worker
from core.errors import NotFound
from core.journal import Journal
from core.sealer import Checkpoint, Sealer
from memory.conversations import Conversations
from tests.fakes.model import Meant
from tests.scenario.conftest import Acquaint, Meet
from tests.scenario.story import Story

CANARY = "We run payroll through Zebrapay every second Friday."
ABOUT_PAYROLL = "How many characters must a payroll password have through Zebrapay?"


async def learned(meet: Meet) -> Story:
    """A customer said something lasting, was idle, and it was learned."""
    story = await meet("ACC-003")
    story.model.kinds["Zebrapay"] = "person"
    await story.says(CANARY, Meant(intent="none"))
    story.wait(minutes=31)
    await worker_of(story).round()
    return story


def worker_of(story: Story) -> Worker:
    database = story.house.database
    return Worker(house=story.house, sealer=Sealer(database, Journal(), NoCheckpoint()))


class NoCheckpoint(Checkpoint):
    def __init__(self) -> None:
        pass


async def test_nothing_is_learned_before_the_end(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.model.kinds["Zebrapay"] = "person"
    await story.says(CANARY, Meant(intent="none"))
    await worker_of(story).round()
    assert await story.house.forget.listing(story.world.customer, now=story.clock.now()) == []


async def test_it_is_learned_after_the_end_and_recalled_next_time(meet: Meet) -> None:
    story = await learned(meet)
    assert not (await story.conversation()).open
    listed = await story.house.forget.listing(story.world.customer, now=story.clock.now())
    assert [each.text for each in listed] == [CANARY]
    assert listed[0].source_id == "m1"
    await story.says(ABOUT_PAYROLL)
    assert CANARY in story.model.asked[-1].recalled
    turn = next(each for each in await story.records() if each.recalled)
    assert list(turn.recalled) == [listed[0].memory_id]
    assert "Zebrapay" not in str(turn)


async def test_what_is_deleted_is_not_recalled(meet: Meet) -> None:
    story = await learned(meet)
    memory = (await story.house.forget.listing(story.world.customer, now=story.clock.now()))[0]
    await story.house.forget.forget(story.world.customer, memory.memory_id, now=story.clock.now())
    assert await story.house.forget.listing(story.world.customer, now=story.clock.now()) == []
    await story.says(ABOUT_PAYROLL)
    assert list(story.model.asked[-1].recalled) == []


async def test_no_other_customer_ever_hears_of_it(meet: Meet, acquaint: Acquaint) -> None:
    story = await learned(meet)
    memory = (await story.house.forget.listing(story.world.customer, now=story.clock.now()))[0]
    for account, contact in (("ACC-006", None), ("ACC-003", "C-003-2"), ("ACC-001", None)):
        other = story.elsewhere(f"of {account} {contact}", await acquaint(story, account, contact))
        story.model.heard.clear()
        await other.says(ABOUT_PAYROLL)
        assert list(story.model.asked[-1].recalled) == []
        assert CANARY not in story.model.heard
        assert await story.house.forget.listing(other.world.customer, now=story.clock.now()) == []
        with pytest.raises(NotFound):
            await story.house.forget.forget(other.world.customer, memory.memory_id, now=story.clock.now())
    assert len(await story.house.forget.listing(story.world.customer, now=story.clock.now())) == 1


async def test_nothing_is_learned_of_strangers(meet: Meet) -> None:
    story = await meet(None)
    story.model.kinds["Zebrapay"] = "person"
    await story.says(CANARY, Meant(intent="none"))
    story.wait(minutes=31)
    await worker_of(story).round()
    assert not (await story.conversation()).open


async def test_one_part_of_a_round_that_fails_leaves_the_others(meet: Meet) -> None:
    """The model is broken, so nothing is learned; what is overdue expires all the same."""
    story = await meet("ACC-003")
    await story.asks_for("I was charged twice.", "find_double_charge")
    talk = story.elsewhere("talk")
    talk.model.kinds["Zebrapay"] = "person"
    await talk.says(CANARY, Meant(intent="none"))
    story.wait(hours=25)
    story.model.broken = RuntimeError("a fault in the model")
    await worker_of(story).round()
    assert any("Nobody decided" in each for each in await story.notices())
    assert not (await talk.conversation()).open
    story.model.broken = None
    await worker_of(story).round()
    assert len(await story.house.forget.listing(story.world.customer, now=story.clock.now())) == 1


async def test_a_conversation_with_a_message_in_waiting_is_not_ended_as_idle(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.says("Hello.", Meant(intent="none"))
    waiting = await story.sends("How many characters must a password have?", "late-1")
    story.wait(minutes=31)
    await worker_of(story).round()
    assert (await story.conversation()).open
    assert (await story.takes(waiting)).sentences[0].citations


async def test_a_message_that_waited_longer_than_its_conversation_is_answered(
    meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await meet("ACC-003")
    await story.says("Hello.", Meant(intent="none"))
    waiting = await story.sends("How many characters must a password have?", "late-1")
    old, now = await story.conversation(), story.clock.now()
    end = Conversations.end
    await story.house.database.write(lambda conn: end(story.house.threads, conn, story.tenant, old.id, at=now, reason="idle"))
    assert (await story.takes(waiting)).sentences[0].citations
    assert (await story.conversation()).id != old.id
