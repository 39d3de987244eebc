"""Who may speak to the customer: one holder at a time, each with an epoch that nobody after them shares."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, PrimaryKeyConstraint, String, Table, and_, insert, select

from core.database import Instant, metadata
from core.events import Event
from core.journal import Journal
from memory.tables import BOT, Conversation
from memory.threads import Threads

DESK = "desk"

leases = Table(
    "leases",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("holder", String(200), nullable=False),
    Column("case_id", String(32)),
    Column("taken_at", Instant, nullable=False),
    PrimaryKeyConstraint("conversation_id", "epoch"),
)


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to speak: `bot`, `desk` (it waits for a person; nobody speaks) or an agent's id, under this epoch."""

    tenant: str
    conversation_id: str
    holder: str
    epoch: int
    case_id: str | None = None

    @property
    def with_bot(self) -> bool:
        return self.holder == BOT


class Leases:
    """Hands the right to speak from one to the next. All methods take part in the caller's transaction."""

    def __init__(self, threads: Threads, journal: Journal) -> None:
        self._threads = threads
        self._journal = journal

    def current(self, conn: Connection, tenant: str, conversation_id: str) -> Lease:
        """Who may speak now. Raises `NotFound`."""
        conversation = self._threads.get(conn, tenant, conversation_id)
        taken = and_(leases.c.conversation_id == conversation_id, leases.c.epoch == conversation.epoch)
        case_id = conn.execute(select(leases.c.case_id).where(leases.c.tenant == tenant, taken)).scalar()
        return lease_of(conversation, case_id)

    def hand_over(self, conn: Connection, lease: Lease, to: str, *, at: datetime, correlation_id: str) -> Lease:
        """Passes a lease on, under the next epoch. Raises `Conflict` when it isn't the current one."""
        epoch = self._threads.pass_to(conn, lease.tenant, lease.conversation_id, to, epoch=lease.epoch)
        values = {
            "tenant": lease.tenant,
            "conversation_id": lease.conversation_id,
            "epoch": epoch,
            "holder": to,
            "case_id": lease.case_id,
            "taken_at": at,
        }
        conn.execute(insert(leases).values(values))
        event = Event(
            type="lease.released" if to == BOT else "lease.taken",
            tenant=lease.tenant,
            at=at,
            correlation_id=correlation_id,
            conversation_id=lease.conversation_id,
            account_id=None,
            data={"holder": to, "epoch": epoch, "case_id": lease.case_id},
        )
        self._journal.append(conn, event)
        return Lease(tenant=lease.tenant, conversation_id=lease.conversation_id, holder=to, epoch=epoch, case_id=lease.case_id)


def lease_of(conversation: Conversation, case_id: str | None = None) -> Lease:
    """The lease as a conversation shows it."""
    return Lease(
        tenant=conversation.tenant,
        conversation_id=conversation.id,
        holder=conversation.holder,
        epoch=conversation.epoch,
        case_id=case_id,
    )
