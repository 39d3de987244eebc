"""Promises made to customers, by the bot or by people: each is a row with its time, open until it is kept or broken."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, Select, String, Table, and_, insert, select, update

from core.database import Instant, metadata
from core.errors import Conflict, NotFound
from core.events import Event
from core.journal import Journal
from core.vault import Vault
from memory.tables import Conversation

OPEN, KEPT, BROKEN = "open", "kept", "broken"

promises = Table(
    "promises",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("account_id", String(64)),
    Column("made_by", String(200), nullable=False),
    Column("content_id", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("closed_at", Instant),
    Index(None, "tenant", "conversation_id"),
    Index("ix_promises_account", "tenant", "account_id"),
    Index("ix_promises_due", "state", "due_at"),
)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A promise as it stands. `text` is empty once the customer was erased."""

    id: str
    tenant: str
    conversation_id: str
    account_id: str | None
    made_by: str
    text: str
    state: str
    made_at: datetime
    due_at: datetime | None


class Promises:
    """Records promises and what became of them. All methods take part in the caller's transaction."""

    def __init__(self, vault: Vault, journal: Journal) -> None:
        self._vault = vault
        self._journal = journal

    def record(
        self, conn: Connection, conversation: Conversation, text: str, *, made_by: str, at: datetime, due_at: datetime | None
    ) -> Promise:
        """Notes a promise that was made in a conversation."""
        content_id = self._vault.seal(conn, tenant=conversation.tenant, person=conversation.person_id, text=text)
        values: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "tenant": conversation.tenant,
            "conversation_id": conversation.id,
            "account_id": conversation.account_id,
            "made_by": made_by,
            "content_id": content_id,
            "state": OPEN,
            "made_at": at,
            "due_at": due_at,
        }
        conn.execute(insert(promises).values(values))
        made = self._get(conn, conversation.tenant, values["id"])
        self._note(conn, made, "promise.made", at)
        return made

    def keep(self, conn: Connection, tenant: str, promise_id: str, at: datetime) -> Promise:
        """Marks a promise as kept, late or not. Raises `Conflict` when it was marked before."""
        return self._close(conn, self._get(conn, tenant, promise_id), KEPT, at)

    def open_in(self, conn: Connection, tenant: str, conversation_id: str) -> list[Promise]:
        """The promises of a conversation that are not kept yet, broken ones too, the most pressing first."""
        mine = and_(promises.c.conversation_id == conversation_id, promises.c.state != KEPT)
        return self._many(conn, _of(tenant).where(mine))

    def of_account(self, conn: Connection, tenant: str, account_id: str) -> list[Promise]:
        """Every promise made to an account, the most pressing first."""
        return self._many(conn, _of(tenant).where(promises.c.account_id == account_id))

    def listed(self, conn: Connection, tenant: str, state: str = OPEN) -> list[Promise]:
        """A tenant's promises in one state, the most pressing first."""
        return self._many(conn, _of(tenant).where(promises.c.state == state))

    def break_overdue(self, conn: Connection, now: datetime) -> list[Promise]:
        """Marks every open promise whose time has passed as broken, for all tenants, and returns them."""
        late = select(promises).where(promises.c.state == OPEN, promises.c.due_at < now).order_by(promises.c.due_at)
        return [self._close(conn, promise, BROKEN, now) for promise in self._many(conn, late)]

    def _close(self, conn: Connection, promise: Promise, state: str, at: datetime) -> Promise:
        before = [OPEN] if state == BROKEN else [OPEN, BROKEN]
        chosen = and_(promises.c.tenant == promise.tenant, promises.c.id == promise.id, promises.c.state.in_(before))
        if conn.execute(update(promises).where(chosen).values(state=state, closed_at=at)).rowcount != 1:
            raise Conflict(f"This promise is marked as {promise.state} already.", promise_id=promise.id)
        closed = self._get(conn, promise.tenant, promise.id)
        self._note(conn, closed, f"promise.{state}", at)
        return closed

    def _get(self, conn: Connection, tenant: str, promise_id: str) -> Promise:
        found = self._many(conn, _of(tenant).where(promises.c.id == promise_id))
        if not found:
            raise NotFound(f"There is no promise {promise_id}: check the id.", promise_id=promise_id)
        return found[0]

    def _many(self, conn: Connection, wanted: Select[Any]) -> list[Promise]:
        rows: Sequence[Row[Any]] = conn.execute(wanted).all()
        texts = self._vault.open_many(conn, [row.content_id for row in rows])
        return [_promise(row, texts.get(row.content_id) or "") for row in rows]

    def _note(self, conn: Connection, promise: Promise, kind: str, at: datetime) -> None:
        event = Event(
            type=kind,
            tenant=promise.tenant,
            at=at,
            correlation_id=promise.conversation_id,
            conversation_id=promise.conversation_id,
            account_id=promise.account_id,
            data={
                "promise_id": promise.id,
                "made_by": promise.made_by,
                "due_at": promise.due_at.isoformat() if promise.due_at else None,
            },
        )
        self._journal.append(conn, event)


def _of(tenant: str) -> Select[Any]:
    mine = select(promises).where(promises.c.tenant == tenant)
    return mine.order_by(promises.c.due_at.is_(None), promises.c.due_at, promises.c.made_at)


def _promise(row: Row[Any], text: str) -> Promise:
    return Promise(
        id=row.id,
        tenant=row.tenant,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        made_by=row.made_by,
        text=text,
        state=row.state,
        made_at=row.made_at,
        due_at=row.due_at,
    )
