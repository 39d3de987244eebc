"""What is planned of a reply that is shown sentence by sentence: all of it, once it has its end."""

from sqlalchemy import Connection, update

from core.conversation import EntryKind
from core.inbox import ACCEPTED, inbox
from tests.unit.bot.delivery.conftest import Counter


async def begins(counter: Counter) -> str:
    """A turn that goes on: its first sentence is shown already."""
    await counter.write()
    turn_id = counter.turns[-1]

    def unfinished(conn: Connection) -> None:
        conn.execute(update(inbox).where(inbox.c.id == turn_id).values(state=ACCEPTED))

    await counter.database.write(unfinished)
    await counter.append(EntryKind.SENTENCE, {"text": "First.", "citations": []}, turn_id)
    return turn_id


async def test_a_reply_is_sent_when_it_has_its_end(counter: Counter) -> None:
    turn_id = await begins(counter)
    await counter.deliverer.settle()
    assert await counter.deliveries() == []
    await counter.append(EntryKind.SENTENCE, {"text": "Second.", "citations": []}, turn_id)
    await counter.append(EntryKind.REPLY_END, {"offer": None}, turn_id)
    await counter.deliverer.settle()
    found = await counter.deliveries()
    assert [each.last - each.first for each in found] == [2]


async def test_what_comes_after_waits_for_it(counter: Counter) -> None:
    await begins(counter)
    await counter.append(EntryKind.NOTICE, {"text": "Something else."}, None)
    await counter.deliverer.settle()
    assert await counter.deliveries() == []


async def test_a_reply_that_people_cut_off_is_sent_as_far_as_it_came(counter: Counter) -> None:
    await begins(counter)
    now = await counter.conversation()
    await counter.database.write(lambda conn: counter.threads.pass_to(conn, "halcyon", now.id, "bea", epoch=now.epoch))
    await counter.deliverer.settle()
    assert len(await counter.deliveries()) == 1
