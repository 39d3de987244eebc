"""The concepts that a text touches, from `concepts.toml`: words that mean the same to a customer count as one."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import cast

FILE = Path(__file__).with_name("concepts.toml")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    tables = cast(dict[str, list[str]], tomllib.loads(FILE.read_text(encoding="utf-8")))
    return tuple((name, re.compile(rf"(?<!\w)(?:{'|'.join(map(_spelled, words))})(?!\w)")) for name, words in tables.items())


def _spelled(words: str) -> str:
    if ".{" in words:
        return words
    return re.escape(words).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")


def names() -> tuple[str, ...]:
    """All concepts, in the order of the file."""
    return tuple(name for name, _ in _patterns())


def concepts_of(text: str) -> list[int]:
    """The places (in `names`) of the concepts that `text` touches."""
    lowered = text.lower().replace("’", "'")
    return [place for place, (_, pattern) in enumerate(_patterns()) if pattern.search(lowered)]
