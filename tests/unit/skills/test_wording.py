"""Approved wording: every id in use exists, every sentence can be filled in, and none tells what customers may not know."""

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.errors import NotFound
from core.money import Money
from skills.wording import DOMAINS, FOLDER, counted, known, listed, local, say, spelled

INTERNAL = re.compile(
    r"\b(?:cap|caps|band|bands|policy|policies|internal|assistant may|support agent|billing lead|finance)\b", re.IGNORECASE
)
USED = re.compile(r'"((?:billing|crm|helpdesk|skills)\.[a-z_]+)"')
SOURCES = [path for path in FOLDER.rglob("*.py") if "sandbox" not in path.parts]


def sentences() -> dict[str, str]:
    found: dict[str, str] = {}
    for domain in ("skills", *DOMAINS):
        path = (FOLDER if domain == "skills" else FOLDER / domain) / "wording.toml"
        found |= {f"{domain}.{name}": text for name, text in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_wording_in_use_was_written(path: Path) -> None:
    missing = [name for name in USED.findall(path.read_text(encoding="utf-8")) if not known(name)]
    assert not missing


def test_every_wording_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    unused = [
        name for name in sentences() if f'"{name}"' not in source and not re.search(r"\.(?:refusal|now_|returns_after_)", name)
    ]
    assert unused == []


@pytest.mark.parametrize(("name", "text"), sentences().items())
def test_no_wording_tells_internal_terms(name: str, text: str) -> None:
    assert not INTERNAL.search(text), name
    assert len(text) < 260


def test_a_sentence_stands_on_records_and_says_which_wording_it_is() -> None:
    told = say("billing.seats_added", "RC-1", seats=counted(5, "seat"))
    assert told.text == "Done: you now have 5 seats, usable straight away."
    assert (told.record_ids, told.approved) == (("RC-1",), "billing.seats_added")


def test_an_unknown_wording_is_an_error() -> None:
    with pytest.raises(NotFound):
        say("billing.nobody_wrote_this")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2027, 1, 4), "4 January 2027"),
        (Money(168000, "USD"), "$1,680"),
        (1500, "1,500"),
        ("as it is", "as it is"),
        (datetime(2026, 11, 17, 6, 20, tzinfo=UTC), "17 November 2026, 06:20 UTC"),
    ],
)
def test_values_are_written_for_people(value: str | int | Money | date, text: str) -> None:
    assert spelled(value) == text


def test_lists_counts_and_local_times() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert counted(1, "seat") == "1 seat"
    assert local(datetime(2026, 11, 20, 10, 0, tzinfo=UTC), "America/Chicago") == "20 November 2026, 04:00 (America/Chicago)"
