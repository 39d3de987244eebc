"""Installing into several workspaces: states can't be forged or reused, tokens are never on disk in plain text."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.channels.slack.installs import Installation, Installs
from bot.channels.slack.oauth import States
from core.clock import FixedClock
from core.database import Database
from core.errors import NotAllowed, Refused
from core.journal import Journal
from tests.fakes import slack_events as events
from tests.fakes.slack_api import FakeSlack, Workspace
from tests.fakes.slack_side import TENANT, Side, opened

TOKEN = "xoxb-very-secret-token-of-acme"
COOKIE = "rapport_slack_install"


@pytest.fixture
async def installing(slack: FakeSlack, database: Database) -> AsyncIterator[Side]:
    made = await opened(slack, database, bot_token="", client_id=slack.client[0], client_secret=slack.client[1])
    slack.workspaces = {TOKEN: Workspace(team="T0ACME", token=TOKEN, bot_user="U0ACMEBOT", bot="B0ACME")}
    slack.oauth_codes["code-1"] = {
        "access_token": TOKEN,
        "bot_user_id": "U0ACMEBOT",
        "team": {"id": "T0ACME", "name": "Acme"},
        "authed_user": {"id": "U1"},
    }
    yield made
    await made.close()


async def begun(side: Side) -> tuple[str, str]:
    """The state and the cookie of a begun installation."""
    async with side.session.get(side.server.make_url("/slack/install"), allow_redirects=False) as response:
        assert response.status == 302
        asked = urlsplit(response.headers["Location"])
        assert asked.path == "/oauth/v2/authorize"
        query = parse_qs(asked.query)
        assert query["redirect_uri"] == ["https://help.halcyon.example/slack/oauth_redirect"]
        cookie = response.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
        side.session.cookie_jar.clear()
        return query["state"][0], cookie.value


async def returned(side: Side, state: str, cookie: str, **query: str) -> tuple[int, str]:
    url = side.server.make_url("/slack/oauth_redirect").with_query({"state": state, "code": "code-1", **query})
    async with side.session.get(url, headers={"Cookie": f"{COOKIE}={cookie}"}) as response:
        return response.status, await response.text()


async def test_an_installed_workspace_is_served(installing: Side) -> None:
    status, page = await returned(installing, *await begun(installing))
    assert (status, "The app is installed" in page) == (200, True)
    assert await installing.out.installs.all() == ["T0ACME"]
    await installing.http.event(events.message("hello"), team="T0ACME")
    assert installing.reception.arrivals[0].ref.installation == "T0ACME"
    client = await installing.out.workspaces.client("T0ACME")
    assert client.token == TOKEN


async def test_a_workspace_that_isnt_installed_is_not(installing: Side) -> None:
    assert (await installing.http.event(events.message("hello"), team="T0OTHER")).status == 200
    assert installing.reception.arrivals == []
    with pytest.raises(Refused):
        await installing.out.workspaces.client("T0OTHER")


async def test_nobody_is_spoken_to_where_it_isnt_installed(installing: Side) -> None:
    address = {"response_url": installing.slack.response_url()}
    pressed = events.block_actions({"action_id": "answer:rate", "value": "helped"}) | address | {"team": {"id": "T0OTHER"}}
    for body in (pressed, events.command("help") | address | {"team_id": "T0OTHER"}):
        answer = await installing.http.send(body)
        assert (answer.status, answer.text) == (200, "")
    assert installing.slack.responses == []


async def test_a_state_is_good_once_and_in_its_own_browser(installing: Side) -> None:
    state, cookie = await begun(installing)
    nonce, stamp, signature = state.split(".")
    other_state, other_cookie = await begun(installing)
    forged = [
        (state, ""),
        (state, other_cookie),
        (other_state, cookie),
        ("", cookie),
        (f"{nonce}.{int(stamp) + 60}.{signature}", cookie),
        (f"{nonce[:-1]}x.{stamp}.{signature}", cookie),
        (f"{nonce}.{stamp}.{'0' * 64}", cookie),
        ("é" * 40, cookie),
    ]
    for given_state, given_cookie in forged:
        assert (await returned(installing, given_state, given_cookie))[0] == 403
    assert await installing.out.installs.all() == []
    assert (await returned(installing, state, cookie))[0] == 200
    assert (await returned(installing, state, cookie))[0] == 403


async def test_saying_no_installs_nothing(installing: Side) -> None:
    state, cookie = await begun(installing)
    assert (await returned(installing, state, cookie, error="access_denied"))[0] == 400
    assert (await returned(installing, *await begun(installing), code="wrong"))[0] == 400
    assert await installing.out.installs.all() == []


async def test_a_state_expires(database: Database) -> None:
    wall = FixedClock(datetime(2026, 11, 20, 10, tzinfo=UTC))
    states = States(database, tenant="halcyon", secret=b"s" * 40, wall=wall)
    state, cookie = await states.make()
    wall.advance(timedelta(minutes=11))
    with pytest.raises(NotAllowed):
        await states.use(state, cookie)


async def test_a_whole_organisation_is_kept_under_its_own_id(installing: Side) -> None:
    installed = {"access_token": TOKEN, "is_enterprise_install": True, "enterprise": {"id": "E0ACME"}, "team": None}
    installing.slack.oauth_codes["code-1"] = installed
    await returned(installing, *await begun(installing))
    await installing.http.event(events.message("hello"), team="T0ANY", enterprise="E0ACME")
    assert installing.reception.arrivals[0].ref.installation == "E0ACME"


async def test_without_credentials_nothing_can_be_installed(side: Side) -> None:
    async with side.session.get(side.server.make_url("/slack/install")) as response:
        assert response.status == 404


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_token_is_on_disk_in_plain_text(installing: Side, tmp_path: Path) -> None:
    await returned(installing, *await begun(installing))
    await installing.database.close()
    written = everything_in(tmp_path)
    assert b"T0ACME" in written
    assert TOKEN.encode() not in written
    assert TOKEN not in repr(Installation(team="T0ACME", token=TOKEN))


async def test_a_token_is_bound_to_its_workspace_tenant_and_secret(database: Database) -> None:
    def installs(tenant: str, secret: bytes) -> Installs:
        clock = FixedClock(datetime(2026, 11, 20, tzinfo=UTC))
        return Installs(database, Journal(), tenant=tenant, secret=secret, clock=clock)

    await installs("a", b"1" * 32).save(Installation(team="T1", token="xoxb-1"))
    assert await installs("a", b"2" * 32).find("T1") is None
    assert await installs("b", b"1" * 32).find("T1") is None
    found = await installs("a", b"1" * 32).find("", "T9", "T1")
    assert found is not None
    assert found.token == "xoxb-1"
    kinds = await database.read(lambda conn: [each.type for each in Journal().find(conn, "a")])
    assert kinds == ["channel.installed"]
    assert await installs("a", b"1" * 32).remove("T1", "T2")
    assert not await installs("a", b"1" * 32).remove("T1")
    assert TENANT.id == "halcyon"
