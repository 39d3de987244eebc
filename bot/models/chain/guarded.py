"""A provider behind guards: a breaker, retries that never pile up, the turn's deadline, a budget and a meter."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from bot.models.chain.breaker import Breaker, Pass, Verdict
from bot.models.chain.budget import Budget, Reservation
from bot.models.chain.metering import Meter
from bot.models.chain.prices import Prices
from bot.models.chain.retries import RetryBudget, Waits
from bot.models.chain.spending import Spending
from bot.models.chain.timing import closing, left, within
from bot.models.provider import AGAIN, Fault, Finished, Piece, Prompt, Provider, ProviderFailed, Role
from core.charging import Charge, charge

FAIR_S = 5.0
LEAST_S = 0.05
ILL = frozenset(
    {Fault.RATE_LIMITED, Fault.OVERLOADED, Fault.TIMEOUT, Fault.UNREACHABLE, Fault.CUT, Fault.GARBAGE, Fault.REJECTED}
)


@dataclass(frozen=True, kw_only=True)
class Guards:
    """What stands around a provider. `breaker` is the provider's own; the rest is shared by all of an installation."""

    breaker: Breaker
    retries: RetryBudget
    spending: Spending
    prices: Prices
    budget: Budget | None = None
    waits: Waits = field(default_factory=Waits)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Guarded:
    """A `bot.models.provider.Provider` around another. `small`: its model is what is left when money runs short.

    It waits for the provider at most `timeout_s` in all, whatever the provider does, and never beyond the turn's deadline. What
    failed before its first piece is tried again, when that may help, is in time and the installation's retries allow it; what was
    long waited for in vain isn't.
    """

    def __init__(self, provider: Provider, guards: Guards, *, small: bool = False) -> None:
        self._provider = provider
        self._guards = guards
        self._small = small
        self.name = provider.name
        self.trusted = provider.trusted

    @property
    def ready(self) -> bool:
        """Whether its breaker lets calls through."""
        return self._guards.breaker.ready

    @property
    def affordable(self) -> bool:
        """Whether the budget lets calls through; one without a price always may."""
        budget = self._guards.budget
        free = not any(self._guards.prices.knows(self._provider.model(role)) for role in Role)
        return free or budget is None or budget.admits(charge(), small=self._small)

    def model(self, role: Role) -> str:
        return self._provider.model(role)

    async def close(self) -> None:
        await self._provider.close()

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        tried = 0
        while True:
            tried += 1
            spoke, began = False, self._guards.clock()
            try:
                async with closing(self._once(prompt, timeout_s, tried)) as pieces:
                    async for piece in pieces:
                        spoke = True
                        yield piece
                return
            except ProviderFailed as failed:
                tedious = failed.fault is Fault.TIMEOUT and self._guards.clock() - began >= FAIR_S
                wait = None if spoke or tedious else self._wait(failed, tried)
                if wait is None:
                    raise
            await self._guards.sleep(wait)

    def _wait(self, failed: ProviderFailed, tried: int) -> float | None:
        """Seconds until the next try; None when there is none."""
        guards = self._guards
        if failed.fault not in AGAIN or tried >= guards.waits.most_tries:
            return None
        wait = guards.waits.before(tried, failed.retry_after_s)
        remaining = left(guards.clock)
        late = remaining is not None and wait + LEAST_S >= remaining
        if wait > guards.waits.longest_s or late:
            if failed.retry_after_s is not None:
                guards.breaker.hold(failed.retry_after_s)
            return None
        if not guards.breaker.ready or not guards.retries.take():
            return None
        return wait

    async def _once(self, prompt: Prompt, timeout_s: float, tried: int) -> AsyncIterator[Piece]:
        """One try: let in, paid for, timed, counted."""
        guards, asked = self._guards, charge()
        held, entered = await self._let_in(prompt)
        if tried == 1:
            guards.retries.first()
        meter = Meter(provider=self.name, model=self.model(prompt.role), prompt=prompt, clock=guards.clock)
        call = _Call(guards=guards, meter=meter, entered=entered, held=held, charge=asked)
        try:
            async with closing(self._timed(prompt, timeout_s)) as pieces:
                async for piece in pieces:
                    meter.saw(piece)
                    if isinstance(piece, Finished):
                        call.settle(Verdict.WELL)
                    yield piece
        except _Late as late:
            failed = ProviderFailed(f"{self.name} took too long to answer: try again in a moment.", fault=Fault.TIMEOUT)
            meter.fell(failed)
            call.settle(Verdict.ILL if late.waited >= min(timeout_s, FAIR_S) else Verdict.UNKNOWN)
            raise failed from late
        except ProviderFailed as failed:
            meter.fell(failed)
            call.settle(_verdict(failed, timeout_s, guards.clock() - meter.began))
            raise
        finally:
            call.settle(Verdict.UNKNOWN)

    async def _let_in(self, prompt: Prompt) -> tuple[Reservation | None, Pass]:
        """The money and the breaker's pass for one try. Raises `ProviderFailed` when there is no time, no money or no pass."""
        guards, held = self._guards, None
        self._in_time()
        if guards.budget is not None:
            likely = guards.prices.likely(self.model(prompt.role), prompt)
            held = await guards.budget.reserve(charge(), likely, small=self._small)
        entered = guards.breaker.enter()
        if entered is not None:
            return held, entered
        if held:
            held.release()
        raise self._resting()

    async def _timed(self, prompt: Prompt, timeout_s: float) -> AsyncIterator[Piece]:
        """The provider's pieces up to `Finished`. Counts only the time that is spent waiting for them."""
        clock, waited = self._guards.clock, 0.0
        remaining = left(clock)
        most = timeout_s if remaining is None else min(timeout_s, remaining)
        async with closing(self._provider.stream(prompt, timeout_s=most)) as pieces:
            while True:
                remaining = left(clock)
                most = timeout_s - waited
                began = clock()
                try:
                    piece = await within(most if remaining is None else min(most, remaining), pieces)
                except TimeoutError as error:
                    raise _Late(waited + clock() - began) from error
                waited += clock() - began
                if piece is None:
                    raise ProviderFailed(f"{self.name} broke off its answer: try again in a moment.", fault=Fault.CUT)
                yield piece
                if isinstance(piece, Finished):
                    return

    def _in_time(self) -> None:
        remaining = left(self._guards.clock)
        if remaining is not None and remaining < LEAST_S:
            raise ProviderFailed(
                f"There is no time left in this turn to ask {self.name}: raise models.turn_deadline_s if that happens often.",
                fault=Fault.TIMEOUT,
            )

    def _resting(self) -> ProviderFailed:
        seconds = self._guards.breaker.rests_for()
        return ProviderFailed(
            f"{self.name} failed several times and is left alone for {seconds:.0f} more seconds: see its status page.",
            fault=Fault.UNREACHABLE,
        )


@dataclass(kw_only=True)
class _Call:
    """One call on its way. It is settled once: before its last piece is handed on, or as soon as it ends otherwise."""

    guards: Guards
    meter: Meter
    entered: Pass
    held: Reservation | None
    charge: Charge | None
    settled: bool = False

    def settle(self, verdict: Verdict) -> None:
        if self.settled:
            return
        self.settled = True
        self.guards.breaker.leave(self.entered, verdict)
        self.guards.spending.record(self.charge, self.meter.end(self.guards.prices, self.charge))
        if self.held:
            self.held.release()


class _Late(Exception):
    """The provider was waited for long enough, for `waited` seconds."""

    def __init__(self, waited: float) -> None:
        super().__init__(waited)
        self.waited = waited


def _verdict(failed: ProviderFailed, timeout_s: float, took: float) -> Verdict:
    """A refusal or an over-long prompt is an answer; a time-out that was given no fair time says nothing."""
    if failed.fault is Fault.TIMEOUT and took < min(timeout_s, FAIR_S):
        return Verdict.UNKNOWN
    if failed.fault in ILL:
        return Verdict.ILL
    return Verdict.WELL
