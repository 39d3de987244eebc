"""A house for the contract of channels: messages arrive, replies are written, and what is due is sent."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.delivery.deliverer import Deliverer
from bot.delivery.ledger import Delivery, Ledger
from bot.delivery.planning import Planning
from bot.intake import TURN, Intake
from bot.reception import Arrival, Reception
from core import inbox
from core.clock import FixedClock
from core.conversation import Author, EntryKind, Press
from core.database import Database
from core.durable import Steps
from core.durable_memory import MemoryDurable
from core.events import Event
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.runner import Runner
from core.vault import Vault
from memory.tables import BOT, Conversation
from memory.threads import NewEntry, Threads
from tests.contract.channels import CHANNELS, Rooms, Seen, Stage
from tests.fakes.clock import NOON
from tests.fakes.links import NamedLinks

HELEN = Principal(
    kind=PrincipalKind.CUSTOMER,
    id="C-001-1",
    tenant=Tenant(id="halcyon", region="eu"),
    name="Helen Ashdown",
    account_id="ACC-001",
    contact_id="C-001-1",
    assurance=Assurance.VERIFIED,
)
CARD: Mapping[str, object] = {
    "id": "card-1",
    "title": "Add 5 seats",
    "rows": [["Seats", "5"], ["Asked by", "helen_ashdown@brightwater.example"], ["Costs", "EUR 45.00 a month"]],
    "rule": "An Owner may add up to 10 seats.",
    "action_id": "action-1",
    "arguments_hash": "h",
    "confirm": "Add seats",
    "cancel": "Don't",
}
Body = Mapping[str, object]


@dataclass
class Rig:
    """The house and one channel. `turns` are the messages that were taken, in order."""

    rooms: Rooms
    stage: Stage
    reception: Reception
    deliverer: Deliverer
    durable: MemoryDurable
    clock: FixedClock
    turns: list[str] = field(default_factory=list[str])
    count: int = 0

    async def write(self, text: str = "Hello", *, press: Press | None = None) -> None:
        """The customer writes or presses, and the turn is taken; what is said in it follows by `reply`."""
        self.count += 1
        arrival = Arrival(
            user=self.stage.user,
            ref=self.stage.ref,
            event_id=f"Ev{self.count}",
            message_id=f"m{self.count}",
            text="" if press else text,
            press=press,
        )
        await self.reception.accept(arrival)
        await self.reception.settle()
        await self.durable.settle()

    async def reply(
        self,
        *bodies: str | Body,
        card: Body | None = None,
        receipt: Sequence[Sequence[str]] = (),
        offer: bool = False,
        cards: Body | None = None,
    ) -> None:
        """The assistant answers: a sentence each, receipt, card, and the end, which may tell of `cards`."""
        for body in bodies:
            await self.append(EntryKind.SENTENCE, {"text": body, "citations": []} if isinstance(body, str) else body)
        if receipt:
            await self.append(EntryKind.RECEIPT, {"rows": [list(row) for row in receipt]})
        if card is not None:
            await self.append(EntryKind.CARD, card)
        sold = {"kind": "upsell", "item": "business", "origin": "bot"} if offer else None
        await self.append(EntryKind.REPLY_END, {"offer": sold, **({"cards": cards} if cards is not None else {})})

    async def person(self, text: str, kind: EntryKind = EntryKind.TEXT) -> None:
        """Bea, an agent, takes the conversation over and writes."""
        conversation = await self.conversation()
        if conversation.holder != "bea":
            where, epoch = (conversation.tenant, conversation.id, "bea"), conversation.epoch
            await self.rooms.database.write(lambda conn: self.rooms.threads.pass_to(conn, *where, epoch=epoch))
        body, at = {"text": text}, self.clock.now()
        await self._append(NewEntry(kind=kind, author=Author.AGENT, author_id="bea", author_name="Bea Lind", body=body, at=at))

    async def append(self, kind: EntryKind, body: Body) -> None:
        """The assistant adds a line to the turn."""
        await self._append(
            NewEntry(
                kind=kind,
                author=Author.BOT,
                author_id=BOT,
                author_name="AI assistant",
                body=body,
                at=self.clock.now(),
                turn_id=self.turns[-1],
            )
        )

    async def _append(self, entry: NewEntry) -> None:
        conversation = await self.conversation()
        where, epoch = (conversation.tenant, conversation.id), None if entry.kind.internal else conversation.epoch
        await self.rooms.database.write(lambda conn: self.rooms.threads.append(conn, *where, entry, epoch=epoch))

    async def note(self, kind: str, data: Mapping[str, str]) -> None:
        """Something that the journal tells of this conversation."""
        at, about = self.clock.now(), (await self.conversation()).id
        event = Event(
            type=kind, tenant="halcyon", at=at, correlation_id=about, conversation_id=about, account_id=None, data=dict(data)
        )
        await self.rooms.database.write(lambda conn: self.rooms.journal.append(conn, event))

    async def conversation(self) -> Conversation:
        found = await self.rooms.database.read(lambda conn: self.rooms.threads.find(conn, self.stage.ref))
        assert found is not None
        return found

    async def sent(self) -> Sequence[Seen]:
        """What the customer sees once everything that is due is sent."""
        await self.deliverer.settle()
        await self.deliverer.settle()
        return await self.stage.seen()

    async def words(self) -> list[str]:
        return [each.text for each in await self.sent() if each.text]

    async def deliveries(self) -> list[Delivery]:
        conversation = await self.conversation()
        return await self.rooms.database.read(
            lambda conn: self.deliverer.ledger.of_conversation(conn, "halcyon", conversation.id)
        )

    def wait(self, **by: float) -> None:
        self.clock.instant += timedelta(**by)

    async def begin_again(self) -> None:
        """The process ends, and another one goes on with what is kept."""
        self.stage = await self.stage.again()
        old = self.deliverer
        channels = {} if self.stage.channel is None else {self.stage.channel.name: self.stage.channel}
        self.deliverer = Deliverer(
            database=old.database, ledger=old.ledger, planning=old.planning, channels=channels, wall=old.wall
        )


@pytest.fixture(params=CHANNELS)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """The house with each channel; a test may name those that it is about."""
    rooms, vault, journal = Database.open("sqlite://"), Vault(KeyRing(None)), Journal()
    threads, clock = Threads(vault, journal, sent_to=("slack", "teams")), FixedClock(NOON)
    stage = CHANNELS[request.param](Rooms(database=rooms, threads=threads, journal=journal))
    rooms.create_all()
    await stage.open()
    made = await _furnished(Rooms(database=rooms, threads=threads, journal=journal), stage, vault, clock)
    yield made
    await made.durable.settle()
    await made.durable.close()
    await made.stage.close()
    await rooms.close()


async def _furnished(rooms: Rooms, stage: Stage, vault: Vault, clock: FixedClock) -> Rig:
    database, threads, journal = rooms.database, rooms.threads, rooms.journal
    durable, ledger, turns = MemoryDurable(Runner(database=database, clock=clock)), Ledger(vault, journal, clock), list[str]()

    async def turn(steps: Steps, row_id: str) -> None:
        turns.append(row_id)
        await steps.step("done", lambda conn: inbox.finish(conn, row_id))

    durable.register(TURN, turn)
    await durable.launch()
    channels = {} if stage.channel is None else {stage.channel.name: stage.channel}
    planning = Planning(threads=threads, journal=journal, ledger=ledger, channels=("slack", "teams"))
    intake = Intake(database=database, durable=durable, vault=vault, journal=journal, threads=threads, clock=clock)
    links = NamedLinks({"U1": HELEN})
    reception = Reception(links=links, intake=intake, database=database, planning=planning, channels={}, wall=clock)
    deliverer = Deliverer(database=database, ledger=ledger, planning=planning, channels=channels, wall=clock)
    return Rig(rooms=rooms, stage=stage, reception=reception, deliverer=deliverer, durable=durable, clock=clock, turns=turns)
