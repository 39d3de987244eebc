"""A small house for the tests of handoff: a desk, two agents, a conversation."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from core.conversation import Author, ConversationRef, EntryKind
from core.database import Database
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault
from handoff.cases import Cases, Opened, Rooms
from handoff.packet import Opening, Packet
from handoff.promises import Promises
from handoff.sla import Desk, parse_desk
from memory.tables import Conversation
from memory.threads import NewEntry, Threads

FRIDAY_NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HALCYON = Tenant(id="halcyon", region="eu")
ADA = Principal(
    kind=PrincipalKind.CUSTOMER,
    id="visitor-1",
    tenant=HALCYON,
    name="Ada Example",
    account_id="ACC-001",
    contact_id="CON-1",
    assurance=Assurance.VERIFIED,
)
SAM = Principal(kind=PrincipalKind.AGENT, id="sam", tenant=HALCYON, name="Sam", roles=frozenset({"support_agent"}))
BEA = Principal(kind=PrincipalKind.AGENT, id="bea", tenant=HALCYON, name="Bea", roles=frozenset({"billing_lead"}))
AUDITOR = Principal(kind=PrincipalKind.AGENT, id="ari", tenant=HALCYON, name="Ari", roles=frozenset({"auditor"}))

DESK = parse_desk(
    {
        "zone": "Europe/London",
        "usual": {"hours": {"mon-fri": "09:00-17:00"}, "first_reply_minutes": 480},
        "plans": {
            "Business": {"hours": {"mon-sat": "07:00-20:00"}, "first_reply_minutes": 240, "urgent_reply_minutes": 60},
            "Enterprise": {"hours": {"mon-sun": "00:00-24:00"}, "first_reply_minutes": 60, "urgent_reply_minutes": 15},
        },
    }
)


@dataclass
class House:
    """Everything around one connection, and a clock that the tests set."""

    conn: Connection
    vault: Vault
    journal: Journal
    desk: Desk = DESK
    now: datetime = FRIDAY_NOON
    threads: Threads = field(init=False)
    promises: Promises = field(init=False)
    cases: Cases = field(init=False)

    def __post_init__(self) -> None:
        self.threads = Threads(self.vault, self.journal)
        self.promises = Promises(self.vault, self.journal)
        rooms = Rooms(vault=self.vault, journal=self.journal, threads=self.threads, promises=self.promises, desk=self.desk)
        self.cases = Cases(rooms)

    def talk(self, name: str = "c1", principal: Principal = ADA) -> Conversation:
        """The open conversation of that name."""
        ref = ConversationRef(tenant="halcyon", channel="web_chat", installation="main", conversation_id=name)
        return self.threads.open_or_create(self.conn, ref, principal, at=self.now, correlation_id="k1")

    def open(
        self, talk: Conversation, reason: str = "asked_for_human", plan: str | None = None, zone: str | None = None
    ) -> Opened:
        packet = Packet(summary="Wants a person.", reason=reason, first_words="Hello", contact_name="Ada Example")
        opening = Opening(conversation=talk, packet=packet, at=self.now, correlation_id="k1", plan=plan, zone=zone)
        return self.cases.open(self.conn, opening)

    def claimed(self, by: Principal = SAM, name: str = "c1") -> str:
        """The id of a case that is claimed."""
        case_id = self.open(self.talk(name)).case.id
        self.cases.claim(self.conn, case_id, by, at=self.now)
        return case_id

    def write(self, talk: Conversation, words: str) -> int:
        entry = NewEntry(kind=EntryKind.TEXT, author=Author.CUSTOMER, author_id="CON-1", body={"text": words}, at=self.now)
        return self.threads.append(self.conn, talk.tenant, talk.id, entry)

    def speak(self, talk: Conversation, words: str, epoch: int) -> int:
        """The bot's try to speak."""
        entry = NewEntry(kind=EntryKind.SENTENCE, author=Author.BOT, author_id="bot", body={"text": words}, at=self.now)
        return self.threads.append(self.conn, talk.tenant, talk.id, entry, epoch=epoch)

    def seen(self, talk: Conversation, *, internal: bool = False) -> list[str]:
        """The texts of the thread as customers or staff see them."""
        lines = self.threads.read(self.conn, talk.tenant, talk.id, internal=internal)
        return [str(line.body["text"]) for line in lines]

    def events(self, *types: str) -> list[str]:
        return [event.type for event in self.journal.find(self.conn, "halcyon", *types)]

    def later(self, **step: float) -> None:
        self.now += timedelta(**step)

    def of_another_tenant(self) -> Principal:
        return replace(SAM, tenant=Tenant(id="other", region="us"))


@pytest.fixture
def house() -> Iterator[House]:
    database = Database.open("sqlite://")
    database.create_all()
    ring = KeyRing()
    with database.engine.begin() as conn:
        yield House(conn, Vault(ring), Journal())
    ring.close()
    database.close_blocking()
