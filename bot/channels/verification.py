"""Six-digit codes, mailed to prove who a visitor is: hashed, short-lived, few tries, the same answer for everybody."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from core.database import Instant, Json, metadata

LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5

verifications = Table(
    "verifications",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("visitor_id", String(200), nullable=False),
    Column("contacts", Json, nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "visitor_id"),
)


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What a code proved: one contact, or several at different customers to choose from; none when it proved nothing."""

    contact_id: str | None = None
    choices: tuple[str, ...] = ()


class Verification:
    """Keeps one code for each visitor. All methods take part in the caller's transaction."""

    def __init__(self, key: bytes, tenant: str) -> None:
        self._key = key
        self._tenant = tenant

    def start(self, conn: Connection, visitor_id: str, contacts: Sequence[str], now: datetime) -> str:
        """Makes a new code in place of any earlier one. Without contacts it is kept too, and proves nothing."""
        code = f"{secrets.randbelow(1_000_000):06d}"
        conn.execute(delete(verifications).where(self._of(visitor_id)))
        conn.execute(
            insert(verifications).values(
                tenant=self._tenant,
                visitor_id=visitor_id,
                contacts=list(contacts),
                code_hash=self._hash(visitor_id, code),
                tries=0,
                expires_at=now + LIFETIME,
            )
        )
        return code

    def confirm(self, conn: Connection, visitor_id: str, code: str, chosen: str | None, now: datetime) -> Confirmed:
        """Tries a code. It is used up once it has proved one contact; `chosen` picks one of several."""
        row = conn.execute(select(verifications).where(self._of(visitor_id)).with_for_update()).one_or_none()
        if row is None or row.expires_at <= now or row.tries >= MOST_TRIES:
            return Confirmed()
        conn.execute(update(verifications).where(self._of(visitor_id)).values(tries=row.tries + 1))
        right = hmac.compare_digest(row.code_hash.encode(), self._hash(visitor_id, code).encode())
        contacts: list[str] = row.contacts
        if not right or not contacts or (chosen is not None and chosen not in contacts):
            return Confirmed()
        if chosen is None and len(contacts) > 1:
            return Confirmed(choices=tuple(contacts))
        conn.execute(delete(verifications).where(self._of(visitor_id)))
        return Confirmed(contact_id=chosen or contacts[0])

    def _of(self, visitor_id: str) -> ColumnElement[bool]:
        return (verifications.c.tenant == self._tenant) & (verifications.c.visitor_id == visitor_id)

    def _hash(self, visitor_id: str, code: str) -> str:
        return hmac.new(self._key, f"{visitor_id}\x00{code}".encode(), hashlib.sha256).hexdigest()
