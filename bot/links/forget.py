"""Forgets who a person is on Slack and Teams."""

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select

from bot.links.people import ids_of, key_of, same_user
from bot.links.port import ChannelUser
from bot.links.tables import invitations, link_codes, links, seats

PARTS = len(("channel", "installation", "user"))


def erase(conn: Connection, tenant: str, person: str) -> int:
    """Removes the links, seats and codes of a contact, an agent, or a user who is nobody else. May be repeated."""
    user = _user(tenant, person)
    gone = _remove(conn, links, tenant, user, links.c.contact_id == person)
    gone += _remove(conn, seats, tenant, user, seats.c.agent_id == person)
    invited = delete(invitations).where(invitations.c.tenant == tenant, invitations.c.contact_id == person)
    gone += conn.execute(invited).rowcount
    waiting = conn.execute(select(link_codes).where(link_codes.c.tenant == tenant)).all()
    for row in waiting:
        own = user is not None and all(getattr(row, name) == value for name, value in ids_of(user).items())
        if own or any(choice[1] == person for choice in row.choices):
            named = (link_codes.c[column.name] == getattr(row, column.name) for column in link_codes.primary_key)
            gone += conn.execute(delete(link_codes).where(*named)).rowcount
    return gone


def also_known_as(conn: Connection, tenant: str, contact_id: str) -> list[str]:
    """Under which ids a contact wrote where others read along, and before it was known who they are."""
    return [key_of(user) for user in _linked(conn, tenant, contact_id)]


def users_of(conn: Connection, tenant: str, person: str) -> list[ChannelUser]:
    """The users of channels that a person is."""
    user = _user(tenant, person)
    return [*_linked(conn, tenant, person), *([user] if user else [])]


def _linked(conn: Connection, tenant: str, contact_id: str) -> list[ChannelUser]:
    theirs = select(links).where(links.c.tenant == tenant, links.c.contact_id == contact_id)
    return [
        ChannelUser(tenant=tenant, channel=row.channel, installation=row.installation, user_id=row.user_id)
        for row in conn.execute(theirs)
    ]


def _user(tenant: str, person: str) -> ChannelUser | None:
    parts = person.split(":", PARTS - 1)
    if len(parts) != PARTS:
        return None
    return ChannelUser(tenant=tenant, channel=parts[0], installation=parts[1], user_id=parts[2])


def _remove(conn: Connection, table: Table, tenant: str, user: ChannelUser | None, theirs: ColumnElement[bool]) -> int:
    chosen = or_(theirs, same_user(table, user)) if user else theirs
    return conn.execute(delete(table).where(table.c.tenant == tenant, chosen)).rowcount
