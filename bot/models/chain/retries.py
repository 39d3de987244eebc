"""How often, and after which wait, a call is tried again: never so often that a provider in trouble gets more to do."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

SHARE = 0.2


class RetryBudget:
    """At most one retry for five first tries, over all providers and turns of the installation.

    Counted over the last `window_s` seconds, at each retry: so over any longer time there are never more than 1.2 calls for each
    that was wanted. May be called from any thread.
    """

    def __init__(self, *, share: float = SHARE, window_s: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._window_s = window_s
        self._clock = clock
        self._firsts: deque[float] = deque()
        self._retries: deque[float] = deque()
        self._lock = threading.Lock()

    def first(self) -> None:
        """Counts a call that somebody wanted."""
        with self._lock:
            self._forget()
            self._firsts.append(self._clock())

    def take(self) -> bool:
        """Whether a call may be tried again; if so it is counted."""
        with self._lock:
            self._forget()
            if len(self._retries) + 1 > self._share * len(self._firsts):
                return False
            self._retries.append(self._clock())
            return True

    def _forget(self) -> None:
        limit = self._clock() - self._window_s
        for times in (self._firsts, self._retries):
            while times and times[0] <= limit:
                times.popleft()


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How long to wait before a retry. `longest_s`: who asks for more is not waited for; the next model is asked instead."""

    most_tries: int = 3
    first_s: float = 0.4
    longest_s: float = 10.0
    chance: Callable[[], float] = random.random

    def before(self, retry: int, asked_s: float | None) -> float:
        """Seconds before the `retry`th retry (from 1): jittered, doubling, and never less than the provider asked for."""
        step = self.first_s * 2 ** (retry - 1)
        wait = step * (0.5 + self.chance() / 2)
        return wait if asked_s is None else asked_s + wait / 4
