"""What the doctor looks at for Slack: the variables, the token and its permissions, socket mode, the queue channel."""

from collections.abc import Mapping
from typing import Any, cast

from bot.install.asking import Ask, Told
from bot.install.report import Check, fail, ok, warn
from bot.install.slack_scopes import NAMES
from core.channel_sections import SlackSection
from core.errors import RapportError

AREA = "slack"
REINSTALL = "Paste the manifest of `rapport slack manifest` into the app's page (App Manifest), save, and install the app again."
REASONS = {
    "invalid_auth": "Slack doesn't know the token",
    "not_authed": "Slack doesn't know the token",
    "account_inactive": "the app was removed from the workspace, or its bot user switched off",
    "token_revoked": "the token was taken back",
    "token_expired": "the token has expired",
    "not_allowed_token_type": "it is another kind of token",
    "channel_not_found": "there is no such channel, or it is private and the app isn't a member",
    "missing_scope": "the app lacks a permission",
}


def variables(slack: SlackSection, environ: Mapping[str, str]) -> list[Check]:
    """Whether what the mode needs is set, and looks like it."""
    needed = [] if slack.mode == "socket" else [(slack.signing_secret_env, "", "Basic Information, Signing Secret")]
    if slack.mode == "socket":
        needed.append((slack.app_token_env, "xapp-", "Basic Information, App-Level Tokens, with connections:write"))
    many = [name for name in (slack.client_id_env, slack.client_secret_env) if environ.get(name)]
    if not many:
        needed.append((slack.bot_token_env, "xoxb-", "OAuth & Permissions, Bot User OAuth Token"))
    checks = [_variable(environ, *each) for each in needed]
    if len(many) == 1:
        missing = slack.client_secret_env if many[0] == slack.client_id_env else slack.client_id_env
        mend = "Several workspaces need both: copy them from Basic Information, App Credentials."
        checks.append(fail(AREA, missing, f"not set, while {many[0]} is", mend))
    elif many:
        checks.append(ok(AREA, "workspaces", "any that installs the app at /slack/install"))
    return checks


async def answers(slack: SlackSection, environ: Mapping[str, str], ask: Ask) -> list[Check]:
    """What Slack says."""
    token, checks = environ.get(slack.bot_token_env, ""), list[Check]()
    if token:
        checks += await _token(slack, token, ask)
    if slack.mode == "socket" and (app_token := environ.get(slack.app_token_env, "")):
        checks.append(await _socket(slack, app_token, ask))
    return checks


def desk(slack: SlackSection, environ: Mapping[str, str]) -> list[Check]:
    """What the desk needs in Slack."""
    checks: list[Check] = []
    if not slack.desk_team and environ.get(slack.bot_token_env):
        checks.append(ok(AREA, "desk_team", "not set: the members of the token's own workspace can be agents"))
    elif not slack.desk_team:
        mend = "Set channels.slack.desk_team to your own workspace's id (T…): only its members can be agents."
        checks.append(warn(AREA, "desk_team", "not set: nobody is recognised as an agent", mend))
    if not slack.queue_channel:
        mend = "Set channels.slack.queue_channel, or let an agent say /rapport queue here in a channel."
        checks.append(warn(AREA, "queue_channel", "not set in config.toml", mend))
    return checks


def _variable(environ: Mapping[str, str], name: str, prefix: str, where: str) -> Check:
    value = environ.get(name, "")
    if not value:
        return fail(AREA, name, "not set", f"Copy it from the app's page at api.slack.com: {where}.")
    if value != value.strip():
        return fail(AREA, name, "begins or ends with a space or a line break", "Set it again without.")
    if prefix and not value.startswith(prefix):
        return fail(AREA, name, f"doesn't begin with {prefix}", f"It is something else: copy it from {where}.")
    return ok(AREA, name, "set")


async def _token(slack: SlackSection, token: str, ask: Ask) -> list[Check]:
    told = await _called(slack, "auth.test", token, ask)
    if isinstance(told, Check):
        return [told]
    team = str(told.body.get("team_id", ""))
    checks = [ok(AREA, "auth.test", f"the bot of {told.body.get('team', '?')} ({team})")]
    if slack.desk_team and slack.desk_team != team:
        mend = "Correct it if that is a mistake: agents are looked for in desk_team."
        checks.append(warn(AREA, "desk_team", f"{slack.desk_team} isn't the token's workspace {team}", mend))
    checks.append(_scopes(told))
    if slack.queue_channel:
        checks.append(await _queue(slack, token, ask))
    return checks


def _scopes(told: Told) -> Check:
    given = {each.strip() for each in told.headers.get("x-oauth-scopes", "").split(",")}
    if missing := sorted(NAMES - given):
        return fail(AREA, "scopes", f"missing: {', '.join(missing)}", REINSTALL)
    return ok(AREA, "scopes", f"all {len(NAMES)} are given")


async def _queue(slack: SlackSection, token: str, ask: Ask) -> Check:
    told = await _called(slack, "conversations.info", token, ask, channel=slack.queue_channel)
    if isinstance(told, Check):
        return told
    given: Any = told.body.get("channel")
    channel: Mapping[str, Any] = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    named = f"#{channel.get('name', '?')} ({slack.queue_channel})"
    if channel.get("is_archived") is True:
        return fail(AREA, "queue", f"{named} is archived", "Unarchive it, or name another in channels.slack.queue_channel.")
    if channel.get("is_member") is not True:
        return fail(AREA, "queue", f"the app is no member of {named}", f"Say /invite @{slack.name} in that channel.")
    return ok(AREA, "queue", f"{named}, and the app is a member")


async def _socket(slack: SlackSection, token: str, ask: Ask) -> Check:
    told = await _called(slack, "apps.connections.open", token, ask)
    return told if isinstance(told, Check) else ok(AREA, "socket", "Slack opens connections for this app")


async def _called(slack: SlackSection, method: str, token: str, ask: Ask, **form: str) -> Told | Check:
    """Slack's answer, or what is wrong with it."""
    try:
        told = await ask.post(f"{slack.api_url.rstrip('/')}/{method}", form, token=token)
    except RapportError as error:
        mend = f"See that this machine reaches {slack.api_url} (proxy, firewall, DNS)."
        return fail(AREA, method, error.message, mend)
    if told.body.get("ok") is True:
        return told
    code = str(told.body.get("error", f"status {told.status}"))
    needed = str(told.body.get("needed", ""))
    words = f"Slack says {code}{f' ({needed})' if needed else ''}{f': {REASONS[code]}' if code in REASONS else ''}"
    return fail(AREA, method, words, _mend(slack, method, code))


def _mend(slack: SlackSection, method: str, code: str) -> str:
    if code == "missing_scope":
        return REINSTALL
    if code == "channel_not_found":
        return f"Correct channels.slack.queue_channel, or say /invite @{slack.name} in it if it is private."
    if code in ("ratelimited", "internal_error", "fatal_error", "service_unavailable"):
        return "Try again in a minute."
    variable = slack.app_token_env if method == "apps.connections.open" else slack.bot_token_env
    return f"Copy the token again from the app's page at api.slack.com, and set {variable} to it."
