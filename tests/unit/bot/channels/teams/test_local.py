"""Local mode lets programs on this machine in, and starts only where nobody else can come."""

import json
from typing import Any

import aiohttp
import pytest

from bot.channels.teams.addresses import ServiceAddresses, checked
from bot.channels.teams.deliver import Look
from bot.channels.teams.joining import TeamsSettings, sending
from core.clock import WallClock
from core.database import Database
from core.errors import BadInput
from tests.fakes.teams_service import APP_ID
from tests.unit.bot.channels.teams.conftest import TENANT, Building, House

LOCAL: dict[str, Any] = {"local": True, "app_id": "", "password": "", "listens_on": "127.0.0.1", "service_urls": ()}


@pytest.fixture
async def local(building: Building) -> House:
    building.service.open_door, building.service.app_id = True, ""
    return await building.house(**LOCAL)


async def test_the_playground_is_let_in_without_a_token_and_answered(local: House) -> None:
    activity = local.service.by().message("hello") | {
        "serviceUrl": local.service.url.replace("127.0.0.1", "localhost").rstrip("/")
    }
    assert (await local.service.send(activity)).status == 200
    [arrival] = local.reception.arrivals
    await local.teams.sending.channel.show_activity(arrival.ref, "is reading")
    assert [(call.path, call.token) for call in local.service.calls] == [("/teams/v3/conversations/a:ann/activities", "")]


async def test_without_a_tenant_the_installation_is_called_local(local: House) -> None:
    activity = local.service.by().message("hello") | {"conversation": {"id": "a:ann"}, "channelData": {}}
    await local.service.send(activity)
    assert local.reception.arrivals[0].ref.installation == "local"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "10.0.0.1"},
        {"x-forwarded-proto": "https"},
        {"Forwarded": "for=10.0.0.1"},
        {"X-Real-IP": "10.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
        {"Host": "rebound.example:3978"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
async def test_what_came_by_a_proxy_or_a_web_page_is_refused(local: House, headers: dict[str, str]) -> None:
    activity = local.service.by().message("hello")
    assert (await local.service.send(activity, headers=headers)).status == 401
    assert not local.reception.arrivals


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "http://10.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
        "",
    ],
)
async def test_answers_never_leave_this_machine(local: House, url: str) -> None:
    assert (await local.service.send(local.service.by().message("hello") | {"serviceUrl": url})).status == 401


async def test_with_tokens_nothing_is_let_in_for_being_local(house: House) -> None:
    body = json.dumps(house.service.by().message("hello"))
    headers, url = {"Content-Type": "application/json"}, house.service.bot_url
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"app_id": APP_ID}, "TEAMS_APP_ID"),
        ({"listens_on": "0.0.0.0"}, "listens on 0.0.0.0"),
        ({"listens_on": "192.168.1.7"}, "server.host"),
        ({"listens_on": "example.org"}, "server.host"),
        ({"listens_on": ""}, "server.host"),
        ({"local": False}, "channels.teams.local"),
        ({"local": False, "app_id": APP_ID}, "TEAMS_APP_PASSWORD"),
        ({"local": False, "app_id": APP_ID, "password": "p", "service_urls": ("http://smba.example/",)}, "https address"),
    ],
)
async def test_it_refuses_to_start_in_words(changed: dict[str, Any], word: str) -> None:
    settings = TeamsSettings(tenant=TENANT.id, look=Look(company="Halcyon"), secret=b"s" * 32, **LOCAL | changed)
    database = Database.open("sqlite://")
    with pytest.raises(BadInput, match=word):
        sending(settings, database, WallClock())
    await database.close()


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://smba.example/emea", True),
        ("https://smba.example/emea/", True),
        ("https://smba.example/emea/more", True),
        ("https://smba.example:443/emea/", True),
        ("https://smba.example/emea-evil/", False),
        ("https://smba.example/", False),
        ("https://smba.example/emea/../x", False),
        ("https://smba.example/emea/%2e%2e/x", False),
        ("http://smba.example/emea/", False),
        ("https://smba.example:8443/emea/", False),
        ("https://smba.example.evil.example/emea/", False),
        ("https://user@smba.example/emea/", False),
        ("https://smba.example@evil.example/emea/", False),
        ("https://smba.example\\@evil.example/emea/", False),
        ("https://smba.example/emea/?x", False),
        ("https://smba.example/emea/#x", False),
        ("//smba.example/emea/", False),
        ("https://smba.ex\u00e4mple/emea/", False),
        ("https://smba.example:99999/emea/", False),
        ("https://[::1/emea/", False),
        ("x" * 500, False),
    ],
)
def test_addresses_are_allowed_by_scheme_host_port_and_path(url: str, allowed: bool) -> None:
    listed = ServiceAddresses(listed=checked(("https://smba.example/emea/",)))
    assert listed.allows(url) is allowed
