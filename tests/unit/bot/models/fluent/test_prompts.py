"""The prompts as they ship. RAPPORT_SNAPSHOTS=write renews the snapshot, but only for a text with a new version."""

import json
import os
import re
from pathlib import Path

import pytest

from bot.models.fluent.prompts import FOLDER, NAMES, Prompts
from core.errors import BadInput

SNAPSHOT = Path(__file__).parents[4] / "snapshots" / "prompts" / "versions.json"


def changed(kept: dict[str, str], now: dict[str, str]) -> list[str]:
    """The prompts whose text changed without a new version."""
    return [name for name in kept if name in now and kept[name] != now[name] and _version(kept[name]) >= _version(now[name])]


def _version(label: str) -> int:
    return int(label.partition(":")[0])


def test_a_text_never_changes_without_a_new_version() -> None:
    now = {name: f"{each.version}:{each.sha256}" for name, each in sorted(Prompts.load().files.items())}
    kept: dict[str, str] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert changed(kept, now) == []
    if os.environ.get("RAPPORT_SNAPSHOTS") == "write":
        SNAPSHOT.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
        kept = now
    assert kept == now


def test_a_change_without_a_new_version_would_be_seen() -> None:
    assert changed({"a": "1:x", "b": "1:x", "c": "1:x"}, {"a": "1:y", "b": "2:y", "c": "1:x"}) == ["a"]


def test_versions_name_every_prompt_with_its_hash() -> None:
    versions = Prompts.load().versions()
    assert set(versions) == {f"prompt.{name}" for name in NAMES}
    assert all(re.fullmatch(r"\d+:[0-9a-f]{12}", label) for label in versions.values())


def test_texts_hold_no_date_and_speak_of_marks() -> None:
    for each in Prompts.load().files.values():
        text = each.filled({"company": "Halcyon", "assistant": "Hal"})
        assert "<untrusted" in text
        assert "instruct" in text or each.name == "translation"
        assert not re.search(r"\b20\d\d\b|\$\w", text)


def test_files_and_prompts_are_the_same() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(NAMES)


GOOD = "---\nname: dialogue\nversion: 1\nrole: dialogue\nfor: x\n---\nHello $company\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello", "opens with"),
        (GOOD.replace("name: dialogue", "name: other"), "name must be"),
        (GOOD.replace("version: 1", "version: 0"), "version must be"),
        (GOOD.replace("role: dialogue", "role: boss"), "role must be"),
        (GOOD.replace("for: x\n", ""), "head must give"),
        (GOOD.replace("$company", "$date"), r"only \$company"),
        (GOOD.replace("Hello $company", ""), "not be empty"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    for path in FOLDER.glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "dialogue.md").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        Prompts.load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"dialogue\.md"):
        Prompts.load(tmp_path)
