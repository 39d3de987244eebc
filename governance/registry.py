"""What was live when: the versions of policy, models, index and wording, so that a decision can name them."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import Column, Connection, Index, Integer, String, Table, func, insert, select

from core.database import Instant, metadata
from core.events import Event
from core.journal import Journal

versions = Table(
    "versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("version", String(200), nullable=False),
    Column("since", Instant, nullable=False),
    Index(None, "tenant", "kind"),
)


class Registry:
    """Remembers which version of each kind (policy, model, embedder, index, prompt, ...) is live for a tenant."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def record(self, conn: Connection, tenant: str, kind: str, version: str, now: datetime) -> bool:
        """Says what is live from now on. Returns whether that is a change; only a change is written and journalled."""
        before = self.current(conn, tenant).get(kind)
        if before == version:
            return False
        conn.execute(insert(versions).values(tenant=tenant, kind=kind, version=version, since=now))
        event = Event(
            type="version.changed",
            tenant=tenant,
            at=now,
            correlation_id=uuid4().hex,
            conversation_id=None,
            account_id=None,
            data={"kind": kind, "version": version, "before": before},
        )
        self._journal.append(conn, event)
        return True

    def current(self, conn: Connection, tenant: str) -> dict[str, str]:
        """The live version of every kind."""
        return self._latest(conn, tenant, None)

    def at(self, conn: Connection, tenant: str, moment: datetime) -> dict[str, str]:
        """The version of every kind that was live at a moment."""
        return self._latest(conn, tenant, moment)

    def _latest(self, conn: Connection, tenant: str, moment: datetime | None) -> dict[str, str]:
        newest = select(func.max(versions.c.number)).where(versions.c.tenant == tenant).group_by(versions.c.kind)
        if moment is not None:
            newest = newest.where(versions.c.since <= moment)
        rows = select(versions.c.kind, versions.c.version).where(versions.c.number.in_(newest)).order_by(versions.c.kind)
        return {row.kind: row.version for row in conn.execute(rows)}
