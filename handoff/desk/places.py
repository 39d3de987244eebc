"""Where cases are posted, as an agent said it there: one place a surface."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, PrimaryKeyConstraint, String, Table, delete, insert, select

from core.clock import Clock
from core.database import Database, Instant, metadata

desk_places = Table(
    "desk_places",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("surface", String(64), nullable=False),
    Column("place", String(300), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "surface"),
)


@dataclass(frozen=True, kw_only=True)
class DeskPlaces:
    """Keeps the places of one tenant."""

    database: Database
    tenant: str
    clock: Clock

    async def get(self, surface: str) -> str | None:
        """The place of a surface; None when nobody has named one."""
        wanted = select(desk_places.c.place).where(desk_places.c.tenant == self.tenant, desk_places.c.surface == surface)
        return await self.database.read(lambda conn: conn.execute(wanted).scalar())

    async def set(self, surface: str, place: str) -> None:
        """Makes this the place of a surface."""

        def put(conn: Connection) -> None:
            conn.execute(delete(desk_places).where(desk_places.c.tenant == self.tenant, desk_places.c.surface == surface))
            conn.execute(insert(desk_places).values(tenant=self.tenant, surface=surface, place=place, at=self.clock.now()))

        await self.database.write(put)
