"""What the doctor looks at on this machine: secret, data folder, database, keys, the desk's files, the models."""

import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.http.tokens import load_secret
from bot.install import public_address
from bot.install.report import Check, fail, ok, warn
from core import tenants
from core.clock import Clock
from core.config import Config
from core.database import Database
from core.errors import RapportError
from core.vault import sealed_any
from handoff.roster import AUDITOR, read_roster
from handoff.sla import parse_desk

LEAST_FREE, LITTLE_FREE = 200 * 1024**2, 2 * 1024**3
MEBI = 1024**2
MEND_DATA = "Correct core.data_dir in config.toml, or give the user that runs Rapport the right to write there."

Embed = Callable[[Path], int]


def configuration(config: Config) -> list[Check]:
    """Whether what config.toml names is there."""
    missing = [path for path in config.knowledge.paths if not Path(path).exists()]
    checks = [ok("config", "config.toml", f"read; {config.tenant.name} in {config.tenant.region}")]
    if missing:
        checks.append(fail("config", "articles", f"not there: {', '.join(missing)}", "Correct knowledge.paths in config.toml."))
    if config.demo.enabled and config.server.public_url:
        told = "anybody can sign in as the demo's customers and agents"
        checks.append(warn("config", "demo", told, "Set demo.enabled = false before real customers come."))
    return checks


def secret(config: Config, environ: Mapping[str, str]) -> list[Check]:
    """What signs tokens."""
    variable = config.server.secret_env
    given = environ.get(variable)
    kept = config.data_dir / "secret"
    if given is None and not kept.exists():
        return [ok("secret", variable, f"not set: one will be made and kept in {kept}")]
    try:
        load_secret(config.data_dir, given)
    except RapportError as error:
        return [fail("secret", variable, error.message, f"Set {variable} to 32 or more random bytes: openssl rand -hex 32.")]
    except OSError as error:
        return [fail("secret", variable, f"{kept} can't be read ({error.strerror})", "Let the user that runs Rapport read it.")]
    return [ok("secret", variable, "set" if given is not None else f"not set: {kept} serves")]


def data_folder(config: Config) -> list[Check]:
    """Whether the data folder can be written to, and has room."""
    folder = config.data_dir
    place = folder if folder.exists() else _parent(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        return [fail("data", "folder", f"{place.absolute()} can't be written to ({error.strerror})", MEND_DATA)]
    words = f"{free // MEBI} MB are free"
    if free < LEAST_FREE:
        return [fail("data", "folder", words, "Make room: below 200 MB messages may be refused.")]
    if free < LITTLE_FREE:
        return [warn("data", "folder", words, "Make room soon: below 200 MB messages may be refused.")]
    return [ok("data", "folder", f"{folder.absolute()}, {words}")]


async def database(config: Config) -> list[Check]:
    """Whether the database can be read, and the keys to what is in it are there."""
    file = config.data_dir / "rapport.db"
    if not config.core.database_url_env and not file.is_file():
        return [ok("data", "database", "not there yet: the first start makes it")]
    try:
        url = config.database_url
        opened = Database.open(url)
    except RapportError as error:
        return [fail("data", "database", error.message, "Correct core.database_url_env and the variable that it names.")]
    try:
        return await _looked_into(config, opened)
    finally:
        await opened.close()


async def _looked_into(config: Config, opened: Database) -> list[Check]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        tenant = await opened.read(lambda conn: tenants.find(conn, config.tenant.id))
        sealed = await opened.read(sealed_any)
    except RapportError as error:
        return [fail("data", "database", error.message, "Look at data_dir and tenant.id, or start Rapport once.")]
    except SQLAlchemyError as error:
        mend = "See that it runs and that this is Rapport's database; a start brings its tables up to date."
        return [fail("data", "database", f"can't be read ({type(error).__name__})", mend)]
    checks = [ok("data", "database", "can be read")]
    if tenant.region != config.tenant.region:
        told = f"{tenant.id} is kept in {tenant.region}, config.toml says {config.tenant.region}"
        checks.append(fail("data", "region", told, "Correct tenant.region, or move the data first."))
    keys = config.data_dir / "keys.db"
    if not keys.is_file() and sealed:
        checks.append(fail("data", "keys", f"{keys} is missing: nothing personal can be read", "Put it back from its own copy."))
    elif not keys.is_file():
        checks.append(ok("data", "keys", "none needed yet"))
    elif not os.access(keys, os.R_OK | os.W_OK):
        checks.append(fail("data", "keys", f"{keys} can't be read or written", "Give the user that runs Rapport the right."))
    else:
        checks.append(ok("data", "keys", f"{keys} is there"))
    return checks


def desk(config: Config, clock: Clock) -> list[Check]:
    """Who works at the desk, and when."""
    checks: list[Check] = []
    try:
        agents = read_roster(Path(config.handoff.agents)).agents
    except RapportError as error:
        checks.append(fail("desk", "agents", error.message, "Correct the file that handoff.agents names."))
    else:
        checks.append(_staffed(config, sum(bool(each.roles - {AUDITOR}) for each in agents)))
        nameless = [each.id for each in agents if not each.email and not each.channels]
        if nameless and (config.channels.slack.enabled or config.channels.teams.enabled):
            told = f"no e-mail address or channel id for {', '.join(nameless)}"
            checks.append(warn("desk", "agents", told, "Add one, or let them connect with a code from the console."))
    try:
        hours = parse_desk(tomllib.loads(Path(config.handoff.desk).read_text(encoding="utf-8"))).usual.hours
    except (RapportError, OSError, ValueError) as error:
        words = error.message if isinstance(error, RapportError) else f"{config.handoff.desk} can't be read"
        return [*checks, fail("desk", "hours", words, "Correct the file that handoff.desk names.")]
    following = hours.next_opening(clock.now())
    if following is None:
        return [*checks, fail("desk", "hours", "the desk never opens", "Add hours in the file that handoff.desk names.")]
    when = "open now" if hours.open_at(clock.now()) else f"opens {following:%Y-%m-%d %H:%M} UTC"
    return [*checks, ok("desk", "hours", f"{when}, by the business clock")]


def _staffed(config: Config, working: int) -> Check:
    if not working:
        return fail("desk", "agents", "nobody can take a case", f"Add somebody with a role in {config.handoff.agents}.")
    return ok("desk", "agents", f"{working} can take cases")


def models(config: Config, embed: Embed) -> list[Check]:
    """The sentence model and what was learned from examples."""
    cache = Path(config.models.cache)
    if not cache.is_dir():
        told = f"{cache.absolute()} isn't there"
        return [warn("models", "cache", told, "Run make setup, or let the first start take a few minutes.")]
    learned = [folder for folder in ("heads", "learned") if any((cache / folder).glob("*.npz"))]
    checks = [
        ok("models", "cache", f"{cache.absolute()} is filled")
        if len(learned) == 2
        else warn("models", "cache", "nothing is learned yet", "Run make setup, or let the first start take a few minutes.")
    ]
    try:
        dimensions = embed(cache / "models")
    except (RapportError, OSError, ImportError) as error:
        words = error.message if isinstance(error, RapportError) else f"it doesn't load ({type(error).__name__})"
        return [*checks, fail("models", "embedder", words, "Run make setup again.")]
    return [*checks, ok("models", "embedder", f"loads, {dimensions} dimensions")]


def address(config: Config) -> list[Check]:
    """Whether Slack and Teams could call this server, where they need to."""
    slack, teams = config.channels.slack, config.channels.teams
    called = (slack.enabled and slack.mode == "http") or (teams.enabled and not teams.local)
    wrong = public_address.fault(config.server.public_url)
    if wrong is None:
        return [ok("address", "public_url", f"{config.server.public_url} has the right form")]
    if called:
        mend = f"Set server.public_url to the https address that the internet reaches, as {public_address.EXAMPLE}."
        return [fail("address", "public_url", wrong, mend)]
    if config.server.public_url:
        return [warn("address", "public_url", wrong, "Links in messages lead there: check that your customers can open it.")]
    return [ok("address", "public_url", "not set, and nothing that is enabled needs it")]


def _parent(folder: Path) -> Path:
    return next(each for each in folder.absolute().parents if each.exists())
