"""A person who is erased leaves no place behind that leads to them; everybody else keeps theirs."""

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from bot.channels.forget import erase
from bot.channels.slack.tables import threads
from bot.channels.teams.references import teams_people, teams_places
from bot.links.tables import links
from core.database import Database

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TENANT = "halcyon"


def linked(conn: Connection, channel: str, user: str, contact: str, tenant: str = TENANT) -> None:
    named = {"tenant": tenant, "channel": channel, "installation": "T1", "user_id": user}
    known = {"contact_id": contact, "account_id": "ACC-1", "how": "code", "assurance": "verified", "at": NOON, "by": "code"}
    conn.execute(insert(links).values(**named, **known))


def spoke_on_slack(conn: Connection, user: str, root: str, tenant: str = TENANT) -> None:
    where = {"tenant": tenant, "team": "T1", "channel": "C1", "root": root}
    conn.execute(insert(threads).values(**where, kind="mention", user_id=user, user_team="T1", at=NOON))


def spoke_on_teams(conn: Connection, user: str, tenant: str = TENANT) -> None:
    place = {
        "tenant": tenant,
        "place_id": f"a:{user}",
        "conversation_id": f"a:{user}",
        "root": f"a:{user}",
        "installation": "T1",
        "service_url": "https://smba.example/",
        "kind": "personal",
        "bot_id": "28:app",
        "channel_id": "msteams",
    }
    conn.execute(insert(teams_places).values(**place, account_id="", spoken_to=True, seen_at=NOON))
    person = {"tenant": tenant, "installation": "T1", "user_id": user, "account_id": f"29:{user}"}
    conn.execute(insert(teams_people).values(**person, place_id=f"a:{user}", private_id=f"a:{user}"))


def left(conn: Connection) -> set[tuple[str, str]]:
    """By tenant, whom a place leads to."""
    found = {(row.tenant, row.user_id) for table in (threads, teams_people) for row in conn.execute(select(table))}
    return found | {(row.tenant, row.place_id.removeprefix("a:")) for row in conn.execute(select(teams_places))}


async def test_an_erased_contact_leaves_no_place_in_any_channel() -> None:
    database = Database.open("sqlite://")
    database.create_all()

    def lived(conn: Connection) -> None:
        for tenant in (TENANT, "elsewhere"):
            linked(conn, "slack", "U1", "C-1", tenant)
            linked(conn, "teams", "V1", "C-1", tenant)
            spoke_on_slack(conn, "U1", "1.1", tenant)
            spoke_on_teams(conn, "V1", tenant)
        linked(conn, "slack", "U2", "C-2")
        spoke_on_slack(conn, "U2", "2.2")
        spoke_on_teams(conn, "V2")

    await database.write(lived)
    assert await database.write(lambda conn: erase(conn, TENANT, "C-1")) == 2
    others = {(TENANT, "U2"), (TENANT, "V2"), ("elsewhere", "U1"), ("elsewhere", "V1")}
    assert await database.read(left) == others
    assert await database.write(lambda conn: erase(conn, TENANT, "teams:T1:V2")) == 1
    assert await database.read(left) == others - {(TENANT, "V2")}
    assert await database.write(lambda conn: erase(conn, TENANT, "visitor-of-the-chat")) == 0
    await database.close()
