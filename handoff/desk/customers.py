"""Who customers are, as the desk asks for it: answered by whatever keeps contacts and accounts, and remembered for minutes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.clock import Clock
from core.errors import Unavailable
from core.people import Principal

KEPT_FOR = timedelta(minutes=5)
MOST_NAMES = 5_000


class Contact(Protocol):
    """A contact of a customer."""

    @property
    def contact_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def account_name(self) -> str: ...
    @property
    def name(self) -> str: ...


class Ticket(Protocol):
    """A ticket in one line."""

    @property
    def id(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def state(self) -> str: ...


class Account(Protocol):
    """A customer company, as one reader may see it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def tickets(self) -> Sequence[Ticket]: ...
    @property
    def flags(self) -> tuple[str, ...]: ...


class Accounts(Protocol):
    """Who the customers are. Every call may raise `Unavailable`."""

    async def by_id(self, contact_id: str) -> Contact | None:
        """None when there is none, or they left."""
        ...

    async def by_email(self, email: str) -> Sequence[Contact]: ...

    async def by_name(self, name: str) -> Sequence[tuple[str, str]]:
        """Id and name of the accounts that are called so, or whose name begins so, case ignored."""
        ...

    async def account(self, account_id: str, reader: Principal) -> Account:
        """Raises `NotFound`, or `NotAllowed` when policy doesn't let `reader` see it."""
        ...

    async def consent(self, contact_id: str) -> Mapping[str, str]:
        """By channel (email, sms, phone, in_app): opted_in, opted_out or none_recorded, whoever of theirs said no."""
        ...


class Remembered(Protocol):
    """A fact that is remembered of a person."""

    @property
    def text(self) -> str: ...


class Memories(Protocol):
    """What is remembered of people."""

    async def of_person(self, person_id: str, reader: Principal) -> Sequence[Remembered]: ...


class Names:
    """What contacts and their accounts are called. An unreachable system costs the name, nothing else."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._known: dict[str, tuple[datetime, str, str]] = {}

    async def of(self, contact_id: str | None) -> tuple[str, str]:
        """Name and account; empty for strangers and those who left."""
        if not contact_id:
            return "", ""
        now = self._clock.now()
        until, name, account = self._known.get(contact_id, (now, "", ""))
        if until > now:
            return name, account
        try:
            found = await self._accounts.by_id(contact_id)
        except Unavailable:
            return "", ""
        name, account = (found.name, found.account_name) if found else ("", "")
        if len(self._known) >= MOST_NAMES:
            self._known.clear()
        self._known[contact_id] = (now + KEPT_FOR, name, account)
        return name, account
