"""The tables of config.toml that say how channels are reached. Secrets are named by environment variables."""

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Count = Annotated[int, Field(ge=1)]
LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")


def _listed(value: object) -> object:
    """A TOML array as a tuple; its items are checked afterwards."""
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


Listed = BeforeValidator(_listed)


class Section(BaseModel):
    """A table of config.toml. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WebChatSection(Section):
    """The chat page of this server."""

    installation: Identifier = "main"
    origins: Annotated[tuple[str, ...], Listed] = ()
    token_hours: Count = 12
    messages_a_minute: Count = 40


class SlackSection(Section):
    """Slack: customers and agents. With a bot token it serves one workspace, with a client id and secret any that installs it.

    `desk_team` is the workspace whose members may be agents, `queue_channel` where cases are posted. What one user writes beyond
    `messages_a_minute` is kept and shown to people, but answered by no turn.
    """

    enabled: bool = False
    mode: Literal["http", "socket"] = "http"
    api_url: str = "https://slack.com/api/"
    signing_secret_env: EnvironmentName = "SLACK_SIGNING_SECRET"
    bot_token_env: EnvironmentName = "SLACK_BOT_TOKEN"
    app_token_env: EnvironmentName = "SLACK_APP_TOKEN"
    client_id_env: EnvironmentName = "SLACK_CLIENT_ID"
    client_secret_env: EnvironmentName = "SLACK_CLIENT_SECRET"
    desk_team: str = ""
    trusted_workspaces: Annotated[tuple[str, ...], Listed] = ()
    queue_channel: str = ""
    name: str = "Rapport"
    messages_a_minute: Count = 6_000


class TeamsSection(Section):
    """Microsoft Teams: customers and agents. `queue` is the id of the channel conversation in which cases are posted.

    `local` admits the Agents Playground: only on loopback, with loopback service addresses and without an app id.
    """

    enabled: bool = False
    local: bool = False
    app_id_env: EnvironmentName = "TEAMS_APP_ID"
    app_password_env: EnvironmentName = "TEAMS_APP_PASSWORD"
    organisation: str = ""
    desk_organisation: str = ""
    queue: str = ""
    service_urls: Annotated[tuple[str, ...], Listed] = (
        "https://smba.trafficmanager.net/",
        "https://smba.infra.gcc.teams.microsoft.com/",
    )
    login_url: str = "https://login.microsoftonline.com"
    keys_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    name: str = "Rapport"
    messages_a_minute: Count = 6_000


class ChannelsSection(Section):
    """The ways in which customers reach the assistant, and in which agents work."""

    web_chat: WebChatSection = WebChatSection()
    slack: SlackSection = SlackSection()
    teams: TeamsSection = TeamsSection()
    trusted_domains: dict[str, str] = Field(default_factory=dict[str, str])
    seen_days: Count = 7

    @model_validator(mode="before")
    @classmethod
    def _domains_in_lower_case(cls, body: Any) -> Any:
        if isinstance(body, dict) and isinstance(domains := cast("dict[str, Any]", body).get("trusted_domains"), dict):
            lowered = {name.lower(): account for name, account in cast("dict[str, Any]", domains).items()}
            return {**cast("dict[str, Any]", body), "trusted_domains": lowered}
        return cast("Any", body)
