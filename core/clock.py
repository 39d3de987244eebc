"""Two clocks: the wall clock for leases and retries, the business clock for everything that a customer would date."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime: ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that moves only when told to: for tests, `rapport ask` and simulations."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, step: timedelta) -> None:
        """Moves the clock forward by `step`."""
        self.instant += step


@dataclass(frozen=True)
class BusinessClock:
    """A clock that began at `start` when the wall clock showed `origin`, and has run at its pace since.

    The demo company lives from 2026-11-20T10:00Z on, whatever the date on the wall; `origin` is kept in the database so that
    a restart does not turn it back.
    """

    start: datetime
    origin: datetime
    wall: Callable[[], datetime] = WallClock().now

    def now(self) -> datetime:
        return self.start + (self.wall() - self.origin)
