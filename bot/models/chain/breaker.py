"""Leaves a provider alone for a while once it has failed several times in a row, or asked for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

LONGEST_REST_S = 300.0


class Verdict(StrEnum):
    """What a call says of the provider's health. One that was given up tells nothing."""

    WELL = "well"
    ILL = "ill"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Pass:
    """Leave to make one call. `probes`: it is the one that finds out whether the provider is well again."""

    probes: bool


class Breaker:
    """Closed while calls go well; rests after `most` failures in a row; then one call may try, and all wait for what it finds.

    One for each provider, whatever models of it are used. May be called from any thread.
    """

    def __init__(self, *, most: int = 5, rest_s: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._rest_s = rest_s
        self._clock = clock
        self._failures = 0
        self._until: float | None = None
        self._trying = False
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether a call would be let through now."""
        with self._lock:
            return self._lets_through()

    def rests_for(self) -> float:
        """Seconds until a call is let through again; 0 when there is nothing to wait for."""
        with self._lock:
            return max(0.0, self._until - self._clock()) if self._until is not None else 0.0

    def enter(self) -> Pass | None:
        """Asks to make a call; None means no. A pass must be handed back with `leave`."""
        with self._lock:
            if not self._lets_through():
                return None
            self._trying = self._until is not None
            return Pass(probes=self._trying)

    def leave(self, entered: Pass, verdict: Verdict) -> None:
        """Tells how a call went. While the provider rests only the call that tries it counts."""
        with self._lock:
            if entered.probes:
                self._trying = False
            elif self._until is not None:
                return
            if verdict is Verdict.WELL:
                self._failures, self._until = 0, None
            elif verdict is Verdict.ILL:
                self._failures += 1
                if entered.probes or self._failures >= self._most:
                    self._until = self._clock() + self._rest_s

    def hold(self, seconds: float) -> None:
        """Rests for as long as the provider asks, at most five minutes."""
        with self._lock:
            until = self._clock() + min(seconds, LONGEST_REST_S)
            self._until = max(self._until or until, until)

    def _lets_through(self) -> bool:
        if self._until is None:
            return True
        return self._clock() >= self._until and not self._trying
