"""Where conversations are reached, kept from the activities that came: ids and the service's address, no names, no words."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.channels.teams.addresses import ServiceAddresses
from bot.channels.teams.reading import Received, kept_id, thread_root
from bot.channels.teams.wire import Reference
from core.clock import Clock
from core.database import Database, Instant, metadata

MOST_NOTED = 5_000

teams_places = Table(
    "teams_places",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("place_id", String(200), nullable=False),
    Column("conversation_id", String(1000), nullable=False),
    Column("root", String(200), nullable=False),
    Column("installation", String(200), nullable=False),
    Column("service_url", String(400), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("bot_id", String(200), nullable=False),
    Column("account_id", String(1000), nullable=False),
    Column("channel_id", String(64), nullable=False),
    Column("spoken_to", Boolean, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "place_id"),
    Index(None, "tenant", "root"),
)
teams_people = Table(
    "teams_people",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("installation", String(200), nullable=False),
    Column("user_id", String(200), nullable=False),
    Column("account_id", String(1000), nullable=False),
    Column("place_id", String(200), nullable=False),
    Column("private_id", String(200)),
    PrimaryKeyConstraint("tenant", "installation", "user_id"),
)
PARTS = ("conversation_id", "service_url", "installation", "kind", "bot_id", "account_id", "channel_id")


class References:
    """Keeps references of one tenant. One whose service address isn't on the list (any more) is never given out."""

    def __init__(self, database: Database, tenant: str, addresses: ServiceAddresses, wall: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._addresses = addresses
        self._wall = wall
        self._noted: OrderedDict[tuple[str, str], tuple[Reference, bool]] = OrderedDict()

    async def note(self, received: Received) -> None:
        """Keeps where this came from, if that is news; and that the bot was spoken to there."""
        key = (received.ref.conversation_id, received.user.user_id)
        known = self._noted.get(key)
        spoken = received.addressed and received.kind == "message"
        if known == (received.reference, spoken or (known is not None and known[1])):
            return
        await self._database.write(lambda conn: self._write(conn, received, spoken))
        self._noted[key] = (received.reference, spoken or (known is not None and known[1]))
        while len(self._noted) > MOST_NOTED:
            self._noted.popitem(last=False)

    async def keep(self, reference: Reference) -> None:
        """Keeps a conversation that the bot began."""
        await self._database.write(lambda conn: self._put(conn, reference, spoken=True))

    async def find(self, installation: str, conversation_id: str) -> Reference | None:
        """That of a conversation, by Teams' own id or by the id as it is kept; an empty installation stands for any."""
        return await self._one(self._in(installation) & (teams_places.c.place_id == kept_id(conversation_id)))

    async def latest(self, installation: str) -> Reference | None:
        """Whatever was used last in an organisation: it leads to its service."""
        return await self._one(self._in(installation))

    async def spoken_to(self, place_id: str) -> bool:
        """Whether somebody spoke to the bot there."""
        asked = select(teams_places.c.spoken_to).where(self._mine(teams_places), teams_places.c.place_id == place_id)
        return bool(await self._database.read(lambda conn: conn.execute(asked).scalar()))

    async def seen_in(self, installation: str, user_id: str) -> tuple[Reference, str] | None:
        """Where a user was last seen, and the id that they have there."""
        person = await self._person(installation, user_id)
        found = await self.find(installation, person.private_id or person.place_id) if person else None
        return (found, str(person.account_id)) if person and found else None

    def forget(self, conn: Connection, installation: str, user_id: str) -> int:
        """Forgets a user, and their personal chat, in the caller's transaction."""
        self._noted.clear()
        return forget_user(conn, self._tenant, installation, user_id)

    def _write(self, conn: Connection, received: Received, spoken: bool) -> None:
        self._put(conn, received.reference, spoken=spoken)
        if not received.user.user_id:
            return
        place_id = received.ref.conversation_id
        values = {"account_id": received.account_id, "place_id": place_id}
        values |= {"private_id": place_id} if received.user.private else {}
        who = self._who(received.user.installation, received.user.user_id)
        named = {"tenant": self._tenant, "installation": received.user.installation, "user_id": received.user.user_id}
        _upsert(conn, teams_people, who, values, named)

    def _put(self, conn: Connection, reference: Reference, *, spoken: bool) -> None:
        place_id = kept_id(reference.conversation_id)
        values: dict[str, Any] = asdict(reference) | {
            "root": kept_id(thread_root(reference.conversation_id)),
            "seen_at": self._wall.now(),
        }
        values |= {"spoken_to": True} if spoken else {}
        mine = self._mine(teams_places) & (teams_places.c.place_id == place_id)
        _upsert(conn, teams_places, mine, values, {"tenant": self._tenant, "place_id": place_id, "spoken_to": spoken})

    async def _one(self, wanted: ColumnElement[bool]) -> Reference | None:
        asked = select(teams_places).where(self._mine(teams_places), wanted).order_by(teams_places.c.seen_at.desc()).limit(1)
        row = await self._database.read(lambda conn: conn.execute(asked).mappings().one_or_none())
        found = _reference(row) if row else None
        return found if found and self._addresses.allows(found.service_url) else None

    async def _person(self, installation: str, user_id: str) -> Row[Any] | None:
        asked = select(teams_people).where(self._who(installation, user_id))
        return await self._database.read(lambda conn: conn.execute(asked).one_or_none())

    def _who(self, installation: str, user_id: str) -> ColumnElement[bool]:
        named = (teams_people.c.installation == installation) & (teams_people.c.user_id == user_id)
        return self._mine(teams_people) & named

    def _in(self, installation: str) -> ColumnElement[bool]:
        mine = self._mine(teams_places)
        return mine & (teams_places.c.installation == installation) if installation else mine

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.tenant == self._tenant


def forget_user(conn: Connection, tenant: str, installation: str, user_id: str) -> int:
    """Removes a user and their personal chat. May be repeated."""
    mine = (teams_people.c.tenant == tenant, teams_people.c.installation == installation, teams_people.c.user_id == user_id)
    private = conn.execute(select(teams_people.c.private_id).where(*mine)).scalar()
    if private:
        conn.execute(delete(teams_places).where(teams_places.c.tenant == tenant, teams_places.c.place_id == private))
    return conn.execute(delete(teams_people).where(*mine)).rowcount


def _upsert(
    conn: Connection, table: Table, mine: ColumnElement[bool], values: Mapping[str, Any], named: Mapping[str, Any]
) -> None:
    """Changes the row, or writes it; another process may be quicker."""
    if conn.execute(update(table).where(mine).values(values)).rowcount:
        return
    try:
        with conn.begin_nested():
            conn.execute(insert(table).values({**named, **values}))
    except IntegrityError:
        conn.execute(update(table).where(mine).values(values))


def _reference(row: Mapping[str, Any] | Any) -> Reference:
    return Reference(**{name: row[name] for name in PARTS})
