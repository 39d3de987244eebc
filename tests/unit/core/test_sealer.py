import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection

from core.chain import Head
from core.database import Database
from core.errors import BadInput
from core.journal import Journal
from core.sealer import Checkpoint, Sealer
from tests.unit.core.test_journal import an_event


async def test_all_that_is_committed_is_sealed_and_the_checkpoint_follows(
    database: Database, journal: Journal, tmp_path: Path
) -> None:
    checkpoint = Checkpoint(tmp_path / "data" / "checkpoint.json")
    sealer = Sealer(database, journal, checkpoint)
    assert await sealer.seal() == 0
    assert checkpoint.read() is None

    def append(conn: Connection) -> None:
        for _ in range(1200):
            journal.append(conn, an_event())

    await database.write(append)
    assert await sealer.seal() == 1200
    head = await database.read(journal.head)
    assert head.position == 1200
    assert checkpoint.read() == head
    assert await database.read(lambda conn: journal.verify(conn, checkpoint.read()).ok)


async def test_it_goes_on_until_cancelled(database: Database, journal: Journal, tmp_path: Path) -> None:
    written = asyncio.Event()

    class Watched(Checkpoint):
        def write(self, head: Head) -> None:
            super().write(head)
            loop.call_soon_threadsafe(written.set)

    loop = asyncio.get_running_loop()
    running = asyncio.create_task(Sealer(database, journal, Watched(tmp_path / "c.json"), interval_s=0.001).run())
    await database.write(lambda conn: journal.append(conn, an_event()))
    async with asyncio.timeout(5):
        await written.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("body", ["", "{}", json.dumps({"position": "x", "hash": 1}), "[1]"])
def test_a_damaged_checkpoint_is_reported_not_ignored(tmp_path: Path, body: str) -> None:
    (tmp_path / "c.json").write_text(body, encoding="utf-8")
    with pytest.raises(BadInput, match="damaged"):
        Checkpoint(tmp_path / "c.json").read()


def test_a_later_checkpoint_stays(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "checkpoint.json")
    heads = [Head(position=number, hash=f"{number:064}") for number in range(1, 40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(checkpoint.write, reversed(heads)))
    assert checkpoint.read() == heads[-1]
