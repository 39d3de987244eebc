"""What was posted at each surface, and where: so that a restart posts nothing twice, and nobody repeats what may have arrived.

A post goes `begin` → send → `keep`. When it certainly wasn't sent: `drop`; when nobody knows: `unclear`. What was begun and never
ended (the process died while sending) counts as unclear, too.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, PrimaryKeyConstraint, Row, String, Table, and_, delete, insert, select
from sqlalchemy import update as change
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.database import Database, Instant, Json, metadata

GIVEN_UP_AFTER = timedelta(minutes=2)
REFUSED_KIND = "refused"

posts = Table(
    "desk_posts",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("surface", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("place", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "surface", "kind", "subject"),
)


class PostState(StrEnum):
    SENDING = "sending"
    SHOWN = "shown"
    UNCLEAR = "unclear"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post. `where` are the surface's own ids of it, empty until it is shown; `digest` is of what it says now."""

    surface: str
    kind: str
    subject: str
    where: Mapping[str, str]
    digest: str
    state: PostState
    at: datetime

    @property
    def shown(self) -> bool:
        return self.state is PostState.SHOWN


class Posts(Protocol):
    """What surfaces keep of their posts. `kind` and `subject` are the surface's own words, as `case` and the case's id."""

    async def find(self, surface: str, kind: str, subject: str) -> Post | None:
        """The post, in whatever state; only one that is `shown` has a `where`."""
        ...

    async def begin(self, surface: str, kind: str, subject: str) -> bool:
        """Takes the right to post it for the first time. False: somebody has begun, it is shown, or nobody knows."""
        ...

    async def keep(self, surface: str, kind: str, subject: str, where: Mapping[str, str], digest: str) -> None:
        """It is shown, there, and says that: after the first sending and after every update."""
        ...

    async def drop(self, surface: str, kind: str, subject: str) -> None:
        """What was begun was certainly not sent (`NotSent`, `Refused`): it may be begun again. A shown post stays."""
        ...

    async def unclear(self, surface: str, kind: str, subject: str) -> None:
        """Nobody knows whether what was begun was sent. A shown post stays shown: updating it again can't double it."""
        ...


class DeskPosts:
    """The posts of one company's desk, in the database."""

    def __init__(self, database: Database, tenant: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._clock = clock

    async def find(self, surface: str, kind: str, subject: str) -> Post | None:
        chosen = select(posts).where(self._this(surface, kind, subject))
        return await self._database.read(lambda conn: _first(conn.execute(chosen).one_or_none()))

    async def begin(self, surface: str, kind: str, subject: str) -> bool:
        return await self._database.write(lambda conn: self._begin(conn, surface, kind, subject))

    async def keep(self, surface: str, kind: str, subject: str, where: Mapping[str, str], digest: str) -> None:
        shown: dict[str, Any] = {"place": dict(where), "digest": digest, "state": PostState.SHOWN.value, "at": self._clock.now()}
        await self._database.write(lambda conn: self._put(conn, (surface, kind, subject), shown))

    async def drop(self, surface: str, kind: str, subject: str) -> None:
        begun = self._this(surface, kind, subject), posts.c.state == PostState.SENDING.value
        await self._database.write(lambda conn: conn.execute(delete(posts).where(*begun)))

    async def unclear(self, surface: str, kind: str, subject: str) -> None:
        begun = self._this(surface, kind, subject), posts.c.state == PostState.SENDING.value
        values = {"state": PostState.UNCLEAR.value, "at": self._clock.now()}
        await self._database.write(lambda conn: conn.execute(change(posts).where(*begun).values(values)))

    async def refused(self, surface: str, subject: str) -> None:
        """Lists what a surface won't show, for a person to see. It may be shown all the same, later."""
        values: dict[str, Any] = {"place": {}, "digest": "", "state": PostState.REFUSED.value, "at": self._clock.now()}
        await self._database.write(lambda conn: self._put(conn, (surface, REFUSED_KIND, subject), values))

    async def unsettled(self) -> Sequence[Post]:
        """What may not have been shown: unclear, refused, or begun long ago. The oldest first."""
        return await self._database.read(self._unsettled)

    async def forget(self, surface: str, kind: str, subject: str) -> Post | None:
        """Lets a person have it posted again: whatever isn't shown is as if it had never been begun. Returns what it was."""
        return await self._database.write(lambda conn: self._forget(conn, surface, kind, subject))

    def _begin(self, conn: Connection, surface: str, kind: str, subject: str) -> bool:
        values: dict[str, Any] = {"place": {}, "digest": "", "state": PostState.SENDING.value, "at": self._clock.now()}
        try:
            with conn.begin_nested():
                conn.execute(insert(posts).values(self._key(surface, kind, subject) | values))
        except IntegrityError:
            return False
        return True

    def _put(self, conn: Connection, which: tuple[str, str, str], values: Mapping[str, Any]) -> None:
        if conn.execute(change(posts).where(self._this(*which)).values(dict(values))).rowcount == 0:
            conn.execute(insert(posts).values(self._key(*which) | dict(values)))

    def _unsettled(self, conn: Connection) -> Sequence[Post]:
        open_states = (PostState.UNCLEAR.value, PostState.REFUSED.value)
        cut = and_(posts.c.state == PostState.SENDING.value, posts.c.at <= self._clock.now() - GIVEN_UP_AFTER)
        wanted = select(posts).where(posts.c.tenant == self._tenant, posts.c.state.in_(open_states) | cut)
        return [_post(row) for row in conn.execute(wanted.order_by(posts.c.at, posts.c.subject))]

    def _forget(self, conn: Connection, surface: str, kind: str, subject: str) -> Post | None:
        unsettled = self._this(surface, kind, subject), posts.c.state != PostState.SHOWN.value
        found = _first(conn.execute(select(posts).where(*unsettled)).one_or_none())
        conn.execute(delete(posts).where(*unsettled))
        return found

    def _key(self, surface: str, kind: str, subject: str) -> dict[str, Any]:
        return {"tenant": self._tenant, "surface": surface, "kind": kind, "subject": subject}

    def _this(self, surface: str, kind: str, subject: str) -> ColumnElement[bool]:
        return and_(*(posts.c[name] == value for name, value in self._key(surface, kind, subject).items()))


def digest_of(shown: object) -> str:
    """A short sum over what is shown, to see whether it changed. Times and enumerations count by their text."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()


def _first(row: Row[Any] | None) -> Post | None:
    return _post(row) if row else None


def _post(row: Row[Any]) -> Post:
    return Post(
        surface=row.surface,
        kind=row.kind,
        subject=row.subject,
        where=dict(row.place),
        digest=row.digest,
        state=PostState(row.state),
        at=row.at,
    )
