"""How often one visitor, one address or one e-mail may ask for something. Counted in this process, for a window of time."""

from collections import deque
from datetime import datetime, timedelta

from bot.http.refusals import TooMany
from core.clock import Clock

MOST_KEYS = 20_000


class Limit:
    """At most `most` times in `window` for each key."""

    def __init__(self, clock: Clock, *, most: int, window: timedelta) -> None:
        self._clock = clock
        self._most = most
        self._window = window
        self._taken: dict[str, deque[datetime]] = {}

    @classmethod
    def a_minute(cls, clock: Clock, most: int) -> "Limit":
        return cls(clock, most=most, window=timedelta(minutes=1))

    def take(self, key: str) -> None:
        """Counts one more. Raises `TooMany`."""
        if not self.allows(key):
            raise TooMany("That was too often in a short time: wait a few minutes, then try again.")

    def allows(self, key: str) -> bool:
        """Counts one more, if it is allowed."""
        now = self._clock.now()
        taken = self._taken.pop(key, None) or deque[datetime]()
        while taken and taken[0] <= now - self._window:
            taken.popleft()
        allowed = len(taken) < self._most
        if allowed:
            taken.append(now)
        self._taken[key] = taken
        while len(self._taken) > MOST_KEYS:
            del self._taken[next(iter(self._taken))]
        return allowed
