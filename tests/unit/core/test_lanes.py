import asyncio

import pytest

from core.errors import Unavailable
from core.lanes import Lanes


async def test_a_lane_keeps_its_order() -> None:
    lanes, done = Lanes(), list[int]()

    async def job(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    for number in range(5):
        lanes.offer("a", f"k{number}", lambda number=number: job(number))
    await lanes.settle(1.0)
    assert done == [0, 1, 2, 3, 4]


async def test_a_key_that_waits_or_runs_is_not_taken_twice_but_may_come_back_later() -> None:
    lanes, runs = Lanes(), list[str]()

    async def job() -> None:
        await asyncio.sleep(0)
        runs.append("run")

    for _ in range(3):
        lanes.offer("a", "same", job)
    await lanes.settle(1.0)
    assert len(runs) == 1
    lanes.offer("a", "same", job)
    await lanes.settle(1.0)
    assert len(runs) == 2


async def test_a_job_that_raises_does_not_stop_its_lane() -> None:
    lanes, runs = Lanes(), list[str]()

    async def bad() -> None:
        raise ValueError("no")

    async def good() -> None:
        runs.append("good")

    lanes.offer("a", "bad", bad)
    lanes.offer("a", "good", good)
    await lanes.settle(1.0)
    assert runs == ["good"]


async def test_closing_cuts_off_what_runs_and_takes_no_more() -> None:
    lanes, ended = Lanes(), list[str]()

    async def endless() -> None:
        await asyncio.Event().wait()
        ended.append("never")

    lanes.offer("a", "k", endless)
    lanes.offer("a", "behind", endless)
    await asyncio.sleep(0)
    await lanes.close()
    assert ended == []
    with pytest.raises(Unavailable, match="shutting down"):
        lanes.offer("a", "late", endless)


async def test_an_empty_house_is_settled() -> None:
    await Lanes().settle(0.01)
