"""What the front door is given: the rooms behind it, as they stand or as ports, and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.links.inviting import Inviting
from bot.live import Live
from bot.telemetry import Telemetry
from core.clock import Clock
from core.conversation import Inbound
from core.database import Database
from core.inbox import Accepted
from core.journal import Journal
from core.people import Principal, Tenant
from governance.approvals import Approvals
from handoff.cases import Cases
from handoff.desk.port import Desk
from handoff.promises import Promises
from handoff.roster import Agent
from memory.threads import Threads

ASSETS = Path(__file__).parents[1] / "web"


class Intake(Protocol):
    """Makes messages durable."""

    async def accept(self, inbound: Inbound) -> Accepted: ...


@dataclass(frozen=True, kw_only=True)
class Person:
    """A contact of a customer, as the CRM knows them. `roles` are those in their own company."""

    contact_id: str
    account_id: str
    account_name: str
    name: str
    email: str
    roles: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class TicketLine:
    """A ticket in one line."""

    id: str
    subject: str
    priority: str
    state: str


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """A customer as the desk sees it: `rows` are label and value (plan, seats, renewal, ...), `flags` what to mind."""

    id: str
    name: str
    rows: tuple[tuple[str, str], ...]
    tickets: tuple[TicketLine, ...] = ()
    flags: tuple[str, ...] = ()


class People(Protocol):
    """Who the customers are."""

    async def by_id(self, contact_id: str) -> Person | None:
        """The contact of that id; None when there is none or they left."""
        ...

    async def by_email(self, email: str) -> Sequence[Person]:
        """Everyone active with that address: one person may be at two companies."""
        ...

    async def account(self, account_id: str, reader: Principal) -> AccountView:
        """What `reader` may see of an account. Raises `NotFound`, `NotAllowed` or `Unavailable`."""
        ...


@dataclass(frozen=True, kw_only=True)
class ArticleLine:
    """An article in a list."""

    id: str
    title: str
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class ArticlePage:
    """An article to show. `html` is safe; the cited span, when one was asked for, is in `<mark id="cited">`."""

    id: str
    title: str
    html: str
    updated: str = ""
    internal: bool = False


class HelpCentre(Protocol):
    """The articles, by audience (public, internal)."""

    async def articles(self, audience: frozenset[str]) -> Sequence[ArticleLine]: ...

    async def article(self, article_id: str, audience: frozenset[str], span: tuple[int, int] | None) -> ArticlePage:
        """Raises `NotFound` for what doesn't exist, and for what this audience may not see."""
        ...


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A fact that is remembered of a person."""

    id: str
    text: str
    since: datetime
    kind: str = ""


class Memories(Protocol):
    """What is remembered of people."""

    async def of_person(self, person_id: str, reader: Principal) -> Sequence[Remembered]: ...

    async def forget(self, person_id: str, memory_id: str) -> None:
        """Raises `NotFound` for another person's."""
        ...

    async def forget_all(self, person_id: str) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Letter:
    """An e-mail that was sent."""

    to: str
    subject: str
    body: str
    at: datetime


class Mail(Protocol):
    """Sends e-mails; the demo keeps them to be read."""

    async def send(self, to: str, subject: str, body: str) -> None: ...

    async def sent(self) -> Sequence[Letter]:
        """The latest e-mails, newest first; none where they really are sent."""
        ...


@dataclass(frozen=True, kw_only=True)
class Check:
    """Whether something the server needs is there, and if not, why."""

    name: str
    ok: bool
    detail: str = ""


class Health(Protocol):
    """What the server needs to be ready."""

    def loading(self) -> str | None:
        """What is still being loaded, in words for a customer; None when the assistant can answer."""
        ...

    async def checks(self) -> Sequence[Check]: ...


@dataclass(frozen=True, kw_only=True)
class ModelLine:
    """A model of the chain, as it is now. `provider` is the name under which its calls are counted, `models` are names by role.

    `rests_s`: seconds for which it is left alone after failures; `affordable`: there is money for it; `unpriced`: models of it
    whose calls count as free, because no price is given.
    """

    name: str
    provider: str
    models: Mapping[str, str]
    small: str = ""
    embedded: bool = False
    trusted: bool = True
    ready: bool = True
    rests_s: float = 0.0
    affordable: bool = True
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How much models may cost and did cost today, in millionths of a US dollar; None is no limit."""

    spent_today: int
    day: int | None
    conversation: int | None
    turn: int | None
    when_spent: str


class Models(Protocol):
    """The language models of this installation. `embedded`: under which name the embedded model's calls are counted."""

    @property
    def embedded(self) -> str: ...

    async def chain(self) -> Sequence[ModelLine]:
        """In the order in which they are asked."""
        ...

    async def allowance(self) -> Allowance: ...


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A demo customer that one may sign in as, and what is interesting about them."""

    contact_id: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the front door behaves. `hosts` are the names it answers to, besides that of `public_url`.

    `host_page_secret` is shared with the company's own site, which signs its customers' identity tokens with it.
    """

    secret: bytes
    company: str
    bot_name: str = "AI assistant"
    installation: str = "main"
    public_url: str | None = None
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    demo: bool = False
    max_characters: int = 8_000
    messages_a_minute: int = 40
    visitor_lifetime: timedelta = timedelta(hours=12)
    host_page_secret: bytes | None = None
    agents: tuple[Agent, ...] = ()
    guests: tuple[Guest, ...] = ()
    starters: tuple[str, ...] = ()
    assets: Path = ASSETS


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """All rooms behind the front door. `clock` is the business clock, `wall` that of tokens and limits.

    `inviting` makes codes for Slack and Teams; None where neither is connected. `models` is None where the embedded model alone
    answers and nothing is counted.
    """

    tenant: Tenant
    settings: Settings
    database: Database
    journal: Journal
    threads: Threads
    cases: Cases
    promises: Promises
    approvals: Approvals
    desk: Desk
    intake: Intake
    people: People
    help: HelpCentre
    memories: Memories
    mail: Mail
    health: Health
    clock: Clock
    wall: Clock
    live: Live
    telemetry: Telemetry
    inviting: Inviting | None = None
    models: Models | None = None
