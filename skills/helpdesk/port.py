"""The port to a helpdesk, in our words: tickets, call-backs and the public status of incidents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Comment:
    """Something added to a ticket. `author` is customer, agent or assistant; `public` ones are seen by the customer."""

    at: datetime
    author: str
    text: str
    public: bool = True


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A case at the helpdesk. `priority` is P1 to P4, `status` open, pending or solved; `incident` links a known incident."""

    id: str
    account_id: str
    opened_at: datetime
    updated_at: datetime
    priority: str
    status: str
    area: str
    subject: str
    incident: str | None = None
    comments: tuple[Comment, ...] = ()
    solved_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.status != "solved"


@dataclass(frozen=True, kw_only=True)
class NewTicket:
    """A ticket to open."""

    subject: str
    area: str
    priority: str = "P4"
    text: str = ""
    contact_id: str | None = None
    incident: str | None = None


@dataclass(frozen=True, kw_only=True)
class TicketChange:
    """What to change on a ticket: a comment, a status, a priority, or several."""

    comment: str | None = None
    author: str = "customer"
    public: bool = True
    status: str | None = None
    priority: str | None = None


@dataclass(frozen=True, kw_only=True)
class CallbackOrder:
    """A call-back in a window of time; `phone` None means the number on file. `topic` is a code or a ticket id."""

    contact_id: str
    earliest: datetime
    latest: datetime
    topic: str
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A call-back as booked, inside the desk's hours; `window` is start and end in UTC."""

    number: str
    account_id: str
    contact_id: str
    window: tuple[datetime, datetime]
    topic: str
    timezone: str


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A public incident or known issue; `regions` empty means everywhere. Holds nothing that customers may not read."""

    id: str
    title: str
    status: str
    regions: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    update: str
    workaround: str | None = None


class Helpdesk(Protocol):
    """Reads and writes tickets. Keys and errors as in `skills.billing.port.Billing`."""

    async def tickets(self, account_id: str) -> tuple[Ticket, ...]:
        """All tickets of the account, newest first."""
        ...

    async def ticket(self, ticket_id: str) -> Ticket: ...

    async def open_ticket(self, account_id: str, new: NewTicket, *, key: str) -> Ticket: ...

    async def update(self, ticket_id: str, change: TicketChange, *, key: str) -> Ticket: ...

    async def book_callback(self, account_id: str, order: CallbackOrder, *, key: str) -> Callback:
        """Books inside the desk hours of the account's plan, in its time zone.

        Else `Conflict`: outside_desk_hours (with `next_opening`), no_phone_support, no_phone_number.
        """
        ...

    async def incidents(self) -> tuple[Incident, ...]:
        """Open incidents first, then past ones, newest first."""
        ...


class Outbox(Protocol):
    """Sends e-mail. Answers are never awaited here; a failure raises `Unavailable`."""

    async def send(self, to: str, subject: str, body: str) -> None: ...
