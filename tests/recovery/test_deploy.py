"""A new release starts while turns of the old one are in flight: it finishes them, once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.inbox import DONE
from core.language import Understanding, UnderstandRequest
from tests.fakes.model import ScriptedModel
from tests.recovery.house import ROOT, launch, open_small
from tests.recovery.ledger import Found, read_now

pytestmark = pytest.mark.recovery

CONVERSATIONS = 4


class NewModel(ScriptedModel):
    """The new release's model: other words, and a note of what it was asked."""

    def __init__(self) -> None:
        super().__init__(name="new")
        self.asked: list[str] = []

    async def understand(self, request: UnderstandRequest) -> Understanding:
        self.asked.append(request.said[-1].message_id)
        return await super().understand(request)


@pytest.fixture
def in_flight(tmp_path: Path) -> Path:
    """A folder whose process was killed in the middle of a turn of every conversation."""
    command = [sys.executable, "-m", "tests.recovery.release", str(tmp_path), str(CONVERSATIONS)]
    thinking, accepted = 0, False
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as old:
        assert old.stdout is not None
        while thinking < CONVERSATIONS or not accepted:
            line = old.stdout.readline()
            assert line, "the old release ended by itself"
            said = json.loads(line)
            thinking += "thinking" in said
            accepted = accepted or "accepted" in said
        old.kill()
    return tmp_path


async def start_new(folder: Path) -> tuple[NewModel, Found]:
    model = NewModel()
    kept = await open_small(folder, model)
    await launch(kept)
    await kept.house.durable.settle(60.0)
    await kept.sealer.seal()
    await kept.close()
    return model, await read_now(folder)


def check(model: NewModel, found: Found) -> None:
    assert len(found.turns) == 2 * CONVERSATIONS
    assert {turn.state for turn in found.turns} == {DONE}
    assert [len(turn.ends_at) for turn in found.turns] == [1] * len(found.turns)
    assert model.asked.count("first") == model.asked.count("second") == CONVERSATIONS
    firsts = {turn.conversation: turn.ends_at for turn in found.turns if turn.message == "first"}
    assert all(firsts[turn.conversation] < turn.ends_at for turn in found.turns if turn.message == "second")
    assert found.chain.ok, found.chain.problems


async def test_a_deploy_over_turns_in_flight_finishes_them_with_the_new_code(in_flight: Path) -> None:
    model, found = await start_new(in_flight)
    check(model, found)


async def test_another_application_version_finishes_them_too(in_flight: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine hands out work of its own application version alone: work of another one is begun anew, its steps not."""
    monkeypatch.setattr("core.engine.APP_VERSION", "another")
    model, found = await start_new(in_flight)
    check(model, found)


async def test_a_second_start_finds_nothing_to_do(in_flight: Path) -> None:
    await start_new(in_flight)
    model, found = await start_new(in_flight)
    assert model.asked == []
    assert [len(turn.ends_at) for turn in found.turns] == [1] * len(found.turns)
