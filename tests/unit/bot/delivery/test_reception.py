"""Events come again, are changed and taken back: each counts once."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from bot.links.port import ChannelUser
from core import inbox
from core.conversation import Author, Press
from core.durable_memory import MemoryDurable
from core.errors import NotFound
from core.people import Assurance
from memory.tables import conversations
from tests.unit.bot.delivery.conftest import SLACK, USER, Counter, elsewhere


async def test_an_event_that_comes_again_counts_once_also_beside_itself(counter: Counter) -> None:
    taken = await asyncio.gather(*(counter.write(event="Ev1", message="17.1") for _ in range(4)))
    assert [each.new for each in taken].count(True) == 1
    assert len({each.row_id for each in taken}) == 1
    assert len(counter.turns) == 1


async def test_two_events_of_one_message_count_once(counter: Counter) -> None:
    await counter.write(event="Ev1", message="17.1")
    assert not (await counter.write(event="Ev2", message="17.1")).new


async def test_an_event_is_known_for_seven_days(counter: Counter) -> None:
    assert await counter.reception.first(USER, "Ev9")
    counter.wait(days=7)
    await counter.reception.sweep()
    assert not await counter.reception.first(USER, "Ev9")
    counter.wait(seconds=1)
    assert await counter.reception.sweep() == 1


async def test_a_press_counts_only_where_its_card_is(counter: Counter) -> None:
    with pytest.raises(NotFound):
        await counter.write(press=Press(card_id="card-1", choice="confirm"))
    await counter.write()
    await counter.reply("Shall I?", card=True)
    assert (await counter.write(press=Press(card_id="card-1", choice="confirm"))).new


async def test_nobody_is_a_known_person_where_others_read(counter: Counter) -> None:
    public = ChannelUser(tenant="halcyon", channel="slack", installation="T1", user_id="U1", private=False)
    accepted = await counter.write(user=public)
    inbound, _ = await counter.database.read(lambda conn: inbox.load(conn, counter.ledger.vault, accepted.row_id))
    assert (inbound.sender.assurance, inbound.sender.contact_id) == (Assurance.CLAIMED, None)
    assert (inbound.sender.account_id, inbound.private) == ("ACC-001", False)


async def test_an_answered_message_that_is_changed_is_answered_once_more(counter: Counter) -> None:
    await counter.write("How much is Busines?")
    await counter.reply("I don't know.")
    changed = counter.arrival("17.1", "How much is Business?", "Ev7")
    assert await counter.reception.edit(changed)
    assert not await counter.reception.edit(changed)
    await counter.settle()
    again, _ = await counter.database.read(lambda conn: inbox.load(conn, counter.ledger.vault, counter.turns[-1]))
    assert (len(counter.turns), again.text) == (2, "How much is Business?")
    lines = await counter.database.read(lambda conn: counter.threads.read(conn, "halcyon", _id(counter, conn)))
    assert [each.body.get("text") for each in lines][:2] == ["How much is Business?", "I don't know."]
    assert lines[0].body["edited"]


async def test_an_older_message_that_is_changed_is_only_marked(counter: Counter) -> None:
    await counter.write("First")
    await counter.write("Second")
    assert await counter.reception.edit(counter.arrival("17.1", "First, mended", "Ev7"))
    await counter.settle()
    assert len(counter.turns) == 2


async def test_what_is_taken_back_is_destroyed(counter: Counter) -> None:
    accepted = await counter.write("My password is canary")
    assert await counter.reception.delete(counter.arrival("17.1", "", "Ev7"))
    assert not await counter.reception.delete(counter.arrival("17.1", "", "Ev7"))
    inbound, _ = await counter.database.read(lambda conn: inbox.load(conn, counter.ledger.vault, accepted.row_id))
    lines = await counter.database.read(lambda conn: counter.threads.read(conn, "halcyon", _id(counter, conn)))
    assert inbound.text == ""
    assert [each.body.get("text") for each in lines] == [""]
    assert not await counter.reception.delete(counter.arrival("99.9", "", "Ev8"))


async def test_a_rating_counts_once_a_person(counter: Counter) -> None:
    await counter.write()
    await counter.reply("An answer.")
    await counter.deliverer.settle()
    rating = counter.arrival("r1", "", "Ev7")
    rated = replace(rating, reply_to="m1")
    assert await counter.reception.rate(rated, helpful=False)
    assert not await counter.reception.rate(rated, helpful=True)
    events = await counter.database.read(lambda conn: counter.journal.find(conn, "halcyon", "answer.rated"))
    assert [each.data["helpful"] for each in events] == [False]


async def test_a_sign_is_shown_once_for_each_message(counter: Counter) -> None:
    await counter.write(event="Ev1", message="17.1")
    await counter.write(event="Ev1", message="17.1")
    await asyncio.sleep(0)
    assert [ref for ref, _ in counter.channel.signs] == [SLACK]


async def test_what_was_said_elsewhere_before_isn_t_sent(counter: Counter) -> None:
    web = elsewhere()
    await counter.write("In the browser", ref=web)
    await counter.reply("Answered in the browser", ref=web)
    await counter.write("In Slack")
    await counter.deliverer.settle()
    assert counter.channel.sent == []
    assert (await counter.conversation()).id == (await counter.conversation(web)).id


def _id(counter: Counter, conn: Connection) -> str:
    found = counter.threads.find(conn, SLACK)
    assert found is not None
    return found.id


async def test_who_writes_too_often_is_told_once_and_nothing_is_lost(counter: Counter) -> None:
    counter.reception.allows = _first(2)
    for text in ("One", "Two", "Three", "Four"):
        await counter.write(text)
    assert len(counter.turns) == 2
    lines = await counter.database.read(lambda conn: counter.threads.read(conn, "halcyon", _id(counter, conn)))
    assert [each.body["text"] for each in lines if each.author is Author.CUSTOMER] == ["One", "Two", "Three", "Four"]
    await counter.deliverer.settle()
    (said,) = counter.channel.sent
    assert "faster than I can answer" in said.text
    assert await counter.database.read(inbox.pending) == []
    unanswered = await counter.database.read(lambda conn: counter.journal.find(conn, "halcyon", "message.unanswered"))
    assert len(unanswered) == 2


async def test_who_goes_on_writing_too_often_is_told_again_after_a_minute(counter: Counter) -> None:
    counter.reception.allows = _first(0)
    await counter.write("One")
    counter.wait(minutes=1)
    await counter.write("Two")
    await counter.deliverer.settle()
    assert len(counter.channel.sent) == 2


async def test_a_repeat_is_not_counted_as_writing_often(counter: Counter) -> None:
    counter.reception.allows = _first(1)
    first = await counter.write(event="Ev1", message="17.1")
    again = await counter.write(event="Ev1", message="17.1")
    assert first.new
    assert not again.new
    assert len(counter.turns) == 1
    await counter.deliverer.settle()
    assert counter.channel.sent == []


async def test_to_a_person_everybody_may_write_as_often_as_they_like(counter: Counter) -> None:
    await counter.write("One")
    held = update(conversations).values(holder="sam")
    await counter.database.write(lambda conn: conn.execute(held))
    counter.reception.allows = _first(0)
    await counter.write("Two")
    assert len(counter.turns) == 2
    await counter.deliverer.settle()
    assert counter.channel.sent == []


async def test_a_message_that_is_changed_over_and_over_is_not_answered_each_time(counter: Counter) -> None:
    await counter.write(event="Ev1", message="17.1")
    counter.reception.allows = _first(1)
    for count in range(3):
        assert await counter.reception.edit(counter.arrival("17.1", f"Hello {count}", f"Ed{count}"))
    await counter.settle()
    assert len(counter.turns) == 2


async def test_acceptance_is_timed_by_channel(counter: Counter) -> None:
    timed: list[str] = []

    def timing(channel: str) -> AbstractContextManager[None]:
        timed.append(channel)
        return nullcontext()

    counter.reception.timed = timing
    await counter.write()
    assert timed == ["slack"]


def _first(count: int) -> Callable[[ChannelUser], bool]:
    """Allows so many messages."""
    left = list(range(count))
    return lambda _user: bool(left) and left.pop() >= 0


async def test_what_could_not_be_given_to_its_lane_is_offered_again(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = counter.reception.intake
    await intake.offer_unfinished()
    with monkeypatch.context() as broken:
        broken.setattr(MemoryDurable, "start", _breaks)
        await counter.write("Hello")
    assert counter.turns == []
    await intake.offer_again()
    await counter.settle()
    assert len(counter.turns) == 1


async def _breaks(*_: object, **__: object) -> None:
    raise OSError("The engine's disk is full.")
