"""Whatever bot, agents and hand-backs race for, and however the channel fails: a customer hears one voice, in order, once."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from bot.delivery.ledger import FAILED, WAITING, Delivery, Ledger, deliveries
from core.conversation import Author, ConversationRef, EntryKind
from core.errors import Conflict, NotSent, Refused, Unclear
from memory.threads import NewEntry
from tests.unit.bot.delivery.conftest import SLACK, Counter, opened

STEPS = (
    "customer", "bot", "late bot", "claim", "agent", "late agent", "note", "give back",
    "busy", "refused", "cut off", "deliver", "restart", "wait",
)  # fmt: skip
FAULTS = {
    "busy": lambda: NotSent("Slow down.", retry_after_s=30),
    "refused": lambda: Refused("The channel is archived: reopen it."),
    "cut off": lambda: Unclear("The connection broke."),
}


class Race:
    """A conversation in one place, and what each speaker believes of it. `heard` is who the house let speak, in order."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.heard: list[tuple[Author, str]] = []
        self.held = {Author.BOT: 1, Author.AGENT: 0}

    async def step(self, name: str) -> None:
        counter = self.counter
        if name in FAULTS:
            (counter.channel.after if name == "cut off" else counter.channel.before).append(FAULTS[name]())
        elif name == "customer":
            await counter.write(f"Line {counter.count}")
        elif name in ("claim", "give back"):
            await self.pass_on("bea" if name == "claim" else "bot")
        elif name in ("deliver", "restart"):
            counter.deliverer = counter.again() if name == "restart" else counter.deliverer
            await counter.deliverer.settle()
        elif name == "wait":
            counter.wait(seconds=45)
        else:
            await self.speak(name)

    async def pass_on(self, to: str) -> None:
        """Whoever took over knows the epoch; whoever lost it goes on believing in theirs."""
        counter, now = self.counter, await self.counter.conversation()
        if now.holder == to:
            return
        await counter.database.write(lambda conn: counter.threads.pass_to(conn, "halcyon", now.id, to, epoch=now.epoch))
        self.held[Author.BOT if to == "bot" else Author.AGENT] = (await counter.conversation()).epoch

    async def speak(self, name: str) -> None:
        counter, author = self.counter, Author.BOT if "bot" in name else Author.AGENT
        now, words = await counter.conversation(), f"{name} {len(self.heard)}"
        kind = EntryKind.INTERNAL_NOTE if name == "note" else EntryKind.TEXT
        entry = NewEntry(
            kind=kind,
            author=author,
            author_id="bot" if author is Author.BOT else "bea",
            author_name="Bea" if author is Author.AGENT else "",
            body={"text": words},
            at=counter.clock.now(),
        )
        epoch = self.held[author] if "late" in name else now.epoch
        try:
            await counter.database.write(lambda conn: counter.threads.append(conn, "halcyon", now.id, entry, epoch=epoch))
        except Conflict:
            return
        if name != "note":
            assert now.holder == entry.author_id, f"{entry.author_id} spoke while {now.holder} held the conversation"
            self.heard.append((author, words))

    async def end(self) -> None:
        """The channel recovers, and all that waits is sent."""
        counter = self.counter
        counter.channel.before.clear()
        counter.channel.after.clear()
        for _ in range(3):
            counter.wait(minutes=2)
            await counter.deliverer.settle()

    async def check(self) -> None:
        seen = [(each.author, each.text) for each in self.counter.channel.sent]
        assert len(set(seen)) == len(seen), "something was said twice"
        assert seen == [each for each in self.heard if each in seen], "something was said out of order, or by nobody's leave"
        assert len(self.heard) - len(seen) == (await self.counter.states()).count(FAILED), "something was lost"
        assert all(each.ref == SLACK for each in self.counter.channel.sent)


async def raced(steps: Sequence[str]) -> None:
    async with opened() as counter:
        race = Race(counter)
        for name in ("customer", *steps):
            await race.step(name)
        await race.end()
        await race.check()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(STEPS), min_size=5, max_size=30))
def test_a_customer_hears_one_voice_in_order(steps: list[str]) -> None:
    asyncio.run(raced(steps))


async def test_what_the_bot_said_before_a_person_came_is_heard_before_them(counter: Counter) -> None:
    race = Race(counter)
    for name in ("customer", "busy", "bot", "deliver", "claim", "agent", "late bot", "deliver"):
        await race.step(name)
    assert counter.channel.sent == []
    await race.end()
    assert [each.author for each in counter.channel.sent] == [Author.BOT, Author.AGENT]


class Hasty(Ledger):
    """Sends what came last first."""

    def next_in(self, conn: Connection, ref: ConversationRef) -> Delivery | None:
        same = (deliveries.c.channel == ref.channel, deliveries.c.state == WAITING)
        last = conn.execute(select(deliveries.c.id).where(*same).order_by(deliveries.c.number.desc()).limit(1)).scalar()
        return self.get(conn, ref.tenant, last) if last else None


async def test_a_ledger_without_order_would_be_found_out(counter: Counter) -> None:
    counter.deliverer.ledger = Hasty(counter.ledger.vault, counter.journal, counter.clock)
    race = Race(counter)
    for name in ("customer", "bot", "claim", "agent"):
        await race.step(name)
    await race.end()
    with pytest.raises(AssertionError, match="out of order"):
        await race.check()
