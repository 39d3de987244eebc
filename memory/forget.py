"""Shows customers what is remembered of them, and forgets it: one memory, all of them, or the person altogether."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select, update

from core.errors import NotAllowed, NotFound
from core.events import Event
from core.inbox import inbox
from core.people import Principal
from memory.distil import Rooms
from memory.known import opened
from memory.tables import OPEN, conversations, memories


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A line of "what we remember about you": what, since when, how long, and the conversation and message it comes from."""

    memory_id: str
    text: str
    kind: str
    since: datetime
    until: datetime
    conversation_id: str
    source_id: str


class Forget:
    """Lists and forgets. What is forgotten leaves rows, vault and vectors; a person's erasure leaves nothing on disk."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def listing(self, person: Principal, *, now: datetime) -> list[Remembered]:
        """What is remembered of a verified person, the latest first."""
        tenant, person_id = _who(person)
        holds = and_(memories.c.valid_until.is_(None), memories.c.expires_at > now)
        mine = select(memories).where(memories.c.tenant == tenant, memories.c.person_id == person_id, holds)

        def read(conn: Connection) -> list[Remembered]:
            rows = conn.execute(mine.order_by(memories.c.learned_at.desc(), memories.c.id)).all()
            return [
                Remembered(
                    memory_id=known.id,
                    text=known.text,
                    kind=known.kind,
                    since=known.learned_at,
                    until=known.expires_at,
                    conversation_id=known.conversation_id,
                    source_id=known.source_id,
                )
                for known in opened(conn, self._rooms.vault, rows)
            ]

        return await self._rooms.database.read(read)

    async def forget(self, person: Principal, memory_id: str, *, now: datetime) -> None:
        """Forgets one memory of the person's own, with the older ones that it had replaced. Raises `NotFound`."""
        tenant, person_id = _who(person)

        def write(conn: Connection) -> list[str]:
            chain = _chain(conn, tenant, person_id, memory_id)
            if not chain:
                raise NotFound("There is no such memory of yours: it may be forgotten already.", memory_id=memory_id)
            return self._remove(conn, tenant, chain, now)

        await self._drop(tenant, await self._rooms.database.write(write))

    async def forget_all(self, person: Principal, *, now: datetime) -> int:
        """Forgets every memory of the person's own. Returns how many there were, replaced and expired ones included."""
        tenant, person_id = _who(person)
        gone = await self._rooms.database.write(lambda conn: self._remove(conn, tenant, _all_of(conn, tenant, person_id), now))
        await self._drop(tenant, gone)
        return len(gone)

    async def sweep(self, *, now: datetime) -> int:
        """Forgets, for all tenants, what has expired. Returns how many memories that were."""

        def write(conn: Connection) -> dict[str, list[str]]:
            doomed: dict[str, list[str]] = {}
            for row in conn.execute(select(memories.c.tenant, memories.c.id).where(memories.c.expires_at <= now)):
                doomed.setdefault(row.tenant, []).append(row.id)
            return {tenant: self._remove(conn, tenant, ids, now) for tenant, ids in doomed.items()}

        gone = await self._rooms.database.write(write)
        for tenant, ids in gone.items():
            await self._drop(tenant, ids)
        return sum(len(ids) for ids in gone.values())

    async def erase(self, tenant: str, person_id: str, *, now: datetime) -> int:
        """Erases a person from memory: keys, memories, and the tenant's vectors written anew without theirs.

        Destroys the person's key, and that of every visitor who turned out to be this person and nobody else, so that no text
        of theirs can be read again, from any room. May be repeated. Returns how many memories there were.
        """

        def write(conn: Connection) -> int:
            gone = self._remove(conn, tenant, _all_of(conn, tenant, person_id), now)
            self._leave(conn, tenant, person_id, now)
            for visitor in self._visitors(conn, tenant, person_id):
                self._rooms.vault.destroy(conn, tenant=tenant, person=visitor)
            self._rooms.vault.destroy(conn, tenant=tenant, person=person_id)
            return len(gone)

        count = await self._rooms.database.write(write)
        await self.compact(tenant)
        return count

    async def compact(self, tenant: str) -> None:
        """Writes a tenant's vectors anew, with those of existing memories alone, and removes the old files."""
        kept = await self._rooms.database.read(
            lambda conn: list(conn.execute(select(memories.c.id).where(memories.c.tenant == tenant)).scalars())
        )
        await asyncio.to_thread(self._rooms.vectors.rebuild, tenant, kept)

    async def _drop(self, tenant: str, ids: Sequence[str]) -> None:
        if ids:
            await asyncio.to_thread(self._rooms.vectors.remove, tenant, ids)

    def _remove(self, conn: Connection, tenant: str, ids: Collection[str], now: datetime) -> list[str]:
        chosen = and_(memories.c.tenant == tenant, memories.c.id.in_(list(ids)))
        rows = conn.execute(select(memories.c.id, memories.c.content_id, memories.c.account_id).where(chosen)).all()
        self._rooms.vault.discard(conn, [row.content_id for row in rows])
        conn.execute(delete(memories).where(chosen))
        for row in rows:
            event = Event(
                type="memory.forgotten",
                tenant=tenant,
                at=now,
                correlation_id=row.id,
                conversation_id=None,
                account_id=row.account_id,
                data={"memory_id": row.id},
            )
            self._rooms.journal.append(conn, event)
        return [row.id for row in rows]

    def _leave(self, conn: Connection, tenant: str, person_id: str, now: datetime) -> None:
        """Ends the person's open conversations and empties what they wrote before it was known who they are."""
        mine = and_(conversations.c.tenant == tenant, conversations.c.person_id == person_id)
        for row in conn.execute(select(conversations).where(mine)).all():
            if row.state == OPEN:
                self._rooms.threads.end(conn, tenant, row.id, at=now, reason="erased")
            written = and_(inbox.c.tenant == tenant, inbox.c.thread_id == row.id)
            contents = conn.execute(select(inbox.c.content_id).where(written)).scalars()
            self._rooms.vault.discard(conn, list(contents))
        conn.execute(update(conversations).where(mine).values(dialogue_state_id=None))

    def _visitors(self, conn: Connection, tenant: str, person_id: str) -> list[str]:
        """Who the person was before it was known who they are, unless somebody else went by the same visitor id."""
        theirs = select(conversations.c.visitor_id).where(
            conversations.c.tenant == tenant, conversations.c.person_id == person_id
        )
        others = select(conversations.c.visitor_id).where(
            conversations.c.tenant == tenant, conversations.c.person_id != person_id
        )
        return sorted(set(conn.execute(theirs).scalars()) - set(conn.execute(others).scalars()))


def _who(person: Principal) -> tuple[str, str]:
    if not person.verified or person.contact_id is None:
        raise NotAllowed("Only a verified customer sees and forgets memories: verify who you are first.")
    return person.tenant.id, person.person_id


def _all_of(conn: Connection, tenant: str, person_id: str) -> list[str]:
    mine = and_(memories.c.tenant == tenant, memories.c.person_id == person_id)
    return list(conn.execute(select(memories.c.id).where(mine)).scalars())


def _chain(conn: Connection, tenant: str, person_id: str, memory_id: str) -> list[str]:
    """The memory and those of the same person that it, or one that it replaced, had replaced."""
    mine = and_(memories.c.tenant == tenant, memories.c.person_id == person_id)
    chain: list[str] = []
    wave = list(conn.execute(select(memories.c.id).where(mine, memories.c.id == memory_id)).scalars())
    while wave:
        chain.extend(wave)
        older = or_(*(memories.c.superseded_by == each for each in wave))
        wave = list(conn.execute(select(memories.c.id).where(mine, older, memories.c.id.not_in(chain))).scalars())
    return chain
