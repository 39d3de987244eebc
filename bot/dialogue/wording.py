"""Approved wording by id and language: what the bot says in its own words comes from here alone."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

from core.conversation import Sentence
from core.errors import NotFound

FILE = Path(__file__).with_name("wording.toml")


@cache
def _wordings() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    _collect("", tomllib.loads(FILE.read_text(encoding="utf-8")), found)
    return found


def _collect(prefix: str, table: Mapping[str, object], found: dict[str, Mapping[str, str]]) -> None:
    for name, value in table.items():
        if not isinstance(value, dict):
            continue
        inner = cast(Mapping[str, object], value)
        wording_id = f"{prefix}{name}"
        if "en" in inner:
            found[wording_id] = {language: text for language, text in inner.items() if isinstance(text, str)}
        else:
            _collect(f"{wording_id}.", inner, found)


def speaks(wording_id: str, language: str) -> bool:
    """Whether that wording was written in that language."""
    return language in _wordings().get(wording_id, {})


def wording(wording_id: str, language: str = "en", **values: str) -> Sentence:
    """The sentence with that id in `language`, or in English. Raises `NotFound` for an id that nobody wrote."""
    texts = _wordings().get(wording_id)
    if texts is None:
        raise NotFound(f"No approved wording has the id {wording_id!r}: add it to {FILE.name}.", id=wording_id)
    template = texts.get(language) or texts["en"]
    return Sentence(text=template.format(**values), approved=wording_id)
