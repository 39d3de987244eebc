"""A slow or failing system costs its own callers a bounded time, and nobody else any."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from core.errors import Conflict, Unavailable
from skills.contract import Limits
from skills.resilience import BUDGET_START, FAILURES_TO_OPEN, OPEN_FOR_S, BreakerState, Lane, Lanes, Rate, Timing


@dataclass
class Watch:
    """A clock that moves when somebody waits."""

    now: float = 0.0
    waited: list[float] = field(default_factory=list[float])

    def timing(self) -> Timing:
        async def sleep(seconds: float) -> None:
            self.waited.append(seconds)
            self.now += seconds

        return Timing(monotonic=lambda: self.now, sleep=sleep, jitter=lambda: 1.0)


def failing(times: int) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    calls: list[int] = []

    async def work() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise Unavailable("down")
        return "done"

    return work, calls


async def test_tries_again_and_waits_longer_each_time() -> None:
    watch = Watch()
    work, calls = failing(2)
    assert await Lane("s", Limits(), watch.timing()).call(work) == "done"
    assert len(calls) == 3
    assert watch.waited == [0.05, 0.1]


async def test_gives_up_after_its_tries() -> None:
    work, calls = failing(9)
    with pytest.raises(Unavailable):
        await Lane("s", Limits(tries=2), Watch().timing()).call(work)
    assert len(calls) == 2


async def test_a_refusal_is_not_tried_again() -> None:
    calls: list[int] = []

    async def refuse() -> str:
        calls.append(1)
        raise Conflict("no")

    lane = Lane("s", Limits(), Watch().timing())
    with pytest.raises(Conflict):
        await lane.call(refuse)
    assert len(calls) == 1
    assert lane.breaker.state is BreakerState.CLOSED


async def test_the_retry_budget_runs_out() -> None:
    lane = Lane("s", Limits(tries=3), Watch().timing())
    lane.budget = 0.5
    work, calls = failing(9)
    with pytest.raises(Unavailable):
        await lane.call(work)
    assert len(calls) == 1
    assert lane.budget < BUDGET_START


async def test_a_system_that_hangs_is_left_at_the_deadline() -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return "never"

    with pytest.raises(Unavailable) as caught:
        await Lane("s", Limits(deadline_s=0.03, tries=2), Timing()).call(hang)
    assert caught.value.data["code"] == "timed_out"
    assert caught.value.data["tried"] is True


async def test_the_breaker_opens_tries_one_and_closes() -> None:
    watch = Watch()
    lane = Lane("s", Limits(tries=1), watch.timing())
    work, calls = failing(FAILURES_TO_OPEN)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(Unavailable):
            await lane.call(work)
    with pytest.raises(Unavailable) as caught:
        await lane.call(work)
    assert caught.value.data["code"] == "breaker_open"
    assert caught.value.data["tried"] is False
    assert len(calls) == FAILURES_TO_OPEN
    watch.now += OPEN_FOR_S
    assert lane.breaker.state is BreakerState.HALF_OPEN
    assert await lane.call(work) == "done"
    assert lane.breaker.state is BreakerState.CLOSED


async def test_a_failed_trial_opens_it_again() -> None:
    watch = Watch()
    lane = Lane("s", Limits(tries=1), watch.timing())
    work, _ = failing(99)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(Unavailable):
            await lane.call(work)
    watch.now += OPEN_FOR_S
    with pytest.raises(Unavailable):
        await lane.call(work)
    assert lane.breaker.state is BreakerState.OPEN


async def test_the_bulkhead_refuses_when_full_and_others_go_on() -> None:
    lanes = Lanes()
    release = asyncio.Event()

    async def hold() -> str:
        await release.wait()
        return "held"

    async def quick() -> str:
        return "quick"

    limits = Limits(deadline_s=0.2, at_once=1, tries=1)
    first = asyncio.create_task(lanes.of("slow", limits).call(hold))
    await asyncio.sleep(0)
    assert await lanes.of("other", limits).call(quick) == "quick"
    with pytest.raises(Unavailable) as caught:
        await lanes.of("slow", limits).call(quick)
    assert caught.value.data["code"] == "busy"
    assert caught.value.data["tried"] is False
    release.set()
    assert await first == "held"
    assert await lanes.of("slow", limits).call(quick) == "quick"
    assert lanes.states() == {"slow": "closed", "other": "closed"}


async def test_the_rate_makes_calls_wait_or_turns_them_away() -> None:
    watch = Watch()
    lane = Lane("s", Limits(per_second=2, deadline_s=2.0), watch.timing())
    work, _ = failing(0)
    for _ in range(4):
        await lane.call(work)
    assert watch.waited == [0.5, 0.5]
    rate = Rate(1.0, Watch().timing())
    assert [rate.wait_s() for _ in range(3)] == [0.0, 1.0, 2.0]


async def test_a_queue_too_long_is_turned_away_and_leaves_no_trace() -> None:
    watch = Watch()
    lane = Lane("s", Limits(per_second=1, deadline_s=1.0), watch.timing())
    lane.rate.tokens = -5
    work, calls = failing(0)
    with pytest.raises(Unavailable) as caught:
        await lane.call(work)
    assert caught.value.data["code"] == "rate_limited"
    assert calls == []
    assert lane.rate.tokens == -5
    assert not lane.places.locked()
