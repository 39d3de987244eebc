"""The written examples that the heads are fitted on, as they lie in `bot/models/training`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from core.errors import BadInput
from core.language import Said

FOLDER = Path(__file__).parent.parent / "training"


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A text (or a conversation) with its label. `context` is what the bot had said; `item` a catalogue item."""

    text: str
    label: str
    context: str = ""
    item: str = ""
    said: tuple[Said, ...] = ()


def revenue(path: Path = FOLDER / "revenue_intents.jsonl") -> list[Labelled]:
    """Messages with their commercial signal and, for some, the item that fits."""
    return [Labelled(text=str(row["text"]), label=str(row["label"]), item=str(row.get("item") or "")) for row in _rows(path)]


def triage(path: Path = FOLDER / "triage.jsonl") -> list[Labelled]:
    """Conversations with the reason why a person is needed after their last turn, or `none`."""
    found: list[Labelled] = []
    for row in _rows(path):
        turns = cast(Sequence[Mapping[str, str]], row["turns"])
        said = tuple(Said(role=turn["role"], text=turn["text"]) for turn in turns)
        found.append(Labelled(text=said[-1].text, label=str(row["reason"]), said=said))
    return found


def acts(path: Path = FOLDER / "dialogue_acts.jsonl") -> list[Labelled]:
    """Short messages with their dialogue act."""
    return [Labelled(text=str(row["text"]), label=str(row["act"]), context=str(row.get("context") or "")) for row in _rows(path)]


def out_of_scope(path: Path = FOLDER / "out_of_scope.jsonl") -> list[str]:
    """Messages that no support desk of a software company can serve."""
    return [str(row["text"]) for row in _rows(path)]


def moods(path: Path = FOLDER / "moods.jsonl") -> list[Labelled]:
    """Messages that are `good`, `bad` or `plain` in mood."""
    return [Labelled(text=str(row["text"]), label=str(row["mood"])) for row in _rows(path)]


def _rows(path: Path) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise BadInput(f"{path.name}, line {number}: not valid JSON ({error}). Mend or remove the line.") from error
    return rows
