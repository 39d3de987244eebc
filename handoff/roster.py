"""Who works at the desk: read from a file, found by id, by e-mail, or by who they are in Slack and Teams."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from core.errors import BadInput
from core.people import Principal, PrincipalKind, Tenant
from governance.roles import CHAINS

AUDITOR = "auditor"
ROLES = frozenset(role for chain in CHAINS for role in chain) | {AUDITOR}
TEXTS = ("id", "name", "email")
KEYS = {*TEXTS, "roles", "channels"}


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Somebody who works at the desk. `channels` names their user id by channel, where it isn't found by e-mail or code."""

    id: str
    name: str
    roles: frozenset[str]
    email: str = ""
    channels: Mapping[str, str] = field(default_factory=dict[str, str])

    def principal(self, tenant: Tenant) -> Principal:
        return Principal(kind=PrincipalKind.AGENT, id=self.id, tenant=tenant, name=self.name, roles=self.roles)


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everybody at the desk."""

    agents: tuple[Agent, ...] = ()

    def by_id(self, agent_id: str) -> Agent | None:
        return next((each for each in self.agents if each.id == agent_id), None)

    def by_email(self, email: str) -> Agent | None:
        """The agent with that address, whatever its case."""
        wanted = email.strip().lower()
        return next((each for each in self.agents if wanted and each.email.lower() == wanted), None)

    def by_channel(self, channel: str, user_id: str) -> Agent | None:
        """The agent who is that user of a channel, if the file says so."""
        return next((each for each in self.agents if each.channels.get(channel) == user_id), None)


def read_roster(path: Path) -> Roster:
    """Reads a file of `[[agent]]` tables: `id`, `name`, `roles`, and if wanted `email` and `channels.slack`, `channels.teams`.

    Raises `BadInput` that names the file, the agent and the fault.
    """
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{path}: there is no such file: name the desk's agents in it, or correct handoff.agents.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: this is not valid TOML ({error}): correct that place.") from error
    tables = cast("list[Mapping[str, object]]", body.get("agent", []))
    agents = tuple(_agent(path, place, table) for place, table in enumerate(tables, start=1))
    twice = {each.id for each in agents if sum(other.id == each.id for other in agents) > 1}
    if twice:
        raise BadInput(f"{path}: two agents have the id {sorted(twice)[0]}: give each an id of their own.")
    return Roster(agents=agents)


def _agent(path: Path, place: int, table: Mapping[str, object]) -> Agent:
    where = f"{path}: agent {table.get('id', place)}"
    unknown = sorted(table.keys() - KEYS)
    if unknown:
        raise BadInput(f"{where}: there is no key {unknown[0]}: use {', '.join(sorted(KEYS))}.")
    texts = {name: table.get(name, "") for name in TEXTS}
    if not all(isinstance(value, str) for value in texts.values()) or not texts["id"] or not texts["name"]:
        raise BadInput(f"{where}: id and name must be texts: add them.")
    roles, channels = table.get("roles"), table.get("channels", {})
    if not isinstance(roles, list) or not roles or not set(cast("list[object]", roles)) <= ROLES:
        raise BadInput(f"{where}: roles must be a list of {', '.join(sorted(ROLES))}.")
    if not isinstance(channels, dict):
        raise BadInput(f'{where}: channels must be a table, as channels = {{ slack = "U0123" }}.')
    return Agent(
        id=str(texts["id"]),
        name=str(texts["name"]),
        email=str(texts["email"]),
        roles=frozenset(cast("list[str]", roles)),
        channels={name: str(value) for name, value in cast("dict[str, object]", channels).items()},
    )
