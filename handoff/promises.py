"""Promises made to customers, by the bot or by people: each is an obligation with an owner and a time, until it is kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Row, Select, String, Table, and_, insert, select, update

from core.database import Instant, metadata
from core.errors import BadInput, Conflict, NotFound
from core.events import JSON, Event
from core.journal import Journal
from core.vault import Vault
from handoff.promise_sources import skill_behind, structured
from handoff.sla import Desk
from memory.tables import BOT, Conversation

OPEN, KEPT, BROKEN, DROPPED = "open", "kept", "broken", "dropped"
TO_DO = (OPEN, BROKEN)
LEAST_WARNING = timedelta(minutes=15)
SHARE = 4
USUAL_PRIORITY = 3

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
    Column("owner", String(200)),
    Column("skill", String(64)),
    Column("alert_at", Instant),
    Column("alerted_at", Instant),
    Index(None, "tenant", "conversation_id"),
    Index("ix_promises_account", "tenant", "account_id"),
    Index("ix_promises_due", "state", "due_at"),
)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A promise as it stands. `text` is empty once the customer was erased.

    `owner` is the id of the agent who has to see to it; None leaves it to whoever holds the case, or to the queue. `skill` is
    what would keep it, where that is known. At `alert_at` it is due soon; `alerted_at` says when that was told.
    """

    id: str
    tenant: str
    conversation_id: str
    account_id: str | None
    made_by: str
    text: str
    state: str
    made_at: datetime
    due_at: datetime | None
    owner: str | None = None
    skill: str | None = None
    alert_at: datetime | None = None
    alerted_at: datetime | None = None
    closed_at: datetime | None = None

    def due_soon(self, now: datetime) -> bool:
        return self.state == OPEN and self.alert_at is not None and self.alert_at <= now


@dataclass(frozen=True, kw_only=True)
class NewTime:
    """Another time for a promise: why, and by which agent."""

    due_at: datetime
    reason: str
    by: str


class Promises:
    """Records promises and what became of them. All methods take part in the caller's transaction.

    With `desk`, a promise that names no time is due when that desk answers at the latest.
    """

    def __init__(self, vault: Vault, journal: Journal, desk: Desk | None = None) -> None:
        self._vault = vault
        self._journal = journal
        self._desk = desk

    def record(
        self, conn: Connection, conversation: Conversation, text: str, *, made_by: str, at: datetime, due_at: datetime | None
    ) -> Promise:
        """Notes a promise that was made in a conversation: by an agent in words, or by a skill as `what:record:when`."""
        made = structured(text)
        words = made.text if made else text
        due_at = due_at or (made.due_at if made else None) or self.usual_due(at)
        content_id = self._vault.seal(conn, tenant=conversation.tenant, person=conversation.person_id, text=words)
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
            "owner": None if made_by == BOT else made_by,
            "skill": None if made else skill_behind(text),
            "alert_at": alert_at(at, due_at),
        }
        conn.execute(insert(promises).values(values))
        noted = self._get(conn, conversation.tenant, values["id"])
        self._note(conn, noted, "promise.made", at)
        return noted

    def usual_due(self, at: datetime, plan: str | None = None, zone: str | None = None) -> datetime | None:
        """When a promise without a time is due."""
        return self._desk.due(at, USUAL_PRIORITY, plan, zone) if self._desk else None

    def get(self, conn: Connection, tenant: str, promise_id: str) -> Promise:
        """The promise of that id. Raises `NotFound`."""
        return self._get(conn, tenant, promise_id)

    def keep(self, conn: Connection, tenant: str, promise_id: str, at: datetime) -> Promise:
        """Marks a promise as kept, late or not. Raises `Conflict` when it was marked before."""
        return self._close(conn, self._get(conn, tenant, promise_id), KEPT, at)

    def drop(self, conn: Connection, tenant: str, promise_id: str, at: datetime) -> Promise:
        """Takes off the list what was no promise. Raises `Conflict` when it isn't to be kept any more."""
        return self._close(conn, self._get(conn, tenant, promise_id), DROPPED, at)

    def move(self, conn: Connection, tenant: str, promise_id: str, to: NewTime, *, at: datetime) -> Promise:
        """Gives a promise another time; a broken one is open again. The reason is sealed with the promise's words."""
        if to.due_at <= at:
            raise BadInput("The new time has passed already: choose one that is still to come.")
        promise = self._to_do(conn, tenant, promise_id)
        content_id = promises.c.content_id
        person = self._vault.person_of(conn, str(conn.execute(select(content_id).where(_this(promise))).scalar_one()))
        reason_id = self._vault.seal(conn, tenant=tenant, person=person, text=to.reason)
        values = {"state": OPEN, "due_at": to.due_at, "alert_at": alert_at(at, to.due_at), "alerted_at": None, "closed_at": None}
        conn.execute(update(promises).where(_this(promise)).values(values))
        moved = self._get(conn, tenant, promise_id)
        was = promise.due_at.isoformat() if promise.due_at else None
        self._note(conn, moved, "promise.moved", at, {"by": to.by, "was_due_at": was}, (reason_id,))
        return moved

    def hand(self, conn: Connection, tenant: str, promise_id: str, owner: str | None, *, by: str, at: datetime) -> Promise:
        """Makes somebody else see to it; None leaves it to the queue."""
        promise = self._to_do(conn, tenant, promise_id)
        conn.execute(update(promises).where(_this(promise)).values(owner=owner))
        handed = self._get(conn, tenant, promise_id)
        self._note(conn, handed, "promise.handed", at, {"by": by})
        return handed

    def alert_due(self, conn: Connection, now: datetime) -> list[Promise]:
        """Marks every open promise that is due soon, once, for all tenants, and returns them."""
        soon = and_(promises.c.state == OPEN, promises.c.alert_at <= now, promises.c.alerted_at.is_(None))
        found = self._many(conn, select(promises).where(soon).order_by(promises.c.due_at))
        for each in found:
            conn.execute(update(promises).where(_this(each)).values(alerted_at=now))
            self._note(conn, each, "promise.alerted", now)
        return found

    def with_skill(self, conn: Connection) -> list[Promise]:
        """Every promise still to be kept of which it is known what would keep it, for all tenants."""
        return self._many(conn, select(promises).where(promises.c.state.in_(TO_DO), promises.c.skill.is_not(None)))

    def open_in(self, conn: Connection, tenant: str, conversation_id: str) -> list[Promise]:
        """The promises of a conversation that are not kept yet, broken ones too, the most pressing first."""
        mine = and_(promises.c.conversation_id == conversation_id, promises.c.state.in_(TO_DO))
        return self._many(conn, _of(tenant).where(mine))

    def of_account(self, conn: Connection, tenant: str, account_id: str) -> list[Promise]:
        """Every promise made to an account, the most pressing first."""
        return self._many(conn, _of(tenant).where(promises.c.account_id == account_id))

    def listed(self, conn: Connection, tenant: str, state: str = OPEN) -> list[Promise]:
        """A tenant's promises in one state, the most pressing first."""
        return self._many(conn, _of(tenant).where(promises.c.state == state))

    def closed(self, conn: Connection, tenant: str, limit: int = 50) -> list[Promise]:
        """The promises that were kept, the latest first."""
        kept = select(promises).where(promises.c.tenant == tenant, promises.c.state == KEPT)
        return self._many(conn, kept.order_by(promises.c.closed_at.desc()).limit(limit))

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

    def _to_do(self, conn: Connection, tenant: str, promise_id: str) -> Promise:
        promise = self._get(conn, tenant, promise_id)
        if promise.state not in TO_DO:
            raise Conflict(f"This promise is marked as {promise.state} already.", promise_id=promise.id)
        return promise

    def _get(self, conn: Connection, tenant: str, promise_id: str) -> Promise:
        found = self._many(conn, _of(tenant).where(promises.c.id == promise_id))
        if not found:
            raise NotFound(f"There is no promise {promise_id}: check the id.", promise_id=promise_id)
        return found[0]

    def _many(self, conn: Connection, wanted: Select[Any]) -> list[Promise]:
        rows: Sequence[Row[Any]] = conn.execute(wanted).all()
        texts = self._vault.open_many(conn, [row.content_id for row in rows])
        return [_promise(row, texts.get(row.content_id) or "") for row in rows]

    def _note(
        self,
        conn: Connection,
        promise: Promise,
        kind: str,
        at: datetime,
        more: Mapping[str, JSON] | None = None,
        content_ids: tuple[str, ...] = (),
    ) -> None:
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
                "owner": promise.owner,
                "due_at": promise.due_at.isoformat() if promise.due_at else None,
                **(more or {}),
            },
            content_ids=content_ids,
        )
        self._journal.append(conn, event)


def alert_at(made_at: datetime, due_at: datetime | None) -> datetime | None:
    """From when on a promise is due soon: a quarter of its time before the end, and at least 15 minutes."""
    if due_at is None:
        return None
    return max(made_at, due_at - max(LEAST_WARNING, (due_at - made_at) / SHARE))


def _this(promise: Promise) -> ColumnElement[bool]:
    return and_(promises.c.tenant == promise.tenant, promises.c.id == promise.id)


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
        owner=row.owner,
        skill=row.skill,
        alert_at=row.alert_at,
        alerted_at=row.alerted_at,
        closed_at=row.closed_at,
    )
