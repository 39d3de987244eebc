"""Small facts of an installation that outlive a restart."""

from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, insert, select

from core.database import Instant, metadata

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)


def remembered_instant(conn: Connection, name: str, first: datetime) -> datetime:
    """The instant kept under `name`; `first` when there is none yet, and from then on."""
    kept = conn.execute(select(settings.c.at).where(settings.c.name == name)).scalar()
    if kept is None:
        conn.execute(insert(settings).values(name=name, at=first))
        return first
    return kept
