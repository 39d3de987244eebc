from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from core.checkpoints import CheckpointedSteps, checkpoints, clear
from core.clock import FixedClock
from core.database import Database
from core.durable import Steps
from core.errors import BadInput
from core.runner import Runner, Work

WORK = Work(name="w", key="k1", lane="halcyon/web_chat/main/c1", argument="row-1")


def one_more(calls: list[str], name: str):
    def write(_: Connection) -> list[str]:
        calls.append(name)
        return [*calls]

    return write


async def test_a_step_runs_once_and_its_result_is_given_again(database: Database, clock: FixedClock) -> None:
    calls: list[str] = []
    for _ in range(2):
        steps = CheckpointedSteps(database, clock, tenant="t", key="k1")
        assert await steps.step("a", one_more(calls, "a")) == ["a"]
    assert calls == ["a"]


async def test_a_name_used_twice_is_two_steps(database: Database, clock: FixedClock) -> None:
    calls: list[str] = []
    for _ in range(2):
        steps = CheckpointedSteps(database, clock, tenant="t", key="k1")
        assert [await steps.step("a", one_more(calls, "a")) for _ in range(2)] == [["a"], ["a", "a"]]
    assert calls == ["a", "a"]


async def test_results_are_the_same_at_first_and_later(database: Database, clock: FixedClock) -> None:
    runs = [CheckpointedSteps(database, clock, tenant="t", key="k1") for _ in range(2)]
    results = [await steps.step("a", lambda _: (1, None, {"x": "é"})) for steps in runs]
    assert results == [[1, None, {"x": "é"}]] * 2


async def test_a_result_that_is_no_json_undoes_the_step(database: Database, clock: FixedClock) -> None:
    calls: list[str] = []

    def write(_: Connection) -> object:
        calls.append("run")
        return object()

    with pytest.raises(Exception, match="JSON serializable"):
        await CheckpointedSteps(database, clock, tenant="t", key="k1").step("a", write)
    assert await database.read(lambda conn: conn.execute(select(func.count()).select_from(checkpoints)).scalar_one()) == 0


async def test_old_checkpoints_are_cleared_but_not_those_of_active_work(database: Database, clock: FixedClock) -> None:
    for key in ("ended", "active"):
        await CheckpointedSteps(database, clock, tenant="t", key=key).step("a", lambda _: None)
    later = clock.now() + timedelta(seconds=1)
    await database.write(lambda conn: clear(conn, before=later, keep={"active"}))
    assert await database.read(lambda conn: conn.execute(select(checkpoints.c.workflow)).scalars().all()) == ["active"]


async def test_work_that_keeps_failing_is_given_up_with_its_last_error(database: Database) -> None:
    told: list[tuple[str, str]] = []

    async def fails(_: Steps, argument: str) -> None:
        raise KeyError(argument)

    def failed(_: Connection, work: Work, failure: str) -> None:
        told.append((work.key, failure))

    runner = Runner(database=database, failed=failed, pauses_s=(0.0,), workflows={"w": fails})
    await runner.run(WORK)
    assert told == [("k1", "KeyError")]


async def test_work_that_succeeds_at_last_is_not_given_up(database: Database) -> None:
    tries: list[str] = []
    told: list[str] = []

    async def shaky(_: Steps, argument: str) -> None:
        tries.append(argument)
        if len(tries) < 3:
            raise OSError("down")

    runner = Runner(
        database=database, failed=lambda _, work, __: told.append(work.key), pauses_s=(0.0, 0.0), workflows={"w": shaky}
    )
    await runner.run(WORK)
    assert tries == ["row-1"] * 3
    assert told == []


def test_the_tenant_is_the_lanes_first_part() -> None:
    assert WORK.tenant == "halcyon"


def test_an_unregistered_name_is_refused(database: Database) -> None:
    with pytest.raises(BadInput, match="register it"):
        Runner(database=database).check("nothing")
