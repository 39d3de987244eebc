"""Faults on demand: a slow, failing or talking-nonsense system, for tests and measurements."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from core.errors import Conflict, Unavailable

T = TypeVar("T")


class FaultKind(StrEnum):
    """What goes wrong. `FAIL_AFTER` has its effect and then seems to time out; `SLOW` only takes its time."""

    SLOW = "slow"
    FAIL_BEFORE = "fail_before"
    FAIL_AFTER = "fail_after"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    GARBAGE = "garbage"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault for the next `times` calls (`None`: until cleared), after `delay_s` seconds."""

    kind: FaultKind
    times: int | None = 1
    delay_s: float = 0.0


@dataclass
class Faults:
    """The faults in force, by operation ("billing.apply"), by port ("billing.*") or everywhere ("*")."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _left: dict[str, list[tuple[Fault, int | None]]] = field(default_factory=dict[str, list[tuple[Fault, int | None]]])

    def set(self, operation: str, *faults: Fault) -> None:
        """From now on `operation` meets `faults`, one after the other."""
        self._left[operation] = [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Everything works again."""
        self._left.clear()

    async def around(self, operation: str, call: Callable[[], Awaitable[T]]) -> T:
        """Makes the call as the fault in force, if any, would have it."""
        fault = self._next(operation)
        if fault is None:
            return await call()
        if fault.delay_s:
            await self.sleep(fault.delay_s)
        if fault.kind is FaultKind.SLOW:
            return await call()
        if fault.kind is FaultKind.FAIL_AFTER:
            await call()
            raise Unavailable("The system did not answer in time: try again with the same key.", code="timed_out")
        raise _refusal(fault.kind)

    def _next(self, operation: str) -> Fault | None:
        for place in (operation, f"{operation.split('.', maxsplit=1)[0]}.*", "*"):
            queue = self._left.get(place)
            if not queue:
                continue
            fault, left = queue.pop(0)
            if left is None:
                queue.insert(0, (fault, None))
            elif left > 1:
                queue.insert(0, (fault, left - 1))
            return fault
        return None


def _refusal(kind: FaultKind) -> Exception:
    if kind is FaultKind.CONFLICT:
        return Conflict("The record was changed by someone else meanwhile: read it again and retry.", code="changed_meanwhile")
    if kind is FaultKind.RATE_LIMITED:
        return Unavailable("The system gets too many calls: wait a second and retry.", code="rate_limited", retry_after_s=1)
    if kind is FaultKind.GARBAGE:
        return Unavailable("The system sent an answer that can't be read: retry, then report it.", code="unreadable_answer")
    return Unavailable("The system is down: try again later.", code="down")
