"""How customers ask for each skill: read from every domain's examples*.toml on first use."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_A_SKILL = "not_a_skill"


def examples_of(skill_id: str) -> tuple[str, ...]:
    """The utterances that ask for a skill; none for one that nobody asks for by name."""
    return _read()[0].get(skill_id, ())


def near_misses() -> Mapping[str, tuple[str, ...]]:
    """Utterances that sound like a skill and aren't, by what they are instead (`question` for the help centre)."""
    return _read()[1]


@cache
def _read() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    skills: dict[str, tuple[str, ...]] = {}
    misses: dict[str, tuple[str, ...]] = {}
    for path in sorted(FOLDER.glob("*/examples*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name == NOT_A_SKILL:
                for kind, texts in table.items():
                    misses[kind] = (*misses.get(kind, ()), *texts)
            else:
                skills[name] = (*skills.get(name, ()), *table["examples"])
    return skills, misses
