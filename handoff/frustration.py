"""How frustrated a message sounds, from 0 to 1: by wording, capitals and marks, whatever model understands the rest.

Pure. The cues and their weights are data in frustration.toml; English, German, French, Spanish, Italian, Dutch and Portuguese.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

HIGH = 0.6
"""From here on a person is offered."""
VERY_HIGH = 0.95
"""From here on a person takes over."""
SHOUTED_WORDS = 2
CUES: tuple[str, ...] = ("again", "vain", "anger", "swearing", "sarcasm", "impatience", "capitals", "marks", "polite")

_FILE = Path(__file__).with_suffix(".toml")
_MARKS = re.compile(r"!\s?!|\?\s?\?|[?!]{2,}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CODE = re.compile(r"\b\w*\d\w*\b|\b[A-Z]{2,}-\w+\b")
_LONG = 4


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """What each kind of cue is found by, and what it weighs."""

    cues: Mapping[str, re.Pattern[str]]
    weights: Mapping[str, float]


def frustration_of(text: str) -> float:
    """0 (at ease) to 1 (beside themselves), as a calibrated probability."""
    weights = lexicon().weights
    total = weights["bias"] + sum(weights[name] for name in cues_in(text))
    return round(1 / (1 + math.exp(-total)), 3)


def cues_in(text: str) -> tuple[str, ...]:
    """The kinds of cue in a text, in the order of `CUES`."""
    words = text.replace("’", "'")
    found = {name for name, pattern in lexicon().cues.items() if pattern.search(words)}
    if _shouts(words):
        found.add("capitals")
    if _MARKS.search(words):
        found.add("marks")
    return tuple(name for name in CUES if name in found)


@cache
def lexicon() -> Lexicon:
    """The cues as they lie in the file."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    listed = cast("Mapping[str, list[str]]", data["cues"])
    cues = {name: re.compile("|".join(dict.fromkeys(listed[name])).replace("’", ""), re.IGNORECASE) for name in listed}
    return Lexicon(cues=cues, weights=cast("Mapping[str, float]", data["weights"]))


def _shouts(text: str) -> bool:
    """Whether words are written in capitals for their force: several of them, or most of a short message."""
    words = _WORD.findall(_CODE.sub(" ", text))
    loud = [word for word in words if word.isupper() and len(word) >= _LONG]
    if len(loud) >= SHOUTED_WORDS and len(loud) * 4 >= len(words):
        return True
    return bool(loud) and len(loud) == len(words) and len(loud[0]) > _LONG
