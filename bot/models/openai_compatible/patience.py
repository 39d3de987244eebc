"""How long a call may wait: as a whole, for the first byte, in silence, and for the count of tokens after the answer."""

import asyncio

AFTERWARDS_S = 2.0


class Patience:
    """The waits of one call, which begins now. Times are those of the event loop."""

    def __init__(self, *, whole_s: float, first_byte_s: float, silence_s: float) -> None:
        now = asyncio.get_running_loop().time()
        self._until = now + whole_s
        self._first_byte_at = min(self._until, now + first_byte_s)
        self._silence_s = silence_s
        self._finished_at: float | None = None
        self._begun = False

    @property
    def left_s(self) -> float:
        return max(0.001, self._until - asyncio.get_running_loop().time())

    def came(self) -> None:
        """Bytes came."""
        self._begun = True

    def finished(self) -> None:
        """The answer is whole; only its count may follow."""
        self._finished_at = self._finished_at or asyncio.get_running_loop().time()

    def wait(self) -> asyncio.Timeout:
        """A limit for one wait: `async with`."""
        at = self._first_byte_at
        if self._begun:
            at = min(self._until, asyncio.get_running_loop().time() + self._silence_s)
        if self._finished_at is not None:
            at = min(at, self._finished_at + AFTERWARDS_S)
        return asyncio.timeout_at(at)
