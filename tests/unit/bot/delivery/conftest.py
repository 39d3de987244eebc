"""A counter at which messages arrive and replies are written, and a channel that takes them."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.deliverer import Deliverer
from bot.delivery.ledger import Delivery, Ledger
from bot.delivery.planning import Planning
from bot.intake import TURN, Intake
from bot.links.port import ChannelUser
from bot.reception import Arrival, Reception
from core import inbox
from core.clock import FixedClock
from core.conversation import Author, ConversationRef, EntryKind, Press
from core.database import Database
from core.durable import Steps
from core.durable_memory import MemoryDurable
from core.inbox import Accepted
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.runner import Runner
from core.vault import Vault
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from tests.fakes.channel import RecordingChannel
from tests.fakes.links import NamedLinks

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SLACK = ConversationRef(tenant="halcyon", channel="slack", installation="T1", conversation_id="D1")
USER = ChannelUser(tenant="halcyon", channel="slack", installation="T1", user_id="U1", name="Helen")
HELEN = Principal(
    kind=PrincipalKind.CUSTOMER,
    id="C-001-1",
    tenant=Tenant(id="halcyon", region="eu"),
    name="Helen Ashdown",
    account_id="ACC-001",
    contact_id="C-001-1",
    assurance=Assurance.VERIFIED,
)
CARD = {"id": "card-1", "title": "Credit of 5", "rows": [["Amount", "5"]], "rule": "r", "action_id": "a1", "arguments_hash": "h"}


@dataclass
class Counter:
    """Everything around the delivery, on one clock."""

    database: Database
    threads: Threads
    journal: Journal
    ledger: Ledger
    reception: Reception
    channel: RecordingChannel
    clock: FixedClock
    deliverer: Deliverer
    durable: MemoryDurable
    turns: list[str] = field(default_factory=list[str])
    count: int = 0

    async def write(self, text: str = "Hello", *, event: str = "", message: str = "", press: Press | None = None,
                    ref: ConversationRef = SLACK, user: ChannelUser = USER) -> Accepted:  # fmt: skip
        self.count += 1
        arrival = Arrival(
            user=user,
            ref=ref,
            event_id=event or f"Ev{self.count}",
            message_id=message or f"17.{self.count}",
            text="" if press else text,
            press=press,
        )
        accepted = await self.reception.accept(arrival)
        await self.settle()
        return accepted

    async def settle(self) -> None:
        """Waits until everything that was accepted was taken."""
        await self.reception.settle()
        await self.durable.settle()

    def arrival(self, message: str, text: str, event: str) -> Arrival:
        return Arrival(user=USER, ref=SLACK, event_id=event, message_id=message, text=text)

    async def conversation(self, ref: ConversationRef = SLACK) -> Conversation:
        found = await self.database.read(lambda conn: self.threads.find(conn, ref))
        assert found is not None
        return found

    async def reply(self, *texts: str, turn: str | None = None, card: bool = False, ref: ConversationRef = SLACK) -> None:
        """The bot answers, as a turn does it: a sentence each, the card, the end."""
        turn_id = turn or self.turns[-1]
        for text in texts:
            await self.append(EntryKind.SENTENCE, {"text": text, "citations": []}, turn_id, ref=ref)
        if card:
            await self.append(EntryKind.CARD, CARD, turn_id, ref=ref)
        await self.append(EntryKind.REPLY_END, {"offer": None}, turn_id, ref=ref)

    async def append(
        self, kind: EntryKind, body: Mapping[str, object], turn_id: str | None, *, ref: ConversationRef = SLACK,
        author: Author = Author.BOT, author_id: str = "bot",
    ) -> None:  # fmt: skip
        conversation = await self.conversation(ref)
        entry = NewEntry(
            kind=kind, author=author, author_id=author_id, author_name="Bea", body=body, at=self.clock.now(), turn_id=turn_id
        )
        await self.database.write(
            lambda conn: self.threads.append(conn, conversation.tenant, conversation.id, entry, epoch=conversation.epoch)
        )

    async def deliveries(self) -> list[Delivery]:
        conversation = await self.conversation()
        return await self.database.read(lambda conn: self.ledger.of_conversation(conn, "halcyon", conversation.id))

    async def states(self) -> list[str]:
        return [each.state for each in await self.deliveries()]

    def wait(self, **by: float) -> None:
        self.clock.instant += timedelta(**by)

    def again(self) -> Deliverer:
        """The deliverer of the process that comes after."""
        old = self.deliverer
        return Deliverer(database=old.database, ledger=old.ledger, planning=old.planning, channels=old.channels, wall=old.wall)


@asynccontextmanager
async def opened() -> AsyncGenerator[Counter]:
    """A counter of its own, in memory."""
    database, clock, journal, vault = Database.open("sqlite://"), FixedClock(NOON), Journal(), Vault(KeyRing(None))
    database.create_all()
    threads, ledger, channel = Threads(vault, journal, sent_to=("slack",)), Ledger(vault, journal, clock), RecordingChannel()
    durable = MemoryDurable(Runner(database=database, clock=clock))
    turns: list[str] = []

    async def turn(steps: Steps, row_id: str) -> None:
        turns.append(row_id)
        await steps.step("done", lambda conn: inbox.finish(conn, row_id))

    durable.register(TURN, turn)
    await durable.launch()
    intake = Intake(database=database, durable=durable, vault=vault, journal=journal, threads=threads, clock=clock)
    planning = Planning(threads=threads, journal=journal, ledger=ledger, channels=("slack",))
    channels = {"slack": channel}
    reception = Reception(
        links=NamedLinks({"U1": HELEN}), intake=intake, database=database, planning=planning, channels=channels, wall=clock
    )
    deliverer = Deliverer(database=database, ledger=ledger, planning=planning, channels=channels, wall=clock)
    made = Counter(
        database=database,
        threads=threads,
        journal=journal,
        ledger=ledger,
        reception=reception,
        channel=channel,
        clock=clock,
        deliverer=deliverer,
        durable=durable,
        turns=turns,
    )
    yield made
    await durable.settle()
    await durable.close()
    await database.close()


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with opened() as made:
        yield made


def elsewhere(channel: str = "web_chat") -> ConversationRef:
    return replace(SLACK, channel=channel, installation="main", conversation_id="chat-1")
