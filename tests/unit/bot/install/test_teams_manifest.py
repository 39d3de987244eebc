"""The Teams package: what is in the zip, against the schema's rules."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Mapping
from typing import Any, cast

import pytest

from bot.install.png import SIGNATURE
from bot.install.teams_manifest import ASK, CUSTOMER, DRAFT, GUID, SAMPLE_ID, teams_package
from core.errors import BadInput

from .conftest import PUBLIC, ROOT, Configure

APP = "0D9C1A34-2B7F-4E51-9E0A-6C5F0B1D2E3F"
ENVIRON = {"TEAMS_APP_ID": APP}
LENGTHS = {"title": 32, "description": 128, "id": 64, "name": 64}


def opened(package: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        assert files.testzip() is None
        content = {name: files.read(name) for name in files.namelist()}
    return json.loads(content["manifest.json"]), content


def commands_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = [each for group in body["bots"][0]["commandLists"] for each in group["commands"]]
    return listed + [each for extension in body.get("composeExtensions", []) for each in extension["commands"]]


def faults(body: Mapping[str, Any]) -> list[str]:
    """What Teams would refuse."""
    ids = [body["id"], body["bots"][0]["botId"], *(each["botId"] for each in body.get("composeExtensions", []))]
    found = [each for each in ids if not GUID.fullmatch(each)]
    limits = [
        (body["name"]["short"], 30),
        (body["name"]["full"], 100),
        (body["description"]["short"], 80),
        (body["description"]["full"], 4000),
        (body["developer"]["name"], 32),
    ]
    found += [text for text, most in limits if not 1 <= len(text) <= most]
    found += [url for name, url in body["developer"].items() if name.endswith("Url") and not url.startswith("https://")]
    for group in body["bots"][0]["commandLists"]:
        found += [] if len(group["commands"]) <= 10 else ["more than 10 commands"]
    for command in commands_of(body):
        found += [text for key, text in command.items() if key in LENGTHS and len(text) > LENGTHS[key]]
    return found + ([] if re.fullmatch(r"\d+\.\d+\.\d+", body["version"]) else ["version"])


@pytest.mark.parametrize("desk", [True, False])
def test_teams_takes_the_package(configure: Configure, *, desk: bool) -> None:
    body, files = opened(teams_package(configure(server={"public_url": PUBLIC}), ENVIRON, desk=desk))
    assert faults(body) == []
    assert set(files) == {"manifest.json", "color.png", "outline.png"}
    assert body["manifestVersion"] in body["$schema"]
    assert body["bots"][0]["scopes"] == ["personal", "team", "groupChat"]
    assert body["bots"][0]["supportsFiles"] is False
    assert body["validDomains"] == ["help.halcyon.example"]


def test_a_wrong_manifest_would_be_found(configure: Configure) -> None:
    body, _ = opened(teams_package(configure(server={"public_url": PUBLIC}), ENVIRON))
    body["bots"][0]["botId"] = "rapport"
    body["description"]["short"] = "x" * 81
    assert len(faults(body)) == 2


@pytest.mark.parametrize(("name", "side"), [("color.png", 192), ("outline.png", 32)])
def test_the_icons_are_pictures_of_the_right_size(configure: Configure, name: str, side: int) -> None:
    _, files = opened(teams_package(configure(server={"public_url": PUBLIC}), ENVIRON))
    assert files[name].startswith(SIGNATURE)
    assert struct.unpack(">II", files[name][16:24]) == (side, side)


def test_agents_get_the_draft_and_the_searches(configure: Configure) -> None:
    body, _ = opened(teams_package(configure(server={"public_url": PUBLIC}), ENVIRON))
    commands = {each["id"]: each for each in body["composeExtensions"][0]["commands"]}
    assert commands[DRAFT] | {"type": "action", "context": ["message"], "fetchTask": True} == commands[DRAFT]
    assert commands[ASK]["type"] == commands[CUSTOMER]["type"] == "query"
    granted = cast("list[dict[str, str]]", body["authorization"]["permissions"]["resourceSpecific"])
    assert [each["name"] for each in granted] == ["ChannelMessage.Read.Group"]
    assert body["webApplicationInfo"]["id"] == APP.lower()


def test_the_commands_are_those_that_are_served() -> None:
    from bot.channels.teams_desk import extension

    assert (extension.DRAFT, extension.ASK) == (DRAFT, ASK)
    source = (ROOT / "bot" / "channels" / "teams_desk" / "extension.py").read_text(encoding="utf-8")
    assert f'"{CUSTOMER}": ' in source


def test_a_customers_organisation_is_asked_for_nothing_of_the_desks(configure: Configure) -> None:
    body, _ = opened(teams_package(configure(server={"public_url": PUBLIC}), ENVIRON, desk=False))
    assert not {"composeExtensions", "authorization", "webApplicationInfo"} & body.keys()
    assert [each["title"] for each in commands_of(body)] == ["Talk to a person"] * 3


@pytest.mark.parametrize("environ", [{}, {"TEAMS_APP_ID": "rapport"}])
def test_without_an_app_id_it_says_what_to_do(configure: Configure, environ: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="TEAMS_APP_ID") as caught:
        teams_package(configure(server={"public_url": PUBLIC}), environ)
    assert "--local" in caught.value.message


def test_an_address_that_teams_cannot_call_is_refused_with_words(configure: Configure) -> None:
    with pytest.raises(BadInput, match=r"server\.public_url"):
        teams_package(configure(), ENVIRON)


def test_local_needs_neither(configure: Configure) -> None:
    body, _ = opened(teams_package(configure(), {}, local=True))
    assert body["id"] == SAMPLE_ID
    assert faults(body) == []


def test_the_same_configuration_gives_the_same_bytes(configure: Configure) -> None:
    config = configure(server={"public_url": PUBLIC})
    assert teams_package(config, ENVIRON) == teams_package(config, ENVIRON)
