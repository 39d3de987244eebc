"""A backup taken while messages come in and are answered, and what the house restored from it does."""

import asyncio
from pathlib import Path

import pytest

from bot.wiring.kept import Kept
from bot.wiring.upkeep import back_up, verify_journal
from core.backup import restore
from core.errors import BadInput
from core.inbox import DONE
from tests.recovery.house import YES, a_message, config_for, credit, launch, open_small
from tests.recovery.ledger import Found, credits_in, read_now
from tests.recovery.script import customers

pytestmark = pytest.mark.recovery

CONVERSATIONS = 8
ENOUGH = 24
MOST_TURNS = 70


class Talk:
    """Conversations in which a credit is asked for and confirmed again and again; `enough` once some of it is acknowledged."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.acknowledged: set[tuple[str, str]] = set()
        self.enough = asyncio.Event()
        self.stopped = False

    async def run(self) -> None:
        await asyncio.gather(*(self._talk(number) for number in range(CONVERSATIONS)))

    async def _talk(self, number: int) -> None:
        for turn in range(MOST_TURNS):
            if self.stopped:
                return
            text = credit(turn // 2) if turn % 2 == 0 else YES
            name = f"c{number}", f"m{turn:04}"
            await self._kept.house.intake.accept(a_message(self._kept, *name, customers()[number], text))
            self.acknowledged.add(name)
            if len(self.acknowledged) >= ENOUGH:
                self.enough.set()
            await asyncio.sleep(0.01)


async def backed_up(folder: Path, to: Path, keys: Path | None) -> set[tuple[str, str]]:
    """Backs a working house up, and returns what was acknowledged before that began."""
    kept = await open_small(folder)
    await launch(kept)
    talk = Talk(kept)
    sealing, talking = asyncio.create_task(kept.sealer.run()), asyncio.create_task(talk.run())
    await talk.enough.wait()
    before = set(talk.acknowledged)
    await asyncio.to_thread(back_up, config_for(folder), to, keys)
    talk.stopped = True
    await talking
    sealing.cancel()
    await asyncio.gather(sealing, return_exceptions=True)
    await kept.close()
    assert len(talk.acknowledged) > len(before), "nothing came in while the backup was made"
    return before


async def finished(folder: Path) -> Found:
    """What the files hold once the house was started on them and had nothing left to do."""
    kept = await open_small(folder)
    await launch(kept)
    await kept.house.durable.settle(60.0)
    await kept.sealer.seal()
    await kept.close()
    return await read_now(folder)


async def test_a_backup_under_load_comes_back_whole_and_goes_on(tmp_path: Path) -> None:
    before = await backed_up(tmp_path / "data", tmp_path / "copy", tmp_path / "keys")
    restored = tmp_path / "restored"
    restore(tmp_path / "copy", to=restored, keys=tmp_path / "keys")
    report, whole = await asyncio.to_thread(verify_journal, config_for(restored))
    assert whole, report
    found = await finished(restored)
    there = {(turn.conversation, turn.message): turn for turn in found.turns}
    assert before <= set(there)
    assert {turn.state for turn in found.turns} == {DONE}
    assert [len(turn.ends_at) for turn in found.turns] == [1] * len(found.turns)
    assert found.chain.ok, found.chain.problems
    assert found.unsettled == 0
    for account, given in credits_in(restored).items():
        assert given >= found.grants[account], "the ledger knows of money that was never given"


async def test_without_its_keys_a_backup_says_why_it_cannot_be_read(tmp_path: Path) -> None:
    await backed_up(tmp_path / "data", tmp_path / "copy", None)
    restored = tmp_path / "restored"
    restore(tmp_path / "copy", to=restored)
    _, whole = await asyncio.to_thread(verify_journal, config_for(restored))
    assert whole
    with pytest.raises(BadInput, match="keys are kept apart"):
        await open_small(restored)
