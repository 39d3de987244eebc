"""Approved wording: every id that the dialogue uses was written, and every sentence can be filled in."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from bot.dialogue import wording as module
from bot.dialogue.wording import FILE, speaks, wording
from core.errors import NotFound

ROOT = Path(__file__).parents[4] / "bot"
USED = re.compile(r"(?:\bwording\(|Wording\(id=|else_say=)\s*\"([a-z_.]+)\"")


def used() -> set[str]:
    return {found for file in ROOT.rglob("*.py") for found in USED.findall(file.read_text(encoding="utf-8"))}


def written() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for first, table in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        if "en" in table:
            found[first] = table
        else:
            found.update({f"{first}.{second}": texts for second, texts in table.items()})
    return found


def test_every_wording_that_is_used_was_written() -> None:
    assert used()
    assert used() - set(written()) == set()


def test_a_translation_fills_in_what_the_english_does() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for wording_id, texts in written().items():
        for language, text in texts.items():
            assert names(text) == names(texts["en"]), (wording_id, language)


def test_a_missing_translation_falls_back_to_english_and_says_so() -> None:
    assert wording("denied", "it").text == wording("denied", "en").text
    assert not speaks("denied", "it")
    assert speaks("denied", "de")


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(NotFound, match="No approved wording"):
        wording("nobody.wrote_this")
    assert not module.speaks("nobody.wrote_this", "en")
