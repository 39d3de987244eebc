"""The desk over a small company in memory: real rooms, real cases, and customers that write and are handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from core.action import ActionRequest, Argument, Effect, NeedsApproval, Origin, Provenance, Reason
from core.clock import FixedClock
from core.conversation import Author, ConversationRef, EntryKind
from core.database import Database
from core.errors import Conflict, NotFound
from core.events import JSON
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault
from governance.approvals import Approval, Approvals, ApprovalState
from handoff.cases import Cases
from handoff.cases import Rooms as CaseRooms
from handoff.desk.case_views import CaseViews
from handoff.desk.case_work import DeskCaseWork
from handoff.desk.deciding import DeskDeciding
from handoff.desk.posts import DeskPosts, Post
from handoff.desk.reading import DeskReading
from handoff.desk.replies import DeskReplies
from handoff.desk.rooms import DeskRooms
from handoff.desk.views import Arrived, DeliveryView
from handoff.packet import Opening, Packet
from handoff.promises import Promises
from handoff.roster import Agent, Roster
from handoff.sla import parse_desk
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from tests.fakes.clock import NOON
from tests.fakes.model import ScriptedModel

TENANT = Tenant(id="halcyon", region="eu")


@dataclass(frozen=True, kw_only=True)
class DeskContact:
    """A contact of the company's customers."""

    contact_id: str
    account_id: str
    account_name: str
    name: str
    email: str


HELEN = DeskContact(
    contact_id="C-001-1",
    account_id="ACC-001",
    account_name="Brightwater Care Homes",
    name="Helen Ashdown",
    email="helen.ashdown@brightwater.example",
)
OMAR = DeskContact(
    contact_id="C-002-1",
    account_id="ACC-002",
    account_name="Northgate Bakery",
    name="Omar Haddad",
    email="omar@northgate.example",
)
OMAR_TOO = DeskContact(
    contact_id="C-003-1",
    account_id="ACC-003",
    account_name="Southgate Café",
    name="Omar Haddad",
    email="omar@northgate.example",
)
SAM = Agent(id="sam", name="Sam Okafor", roles=frozenset({"support_agent"}), email="sam@halcyon.example")
BEA = Agent(id="bea", name="Bea Lindqvist", roles=frozenset({"billing_lead"}))
NEIL = Agent(id="neil", name="Neil Abara", roles=frozenset({"auditor"}))
ROSTER = Roster(agents=(SAM, BEA, NEIL))
SAMS, BEAS, NEILS = (each.principal(TENANT) for each in ROSTER.agents)
HELENS = Principal(
    kind=PrincipalKind.CUSTOMER,
    id="visitor-1",
    tenant=TENANT,
    name="Helen Ashdown",
    account_id=HELEN.account_id,
    contact_id=HELEN.contact_id,
    assurance=Assurance.VERIFIED,
)
_LEVEL = {"hours": {"mon-sun": "00:00-24:00"}, "first_reply_minutes": 60, "urgent_reply_minutes": 15}
HOURS = parse_desk({"zone": "Europe/Dublin", "usual": _LEVEL})


@dataclass(frozen=True, kw_only=True)
class DeskTicket:
    """A ticket in one line."""

    id: str
    subject: str
    priority: str
    state: str


@dataclass(frozen=True, kw_only=True)
class DeskAccount:
    """A customer company as an agent sees it."""

    id: str
    name: str
    rows: tuple[tuple[str, str], ...]
    tickets: tuple[DeskTicket, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeskMemory:
    """A fact that is remembered."""

    text: str


class DeskPeople:
    """Three contacts, and what is remembered of one."""

    known = (HELEN, OMAR, OMAR_TOO)

    async def by_id(self, contact_id: str) -> DeskContact | None:
        return next((each for each in self.known if each.contact_id == contact_id), None)

    async def by_email(self, email: str) -> Sequence[DeskContact]:
        return [each for each in self.known if each.email == email.casefold()]

    async def by_name(self, name: str) -> Sequence[tuple[str, str]]:
        wanted = name.casefold()
        return [(each.account_id, each.account_name) for each in self.known if each.account_name.casefold().startswith(wanted)]

    async def account(self, account_id: str, reader: Principal) -> DeskAccount:
        found = next((each for each in self.known if each.account_id == account_id), None)
        if found is None:
            raise NotFound(f"There is no account {account_id}: check the id.")
        tickets = (DeskTicket(id="T-9", subject="Clock-in fails at gate 3", priority="P3", state="open"),)
        rows = (("Plan", "Business, annual"), ("Seats", "420, 410 used"))
        return DeskAccount(id=account_id, name=found.account_name, rows=rows, tickets=tickets, flags=("Pays by bank transfer",))

    async def consent(self, contact_id: str) -> Mapping[str, str]:
        return {"email": "opted_in", "phone": "none_recorded"}

    async def of_person(self, person_id: str, reader: Principal) -> Sequence[DeskMemory]:
        return [DeskMemory(text="Prefers invoices by post.")] if person_id == HELEN.contact_id else []


class House:
    """The rooms behind the desk, in memory, and what was carried out."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOON)
        self.database = Database.open("sqlite://")
        self.database.create_all()
        self.keys = KeyRing()
        self.vault, self.journal = Vault(self.keys), Journal()
        self.threads = Threads(self.vault, self.journal)
        self.promises = Promises(self.vault, self.journal)
        rooms = CaseRooms(vault=self.vault, journal=self.journal, threads=self.threads, promises=self.promises, desk=HOURS)
        self.cases = Cases(rooms)
        self.approvals = Approvals(self.vault, self.journal)
        self.executed: list[str] = []

    async def close(self) -> None:
        await self.database.close()
        self.keys.close()

    def ask_approval(self, conn: Connection, talk: Conversation, asker: Principal, correlation_id: str) -> str:
        said = Provenance(origin=Origin.CUSTOMER, source_id="m1")
        values = {"invoice": "INV-77", "amount_minor": 40_000}
        request = ActionRequest(
            id=f"action-{correlation_id}",
            skill="refund_payment",
            effect=Effect.MONEY,
            arguments={name: Argument(value=value, provenance=said) for name, value in values.items()},
            principal=asker,
            account_id=talk.account_id,
            conversation_id=talk.id,
            correlation_id=correlation_id,
            idempotency_key=f"key-{correlation_id}",
            requested_at=self.clock.now(),
        )
        why = Reason(code="cap", customer="A colleague must agree.", agent="Above the cap of 100 USD.")
        decision = NeedsApproval(approver="billing_lead", policies=("refund_cap",), version="v1", reasons=(why,))
        facts: Mapping[str, JSON] = {"facts": {"plan": "business", "amount_usd_minor": 40_000}}
        expires_at = self.clock.now() + timedelta(hours=24)
        return self.approvals.request(conn, request, decision, evidence=facts, expires_at=expires_at)


@dataclass
class Arriving:
    """What became of messages, as the tests set it; by conversation and position."""

    states: dict[str, dict[int, Arrived]] = field(default_factory=dict[str, dict[int, Arrived]])
    failed: list[DeliveryView] = field(default_factory=list[DeliveryView])
    repeated: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> Mapping[int, Arrived]:
        return self.states.get(conversation_id, {})

    def undelivered(self, conn: Connection, tenant: str) -> Sequence[DeliveryView]:
        return self.failed

    def again(self, conn: Connection, tenant: str, delivery_id: str, by: str, at: datetime) -> DeliveryView:
        found = next((each for each in self.failed if each.id == delivery_id), None)
        if found is None:
            raise Conflict("This was sent.")
        self.repeated.append((delivery_id, by))
        return found


@dataclass
class Deciding:
    """Decides as the house's approvals do, and says what the customer was told."""

    house: House

    async def decide(self, approval_id: str, approver: Principal, *, approve: bool) -> str:
        def write(conn: Connection) -> Approval:
            return self.house.approvals.decide(conn, approval_id, approver, approve, self.house.clock.now())

        decided = await self.house.database.write(write)
        if decided.state is not ApprovalState.GRANTED:
            return "The customer was told that it was refused."
        self.house.executed.append(decided.id)
        return "Done: refund RF-2001."


class DeskHouse:
    """The desk, and a way to have customers, the bot and the journal do their part."""

    def __init__(self) -> None:
        self.house = House()
        self.people, self.arrivals, self.model = DeskPeople(), Arriving(), ScriptedModel()
        self.woken: list[str] = []
        self.reshown: list[Post] = []
        self.rooms = self._rooms()
        self.views = CaseViews(self.rooms)
        self.posts = DeskPosts(self.house.database, TENANT.id, self.house.clock)
        self.reading = DeskReading(self.rooms, self.views)
        self.work = DeskCaseWork(self.rooms, self.views, self.model)
        self.replies = DeskReplies(self.rooms, self.views, self.posts, self.reshown.append)
        self.deciding = DeskDeciding(self.rooms, Deciding(self.house))

    async def close(self) -> None:
        await self.house.close()

    async def talk(self, name: str = "c1", who: Principal = HELENS) -> Conversation:
        ref = ConversationRef(tenant=TENANT.id, channel="web_chat", installation="main", conversation_id=name)
        return await self.house.database.write(
            lambda conn: self.house.threads.open_or_create(conn, ref, who, at=self.house.clock.now(), correlation_id="k1")
        )

    async def write(self, talk: Conversation, words: str) -> int:
        """The customer writes."""
        now = self.house.clock.now()
        entry = NewEntry(kind=EntryKind.TEXT, author=Author.CUSTOMER, author_id="C-001-1", body={"text": words}, at=now)

        def append(conn: Connection) -> int:
            position = self.house.threads.append(conn, TENANT.id, talk.id, entry)
            self.house.cases.customer_wrote(conn, talk, position, {}, at=now)
            return position

        return await self.house.database.write(append)

    async def say(self, talk: Conversation, *words: str) -> None:
        """The bot answers, if it may. Raises `Conflict` otherwise."""
        bodies: list[tuple[EntryKind, dict[str, Any]]] = [(EntryKind.SENTENCE, {"text": each, "citations": []}) for each in words]

        def append(conn: Connection) -> None:
            now = self.house.threads.get(conn, TENANT.id, talk.id)
            for kind, body in (*bodies, (EntryKind.REPLY_END, {"offer": None})):
                entry = NewEntry(
                    kind=kind,
                    author=Author.BOT,
                    author_id="bot",
                    author_name="Rapport",
                    body=body,
                    at=NOON,
                    turn_id=words[0][:60],
                )
                self.house.threads.append(conn, TENANT.id, talk.id, entry, epoch=now.epoch)

        await self.house.database.write(append)

    async def hand_over(self, talk: Conversation, **packet: Any) -> str:
        """Opens a case and returns its id."""
        values: dict[str, Any] = {
            "summary": "First asked: a refund.\nDetails: INV-77\nLast, the customer said: a person\nplease",
            "reason": "asked_for_human",
            "first_words": "I want a person",
            "contact_name": "Helen Ashdown",
            "steps": ("find_invoices: done",),
            "mood": -0.6,
        }

        def open_case(conn: Connection) -> str:
            opening = Opening(
                conversation=self.house.threads.get(conn, TENANT.id, talk.id),
                packet=Packet(**values | packet),
                at=self.house.clock.now(),
                correlation_id="k1",
                plan="business",
            )
            return self.house.cases.open(conn, opening).case.id

        return await self.house.database.write(open_case)

    async def claimed(self, by: Principal = SAMS, name: str = "c1") -> tuple[Conversation, str]:
        """A conversation in which the customer wrote, was handed over, and somebody claimed the case."""
        talk = await self.talk(name)
        await self.write(talk, "I was charged twice.")
        case_id = await self.hand_over(talk)
        await self.work.claim(case_id, by)
        return talk, case_id

    async def approval(self, talk: Conversation, asker: Principal = HELENS) -> str:
        return await self.house.database.write(lambda conn: self.house.ask_approval(conn, talk, asker, f"k{talk.id[:6]}"))

    async def seal(self) -> None:
        """Seals the journal as far as it goes."""
        while await self.house.database.write(self.house.journal.seal):
            pass

    async def seen(self, talk: Conversation, *, internal: bool = False) -> list[str]:
        """The texts of a thread, as the customer or staff read it."""
        entries = await self.house.database.read(
            lambda conn: self.house.threads.read(conn, TENANT.id, talk.id, internal=internal)
        )
        return [str(entry.body.get("text", "")) for entry in entries]

    def _rooms(self) -> DeskRooms:
        house = self.house
        return DeskRooms(
            tenant=TENANT,
            database=house.database,
            journal=house.journal,
            threads=house.threads,
            cases=house.cases,
            promises=house.promises,
            approvals=house.approvals,
            roster=ROSTER,
            accounts=self.people,
            memories=self.people,
            hours=HOURS,
            clock=house.clock,
            arrivals=self.arrivals,
            wake=self.woken.extend,
        )
