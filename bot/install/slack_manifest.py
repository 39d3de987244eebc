"""The manifest from which Slack makes the app: https://docs.slack.dev/reference/app-manifest."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from bot.install import public_address
from bot.install.slack_scopes import EVENTS, NAMES, reason
from core.config import Config
from core.errors import BadInput

ACCENT = "#3a4fc9"
LONGEST_NAME, LONGEST_BOT_NAME, MOST_PROMPTS = 35, 80, 4
EVENTS_PATH, RETURN_PATH = "/slack/events", "/slack/oauth_redirect"
SHORTCUT = "desk:draft"
COMMAND = "/rapport"
STARTERS = ("What can you help me with?", "I have a question about my invoice", "I'd like to talk to a person")
HEAD = (
    "# {name} for Slack. At https://api.slack.com/apps choose Create New App, From a manifest, and paste this file.\n"
    "# docs/howto/connect_slack.md says what comes before and after.\n"
)


def slack_manifest(config: Config, *, form: Literal["yaml", "json"] = "yaml", starters: Sequence[str] = STARTERS) -> str:
    """The manifest as YAML, with the reason beside each permission, or as JSON.

    Raises `BadInput` when Slack couldn't reach this server: without a public address only socket mode works.
    """
    body = manifest(config, starters)
    if form == "json":
        return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    return HEAD.format(name=body["display_information"]["name"]) + _with_reasons(body)


def manifest(config: Config, starters: Sequence[str] = STARTERS) -> dict[str, Any]:
    """The manifest as a value."""
    slack = config.channels.slack
    name = slack.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput(f"channels.slack.name must have 1 to {LONGEST_NAME} characters for Slack: it has {len(name)}.")
    oauth: dict[str, Any] = {"scopes": {"bot": sorted(NAMES)}}
    if not public_address.fault(config.server.public_url):
        oauth["redirect_urls"] = [f"{_address(config)}{RETURN_PATH}"]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": _shown(config, name),
        "features": _features(config, name, starters),
        "oauth_config": oauth,
        "settings": _settings(config),
    }


def _shown(config: Config, name: str) -> dict[str, str]:
    company = config.tenant.name
    return {
        "name": name,
        "description": f"Answers questions about {company} from its help centre, and brings in a person."[:140],
        "long_description": (
            f"{name} answers customers of {company} where they write: in a direct message, in a shared channel, in the assistant"
            " pane. Every answer shows its sources. What changes something on an account is shown first and done only after a"
            " Confirm, under the company's rules. Whoever wants a person gets one. For the support desk it posts cases into a"
            " queue channel, drafts replies that only the case's owner sees, and sends nothing to a customer without a click."
        ),
        "background_color": ACCENT,
    }


def _features(config: Config, name: str, starters: Sequence[str]) -> dict[str, Any]:
    command = {
        "command": COMMAND,
        "description": "Ask the knowledge base, look a customer or a case up",
        "usage_hint": "ask … | customer … | case … | queue here | connect 123456 | help",
        "should_escape": True,
    }
    if config.channels.slack.mode == "http":
        command["url"] = f"{_address(config)}{EVENTS_PATH}"
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": name[:LONGEST_BOT_NAME], "always_online": True},
        "assistant_view": {
            "assistant_description": f"Ask about {config.tenant.name}. You are talking to an AI assistant; a person can join.",
            "suggested_prompts": [{"title": each, "message": each} for each in starters[:MOST_PROMPTS]],
        },
        "shortcuts": [
            {
                "name": "Draft a reply",
                "type": "message",
                "callback_id": SHORTCUT,
                "description": "Drafts an answer to this message from the help centre, for you alone",
            }
        ],
        "slash_commands": [command],
    }


def _settings(config: Config) -> dict[str, Any]:
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    interactivity: dict[str, Any] = {"is_enabled": True}
    socket = config.channels.slack.mode == "socket"
    if not socket:
        address = f"{_address(config)}{EVENTS_PATH}"
        events["request_url"] = interactivity["request_url"] = interactivity["message_menu_options_url"] = address
    return {
        "event_subscriptions": events,
        "interactivity": interactivity,
        "org_deploy_enabled": not public_address.fault(config.server.public_url),
        "socket_mode_enabled": socket,
        "token_rotation_enabled": False,
    }


def _address(config: Config) -> str:
    url = config.server.public_url
    if wrong := public_address.fault(url):
        raise BadInput(
            f"Slack can't call this server: {wrong}. Set server.public_url in config.toml to the https address that the internet"
            f' reaches, as {public_address.EXAMPLE}, or set channels.slack.mode to "socket", which needs none.'
        )
    return public_address.root(url or "")


def _with_reasons(body: dict[str, Any]) -> str:
    import yaml

    told: list[str] = []
    for line in yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=1000).splitlines():
        scope = line.strip().removeprefix("- ")
        told.append(f"{line}  # {reason(scope)}" if scope in NAMES else line)
    return "\n".join(told) + "\n"
