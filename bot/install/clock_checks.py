"""What the doctor says of the clocks: the machine's own, that of the business, and how far they are from other servers'."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from bot.install.asking import Ask
from bot.install.report import Check, fail, ok, warn
from core.clock import BusinessClock, Clock
from core.config import Config
from core.database import Database
from core.errors import RapportError
from core.settings import settings

MOST_SKEW_S = 60
MEND = "Let the machine follow a time server (timedatectl set-ntp true): signatures and tokens are refused by a wrong clock."


async def business_clock(config: Config, wall: Clock) -> Clock:
    """The clock by which hours and due dates go: the demo's runs on from its first moment, any other is the wall clock."""
    start = config.demo.clock_start
    if not config.demo.enabled or start is None:
        return wall
    return BusinessClock(start=start, origin=await _origin(config) or wall.now(), wall=wall.now)


def business(config: Config, clock: Clock) -> list[Check]:
    """What the business clock shows."""
    shown = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    return [ok("clock", "business", f"{shown}, the demo's" if config.demo.enabled else f"{shown}, the machine's own")]


async def skew(urls: Sequence[str], ask: Ask, wall: Clock) -> list[Check]:
    """The machine's clock against the first server that answers with a date."""
    for url in urls:
        try:
            told = await ask.get(url)
        except RapportError:
            continue
        theirs = _date(told.headers.get("date", ""))
        if theirs is not None:
            return [_compared(url, (wall.now() - theirs).total_seconds())]
    if not urls:
        return [ok("clock", "machine", f"{wall.now():%Y-%m-%d %H:%M:%S} UTC, compared with nobody's")]
    told = f"{wall.now():%Y-%m-%d %H:%M:%S} UTC; no server answered that it could be compared with"
    return [warn("clock", "machine", told, "See that this machine reaches the internet, then compare by hand.")]


def _compared(url: str, seconds: float) -> Check:
    words = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} {url}"
    if abs(seconds) > MOST_SKEW_S:
        return fail("clock", "machine", words, MEND)
    return ok("clock", "machine", words)


def _date(text: str) -> datetime | None:
    try:
        given = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


async def _origin(config: Config) -> datetime | None:
    """When this installation began; None before the first start."""
    if not config.core.database_url_env and not (config.data_dir / "rapport.db").is_file():
        return None

    def read(conn: Connection) -> datetime | None:
        return conn.execute(select(settings.c.at).where(settings.c.name == "clock_origin")).scalar()

    try:
        opened = Database.open(config.database_url)
    except RapportError:
        return None
    try:
        return await opened.read(read)
    except (RapportError, SQLAlchemyError):
        return None
    finally:
        await opened.close()
