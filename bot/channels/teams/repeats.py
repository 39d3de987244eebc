"""Recognises what Teams tells again under a new id, by digests; the first id then stands for both.

A press or a dialog told again has the same conversation, sender, payload and message that it belongs to; within a minute it is
the same one. A typed text is told again only if its client wrote the same time on it, too; two equal texts otherwise are two.
"""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.channels.teams.reading import INVOKE, Received
from core.clock import Clock
from core.database import Database, Instant, metadata

INVOKES_WITHIN = timedelta(seconds=60)
TEXTS_WITHIN = timedelta(seconds=30)
KEPT_FOR = timedelta(days=7)

teams_told = Table(
    "teams_told",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("first_id", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "digest"),
    Index(None, "at"),
)


class Repeats:
    """Gives every activity the id under which it was told first. `key` makes the digests unreadable for anybody else."""

    def __init__(self, database: Database, wall: Clock, key: bytes) -> None:
        self._database = database
        self._wall = wall
        self._key = key

    async def first_id(self, received: Received) -> str:
        """The id of the first telling; the activity's own when this is it. Durable when it returns."""
        within = _within(received)
        if within is None:
            return received.id
        digest = self._digest(_payload(received))
        now = self._wall.now()
        return await self._database.write(lambda conn: self._settle(conn, received, digest, now, now - within))

    async def finished(self, received: Received) -> bool:
        """Whether this was done to its end already, under the id that it has."""
        asked = select(teams_told.c.at).where(self._named(received, self._end(received)))
        return await self._database.read(lambda conn: conn.execute(asked).first() is not None)

    async def finish(self, received: Received) -> None:
        """Keeps that it was done."""
        now, digest = self._wall.now(), self._end(received)
        await self._database.write(lambda conn: self._settle(conn, received, digest, now, now - KEPT_FOR))

    async def sweep(self) -> int:
        """Forgets digests older than seven days. Returns how many."""
        before = self._wall.now() - KEPT_FOR
        return await self._database.write(lambda conn: conn.execute(delete(teams_told).where(teams_told.c.at < before)).rowcount)

    def _settle(self, conn: Connection, received: Received, digest: str, now: datetime, since: datetime) -> str:
        mine = self._named(received, digest)
        found = conn.execute(select(teams_told.c.first_id, teams_told.c.at).where(mine).with_for_update()).one_or_none()
        if found is not None and found.at >= since:
            return str(found.first_id)
        if found is not None:
            conn.execute(update(teams_told).where(mine).values(first_id=received.id, at=now))
            return received.id
        row = {"tenant": received.ref.tenant, "digest": digest, "first_id": received.id, "at": now}
        try:
            with conn.begin_nested():
                conn.execute(insert(teams_told).values(row))
        except IntegrityError:
            return str(conn.execute(select(teams_told.c.first_id).where(mine)).scalar_one())
        return received.id

    def _named(self, received: Received, digest: str) -> ColumnElement[bool]:
        return (teams_told.c.tenant == received.ref.tenant) & (teams_told.c.digest == digest)

    def _end(self, received: Received) -> str:
        names = ("end", received.ref.installation, received.ref.conversation_id, received.user.user_id, received.id)
        return self._digest(json.dumps(names).encode())

    def _digest(self, payload: bytes) -> str:
        return hmac.new(self._key, payload, hashlib.sha256).hexdigest()


def _within(received: Received) -> timedelta | None:
    """How long a telling counts as the same; None for what only its id can tell."""
    if received.kind == INVOKE or (received.kind == "message" and received.value):
        return INVOKES_WITHIN
    return TEXTS_WITHIN if received.kind == "message" and received.stamp else None


def _payload(received: Received) -> bytes:
    typed = received.kind == "message" and not received.value
    parts = (
        received.kind,
        received.ref.installation,
        received.ref.conversation_id,
        received.user.user_id,
        received.name,
        received.reply_to,
        received.activity.get("value"),
        received.activity.get("text") if typed else None,
        received.stamp if typed else None,
    )
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()
