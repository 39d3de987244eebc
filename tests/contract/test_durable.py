"""The promises of durable execution, kept by the engine and by its in-memory double alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select

from core.database import Database
from core.durable import Durable, Steps
from core.durable_memory import Memory, MemoryDurable
from core.engine import DbosDurable
from core.errors import BadInput, Unavailable
from core.runner import Runner, Work

LEDGER = Table("ledger", MetaData(), Column("number", Integer, primary_key=True), Column("line", String(100), nullable=False))


def note(line: str) -> Callable[[Connection], str]:
    def write(conn: Connection) -> str:
        conn.execute(insert(LEDGER).values(line=line))
        return line

    return write


def give_up(conn: Connection, work: Work, failure: str) -> None:
    conn.execute(insert(LEDGER).values(line=f"{work.key} failed with {failure}"))


class House:
    """A database and a durable engine that can be cut off and started again."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.memory = Memory()
        self.workflows: dict[str, Callable[[Steps, str], Awaitable[None]]] = {}
        self.database = Database.open(f"sqlite:///{folder / 'rapport.db'}")
        self.database.create_all()
        self.database.write_blocking(LEDGER.create)
        self.durable = self._make()

    async def open(self, **workflows: Callable[[Steps, str], Awaitable[None]]) -> Durable:
        self.workflows |= workflows
        for name, workflow in self.workflows.items():
            self.durable.register(name, workflow)
        await self.durable.launch()
        return self.durable

    async def cut_off(self) -> Durable:
        """Ends the engine as a crash would, with work unfinished, and starts another over the same files."""
        await self.durable.close()
        self.durable = self._make()
        return await self.open()

    async def ledger(self) -> list[str]:
        lines = select(LEDGER.c.line).order_by(LEDGER.c.number)
        return await self.database.read(lambda conn: list(conn.execute(lines).scalars()))

    async def close(self) -> None:
        await self.durable.close()
        await self.database.close()

    def _make(self) -> Durable:
        runner = Runner(database=self.database, failed=give_up, pauses_s=(0.0, 0.0))
        if self.kind == "memory":
            return MemoryDurable(runner, self.memory)
        return DbosDurable(runner, f"sqlite:///{self.folder / 'engine.db'}")


@pytest.fixture(params=["memory", "dbos"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    made = House(str(request.param), tmp_path)
    yield made
    await made.close()


async def twice(steps: Steps, argument: str) -> None:
    first = await steps.step("first", note(f"{argument} first"))
    await steps.step("second", note(f"after {first}"))


async def test_runs_every_step_in_order(house: House) -> None:
    durable = await house.open(twice=twice)
    await durable.start("twice", key="k1", lane="a", argument="x")
    await durable.settle()
    assert await house.ledger() == ["x first", "after x first"]


async def test_a_key_runs_once_however_often_it_is_started(house: House) -> None:
    durable = await house.open(twice=twice)
    for _ in range(3):
        await durable.start("twice", key="k1", lane="a", argument="x")
    await durable.settle()
    await durable.start("twice", key="k1", lane="a", argument="x")
    await durable.settle()
    durable = await house.cut_off()
    await durable.start("twice", key="k1", lane="a", argument="x")
    await durable.settle()
    assert await house.ledger() == ["x first", "after x first"]


async def test_a_lane_runs_one_at_a_time_in_start_order(house: House) -> None:
    running: list[str] = []
    most = 0

    async def slow(steps: Steps, argument: str) -> None:
        nonlocal most
        running.append(argument)
        most = max(most, len(running))
        await steps.step("write", note(argument))
        running.remove(argument)

    durable = await house.open(slow=slow)
    for number in range(8):
        await durable.start("slow", key=f"k{number}", lane="a", argument=str(number))
    await durable.settle()
    assert await house.ledger() == [str(number) for number in range(8)]
    assert most == 1


async def test_lanes_do_not_wait_for_each_other(house: House) -> None:
    gate, passed = asyncio.Event(), asyncio.Event()

    async def waits(steps: Steps, argument: str) -> None:
        await gate.wait()
        await steps.step("write", note(argument))

    async def passes(steps: Steps, argument: str) -> None:
        await steps.step("write", note(argument))
        passed.set()

    durable = await house.open(waits=waits, passes=passes)
    await durable.start("waits", key="slow", lane="a", argument="slow")
    await durable.start("passes", key="quick", lane="b", argument="quick")
    await passed.wait()
    gate.set()
    await durable.settle()
    assert await house.ledger() == ["quick", "slow"]


async def test_a_finished_step_is_not_repeated_after_a_crash(house: House) -> None:
    reached, crashing = asyncio.Event(), True

    async def cut(steps: Steps, argument: str) -> None:
        first = await steps.step("first", note(f"{argument} first"))
        reached.set()
        if crashing:
            await asyncio.Event().wait()
        await steps.step("second", note(f"after {first}"))

    durable = await house.open(cut=cut)
    await durable.start("cut", key="k1", lane="a", argument="x")
    await reached.wait()
    crashing = False
    durable = await house.cut_off()
    await durable.settle()
    assert await house.ledger() == ["x first", "after x first"]


async def test_unfinished_work_goes_before_new_work_of_its_lane(house: House) -> None:
    reached, crashing = asyncio.Event(), True

    async def cut(steps: Steps, argument: str) -> None:
        reached.set()
        if crashing:
            await asyncio.Event().wait()
        await steps.step("write", note(argument))

    durable = await house.open(cut=cut)
    await durable.start("cut", key="old", lane="a", argument="old")
    await durable.start("cut", key="waiting", lane="a", argument="waiting")
    await reached.wait()
    crashing = False
    durable = await house.cut_off()
    for key in ("old", "waiting", "new"):
        await durable.start("cut", key=key, lane="a", argument=key)
    await durable.settle()
    assert await house.ledger() == ["old", "waiting", "new"]


async def test_a_failed_workflow_is_tried_again_then_given_up_and_its_lane_goes_on(house: House) -> None:
    tries = 0

    async def fails(steps: Steps, argument: str) -> None:
        nonlocal tries
        tries += 1
        await steps.step("first", note(f"{argument} first"))
        raise ValueError(argument)

    durable = await house.open(fails=fails, twice=twice)
    await durable.start("fails", key="bad", lane="a", argument="bad")
    await durable.start("twice", key="good", lane="a", argument="good")
    await durable.settle()
    assert tries == 3
    assert await house.ledger() == ["bad first", "bad failed with ValueError", "good first", "after good first"]


async def test_a_step_that_raises_leaves_no_rows(house: House) -> None:
    tries = 0

    def write(conn: Connection) -> None:
        nonlocal tries
        tries += 1
        note(f"try {tries}")(conn)
        if tries == 1:
            raise Unavailable("The other system is down: try again.")

    async def shaky(steps: Steps, _: str) -> None:
        await steps.step("write", write)

    durable = await house.open(shaky=shaky)
    await durable.start("shaky", key="k", lane="a", argument="x")
    await durable.settle()
    assert await house.ledger() == ["try 2"]


async def test_an_unknown_workflow_is_refused(house: House) -> None:
    durable = await house.open(twice=twice)
    with pytest.raises(BadInput, match="register it"):
        await durable.start("nothing", key="k", lane="a", argument="x")


async def test_settle_tells_when_time_is_up(house: House) -> None:
    async def waits(_: Steps, __: str) -> None:
        await asyncio.Event().wait()

    durable = await house.open(waits=waits)
    await durable.start("waits", key="k", lane="a", argument="x")
    with pytest.raises(Unavailable, match="unfinished"):
        await durable.settle(timeout_s=0.05)
