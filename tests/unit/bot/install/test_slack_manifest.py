"""The Slack manifest against the rules of Slack's own description of it."""

import json
import re
from typing import Any

import pytest
import yaml

from bot.channels.slack.oauth import SCOPES as ASKED_AT_INSTALLATION
from bot.channels.slack.routes import PATHS
from bot.install.slack_manifest import EVENTS_PATH, manifest, slack_manifest
from bot.install.slack_scopes import EVENTS, NAMES, SCOPES
from core.errors import BadInput

from .conftest import PUBLIC, Configure

ALLOWED = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "assistant_view", "shortcuts", "slash_commands"},
    "oauth_config": {"redirect_urls", "scopes"},
    "settings": {"event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled"},
}
NEEDED_BY_EVENT = {
    "app_mention": "app_mentions:read",
    "assistant_thread_started": "assistant:write",
    "assistant_thread_context_changed": "assistant:write",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}


def faults(body: dict[str, Any]) -> list[str]:
    """What Slack would refuse."""
    found = [
        f"{place}.{key}" for place, keys in ALLOWED.items() for key in (body.get(place, {}) if place else body).keys() - keys
    ]
    shown, features, settings = body["display_information"], body["features"], body["settings"]
    shortcut, command = features["shortcuts"][0], features["slash_commands"][0]
    limits = [
        (shown["name"], 1, 35),
        (shown["description"], 1, 140),
        (shown["long_description"], 175, 4000),
        (features["bot_user"]["display_name"], 1, 80),
        (shortcut["name"], 1, 24),
        (shortcut["callback_id"], 1, 255),
        (shortcut["description"], 1, 150),
        (command["command"], 2, 32),
        (command["description"], 1, 2000),
        (command["usage_hint"], 1, 1000),
    ]
    found += [text for text, least, most in limits if not least <= len(text) <= most]
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", shown["background_color"]):
        found.append("background_color")
    if len(features["assistant_view"]["suggested_prompts"]) > 4:
        found.append("suggested_prompts")
    urls = [settings["interactivity"].get("request_url"), settings["event_subscriptions"].get("request_url"), command.get("url")]
    socket = settings["socket_mode_enabled"]
    found += [str(url) for url in urls if bool(url) is socket or (url and not url.startswith("https://"))]
    granted, events = body["oauth_config"]["scopes"]["bot"], settings["event_subscriptions"]["bot_events"]
    found += [event for event in events if event in NEEDED_BY_EVENT and NEEDED_BY_EVENT[event] not in granted]
    return found + ([] if len(set(events)) == len(events) and len(set(granted)) == len(granted) else ["twice"])


@pytest.mark.parametrize("mode", ["http", "socket"])
def test_slack_takes_the_manifest(configure: Configure, mode: str) -> None:
    assert faults(manifest(configure(server={"public_url": PUBLIC}, slack={"mode": mode}))) == []


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ("display_information", "long_description", "short"),
        ("display_information", "website", "https://example.com"),
        ("settings", "socket_mode_enabled", True),
    ],
)
def test_a_wrong_manifest_would_be_found(configure: Configure, place: str, key: str, value: object) -> None:
    body = manifest(configure(server={"public_url": PUBLIC}))
    body[place][key] = value
    assert faults(body)


def test_slack_calls_the_addresses_that_are_served(configure: Configure) -> None:
    body = manifest(configure(server={"public_url": f"{PUBLIC}/"}))
    assert EVENTS_PATH in PATHS
    assert body["settings"]["event_subscriptions"]["request_url"] == f"{PUBLIC}/slack/events"
    assert body["settings"]["interactivity"]["request_url"] == f"{PUBLIC}/slack/events"
    assert body["features"]["slash_commands"][0]["url"] == f"{PUBLIC}/slack/events"
    assert body["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]


def test_socket_mode_needs_no_address(configure: Configure) -> None:
    body = manifest(configure(slack={"mode": "socket"}))
    assert "http" not in json.dumps(body).replace("https://api.slack.com", "")
    assert "redirect_urls" not in body["oauth_config"]


@pytest.mark.parametrize("address", [None, "http://help.example.com", "https://127.0.0.1", "https://help.example.com/rapport"])
def test_an_address_that_slack_cannot_call_is_refused_with_words(configure: Configure, address: str | None) -> None:
    with pytest.raises(BadInput, match=r"server\.public_url") as caught:
        slack_manifest(configure(server={"public_url": address}))
    assert "socket" in caught.value.message


def test_yaml_says_the_same_as_json_and_gives_every_reason(configure: Configure) -> None:
    config = configure(server={"public_url": PUBLIC})
    told = slack_manifest(config)
    assert yaml.safe_load(told) == json.loads(slack_manifest(config, form="json"))
    for name, _, why in SCOPES:
        assert f"- {name}  # {why}" in told


def test_the_same_permissions_are_asked_for_at_an_installation() -> None:
    assert set(ASKED_AT_INSTALLATION) == NAMES


def test_a_name_that_is_too_long_is_refused(configure: Configure) -> None:
    with pytest.raises(BadInput, match="35"):
        slack_manifest(configure(server={"public_url": PUBLIC}, slack={"name": "R" * 36}))


def test_suggested_prompts_are_the_installations_own(configure: Configure) -> None:
    body = manifest(configure(server={"public_url": PUBLIC}), starters=[f"Question {n}?" for n in range(6)])
    titles = [each["title"] for each in body["features"]["assistant_view"]["suggested_prompts"]]
    assert titles == ["Question 0?", "Question 1?", "Question 2?", "Question 3?"]


def test_events_are_listed_once_and_in_order() -> None:
    assert list(EVENTS) == sorted(set(EVENTS))
