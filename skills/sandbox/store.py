"""Where the sandbox company keeps what changed: a port, and the double that lives in memory."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class StoreSession(Protocol):
    """One transaction over small JSON texts, found by kind and id."""

    def get(self, kind: str, record_id: str) -> str | None: ...

    def put(self, kind: str, record_id: str, body: str) -> None: ...

    def all(self, kind: str) -> list[str]:
        """Every text of that kind, in the order in which they were first put."""
        ...

    def next_number(self, series: str, first: int) -> int:
        """Counts up from `first`; a number is given once, but for a transaction that rolls back."""
        ...


class SandboxStore(Protocol):
    """Runs each operation in one transaction: all of its writes are kept, or none."""

    async def run(self, work: Callable[[StoreSession], T]) -> T: ...

    async def close(self) -> None: ...


class MemorySession:
    """Writes on top of what is committed."""

    def __init__(self, committed: dict[tuple[str, str], str]) -> None:
        self._committed = committed
        self.written: dict[tuple[str, str], str] = {}

    def get(self, kind: str, record_id: str) -> str | None:
        place = (kind, record_id)
        return self.written.get(place) or self._committed.get(place)

    def put(self, kind: str, record_id: str, body: str) -> None:
        self.written[(kind, record_id)] = body

    def all(self, kind: str) -> list[str]:
        return [body for (each, _), body in {**self._committed, **self.written}.items() if each == kind]

    def next_number(self, series: str, first: int) -> int:
        number = int(self.get("number", series) or first - 1) + 1
        self.put("number", series, str(number))
        return number


class MemoryStore:
    """Keeps everything in a dictionary, one operation after the other."""

    def __init__(self) -> None:
        self._committed: dict[tuple[str, str], str] = {}
        self._one_at_a_time = asyncio.Lock()

    async def run(self, work: Callable[[StoreSession], T]) -> T:
        async with self._one_at_a_time:
            session = MemorySession(self._committed)
            result = work(session)
            self._committed.update(session.written)
            return result

    async def close(self) -> None:
        self._committed.clear()
