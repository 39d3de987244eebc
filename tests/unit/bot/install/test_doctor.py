"""The doctor: what it says when all is well, and about everything that may be wrong."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.install.asking import Told
from bot.install.doctor import Instruments, doctor_report
from bot.install.house_checks import Embed
from bot.install.report import Check, Report, Verdict
from bot.install.slack_scopes import NAMES
from core import tenants
from core.clock import FixedClock
from core.config import Config
from core.database import Database
from core.errors import Unavailable
from core.people import Tenant

from .conftest import PUBLIC, Configure, Servers

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
APP = "0d9c1a34-2b7f-4e51-9e0a-6c5f0b1d2e3f"
ENVIRON = {
    "RAPPORT_SECRET": "s3cr3t" * 8,
    "SLACK_SIGNING_SECRET": "signing-0123456789",
    "SLACK_BOT_TOKEN": "xoxb-token-0123456789",
    "SLACK_APP_TOKEN": "xapp-token-0123456789",
    "TEAMS_APP_ID": APP,
    "TEAMS_APP_PASSWORD": "pass~word~0123456789",
}
SLACK = {"enabled": True, "desk_team": "T1", "queue_channel": "C1"}
TEAMS = {"enabled": True, "desk_organisation": "org", "queue": "19:queue@thread.tacv2"}


def well(servers: Servers) -> None:
    """Everything answers as it should."""
    date = {"date": format_datetime(NOW, usegmt=True)}
    scopes = date | {"x-oauth-scopes": ",".join(NAMES)}
    channel = {"name": "support", "is_member": True, "is_archived": False}
    key = {"kid": "1", "endorsements": ["msteams"]}
    servers.answers = {
        "/auth.test": Told(status=200, headers=scopes, body={"ok": True, "team": "Halcyon", "team_id": "T1"}),
        "/conversations.info": Told(status=200, headers=date, body={"ok": True, "channel": channel}),
        "/apps.connections.open": Told(status=200, headers=date, body={"ok": True, "url": "wss://example.com"}),
        "/oauth2/v2.0/token": Told(status=200, headers=date, body={"access_token": "eyJ"}),
        "/openidconfiguration": Told(status=200, headers=date, body={"jwks_uri": "https://login.botframework.com/keys"}),
        "/keys": Told(status=200, headers=date, body={"keys": [key]}),
        "/healthz": Told(status=200, headers=date),
        "/api/": Told(status=200, headers=date),
        "microsoftonline.com": Told(status=200, headers=date),
    }


@pytest.fixture
def config(configure: Configure) -> Config:
    return configure(server={"public_url": PUBLIC}, demo={"enabled": False}, slack=SLACK, teams=TEAMS)


def embed(_: Path) -> int:
    return 384


async def report(
    config: Config,
    servers: Servers,
    environ: dict[str, str] | None = None,
    *,
    now: datetime = NOW,
    embed: Embed = embed,
) -> Report:
    given = Instruments(wall=FixedClock(now), embed=embed)
    return await doctor_report(config, ENVIRON if environ is None else environ, servers, given)


def found(given: Report, area: str, name: str) -> Check:
    return next(each for each in given.checks if (each.area, each.name) == (area, name))


def failing(given: Report) -> set[tuple[str, str]]:
    return {(each.area, each.name) for each in given.checks if each.verdict is Verdict.FAIL}


async def test_all_is_well(config: Config, servers: Servers) -> None:
    well(servers)
    given = await report(config, servers)
    assert failing(given) == set()
    assert given.exit_code == 0
    assert found(given, "slack", "queue").found == "#support (C1), and the app is a member"
    assert found(given, "teams", "keys").found == "1 keys may sign for msteams"
    assert found(given, "clock", "machine").verdict is Verdict.OK


async def test_nothing_that_is_off_is_asked_for(configure: Configure, servers: Servers) -> None:
    given = await report(configure(), servers, {})
    assert servers.asked == []
    assert failing(given) == set()


async def test_every_failure_says_what_to_do(config: Config, servers: Servers) -> None:
    given = await report(config, servers, {})
    assert {("slack", "SLACK_BOT_TOKEN"), ("slack", "SLACK_SIGNING_SECRET"), ("teams", "TEAMS_APP_ID")} <= failing(given)
    assert all(each.mend for each in given.checks if each.verdict is not Verdict.OK)
    assert given.exit_code == 1


async def test_no_secret_is_ever_repeated(config: Config, servers: Servers) -> None:
    well(servers)
    token = ENVIRON["SLACK_BOT_TOKEN"]
    servers.answers["/auth.test"] = Told(status=200, body={"ok": False, "error": f"no_such_token {token}"})
    servers.answers["/oauth2/v2.0/token"] = Told(status=401, body={"error": ENVIRON["TEAMS_APP_PASSWORD"]})
    given = await report(config, servers)
    told = given.text() + given.json()
    assert "no_such_token" in told
    assert not [value for name, value in ENVIRON.items() if name != "TEAMS_APP_ID" and value in told]


async def test_a_clock_that_is_wrong_is_found(config: Config, servers: Servers) -> None:
    well(servers)
    given = await report(config, servers, now=NOW + timedelta(seconds=61))
    assert failing(given) == {("clock", "machine")}
    assert "61 s ahead" in found(given, "clock", "machine").found


async def test_servers_that_do_not_answer_are_found(config: Config, servers: Servers) -> None:
    given = await report(config, servers)
    assert {("slack", "auth.test"), ("teams", "token"), ("teams", "keys")} == failing(given)
    assert found(given, "clock", "machine").verdict is Verdict.WARN


async def test_missing_permissions_are_named(config: Config, servers: Servers) -> None:
    well(servers)
    told = servers.answers["/auth.test"]
    servers.answers["/auth.test"] = Told(
        status=200, headers={"x-oauth-scopes": ",".join(NAMES - {"users:read.email"})}, body=told.body
    )
    check = found(await report(config, servers), "slack", "scopes")
    assert (check.verdict, check.found) == (Verdict.FAIL, "missing: users:read.email")
    assert "rapport slack manifest" in check.mend


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"ok": True, "channel": {"name": "support", "is_member": False}}, "no member"),
        ({"ok": True, "channel": {"name": "support", "is_member": True, "is_archived": True}}, "archived"),
        ({"ok": False, "error": "channel_not_found"}, "there is no such channel"),
        ({"ok": False, "error": "missing_scope", "needed": "channels:read"}, "channels:read"),
    ],
)
async def test_a_queue_channel_that_cannot_be_used_is_found(
    config: Config, servers: Servers, body: dict[str, Any], words: str
) -> None:
    well(servers)
    servers.answers["/conversations.info"] = Told(status=200, body=body)
    given = await report(config, servers)
    (check,) = (each for each in given.checks if each.verdict is Verdict.FAIL)
    assert words in check.found
    assert check.mend


async def test_socket_mode_needs_the_app_token_and_no_address(configure: Configure, servers: Servers) -> None:
    well(servers)
    config = configure(slack=SLACK | {"mode": "socket"})
    assert failing(await report(config, servers)) == set()
    assert ("https://slack.com/api/apps.connections.open", {}, ENVIRON["SLACK_APP_TOKEN"]) in servers.asked
    without = {name: value for name, value in ENVIRON.items() if name != "SLACK_APP_TOKEN"}
    assert failing(await report(config, servers, without)) == {("slack", "SLACK_APP_TOKEN")}


async def test_several_workspaces_need_no_bot_token(config: Config, servers: Servers) -> None:
    well(servers)
    environ = {name: value for name, value in ENVIRON.items() if name != "SLACK_BOT_TOKEN"}
    both = environ | {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "client-secret"}
    assert failing(await report(config, servers, both)) == set()
    half = environ | {"SLACK_CLIENT_ID": "1.2"}
    assert failing(await report(config, servers, half)) == {("slack", "SLACK_CLIENT_SECRET")}


async def test_without_a_workspace_of_its_own_nobody_is_an_agent(configure: Configure, servers: Servers) -> None:
    config = configure(server={"public_url": PUBLIC}, slack={"enabled": True})
    assert found(await report(config, servers), "slack", "desk_team").verdict is Verdict.OK
    many = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "client-secret", "SLACK_SIGNING_SECRET": "signing"}
    assert found(await report(config, servers, many), "slack", "desk_team").verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-0123456789"),
        ("SLACK_SIGNING_SECRET", "0123456789\n"),
        ("TEAMS_APP_ID", "rapport"),
        ("TEAMS_APP_PASSWORD", APP),
        ("RAPPORT_SECRET", "short"),
    ],
)
async def test_a_variable_with_something_else_is_found(config: Config, servers: Servers, name: str, value: str) -> None:
    well(servers)
    given = await report(config, servers, ENVIRON | {name: value})
    assert name in {each for _, each in failing(given)}


@pytest.mark.parametrize("code", ["AADSTS7000215", "AADSTS7000222", "AADSTS700016"])
async def test_microsofts_reasons_are_told_in_words(config: Config, servers: Servers, code: str) -> None:
    well(servers)
    body = {"error": "invalid_client", "error_description": f"{code}: Trace ID 1 Correlation ID 2"}
    servers.answers["/oauth2/v2.0/token"] = Told(status=401, body=body)
    check = found(await report(config, servers), "teams", "token")
    assert check.verdict is Verdict.FAIL
    assert code in check.found
    assert "Trace" not in check.found


async def test_keys_that_may_not_sign_for_teams_are_found(config: Config, servers: Servers) -> None:
    well(servers)
    servers.answers["/keys"] = Told(status=200, body={"keys": [{"kid": "1", "endorsements": ["webchat"]}]})
    assert failing(await report(config, servers)) == {("teams", "keys")}


@pytest.mark.parametrize(
    ("host", "environ", "fails"),
    [("127.0.0.1", {}, False), ("0.0.0.0", {}, True), ("127.0.0.1", {"TEAMS_APP_ID": APP}, True)],
)
async def test_local_mode_is_for_this_machine_alone(
    configure: Configure, servers: Servers, host: str, environ: dict[str, str], *, fails: bool
) -> None:
    given = await report(configure(server={"host": host}, teams={"enabled": True, "local": True}), servers, environ)
    assert (("teams", "local") in failing(given)) is fails


async def test_a_data_folder_that_cannot_be_written_to_is_found(configure: Configure, servers: Servers, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    given = await report(configure(core={"data_dir": str(file)}), servers, {})
    assert ("data", "folder") in failing(given)


async def test_a_database_of_another_region_is_found(configure: Configure, servers: Servers) -> None:
    config = configure()
    config.data_dir.mkdir()
    database = Database.open(config.database_url)
    database.create_all()
    await database.write(lambda conn: tenants.register(conn, Tenant(id="halcyon", region="us")))
    await database.close()
    assert failing(await report(config, servers, {})) == {("data", "region")}


async def test_a_file_that_is_no_database_is_found(configure: Configure, servers: Servers) -> None:
    config = configure()
    config.data_dir.mkdir()
    (config.data_dir / "rapport.db").write_bytes(b"not a database at all" * 100)
    assert ("data", "database") in failing(await report(config, servers, {}))


async def test_an_embedder_that_does_not_load_is_found(configure: Configure, servers: Servers, tmp_path: Path) -> None:
    def broken(_: Path) -> int:
        raise Unavailable("The model can't be loaded.")

    config = configure()
    (tmp_path / "cache").mkdir()
    given = await report(config, servers, {}, embed=broken)
    assert failing(given) == {("models", "embedder")}


async def test_a_desk_without_people_is_found(configure: Configure, servers: Servers, tmp_path: Path) -> None:
    agents = tmp_path / "agents.toml"
    agents.write_text('[[agent]]\nid = "ines"\nname = "Ines"\nroles = ["auditor"]\n', encoding="utf-8")
    given = await report(configure(handoff={"agents": str(agents)}), servers, {})
    assert failing(given) == {("desk", "agents")}


async def test_the_report_is_for_people_and_for_programs(config: Config, servers: Servers) -> None:
    well(servers)
    given = await report(config, servers)
    body = json.loads(given.json())
    assert body["well"] is True
    assert {"area", "name", "verdict", "found", "mend"} == body["checks"][0].keys()
    assert given.text().splitlines()[-1].endswith("0 to mend.")
