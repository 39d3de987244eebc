"""Threads that the app takes part in: those of the assistant pane, those where it was mentioned, and its posts in private."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.channels.slack.places import Place
from bot.channels.slack.tables import threads
from core import inbox
from core.clock import Clock
from core.database import Database

POSTS_KEPT_FOR = timedelta(days=90)
KNOWN = 20_000


class Kind(StrEnum):
    ASSISTANT = "assistant"
    MENTION = "mention"
    POST = "post"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A thread and who spoke to us in it last: the one for whom answers are streamed."""

    kind: Kind
    user: str
    user_team: str


class Threads:
    """Keeps them, and remembers those that were asked for lately."""

    def __init__(self, database: Database, *, tenant: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._clock = clock
        self._lately: dict[Place, Begun] = {}

    async def find(self, place: Place) -> Begun | None:
        if place not in self._lately:
            row = await self._database.read(lambda conn: self._row(conn, place))
            if row is None:
                return None
            self._remember(place, Begun(kind=Kind(row.kind), user=row.user_id, user_team=row.user_team))
        return self._lately[place]

    async def keep(self, place: Place, begun: Begun) -> None:
        """Keeps a thread; doing so again costs nothing."""
        if await self.find(place) == begun:
            return
        await self._database.write(lambda conn: self._write(conn, place, begun))
        self._remember(place, begun)

    async def home(self, place: Place) -> Place:
        """Where a direct message with this thread belongs: a thread below one of its own messages is the conversation itself."""
        if not place.direct or not place.thread:
            return place
        whole = Place(team=place.team, channel=place.channel)
        found = await self.find(place)
        if found is not None:
            return whole if found.kind is Kind.POST else place
        written = await self._database.read(lambda conn: inbox.row_of(conn, whole.ref(self._tenant), place.thread))
        return whole if written else place

    async def posted(self, place: Place, ts: str) -> None:
        """The app wrote into a direct message, outside any thread."""
        root = Place(team=place.team, channel=place.channel, thread=ts)
        await self._database.write(lambda conn: self._write(conn, root, Begun(kind=Kind.POST, user="", user_team="")))

    def _row(self, conn: Connection, place: Place) -> Row[Any] | None:
        return conn.execute(select(threads).where(*self._same(place))).one_or_none()

    def _write(self, conn: Connection, place: Place, begun: Begun) -> None:
        now = self._clock.now()
        stale = (threads.c.kind == Kind.POST.value, threads.c.at < now - POSTS_KEPT_FOR)
        conn.execute(delete(threads).where(threads.c.tenant == self._tenant, threads.c.channel == place.channel, *stale))
        conn.execute(delete(threads).where(*self._same(place)))
        names = {"tenant": self._tenant, "team": place.team, "channel": place.channel, "root": place.thread}
        values = {"kind": begun.kind.value, "user_id": begun.user, "user_team": begun.user_team, "at": now}
        conn.execute(insert(threads).values(names | values))

    def _same(self, place: Place) -> tuple[Any, ...]:
        names = {"tenant": self._tenant, "team": place.team, "channel": place.channel, "root": place.thread}
        return tuple(threads.c[name] == value for name, value in names.items())

    def _remember(self, place: Place, begun: Begun) -> None:
        if len(self._lately) >= KNOWN:
            self._lately.clear()
        self._lately[place] = begun
