"""Every Teams card is read without a complaint by the renderer that Microsoft publishes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.peers.programs import PEERS, ROOT

RENDERER = PEERS / "adaptivecards" / "dist" / "adaptivecards.js"
READER = Path(__file__).parent / "parse_cards.cjs"
IN_THE_MENU = "Maximum number of actions exceeded (5)."
"""The renderer counts actions behind the menu too, though it shows them all."""


def read(*files: Path) -> list[tuple[str, list[list[str]]]]:
    """What the renderer finds wrong, by file, for each card in it."""
    if shutil.which("node") is None or not RENDERER.exists():
        pytest.skip("Microsoft's renderer isn't installed: run make test-peers.")
    command = ["node", str(READER), str(RENDERER), *map(str, files)]
    told: list[Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [(Path(each["file"]).name, each["faults"]) for each in told]


def test_every_card_is_understood() -> None:
    files = [each for name in ("teams", "teams_desk") for each in sorted((ROOT / "tests" / "snapshots" / name).glob("*.json"))]
    found = read(*files)
    cards = [faults for _, each in found for faults in each]
    wrong = {name: each for name, each in found if any(set(faults) - {IN_THE_MENU} for faults in each)}
    assert len(cards) > 50
    assert wrong == {}


def test_a_card_that_is_wrong_is_found_out(tmp_path: Path) -> None:
    body = [{"type": "TextBlock", "text": "Hello", "size": "gigantic"}, {"type": "Nothing"}]
    made = tmp_path / "wrong.json"
    made.write_text(json.dumps({"type": "AdaptiveCard", "version": "1.5", "body": body}), encoding="utf-8")
    ((_, (faults,)),) = read(made)
    assert len(faults) >= 2
