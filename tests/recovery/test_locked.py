"""The database is held by another program, or the disk is full: clear errors, and nothing lost or half written."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.wiring.kept import Kept
from core.errors import Unavailable
from tests.recovery.house import QUESTIONS, a_message, launch, open_small
from tests.recovery.ledger import Found, read_now
from tests.recovery.script import customers

pytestmark = pytest.mark.recovery

HOLDS = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextmanager
def held(folder: Path, seconds: float) -> Generator[None]:
    """Another process holds the write lock of the database for so long."""
    command = [sys.executable, "-c", HOLDS, str(folder / "rapport.db"), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
        other.wait()


async def accept(kept: Kept, message: str) -> None:
    number = int(message[1:])
    await kept.house.intake.accept(a_message(kept, f"c{number}", message, customers()[number], QUESTIONS[number % 6]))


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = await open_small(tmp_path)
    await launch(made)
    await accept(made, "m0")
    yield made
    await made.close()


async def end(kept: Kept, folder: Path) -> Found:
    await kept.house.durable.settle(60.0)
    await kept.sealer.seal()
    found = await read_now(folder)
    assert found.chain.ok, found.chain.problems
    assert [len(turn.ends_at) for turn in found.turns] == [1] * len(found.turns)
    return found


async def test_a_lock_of_three_seconds_only_delays(kept: Kept, tmp_path: Path) -> None:
    with held(tmp_path, 3.0):
        await asyncio.gather(*(accept(kept, f"m{number}") for number in range(1, 10)))
    found = await end(kept, tmp_path)
    assert len(found.turns) == 10


@pytest.mark.slow
async def test_a_lock_of_twenty_seconds_is_told_and_a_repeat_is_taken(kept: Kept, tmp_path: Path) -> None:
    with held(tmp_path, 20.0):
        told = await asyncio.gather(*(accept(kept, f"m{number}") for number in range(1, 10)), return_exceptions=True)
    refused = [each for each in told if each is not None]
    assert refused, "nobody had to wait for long"
    assert all(isinstance(each, Unavailable) and "locked by another program" in str(each) for each in refused), refused
    await asyncio.gather(*(accept(kept, f"m{number}") for number in range(1, 10)))
    found = await end(kept, tmp_path)
    assert sorted(turn.message for turn in found.turns) == [f"m{number}" for number in range(10)]


async def limit_pages(kept: Kept, *, more: int) -> None:
    """Lets the database grow by so many pages and no further, as a full disk would."""

    def limit(conn: Connection) -> None:
        pages = int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + more}")

    await kept.house.database.write(limit)


async def test_a_full_disk_is_told_and_what_was_acknowledged_stays(kept: Kept, tmp_path: Path) -> None:
    await kept.house.durable.settle()
    await limit_pages(kept, more=0)
    acknowledged: list[str] = []
    told: list[BaseException] = []
    for number in range(1, 13):
        try:
            await accept(kept, f"m{number}")
            acknowledged.append(f"m{number}")
        except Unavailable as error:
            told.append(error)
    assert told, "the limit was never reached"
    assert all("disk has room" in str(each) for each in told)
    await limit_pages(kept, more=1_000_000)
    await kept.house.intake.offer_unfinished()
    for number in range(1, 13):
        await accept(kept, f"m{number}")
    found = await end(kept, tmp_path)
    assert sorted(int(turn.message[1:]) for turn in found.turns) == list(range(13))
    assert acknowledged or len(told) == 12
