"""What the doctor looks at for Teams: local mode, the app's id and password, the keys of its tokens, the service addresses."""

from collections.abc import Mapping
from typing import Any, cast

from bot.channels.teams.addresses import checked
from bot.channels.teams.local import check_local_mode
from bot.install.asking import Ask, Told
from bot.install.report import Check, fail, ok, warn
from bot.install.teams_manifest import GUID
from core.channel_sections import TeamsSection
from core.errors import RapportError

AREA = "teams"
SCOPE = "https://api.botframework.com/.default"
ANY_ORGANISATION = "botframework.com"
ENDORSED = "msteams"
REASONS = {
    "AADSTS7000215": "the password is wrong: copy the secret's value, not its id",
    "AADSTS7000222": "the password has expired: make a new one under Certificates & secrets",
    "AADSTS700016": "no app of that id is in that organisation: look at the id, and at channels.teams.organisation",
    "AADSTS90002": "there is no such organisation: look at channels.teams.organisation",
    "AADSTS7000218": "the password is missing",
}


def local_mode(host: str, teams: TeamsSection, environ: Mapping[str, str]) -> list[Check]:
    """Whether the Playground may be let in."""
    try:
        check_local_mode(listens_on=host, app_id=environ.get(teams.app_id_env, ""))
    except RapportError as error:
        return [fail(AREA, "local", error.message, "Without that the server doesn't start.")]
    mend = "Set channels.teams.local = false before you register the app."
    return [warn(AREA, "local", "the Playground on this machine is let in, Teams itself isn't", mend)]


def variables(teams: TeamsSection, environ: Mapping[str, str]) -> list[Check]:
    """Whether the app's id and password are set, and look like it."""
    app_id, password = environ.get(teams.app_id_env, ""), environ.get(teams.app_password_env, "")
    where = "Copy it from the bot's page in Azure (Configuration), as docs/howto/connect_teams.md says."
    checks: list[Check] = []
    if not app_id:
        checks.append(fail(AREA, teams.app_id_env, "not set", where))
    elif not GUID.fullmatch(app_id):
        checks.append(fail(AREA, teams.app_id_env, "isn't five groups of hexadecimal digits", where))
    else:
        checks.append(ok(AREA, teams.app_id_env, "set"))
    if not password:
        checks.append(fail(AREA, teams.app_password_env, "not set", "Make one under Certificates & secrets, and copy its value."))
    elif GUID.fullmatch(password):
        told = "looks like the secret's id"
        checks.append(fail(AREA, teams.app_password_env, told, "Copy the secret's value, which is shown once."))
    else:
        checks.append(ok(AREA, teams.app_password_env, "set"))
    return checks


def addresses(teams: TeamsSection) -> list[Check]:
    """The services that the bot may answer to."""
    try:
        listed = checked(teams.service_urls)
    except RapportError as error:
        return [fail(AREA, "service_urls", error.message, "Correct channels.teams.service_urls in config.toml.")]
    if not listed:
        return [fail(AREA, "service_urls", "empty: every message is refused", "Remove the key, or list Teams' services.")]
    return [ok(AREA, "service_urls", ", ".join(listed))]


def desk(teams: TeamsSection) -> list[Check]:
    """What the desk needs in Teams."""
    checks: list[Check] = []
    if not teams.desk_organisation and not teams.local:
        mend = "Set channels.teams.desk_organisation to your own tenant id: only its members can be agents."
        checks.append(warn(AREA, "desk_organisation", "not set: nobody is recognised as an agent", mend))
    if not teams.queue:
        mend = "Set channels.teams.queue, or let an agent say queue here to the bot in a channel."
        checks.append(warn(AREA, "queue", "not set in config.toml", mend))
    return checks


async def answers(teams: TeamsSection, environ: Mapping[str, str], ask: Ask) -> list[Check]:
    """What Microsoft's servers say."""
    app_id, password = environ.get(teams.app_id_env, ""), environ.get(teams.app_password_env, "")
    given = [await _token(teams, app_id, password, ask)] if app_id and password else []
    return [*given, *await _keys(teams, ask)]


async def _token(teams: TeamsSection, app_id: str, password: str, ask: Ask) -> Check:
    url = f"{teams.login_url.rstrip('/')}/{teams.organisation or ANY_ORGANISATION}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": password, "scope": SCOPE}
    try:
        told = await ask.post(url, form)
    except RapportError as error:
        return fail(AREA, "token", error.message, f"See that this machine reaches {teams.login_url} (proxy, firewall, DNS).")
    if told.status == 200 and told.body.get("access_token"):
        return ok(AREA, "token", "the app's id and password are right")
    said = str(told.body.get("error_description", ""))
    code = next((each for each in REASONS if each in said), "")
    words = f"{told.body.get('error', f'status {told.status}')}{f', {code}: {REASONS[code]}' if code else ''}"
    return fail(AREA, "token", words, f"Set {teams.app_id_env} and {teams.app_password_env} to those of the bot's registration.")


async def _keys(teams: TeamsSection, ask: Ask) -> list[Check]:
    try:
        document = await ask.get(teams.keys_url)
        keys_url = document.body.get("jwks_uri")
        if not isinstance(keys_url, str) or document.status != 200:
            return [_no_keys(teams, f"{teams.keys_url} is no OpenID document")]
        listed = await ask.get(keys_url)
    except RapportError as error:
        return [_no_keys(teams, error.message)]
    endorsing = _endorsing(listed)
    if not endorsing:
        return [_no_keys(teams, f"{keys_url} lists no key that may sign for {ENDORSED}")]
    return [ok(AREA, "keys", f"{endorsing} keys may sign for {ENDORSED}")]


def _no_keys(teams: TeamsSection, found: str) -> Check:
    mend = f"See that this machine reaches {teams.keys_url}: without its keys every message is refused."
    return fail(AREA, "keys", found, mend)


def _endorsing(told: Told) -> int:
    keys: Any = told.body.get("keys")
    listed = cast("list[Any]", keys) if isinstance(keys, list) else []
    entries = (cast("Mapping[str, Any]", each) for each in listed if isinstance(each, Mapping))
    return sum(ENDORSED in cast("list[Any]", each.get("endorsements") or []) for each in entries)
