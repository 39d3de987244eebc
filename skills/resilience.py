"""Keeps a slow or failing system from stalling others: per skill a deadline, a retry budget, a breaker, a rate and a bulkhead.

Only `Unavailable` is tried again, and only because every write carries an idempotency key that stays the same.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from core.errors import Unavailable
from skills.contract import Limits

T = TypeVar("T")

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 1.0
FAILURES_TO_OPEN = 5
OPEN_FOR_S = 15.0
BUDGET_START = 10.0
BUDGET_PER_CALL = 0.2
WAIT_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Where time comes from: a monotonic clock, a way to wait, and the jitter of a wait (0 to 1)."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass
class Breaker:
    """Opens after several failures in a row, lets one call try after a while, and closes when that succeeds."""

    timing: Timing
    failures: int = 0
    opened_at: float | None = None
    trying: bool = False

    @property
    def state(self) -> BreakerState:
        if self.opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self.timing.monotonic() - self.opened_at < OPEN_FOR_S else BreakerState.HALF_OPEN

    def admit(self) -> bool:
        """Whether a call may go through now."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN or self.trying:
            return False
        self.trying = True
        return True

    def succeeded(self) -> None:
        self.failures, self.opened_at, self.trying = 0, None, False

    def failed(self) -> None:
        self.failures += 1
        if self.trying or self.failures >= FAILURES_TO_OPEN:
            self.opened_at = self.timing.monotonic()
        self.trying = False

    def given_up(self) -> None:
        """The call ended without saying anything about the system."""
        self.trying = False


@dataclass
class Rate:
    """Lets so many calls a second through, with a second's worth at once."""

    per_second: float
    timing: Timing
    tokens: float = field(init=False)
    seen: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens, self.seen = max(1.0, self.per_second), self.timing.monotonic()

    def wait_s(self) -> float:
        """Takes a place in the queue and says how long to wait for it."""
        now = self.timing.monotonic()
        self.tokens = min(max(1.0, self.per_second), self.tokens + (now - self.seen) * self.per_second)
        self.seen = now
        self.tokens -= 1
        return max(0.0, -self.tokens / self.per_second)

    def give_back(self) -> None:
        """Leaves the queue without having called."""
        self.tokens += 1


@dataclass
class Lane:
    """One skill's share of the systems behind it."""

    skill: str
    limits: Limits
    timing: Timing
    breaker: Breaker = field(init=False)
    rate: Rate = field(init=False)
    budget: float = BUDGET_START
    places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.breaker, self.rate = Breaker(self.timing), Rate(self.limits.per_second, self.timing)
        self.places = asyncio.Semaphore(self.limits.at_once)

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Runs `work` within the limits. Raises `Unavailable` when the system, or the lane's share of it, can't do it in time."""
        try:
            async with asyncio.timeout(self.limits.deadline_s):
                await self._enter()
                try:
                    return await self._tries(work)
                finally:
                    self.places.release()
        except TimeoutError as error:
            raise self._unavailable("did not answer in time", "timed_out") from error

    async def _enter(self) -> None:
        """Takes one of the lane's places, and its turn."""
        if not self.places.locked():
            await self.places.acquire()
        else:
            try:
                async with asyncio.timeout(self.limits.deadline_s * WAIT_SHARE):
                    await self.places.acquire()
            except TimeoutError as error:
                raise self._unavailable("is busy with earlier requests", "busy", tried=False) from error
        entered = False
        try:
            await self._take_turn()
            entered = True
        finally:
            if not entered:
                self.places.release()

    async def _take_turn(self) -> None:
        wait = self.rate.wait_s()
        if wait > self.limits.deadline_s * WAIT_SHARE:
            self.rate.give_back()
            raise self._unavailable("gets more requests than it may pass on", "rate_limited", tried=False)
        if wait:
            await self.timing.sleep(wait)

    async def _tries(self, work: Callable[[], Awaitable[T]]) -> T:
        self.budget = min(BUDGET_START, self.budget + BUDGET_PER_CALL)
        for number in range(1, self.limits.tries + 1):
            if not self.breaker.admit():
                raise self._unavailable("has failed several times in a row", "breaker_open", tried=number > 1)
            try:
                return await self._once(work, last=number == self.limits.tries)
            except Unavailable:
                if number == self.limits.tries or self.budget < 1:
                    raise
                self.budget -= 1
            await self.timing.sleep(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (number - 1)) * (0.5 + self.timing.jitter() / 2))
        raise self._unavailable("could not be reached", "unavailable")

    async def _once(self, work: Callable[[], Awaitable[T]], *, last: bool) -> T:
        """One try, with a share of the deadline; the last one has all that is left."""
        settled = False
        try:
            async with asyncio.timeout(None if last else self.limits.deadline_s / self.limits.tries):
                result = await work()
            settled = True
        except TimeoutError as error:
            settled = True
            self.breaker.failed()
            raise self._unavailable("did not answer in time", "timed_out") from error
        except Unavailable:
            settled = True
            self.breaker.failed()
            raise
        except asyncio.CancelledError:
            settled = True
            self.breaker.failed()
            raise
        finally:
            if not settled:
                self.breaker.succeeded()
        self.breaker.succeeded()
        return result

    def _unavailable(self, why: str, code: str, *, tried: bool = True) -> Unavailable:
        """`tried` says whether the system was asked at all: if it was, the effect may have happened."""
        return Unavailable(f"The system behind {self.skill} {why}: try again later.", skill=self.skill, code=code, tried=tried)


class Lanes:
    """A lane per skill, made on first use. One lane's trouble never holds up another."""

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._lanes: dict[str, Lane] = {}

    def of(self, skill: str, limits: Limits) -> Lane:
        """The lane of a skill."""
        if skill not in self._lanes:
            self._lanes[skill] = Lane(skill, limits, self._timing)
        return self._lanes[skill]

    def states(self) -> dict[str, str]:
        """How the breakers stand, by skill: for health pages."""
        return {name: lane.breaker.state.value for name, lane in self._lanes.items()}
