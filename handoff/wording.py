"""What customers are told when a person takes over, joins or leaves: plain, honest, and in their language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from handoff.hours import Hours

_FILE = Path(__file__).parent / "wording.toml"
FALLBACK = "en"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the words depend on: the time, the hours that hold for this customer, and how many cases are ahead."""

    now: datetime
    hours: Hours
    ahead: int = 0

    @property
    def staffed(self) -> bool:
        return self.hours.open_at(self.now)


def handed_over(reason: str, language: str, situation: Situation) -> str:
    """Why a person takes over, and what comes next."""
    words = _words(language)
    why = words["why"].get(reason, words["why"]["unknown"])
    return " ".join([why, *(_in_hours(words, situation) if situation.staffed else _out_of_hours(words, situation))])


def told(what: str, language: str, name: str = "") -> str:
    """That a person joined, transferred, requeued, returned or resolved."""
    return str(_words(language)[what]).format(name=name)


def languages() -> frozenset[str]:
    """The languages that there are words for; any other gets English."""
    return frozenset(_all())


def _in_hours(words: Mapping[str, Any], situation: Situation) -> list[str]:
    line = {0: words["next"], 1: words["queue_one"]}.get(situation.ahead, words["queue"].format(places=situation.ahead))
    return [words["open"], line]


def _out_of_hours(words: Mapping[str, Any], situation: Situation) -> list[str]:
    opening = situation.hours.next_opening(situation.now)
    if opening is None:
        return [words["closed_unknown"], words["callback"]]
    local = opening.astimezone(ZoneInfo(situation.hours.zone))
    day = words["days"][local.weekday()]
    closed = words["closed"].format(day=day, time=local.strftime("%H:%M"), zone=situation.hours.zone)
    return [closed, words["callback"]]


def _words(language: str) -> Mapping[str, Any]:
    everything = _all()
    return everything.get(language.split("-", maxsplit=1)[0].lower(), everything[FALLBACK])


@cache
def _all() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
