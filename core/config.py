"""The configuration: config.toml as frozen values, one section per package.

It stops at the front door: wiring hands plain values on to the rooms.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from core.channel_sections import ChannelsSection, Count, EnvironmentName, Identifier, Listed, Section
from core.errors import BadInput
from core.model_sections import ModelsSection

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]

ADVICE = {
    "extra_forbidden": "remove the key, or correct its spelling",
    "missing": "add the key",
    "string_pattern_mismatch": "write it in the form that the comment in config.toml shows",
    "timezone_aware": "add the zone, as in 2026-11-20T10:00:00Z",
}


class TenantSection(Section):
    """The company that this installation serves, and the region in which its data stays."""

    id: Identifier
    region: Identifier
    name: str


class ServerSection(Section):
    """Where the server listens, what it believes of proxies, and which variable holds the secret that signs tokens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    public_url: str | None = None
    secret_env: EnvironmentName = "RAPPORT_SECRET"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_message_chars: Count = 4000


class CoreSection(Section):
    """Where data lies. `database_url` is for PostgreSQL; without it a SQLite file in `data_dir` serves."""

    data_dir: str = "data"
    database_url_env: EnvironmentName | None = None
    seal_interval_s: Annotated[float, Field(gt=0.0)] = 1.0


class GovernanceSection(Section):
    """How long an approval waits, and what is switched off. The rules themselves are in governance/policies."""

    approval_hours: Count = 24
    kill_switch: bool = False
    frozen_skills: Annotated[tuple[str, ...], Listed] = ()


class KnowledgeSection(Section):
    """What the help centre is made from, and how likely an answer must be to be given."""

    paths: Annotated[tuple[str, ...], Listed] = ("demo/halcyon/help", "demo/halcyon/internal")
    answerable: Fraction = 0.6


class MemorySection(Section):
    """When a conversation ends by itself, and how much of what is remembered a turn may use."""

    idle_minutes: Count = 30
    budget_tokens: Count = 400


class SkillsSection(Section):
    """The systems behind the skills. `sandbox` is the demo company."""

    billing: Literal["sandbox"] = "sandbox"
    crm: Literal["sandbox"] = "sandbox"
    helpdesk: Literal["sandbox"] = "sandbox"


class HandoffSection(Section):
    """The files that say when people are at the desk and what each plan is promised, and who they are."""

    desk: str = "demo/halcyon/desk.toml"
    agents: str = "demo/halcyon/agents.toml"


class BotSection(Section):
    """What the assistant calls itself."""

    name: str = "AI assistant"


class DemoSection(Section):
    """The demo company: its data, and the instant at which its clock starts."""

    enabled: bool = True
    folder: str = "demo/halcyon"
    clock_start: AwareDatetime | None = None


class Config(Section):
    """All of config.toml."""

    tenant: TenantSection
    server: ServerSection = ServerSection()
    core: CoreSection = CoreSection()
    governance: GovernanceSection = GovernanceSection()
    knowledge: KnowledgeSection = KnowledgeSection()
    memory: MemorySection = MemorySection()
    skills: SkillsSection = SkillsSection()
    handoff: HandoffSection = HandoffSection()
    bot: BotSection = BotSection()
    models: ModelsSection = ModelsSection()
    channels: ChannelsSection = ChannelsSection()
    demo: DemoSection = DemoSection()

    @property
    def data_dir(self) -> Path:
        return Path(self.core.data_dir)

    @property
    def database_url(self) -> str:
        """The address of the database: from the environment when a variable is named, else a file in the data directory."""
        if self.core.database_url_env:
            return read_secret(self.core.database_url_env)
        return f"sqlite:///{self.data_dir / 'rapport.db'}"


def load(path: Path) -> Config:
    """Reads a configuration. Raises `BadInput` that lists every fault: file, key, what is wrong, what to do."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{path}: there is no such file: copy config.toml from the release, or name another.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: this is not valid TOML ({error}): correct that place.") from error
    try:
        return Config.model_validate(body)
    except ValidationError as error:
        faults = [_fault(path, fault) for fault in error.errors()]
        raise BadInput("\n".join(faults), faults=len(faults)) from error


def read_secret(variable: str) -> str:
    """The secret in an environment variable. Raises `BadInput` when it isn't set."""
    value = os.environ.get(variable, "")
    if not value:
        raise BadInput(f"The environment variable {variable} is not set: set it to the secret that config.toml names by it.")
    return value


def _fault(path: Path, fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    hidden = fault["type"] in ("missing", "extra_forbidden") or key.endswith("_env")
    given = "" if hidden else f", but it is {fault['input']!r}"
    advice = ADVICE.get(fault["type"], "correct the value")
    return f"{path}: {key}: {fault['msg']}{given}: {advice}."
