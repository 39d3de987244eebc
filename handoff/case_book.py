"""The cases: conversations that wait for a person, are with one, or were. Their texts are in the vault."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Integer, Row, Select, String, Table, and_, func, select, text

from core.database import Instant, metadata
from core.errors import NotFound
from core.vault import Vault
from handoff.packet import Packet, from_json

WAITING, CLAIMED, RESOLVED, RETURNED, PROMISED = "waiting", "claimed", "resolved", "returned", "promised"
LIVE = (WAITING, CLAIMED)

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("account_id", String(64)),
    Column("person_id", String(200), nullable=False),
    Column("plan", String(32)),
    Column("zone", String(64)),
    Column("language", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("agent_id", String(200)),
    Column("agent_name_id", String(32)),
    Column("packet_id", String(32), nullable=False),
    Column("outcome_id", String(32)),
    Column("correlation_id", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("first_reply_at", Instant),
    Column("closed_at", Instant),
    Index(
        "uq_cases_live",
        "tenant",
        "conversation_id",
        unique=True,
        sqlite_where=text("state IN ('waiting', 'claimed')"),
        postgresql_where=text("state IN ('waiting', 'claimed')"),
    ),
    Index("ix_cases_queue", "tenant", "state", "priority", "opened_at"),
    Index("ix_cases_conversation", "tenant", "conversation_id"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it stands: waiting, claimed, resolved, returned to the bot, or done but for a promise. `epoch` is its lease's.

    `priority` runs from 1 (now) to 4. `due_at` is when the first reply of a person is due.
    """

    id: str
    tenant: str
    conversation_id: str
    account_id: str | None
    person_id: str
    plan: str | None
    zone: str | None
    language: str
    reason: str
    priority: int
    state: str
    epoch: int
    agent_id: str | None
    agent_name: str
    correlation_id: str
    opened_at: datetime
    due_at: datetime
    claimed_at: datetime | None
    first_reply_at: datetime | None
    closed_at: datetime | None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def ended(self) -> str:
        """How it ended, for a sentence."""
        return "done but for a promise" if self.state == PROMISED else self.state

    def overdue(self, now: datetime) -> bool:
        """Whether no person has replied in time."""
        return self.live and self.first_reply_at is None and now > self.due_at


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A line of the queue: the case, what it is about, and how it stands. `summary` is empty once the customer was erased."""

    case: Case
    customer: str
    first_words: str
    summary: str
    age_s: float
    overdue: bool


class CaseBook:
    """Reads cases. All methods take part in the caller's transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def get(self, conn: Connection, tenant: str, case_id: str) -> Case:
        """The case of that id. Raises `NotFound`."""
        found = self._many(conn, _of(tenant).where(cases.c.id == case_id))
        if not found:
            raise NotFound(f"There is no case {case_id}: check the id.", case_id=case_id)
        return found[0]

    def live_in(self, conn: Connection, tenant: str, conversation_id: str) -> Case | None:
        """The case that is open in a conversation, if one is."""
        mine = and_(cases.c.conversation_id == conversation_id, cases.c.state.in_(LIVE))
        return next(iter(self._many(conn, _of(tenant).where(mine))), None)

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> list[Case]:
        """Every case that a conversation had, the first one first."""
        mine = _of(tenant).where(cases.c.conversation_id == conversation_id)
        return self._many(conn, mine.order_by(cases.c.opened_at, cases.c.epoch))

    def queue(self, conn: Connection, tenant: str, *, now: datetime, limit: int = 200) -> list[Waiting]:
        """The live cases, the most urgent first, then the oldest."""
        live = _of(tenant).where(cases.c.state.in_(LIVE))
        found = self._many(conn, live.order_by(cases.c.priority, cases.c.opened_at, cases.c.id).limit(limit))
        return self._lines(conn, found, now)

    def closed(self, conn: Connection, tenant: str, *, now: datetime, limit: int = 50) -> list[Waiting]:
        """Cases that are over, the latest first."""
        over = _of(tenant).where(cases.c.state.not_in(LIVE))
        return self._lines(conn, self._many(conn, over.order_by(cases.c.closed_at.desc()).limit(limit)), now)

    def packet(self, conn: Connection, tenant: str, case_id: str) -> Packet:
        """What the person who takes over is handed. Raises `NotFound`, or `Erased`."""
        return from_json(self._vault.open(conn, self._text_id(conn, tenant, case_id, cases.c.packet_id)))

    def outcome(self, conn: Connection, tenant: str, case_id: str) -> str:
        """What was noted when the case was resolved or returned; empty while it is live. Raises `NotFound`, or `Erased`."""
        text_id = self._text_id(conn, tenant, case_id, cases.c.outcome_id)
        return self._vault.open(conn, text_id) if text_id else ""

    def ahead_of(self, conn: Connection, case: Case) -> int:
        """How many waiting cases come before this one."""
        before = cases.c.priority < case.priority
        earlier = and_(cases.c.priority == case.priority, cases.c.opened_at < case.opened_at)
        others = and_(cases.c.tenant == case.tenant, cases.c.state == WAITING, cases.c.id != case.id, before | earlier)
        return conn.execute(select(func.count()).select_from(cases).where(others)).scalar_one()

    def _lines(self, conn: Connection, found: Sequence[Case], now: datetime) -> list[Waiting]:
        chosen = select(cases.c.id, cases.c.packet_id).where(cases.c.id.in_([case.id for case in found]))
        ids = {row.id: row.packet_id for row in conn.execute(chosen)}
        texts = self._vault.open_many(conn, list(ids.values()))
        return [_line(case, texts.get(ids[case.id]), now) for case in found]

    def _text_id(self, conn: Connection, tenant: str, case_id: str, column: ColumnElement[str]) -> str:
        row = conn.execute(select(column).where(cases.c.tenant == tenant, cases.c.id == case_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no case {case_id}: check the id.", case_id=case_id)
        return str(row[0] or "")

    def _many(self, conn: Connection, wanted: Select[Any]) -> list[Case]:
        rows = conn.execute(wanted).all()
        names = self._vault.open_many(conn, list({row.agent_name_id for row in rows if row.agent_name_id}))
        return [_case(row, names.get(row.agent_name_id) or "") for row in rows]


def this(tenant: str, case_id: str) -> ColumnElement[bool]:
    """Names one case in a statement."""
    return and_(cases.c.tenant == tenant, cases.c.id == case_id)


def _of(tenant: str) -> Select[Any]:
    return select(cases).where(cases.c.tenant == tenant)


def _line(case: Case, packet: str | None, now: datetime) -> Waiting:
    known = from_json(packet) if packet else None
    return Waiting(
        case=case,
        customer=known.contact_name if known else "",
        first_words=known.first_words if known else "",
        summary=known.summary if known else "",
        age_s=(now - case.opened_at).total_seconds(),
        overdue=case.overdue(now),
    )


def _case(row: Row[Any], agent_name: str) -> Case:
    return Case(
        id=row.id,
        tenant=row.tenant,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        person_id=row.person_id,
        plan=row.plan,
        zone=row.zone,
        language=row.language,
        reason=row.reason,
        priority=row.priority,
        state=row.state,
        epoch=row.epoch,
        agent_id=row.agent_id,
        agent_name=agent_name or (row.agent_id or ""),
        correlation_id=row.correlation_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        claimed_at=row.claimed_at,
        first_reply_at=row.first_reply_at,
        closed_at=row.closed_at,
    )
