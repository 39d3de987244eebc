"""Reads dialogues from their files. A wrong key or an unknown pattern is an error: nothing is passed over in silence."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.conformance.dialogue import PATTERNS, Dialogue, Expected, Means, Step

FOLDER = Path(__file__).parent / "dialogues"
LISTS = frozenset({"told", "never", "did", "read", "effects", "only"})
Table = Mapping[str, Any]


class Wrong(ValueError):
    """A file that can't be read as dialogues, with the place."""


def hand_written(folder: Path = FOLDER) -> list[Dialogue]:
    """Every dialogue of the folder, in the order of the files."""
    found = [each for file in sorted(folder.glob("*.toml")) for each in _of_file(file)]
    names = [each.name for each in found]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise Wrong(f"two dialogues have the same name: {', '.join(sorted(doubled))}")
    return found


def _of_file(file: Path) -> list[Dialogue]:
    body = tomllib.loads(file.read_text(encoding="utf-8"))
    return [dialogue_of(each, f"{file.name}: {each.get('name', 'a dialogue without a name')}") for each in body["dialogues"]]


def dialogue_of(table: Table, where: str) -> Dialogue:
    """A dialogue out of its table."""
    known = {each.name for each in fields(Dialogue)}
    _known(table, known, where)
    if table.get("pattern") not in PATTERNS:
        raise Wrong(f"{where}: {table.get('pattern')!r} is no pattern; there are {', '.join(PATTERNS)}")
    steps = tuple(_step(each, f"{where}, step {place}") for place, each in enumerate(table["steps"], 1))
    rest: dict[str, Any] = {key: _several(value) if key in LISTS else value for key, value in table.items() if key != "steps"}
    return Dialogue(steps=steps, **rest)


def _step(table: Table, where: str) -> Step:
    expects = {each.name for each in fields(Expected)}
    own = {each.name for each in fields(Step)} - {"expected"}
    _known(table, own | expects, where)
    expected: dict[str, Any] = {key: _several(value) if key in LISTS else value for key, value in table.items() if key in expects}
    given: dict[str, Any] = {key: value for key, value in table.items() if key in own}
    if sum(key in given for key in ("customer", "press", "agent", "fault", "mend")) != 1:
        raise Wrong(f"{where}: a step is one of customer, press, agent, fault or mend")
    if "customer" in given:
        given["customer"] = _several(given["customer"])
    if "means" in given:
        given["means"] = _means(given["means"], f"{where}, means")
    return Step(expected=Expected(**expected), **given)


def _means(table: Table, where: str) -> Means:
    _known(table, {each.name for each in fields(Means)}, where)
    given = dict(table)
    for name in ("slots", "also"):
        if name in given:
            given[name] = {key: _several(value) for key, value in given[name].items()}
    if "calls" in given:
        given["calls"] = tuple((each["tool"], each.get("with", {})) for each in given["calls"])
    return Means(**given)


def _several(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - TOML brings plain values


def _known(table: Table, known: set[str], where: str) -> None:
    strange = sorted(set(table) - known)
    if strange:
        raise Wrong(f"{where}: {', '.join(strange)} is no key; there are {', '.join(sorted(known))}")
