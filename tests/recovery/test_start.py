"""Messages that come while Rapport is still starting are kept, and keep their place."""

import asyncio
from pathlib import Path

import pytest

from bot.wiring.kept import Kept
from core.errors import Conflict
from tests.recovery.house import QUESTIONS, a_message, launch, open_small
from tests.recovery.ledger import read_now
from tests.recovery.script import customers

pytestmark = pytest.mark.recovery


async def accept(kept: Kept, message: str, number: int) -> None:
    await kept.house.intake.accept(a_message(kept, "c", message, customers()[0], QUESTIONS[number]))


async def test_a_message_accepted_before_the_engine_runs_goes_first(tmp_path: Path) -> None:
    kept = await open_small(tmp_path)
    await accept(kept, "early", 0)
    starting = asyncio.create_task(kept.house.durable.launch())
    await asyncio.sleep(0)
    await accept(kept, "meanwhile", 1)
    await starting
    await accept(kept, "late", 2)
    await kept.house.intake.offer_unfinished()
    await kept.house.durable.settle()
    await kept.close()
    found = await read_now(tmp_path)
    ends = [turn.ends_at for turn in found.turns]
    assert [turn.message for turn in found.turns] == ["early", "meanwhile", "late"]
    assert [len(each) for each in ends] == [1, 1, 1]
    assert ends == sorted(ends)


async def test_a_folder_serves_one_process_at_a_time(tmp_path: Path) -> None:
    kept = await open_small(tmp_path)
    with pytest.raises(Conflict, match="running"):
        await open_small(tmp_path)
    await launch(kept)
    await kept.close()
    await (await open_small(tmp_path)).close()
