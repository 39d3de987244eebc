"""A backup taken while messages come in and are answered, and what the house restored from it does."""

import asyncio
from pathlib import Path

import pytest

from bot.wiring.kept import Kept
from bot.wiring.upkeep import back_up, verify_journal
from core.backup import restore
from core.errors import Unavailable
from core.inbox import DONE
from tests.recovery.house import YES, Customer, a_message, config_for, credit, launch, open_small
from tests.recovery.ledger import Found, credits_in, read_now
from tests.recovery.script import customers

pytestmark = pytest.mark.recovery

CONVERSATIONS = 8
BEFORE = 2


async def talk(kept: Kept, number: int, acknowledged: set[tuple[str, str]], stop: asyncio.Event) -> None:
    """A credit is asked for and confirmed, again and again."""
    customer = customers()[number]
    for turn in range(1_000):
        if stop.is_set():
            return
        await say(kept, customer, (f"c{number}", f"m{turn:04}"), credit(turn // 2) if turn % 2 == 0 else YES)
        acknowledged.add((f"c{number}", f"m{turn:04}"))
        while len(acknowledged) > 40 and not stop.is_set():
            await asyncio.sleep(0.005)


async def say(kept: Kept, customer: Customer, name: tuple[str, str], text: str) -> None:
    await kept.house.intake.accept(a_message(kept, *name, customer, text))


async def backed_up(folder: Path, to: Path, keys: Path | None) -> set[tuple[str, str]]:
    """Backs a working house up, and returns what was acknowledged before that began."""
    kept = await open_small(folder)
    await launch(kept)
    acknowledged: set[tuple[str, str]] = set()
    stop = asyncio.Event()
    sealing = asyncio.create_task(kept.sealer.run())
    talking = [asyncio.create_task(talk(kept, number, acknowledged, stop)) for number in range(CONVERSATIONS)]
    while len(acknowledged) < BEFORE * CONVERSATIONS:
        await asyncio.sleep(0.005)
    before = set(acknowledged)
    await asyncio.to_thread(back_up, config_for(folder), to, keys)
    stop.set()
    await asyncio.gather(*talking)
    sealing.cancel()
    await asyncio.gather(sealing, return_exceptions=True)
    await kept.close()
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
    assert found.grants <= credits_in(restored) or found.grants == credits_in(restored)


async def test_without_its_keys_a_backup_says_why_it_cannot_be_read(tmp_path: Path) -> None:
    await backed_up(tmp_path / "data", tmp_path / "copy", None)
    restored = tmp_path / "restored"
    restore(tmp_path / "copy", to=restored)
    _, whole = await asyncio.to_thread(verify_journal, config_for(restored))
    assert whole
    with pytest.raises(Unavailable, match="keys"):
        await open_small(restored)
