"""The configuration: config.toml as frozen values, one section per package.

It stops at the front door: wiring hands plain values on to the rooms.
"""

import os
import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from core.errors import BadInput

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Count = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

ADVICE = {
    "extra_forbidden": "remove the key, or correct its spelling",
    "missing": "add the key",
    "string_pattern_mismatch": "write it in the form that the comment in config.toml shows",
    "timezone_aware": "add the zone, as in 2026-11-20T10:00:00Z",
}


def _listed(value: object) -> object:
    """A TOML array as a tuple; its items are checked afterwards."""
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


Listed = BeforeValidator(_listed)


class Section(BaseModel):
    """A table of config.toml. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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
    """How long an approval waits, when nobody is written to, and how often a customer may be approached."""

    approval_hours: Count = 24
    quiet_from: Clock = "20:00"
    quiet_until: Clock = "08:00"
    contact_days: Count = 30
    contacts_per_period: Annotated[int, Field(ge=0)] = 2


class KnowledgeSection(Section):
    """What the help centre is made from, and how much of it an answer may draw on."""

    path: str = "demo/articles"
    passages: Count = 6
    support_threshold: Fraction = 0.5


class MemorySection(Section):
    """When a conversation ends by itself, and how much of what is remembered a turn may use."""

    idle_minutes: Count = 30
    budget_tokens: Count = 400
    keep_days: Count = 365


class SkillsSection(Section):
    """The systems behind the skills. `sandbox` is the demo company."""

    billing: Literal["sandbox"] = "sandbox"
    crm: Literal["sandbox"] = "sandbox"
    helpdesk: Literal["sandbox"] = "sandbox"
    code_minutes: Count = 10


class HandoffSection(Section):
    """When people are at the desk, in the desk's own zone, and how fast they promise to answer."""

    zone: str = "Europe/Dublin"
    days: Annotated[tuple[Day, ...], Listed] = ("mon", "tue", "wed", "thu", "fri")
    opens: Clock = "08:00"
    closes: Clock = "18:00"
    first_reply_minutes: Count = 60
    lease_minutes: Count = 30

    @property
    def hours(self) -> tuple[time, time]:
        """When the desk opens and closes."""
        return time.fromisoformat(self.opens), time.fromisoformat(self.closes)


class BotSection(Section):
    """What the assistant calls itself, and how sure it must be."""

    name: str = "Rapport"
    confident: Fraction = 0.6
    clarify: Fraction = 0.35
    turn_deadline_s: Annotated[float, Field(gt=0.0)] = 20.0


class ModelsSection(Section):
    """Which models answer, the first that can. `offline` forbids every call out of this machine."""

    chain: Annotated[tuple[Literal["embedded"], ...], Listed] = ("embedded",)
    embedder: str = "all-MiniLM-L6-v2"
    offline: bool = True


class WebChatSection(Section):
    """The chat page of this server."""

    enabled: bool = True
    installation: Identifier = "main"
    origins: Annotated[tuple[str, ...], Listed] = ()
    token_hours: Count = 12


class ChannelsSection(Section):
    """The ways in which customers reach the assistant."""

    web_chat: WebChatSection = WebChatSection()


class DemoSection(Section):
    """The demo company, and the instant at which its clock starts."""

    enabled: bool = True
    clock_start: AwareDatetime | None = None

    @property
    def start(self) -> datetime | None:
        """Where the business clock starts; None for the wall clock."""
        return self.clock_start if self.enabled else None


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
