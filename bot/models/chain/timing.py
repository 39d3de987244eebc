"""How long a model may take: the turn's deadline, narrowed for one try where others wait behind it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TypeVar

from core.charging import charge, charged

T = TypeVar("T")


def left(clock: Callable[[], float]) -> float | None:
    """Seconds to the deadline of the turn; None without one."""
    current = charge()
    return None if current is None or current.deadline_at is None else current.deadline_at - clock()


@contextmanager
def until(at: float | None) -> Generator[None]:
    """Brings the deadline of the turn forward for the block; what is called in it is counted as before."""
    current = charge()
    if current is None or at is None or (current.deadline_at is not None and current.deadline_at <= at):
        yield
        return
    with charged(replace(current, deadline_at=at)):
        yield


@asynccontextmanager
async def closing(stream: AsyncIterator[T]) -> AsyncGenerator[AsyncIterator[T]]:
    """Ends a stream with the block, so that a call which nobody listens to any more is ended too."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def within(seconds: float, stream: AsyncIterator[T]) -> T | None:
    """The next of a stream; None at its end. Raises `TimeoutError`."""
    async with asyncio.timeout(max(0.0, seconds)):
        return await anext(stream, None)
