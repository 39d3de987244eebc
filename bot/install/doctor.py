"""`rapport doctor`: looks at everything that must be right before a customer is answered, and says what to mend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.install import clock_checks, house_checks, model_checks, public_address, slack_checks, teams_checks
from bot.install.asking import Ask
from bot.install.house_checks import Embed
from bot.install.report import Check, Report, ok, secrets_in, warn, without_secrets
from core.clock import Clock, WallClock
from core.config import Config
from core.errors import RapportError
from core.model_sections import EMBEDDED

VENDORS = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com"}


def embedded(models: Path) -> int:
    """Loads the sentence model, embeds a word, and returns the vector's length."""
    from knowledge.embedder import MiniLmEmbedder

    return len(MiniLmEmbedder(models).embed(["ready"])[0])


@dataclass(frozen=True, kw_only=True)
class Instruments:
    """What the doctor looks with, besides `Ask`. Without `reach` no request is sent to a provider of language models."""

    wall: Clock = field(default_factory=WallClock)
    embed: Embed = embedded
    reach: model_checks.Reach | None = None


async def doctor_report(config: Config, environ: Mapping[str, str], ask: Ask, instruments: Instruments | None = None) -> Report:
    """All checks. Nothing is changed anywhere, and no secret is in what is returned."""
    tools = instruments or Instruments()
    business = await clock_checks.business_clock(config, tools.wall)
    checks = [
        *house_checks.configuration(config),
        *house_checks.secret(config, environ),
        *house_checks.data_folder(config),
        *await house_checks.database(config),
        *clock_checks.business(config, business),
        *await clock_checks.skew(_compared_with(config, tools), ask, tools.wall),
        *house_checks.address(config),
        *await _reached(config, ask),
        *await _slack(config, environ, ask),
        *await _teams(config, environ, ask),
        *house_checks.desk(config, business),
        *house_checks.models(config, tools.embed),
        *await model_checks.checks(config.models, environ, tools.reach),
    ]
    return Report(checks=without_secrets(checks, secrets_in(environ, _secret_variables(config))))


def _compared_with(config: Config, tools: Instruments) -> list[str]:
    slack, teams = config.channels.slack, config.channels.teams
    named = ((slack.enabled, slack.api_url), (teams.enabled and not teams.local, teams.login_url))
    return [url for enabled, url in (*named, *_model_servers(config, tools)) if enabled]


def _model_servers(config: Config, tools: Instruments) -> list[tuple[bool, str]]:
    named = [config.models.providers[each] for each in config.models.chain if each != EMBEDDED]
    return [(tools.reach is not None, each.base_url or VENDORS[each.kind]) for each in named]


async def _reached(config: Config, ask: Ask) -> list[Check]:
    """Whether something answers at the public address."""
    url = config.server.public_url
    if public_address.fault(url) or url is None:
        return []
    health = f"{public_address.root(url)}/healthz"
    mend = "See that the proxy passes it on and that Rapport runs. From inside your network this may be normal."
    try:
        told = await ask.get(health)
    except RapportError as error:
        return [warn("address", "reached", f"{health}: {error.message}", mend)]
    if told.status == 200:
        return [ok("address", "reached", f"{health} answers")]
    return [warn("address", "reached", f"{health} answers {told.status}", mend)]


async def _slack(config: Config, environ: Mapping[str, str], ask: Ask) -> list[Check]:
    slack = config.channels.slack
    if not slack.enabled:
        return [ok("slack", "enabled", "no: channels.slack.enabled = true switches it on")]
    checks = slack_checks.variables(slack, environ)
    return [*checks, *await slack_checks.answers(slack, environ, ask), *slack_checks.desk(slack, environ)]


async def _teams(config: Config, environ: Mapping[str, str], ask: Ask) -> list[Check]:
    teams = config.channels.teams
    if not teams.enabled:
        return [ok("teams", "enabled", "no: channels.teams.enabled = true switches it on")]
    if teams.local:
        return [*teams_checks.local_mode(config.server.host, teams, environ), *teams_checks.desk(teams)]
    checks = [*teams_checks.variables(teams, environ), *teams_checks.addresses(teams)]
    return [*checks, *await teams_checks.answers(teams, environ, ask), *teams_checks.desk(teams)]


def _secret_variables(config: Config) -> list[str]:
    slack, teams, core = config.channels.slack, config.channels.teams, config.core
    tokens = [slack.signing_secret_env, slack.bot_token_env, slack.app_token_env, slack.client_secret_env]
    database = [core.database_url_env] if core.database_url_env else []
    keys = [each.api_key_env for each in config.models.providers.values() if each.api_key_env]
    return [config.server.secret_env, *tokens, teams.app_password_env, *database, *keys]
