"""AgentDojo's tools as skills of Rapport: effects, where arguments may come from, and the gate of an installation."""

import re
import shutil
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ConfigDict

from core.action import Effect
from governance.gate import Gate
from governance.policy import CONTEXTS, FOLDER, SCHEMA

TABLE = Path(__file__).parent / "dojo_tools.toml"


class Tool(BaseModel):
    """A tool as declared; see dojo_tools.toml."""

    model_config = ConfigDict(frozen=True)

    id: str
    effect: Effect = Effect.READ
    asks: str = "(?!)"
    wording: frozenset[str] = frozenset()
    default: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    day: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()

    def asked_in(self, words: str) -> bool:
        """Whether the words ask for it."""
        return re.search(self.asks, words, re.IGNORECASE) is not None


@cache
def declared() -> Mapping[str, Tool]:
    """The tools that are listed, by name."""
    listed = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    typed = listed.pop("typed")
    rows = ({"id": name, **listed.get(name, {}), "typed": typed.get(name, ())} for name in {*listed, *typed})
    return {row["id"]: Tool.model_validate(row) for row in rows}


def tool(name: str) -> Tool:
    return declared().get(name) or Tool(id=name)


def gate_for(folder: Path) -> Gate:
    """The product's policies, and a schema that lists these tools among what an Owner may ask for, laid out in `folder`."""
    for path in FOLDER.glob("*.cedar"):
        shutil.copy(path, folder / path.name)
    lines = [
        f"action {each.id} in [{each.effect}, by_owner] appliesTo "
        f"{{ principal: [Customer, Agent, Program], resource: Account, context: {CONTEXTS[each.effect]} }};"
        for each in sorted(declared().values(), key=lambda each: each.id)
        if each.effect is not Effect.READ
    ]
    schema = (FOLDER / SCHEMA).read_text(encoding="utf-8")
    (folder / SCHEMA).write_text("\n".join([schema, *lines]), encoding="utf-8")
    return Gate.load(folder=folder)


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a result holds: values that its system wrote, with their field, and free text."""

    typed: Sequence[tuple[str, str]]
    free: Sequence[str]
    rows: Sequence[Mapping[str, str]] = ()

    def several(self, value: str) -> bool:
        """Whether the value is one of several in its field."""
        fields = {name for name, each in self.typed if each == value}
        return any(len({each for name, each in self.typed if name == field}) > 1 for field in fields)


def read_of(name: str, result: object) -> Read:
    """A result taken apart by what is declared of its fields."""
    fields = tool(name).typed
    typed: list[tuple[str, str]] = []
    free: list[str] = []
    for field, value in _leaves("", result):
        if "*" in fields or field in fields:
            typed.append((field, value))
        else:
            free.append(value)
    return Read(typed=typed, free=free, rows=_rows(result))


def _rows(result: object) -> list[Mapping[str, str]]:
    """The records of a result, flat: one, or as many as are listed."""
    listed = cast(Sequence[object], result) if isinstance(result, list | tuple) else [result]
    rows = [cast(Mapping[str, object], each) for each in listed if isinstance(each, Mapping)]
    return [{name: str(value) for name, value in each.items() if isinstance(value, str | int | float)} for each in rows]


def _leaves(field: str, value: object) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in cast(Mapping[str, object], value).items():
            yield from _leaves(name, each)
    elif isinstance(value, list | tuple):
        for each in cast(Sequence[object], value):
            yield from _leaves(field, each)
    elif value is not None:
        yield field, str(value)
