"""How far each follower of the journal has come: kept, so that a restart misses nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, PrimaryKeyConstraint, String, Table, and_, insert, select, update

from core.clock import Clock
from core.database import Database, Instant, metadata
from core.journal import Journal

cursors = Table(
    "desk_cursors",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("surface", String(32), nullable=False),
    Column("position", Integer, nullable=False),
    Column("began_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "surface"),
)


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Everything up to `position` is done. `began_at` is when the follower first came; `new` that this is now."""

    position: int
    began_at: datetime
    new: bool = False


class Cursors:
    """The cursors of one company's desk."""

    def __init__(self, database: Database, journal: Journal, tenant: str, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._tenant = tenant
        self._clock = clock

    async def open(self, surface: str) -> Cursor:
        """Where a follower goes on; one that is new begins at the journal's end."""
        return await self._database.write(lambda conn: self._open(conn, surface))

    async def move(self, surface: str, position: int) -> None:
        """Notes how far a follower has come. It never goes back."""
        forward = and_(cursors.c.tenant == self._tenant, cursors.c.surface == surface, cursors.c.position < position)
        await self._database.write(lambda conn: conn.execute(update(cursors).where(forward).values(position=position)))

    def _open(self, conn: Connection, surface: str) -> Cursor:
        mine = select(cursors).where(cursors.c.tenant == self._tenant, cursors.c.surface == surface)
        row = conn.execute(mine).one_or_none()
        if row is not None:
            return Cursor(position=row.position, began_at=row.began_at)
        position, now = self._journal.head(conn).position, self._clock.now()
        conn.execute(insert(cursors).values(tenant=self._tenant, surface=surface, position=position, began_at=now))
        return Cursor(position=position, began_at=now, new=True)
