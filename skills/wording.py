"""Approved wording of the skills: sentences by id, a file per domain; and how days, money and rows are written."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from core.conversation import Sentence
from core.errors import NotFound
from core.money import Money

FOLDER = Path(__file__).parent
DOMAINS = ("billing", "crm", "helpdesk")

Value = str | int | Money | date


def say(wording_id: str, *records: str, **values: Value) -> Sentence:
    """The sentence of that id with values filled in, standing on the records named. Raises `NotFound` for an unknown id."""
    template = _wordings().get(wording_id)
    if template is None:
        raise NotFound(f"No approved wording has the id {wording_id!r}: add it to skills/<domain>/wording.toml.", id=wording_id)
    text = template.format(**{name: spelled(value) for name, value in values.items()})
    return Sentence(text=text, record_ids=records, approved=wording_id)


def known(wording_id: str) -> bool:
    """Whether somebody wrote that sentence."""
    return wording_id in _wordings()


def spelled(value: Value) -> str:
    """A value as customers read it: 4 January 2027, $1,680."""
    if isinstance(value, Money):
        return value.short
    if isinstance(value, datetime):
        return f"{value.day} {value:%B %Y, %H:%M} UTC" if value.tzname() == "UTC" else f"{value.day} {value:%B %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def local(moment: datetime, timezone: str) -> str:
    """A moment in a customer's own time."""
    here = moment.astimezone(ZoneInfo(timezone))
    return f"{here.day} {here:%B %Y, %H:%M} ({timezone})"


def listed(names: Iterable[str], last: str = "and") -> str:
    """Names in a row: one, two and three."""
    parts = list(names)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def counted(number: int, one: str, many: str = "") -> str:
    """1 seat, 28 seats."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@cache
def _wordings() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for domain in ("skills", *DOMAINS):
        path = (FOLDER if domain == "skills" else FOLDER / domain) / "wording.toml"
        for name, text in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{domain}.{name}"] = text
    return found
