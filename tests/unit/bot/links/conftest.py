"""A small house for the tests of links: people in a list, a directory that tells what it is told to, an outbox that is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.links.judging import Trust
from bot.links.kept import KeptLinks, LinkRooms
from bot.links.port import ChannelUser, Profile
from core.clock import FixedClock
from core.database import Database
from core.errors import Unavailable
from core.events import Event
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Tenant
from core.vault import Vault
from handoff.roster import Agent, Roster
from memory.threads import Threads

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TENANT = Tenant(id="halcyon", region="eu")
MARA = ChannelUser(tenant="halcyon", channel="slack", installation="T-CUSTOMER", user_id="U1", name="Mara")
SAM_AT_DESK = ChannelUser(tenant="halcyon", channel="slack", installation="T-DESK", user_id="U9", name="Sam")
IN_TEAMS = ChannelUser(tenant="halcyon", channel="teams", installation="org-1", user_id="29:1a:bc", name="Mara")
SAM = Agent(id="sam", name="Sam Okoro", email="sam@halcyon.example", roles=frozenset({"support_agent"}))
BEA = Agent(id="bea", name="Bea", roles=frozenset({"support_agent"}), channels={"slack": "U-BEA"})


@dataclass(frozen=True, kw_only=True)
class Somebody:
    contact_id: str
    account_id: str
    email: str
    account_name: str = "Northwind"
    name: str = "Mara Lindt"
    roles: frozenset[str] = frozenset({"Owner"})


PERSON = Somebody(contact_id="C-001-1", account_id="ACC-001", email="mara@northwind.example")
ELSEWHERE = replace(PERSON, contact_id="C-002-1", account_id="ACC-002", account_name="Southwind")


@dataclass
class People:
    """The active contacts."""

    there: list[Somebody] = field(default_factory=lambda: [PERSON])
    down: bool = False

    async def by_id(self, contact_id: str) -> Somebody | None:
        self._answer()
        return next((each for each in self.there if each.contact_id == contact_id), None)

    async def by_email(self, email: str) -> Sequence[Somebody]:
        self._answer()
        return [each for each in self.there if each.email == email.strip().lower()]

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("The CRM is down.")


@dataclass
class Phonebook:
    """What the channel says, and how often it was asked."""

    profiles: dict[str, Profile] = field(default_factory=dict[str, Profile])
    down: bool = False
    asked: int = 0

    async def profile(self, user: ChannelUser) -> Profile | None:
        self.asked += 1
        if self.down:
            raise Unavailable("The channel is down.")
        return self.profiles.get(user.user_id)

    def say(self, user: ChannelUser, email: str, *, confirmed: bool = True, guest: bool = False) -> None:
        self.profiles[user.user_id] = Profile(email=email, confirmed=confirmed, guest=guest)


@dataclass
class Mails:
    sent: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    down: bool = False

    async def send(self, to: str, subject: str, body: str) -> None:
        if self.down:
            raise Unavailable("The mail server is down.")
        self.sent.append((to, body))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database.open("sqlite://")
    opened.create_all()
    yield opened
    opened.close_blocking()


@pytest.fixture
def vault() -> Iterator[Vault]:
    ring = KeyRing()
    yield Vault(ring)
    ring.close()


@pytest.fixture
def threads(vault: Vault) -> Threads:
    return Threads(vault, Journal())


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def phonebook() -> Phonebook:
    return Phonebook()


@pytest.fixture
def mails() -> Mails:
    return Mails()


@pytest.fixture
def rooms(database: Database, clock: FixedClock, people: People) -> LinkRooms:
    return LinkRooms(tenant=TENANT, database=database, journal=Journal(), clock=clock, contacts=people, key=b"k" * 32)


@pytest.fixture
def trust() -> Trust:
    return Trust(
        roster=Roster(agents=(SAM, BEA)),
        desks={"slack": "T-DESK"},
        domains={"northwind.example": "ACC-001", "gmail.com": "ACC-001"},
    )


@pytest.fixture
def links(rooms: LinkRooms, trust: Trust, mails: Mails, phonebook: Phonebook) -> KeptLinks:
    return KeptLinks(rooms, trust, mails, {"slack": phonebook, "teams": phonebook})


async def events(database: Database, *types: str) -> list[Event]:
    return await database.read(lambda conn: Journal().find(conn, "halcyon", *types))
