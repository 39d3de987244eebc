"""The package that an administrator uploads to Teams: manifest.json and two icons in a zip.

The schema: https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from bot.install import public_address
from bot.install.icons import colour_icon, outline_icon
from core.config import Config
from core.errors import BadInput

SCHEMA_VERSION = "1.19"
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json"
VERSION = "1.0.0"
ACCENT = "#3A4FC9"
LONGEST_NAME, LONGEST_DEVELOPER = 30, 32
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SAMPLE_ID = "00000000-0000-4000-8000-000000000001"
MADE = (2026, 1, 1, 0, 0, 0)
READ_CHANNEL = "ChannelMessage.Read.Group"

DRAFT, ASK, CUSTOMER = "draft", "ask", "customer"

FOR_CUSTOMERS = (("Talk to a person", "Brings in somebody from the support desk"),)
FOR_AGENTS = (
    ("cases", "The cases that you hold, and those that wait"),
    ("case", "One case: case, and its id"),
    ("customer", "A customer at a glance: customer, and a name, an id or an e-mail address"),
    ("ask", "An answer from internal and public articles: ask, and your question"),
    ("approvals", "What waits for somebody's approval"),
    ("connect", "Say who you are at the desk: connect, and the code from the console"),
    ("help", "What you can say here"),
)
IN_A_TEAM = (("queue here", "Post the desk's cases in this channel"),)


def teams_package(config: Config, environ: Mapping[str, str], local: bool = False, *, desk: bool = True) -> bytes:
    """The zip. Without `desk` it is for a customer's organisation: no agents' commands, and no channel is read.

    `local` puts in a sample id, for the Playground. Raises `BadInput` when the app's id or a public address is missing.
    """
    body = manifest(config, _app_id(config, environ, local=local), local=local, desk=desk)
    files = {
        "manifest.json": (json.dumps(body, indent=2, ensure_ascii=False) + "\n").encode(),
        "color.png": colour_icon(),
        "outline.png": outline_icon(),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, MADE), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def manifest(config: Config, app_id: str, *, local: bool = False, desk: bool = True) -> dict[str, Any]:
    """The manifest as a value."""
    name = config.channels.teams.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput(f"channels.teams.name must have 1 to {LONGEST_NAME} characters for Teams: it has {len(name)}.")
    root = _root(config, local=local)
    body: dict[str, Any] = {
        "$schema": SCHEMA,
        "manifestVersion": SCHEMA_VERSION,
        "version": VERSION,
        "id": app_id,
        "developer": _developer(config, root),
        "name": {"short": name, "full": f"{name} for {config.tenant.name}"[:100]},
        "description": _description(config, name),
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [_bot(app_id, desk=desk)],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [public_address.domain(root)],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }
    if desk:
        body["composeExtensions"] = [_extension(app_id)]
        body["webApplicationInfo"] = {"id": app_id, "resource": root}
        body["authorization"] = {"permissions": {"resourceSpecific": [{"name": READ_CHANNEL, "type": "Application"}]}}
    return body


def _developer(config: Config, root: str) -> dict[str, str]:
    pages = dict.fromkeys(("websiteUrl", "privacyUrl", "termsOfUseUrl"), f"{root}/help")
    return {"name": config.tenant.name[:LONGEST_DEVELOPER], **pages}


def _description(config: Config, name: str) -> dict[str, str]:
    company = config.tenant.name
    return {
        "short": f"Answers about {company}, with sources; a person can join."[:80],
        "full": (
            f"{name} answers questions about {company} from its help centre and shows the sources. What changes something on an"
            " account is shown on a card first and done only after you confirm it, under the company's rules. Ask for a person"
            " at any time and somebody takes over with all that was said. You are talking to an AI assistant."
        ),
    }


def _bot(app_id: str, *, desk: bool) -> dict[str, Any]:
    return {
        "botId": app_id,
        "scopes": ["personal", "team", "groupChat"],
        "supportsFiles": False,
        "isNotificationOnly": False,
        "commandLists": [
            _commands("personal", (*FOR_CUSTOMERS, *(FOR_AGENTS if desk else ()))),
            _commands("team", (*FOR_CUSTOMERS, *(IN_A_TEAM if desk else ()))),
            _commands("groupChat", FOR_CUSTOMERS),
        ],
    }


def _commands(scope: str, lines: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {"scopes": [scope], "commands": [{"title": title, "description": told} for title, told in lines]}


def _extension(app_id: str) -> dict[str, Any]:
    draft = {
        "id": DRAFT,
        "type": "action",
        "title": "Draft a reply",
        "description": "Drafts an answer to this message from the help centre, for you alone",
        "context": ["message"],
        "fetchTask": True,
    }
    ask = _search(ASK, "Ask", "An answer from internal and public articles", "Question")
    customer = _search(CUSTOMER, "Customer", "A customer at a glance", "Name, id or e-mail")
    return {"botId": app_id, "commands": [draft, ask, customer]}


def _search(command: str, title: str, told: str, field: str) -> dict[str, Any]:
    asked = {"name": "query", "title": field, "description": told, "inputType": "text"}
    return {
        "id": command,
        "type": "query",
        "title": title,
        "description": told,
        "context": ["compose", "commandBox"],
        "initialRun": False,
        "parameters": [asked],
    }


def _app_id(config: Config, environ: Mapping[str, str], *, local: bool) -> str:
    variable = config.channels.teams.app_id_env
    given = environ.get(variable, "")
    if not given and local:
        return SAMPLE_ID
    if not GUID.fullmatch(given):
        wrong = "isn't the id of an app (five groups of hexadecimal digits)" if given else "is not set"
        raise BadInput(
            f"The environment variable {variable} {wrong}: register a bot (docs/howto/connect_teams.md), and set it to the"
            " application id. For the Playground add --local."
        )
    return given.lower()


def _root(config: Config, *, local: bool) -> str:
    url = config.server.public_url
    if not (wrong := public_address.fault(url)):
        return public_address.root(url or "")
    if local:
        return public_address.EXAMPLE
    raise BadInput(
        f"Teams can't call this server: {wrong}. Set server.public_url in config.toml to the https address that the internet"
        f" reaches, as {public_address.EXAMPLE}. For the Playground add --local."
    )
