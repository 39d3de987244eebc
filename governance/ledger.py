"""Who was contacted and who said no, and what money was given: the counts that policy judges by."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, UniqueConstraint, func, insert, select, update

from core.database import Instant, metadata
from core.errors import BadInput, Conflict, NotFound

GRANT_WINDOW = timedelta(days=90)
CONTACT_WINDOWS: Mapping[str, timedelta] = {
    "in_app": timedelta(days=14),
    "email": timedelta(days=7),
    "sms": timedelta(days=30),
    "phone": timedelta(days=30),
}
PER_ACCOUNT = frozenset({"phone"})

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("contact_id", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "tenant", "account_id", "channel", "at"),
)

refusals = Table(
    "contact_refusals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("contact_id", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "tenant", "contact_id"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("cause", String(200), nullable=False),
    Column("form", String(16), nullable=False),
    Column("usd_minor", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("tenant", "key"),
    Index(None, "tenant", "account_id", "at"),
)

grant_locks = Table(
    "grant_locks",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("account_id", String(64), primary_key=True),
)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The person whom a message would reach."""

    tenant: str
    account_id: str
    contact_id: str


@dataclass(frozen=True, kw_only=True)
class Noted:
    """One contact, or one refusal, as kept."""

    id: str
    channel: str
    kind: str
    at: datetime


class ContactLedger:
    """Remembers what was sent to whom, and who wants to hear no more of it."""

    def record(self, conn: Connection, who: Recipient, *, channel: str, kind: str, at: datetime) -> str:
        """Notes one contact: an offer, an e-mail, a text, a call. Returns its id."""
        _known(channel)
        return _noted(conn, contacts, who, {"channel": channel, "kind": kind, "at": at})

    def in_window(self, conn: Connection, who: Recipient, *, channel: str, now: datetime) -> int:
        """How many contacts fall into the channel's window that ends now: this person's, or for calls the whole account's."""
        _known(channel)
        counted = select(func.count()).where(
            contacts.c.tenant == who.tenant,
            contacts.c.account_id == who.account_id,
            contacts.c.channel == channel,
            contacts.c.at > now - CONTACT_WINDOWS[channel],
            contacts.c.at <= now,
        )
        if channel not in PER_ACCOUNT:
            counted = counted.where(contacts.c.contact_id == who.contact_id)
        return conn.execute(counted).scalar_one()

    def refuse(self, conn: Connection, who: Recipient, *, channel: str, kind: str, at: datetime) -> None:
        """Remembers that the person wants no more of this kind (an item, or "all") by this channel (or "all")."""
        if channel != "all":
            _known(channel)
        if not self.refused(conn, who, channel=channel, kind=kind):
            _noted(conn, refusals, who, {"channel": channel, "kind": kind, "at": at})

    def refused(self, conn: Connection, who: Recipient, *, channel: str, kind: str) -> bool:
        """Whether the person has said no to this kind by this channel, or to all of either."""
        found = select(refusals.c.id).where(
            refusals.c.tenant == who.tenant,
            refusals.c.contact_id == who.contact_id,
            refusals.c.channel.in_([channel, "all"]),
            refusals.c.kind.in_([kind, "all"]),
        )
        return conn.execute(found.limit(1)).scalar() is not None

    def sent(self, conn: Connection, who: Recipient) -> list[Noted]:
        """Every contact of a person, the first one first."""
        return _of_person(conn, contacts, who)

    def refusals(self, conn: Connection, who: Recipient) -> list[Noted]:
        """Everything that a person said no to, the first one first."""
        return _of_person(conn, refusals, who)

    def restore(self, conn: Connection, who: Recipient, noted: Noted) -> bool:
        """Notes a contact that is known from elsewhere, under its own id; False when it is there already."""
        if conn.execute(select(contacts.c.id).where(contacts.c.id == noted.id)).scalar() is not None:
            return False
        values = {"id": noted.id, "channel": noted.channel, "kind": noted.kind, "at": noted.at}
        ids = {"tenant": who.tenant, "account_id": who.account_id, "contact_id": who.contact_id}
        conn.execute(insert(contacts).values(**ids, **values))
        return True


class GrantState(StrEnum):
    RESERVED = "reserved"
    CONFIRMED = "confirmed"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Money to be given: `form` is credit or refund, `cause` what it is for, `key` the same for every attempt at it."""

    tenant: str
    account_id: str
    cause: str
    form: str
    usd_minor: int
    key: str
    at: datetime
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What money is given for on an account: an incident, an invoice, a duplicate pair."""

    tenant: str
    account_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Given:
    """US cents given in the last 90 days, reserved or confirmed: for one cause, and as credit on the account."""

    cause_usd_minor: int = 0
    credits_usd_minor: int = 0


class GrantsLedger:
    """Adds up what was given. A reservation counts from the moment it is made, so two at once can't both fit under a cap."""

    def given(self, conn: Connection, cause: Cause, *, now: datetime, besides: str | None = None) -> Given:
        """What was given in the 90 days that end now. `besides` is the key of the grant under decision, which isn't counted."""
        rows = select(grants.c.cause, grants.c.form, grants.c.usd_minor).where(
            grants.c.tenant == cause.tenant,
            grants.c.account_id == cause.account_id,
            grants.c.state != GrantState.RELEASED,
            grants.c.at > now - GRANT_WINDOW,
            grants.c.key != (besides or ""),
        )
        found = conn.execute(rows).all()
        return Given(
            cause_usd_minor=sum(row.usd_minor for row in found if row.cause == cause.name),
            credits_usd_minor=sum(row.usd_minor for row in found if row.form == "credit"),
        )

    def reserve(self, conn: Connection, grant: Grant, *, seen: Given) -> str:
        """Sets the amount aside, given that policy decided on `seen`. Returns the grant's id; the first one's for a repeated key.

        Raises `Conflict` when more has been given since: gather the facts and decide again.
        """
        if grant.usd_minor <= 0 or grant.form not in {"credit", "refund"}:
            raise BadInput("A grant is a credit or a refund of more than nothing: correct its form or amount.")
        self._lock(conn, grant.tenant, grant.account_id)
        earlier = conn.execute(select(grants).where(grants.c.tenant == grant.tenant, grants.c.key == grant.key)).one_or_none()
        if earlier is not None and earlier.state == GrantState.CONFIRMED:
            return earlier.id
        cause = Cause(tenant=grant.tenant, account_id=grant.account_id, name=grant.cause)
        now = self.given(conn, cause, now=grant.at, besides=grant.key)
        if now.cause_usd_minor > seen.cause_usd_minor or now.credits_usd_minor > seen.credits_usd_minor:
            raise Conflict(
                "More was given on this account meanwhile: gather the facts and decide again.", account=grant.account_id
            )
        if earlier is not None:
            return self._again(conn, grant, earlier.id)
        values = {
            name: getattr(grant, name) for name in ("id", "tenant", "key", "account_id", "cause", "form", "usd_minor", "at")
        }
        conn.execute(insert(grants).values(**values, state=GrantState.RESERVED))
        return grant.id

    def confirm(self, conn: Connection, tenant: str, key: str) -> None:
        """Says that the money was given. Confirming twice changes nothing."""
        self._move(conn, tenant, key, GrantState.CONFIRMED, {GrantState.RESERVED, GrantState.CONFIRMED})

    def release(self, conn: Connection, tenant: str, key: str) -> None:
        """Says that the money was not given, so that it no longer counts. Raises `Conflict` if it was confirmed."""
        self._move(conn, tenant, key, GrantState.RELEASED, {GrantState.RESERVED, GrantState.RELEASED})

    def _again(self, conn: Connection, grant: Grant, grant_id: str) -> str:
        changed = {"usd_minor": grant.usd_minor, "cause": grant.cause, "form": grant.form, "state": GrantState.RESERVED}
        conn.execute(update(grants).where(grants.c.id == grant_id).values(**changed, at=grant.at))
        return grant_id

    def _move(self, conn: Connection, tenant: str, key: str, to: GrantState, allowed: set[GrantState]) -> None:
        named = (grants.c.tenant == tenant) & (grants.c.key == key)
        if conn.execute(update(grants).where(named, grants.c.state.in_(allowed)).values(state=to)).rowcount:
            return
        state = conn.execute(select(grants.c.state).where(named)).scalar()
        if state is None:
            raise NotFound("Nothing was reserved under this key: reserve first.", key=key)
        raise Conflict(f"This grant is {state} already and can't be {to}.", key=key)

    def _lock(self, conn: Connection, tenant: str, account_id: str) -> None:
        """Holds the account against other reservations until the transaction ends."""
        row = (grant_locks.c.tenant == tenant) & (grant_locks.c.account_id == account_id)
        if conn.execute(select(grant_locks.c.tenant).where(row).with_for_update()).scalar() is None:
            if conn.dialect.name == "postgresql":
                from sqlalchemy.dialects.postgresql import insert as upsert

                values = {"tenant": tenant, "account_id": account_id}
                conn.execute(upsert(grant_locks).values(values).on_conflict_do_nothing())
                conn.execute(select(grant_locks.c.tenant).where(row).with_for_update())
                return
            conn.execute(insert(grant_locks).values(tenant=tenant, account_id=account_id))


def _known(channel: str) -> None:
    if channel not in CONTACT_WINDOWS:
        raise BadInput(f"There is no contact channel {channel!r}: use one of {', '.join(CONTACT_WINDOWS)}.")


def _of_person(conn: Connection, table: Table, who: Recipient) -> list[Noted]:
    theirs = (table.c.tenant == who.tenant) & (table.c.contact_id == who.contact_id)
    rows = conn.execute(select(table).where(theirs).order_by(table.c.at, table.c.id))
    return [Noted(id=row.id, channel=row.channel, kind=row.kind, at=row.at) for row in rows]


def _noted(conn: Connection, table: Table, who: Recipient, values: Mapping[str, object]) -> str:
    row_id = uuid.uuid4().hex
    ids = {"tenant": who.tenant, "account_id": who.account_id, "contact_id": who.contact_id}
    conn.execute(insert(table).values(id=row_id, **ids, **values))
    return row_id
