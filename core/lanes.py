"""Lanes: the work of one lane runs piece by piece in the order in which it came; lanes don't wait for each other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from core.errors import Unavailable

Job = Callable[[], Awaitable[None]]


class Lanes:
    """Runs jobs in the event loop, one at a time in each lane."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[tuple[str, Job]]] = {}
        self._keys: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    def offer(self, lane: str, key: str, job: Job) -> None:
        """Puts a job at the end of its lane, unless its key waits or runs already. Raises `Unavailable` once closed."""
        if self._closed:
            raise Unavailable("No more work is taken: Rapport is shutting down.")
        if key in self._keys:
            return
        self._keys.add(key)
        self._idle.clear()
        if lane in self._waiting:
            self._waiting[lane].append((key, job))
            return
        self._waiting[lane] = deque([(key, job)])
        task = asyncio.create_task(self._run(lane), name=f"lane {lane}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self, timeout_s: float) -> None:
        """Waits until all lanes are empty. Raises `Unavailable` on time-out."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError as error:
            raise Unavailable(f"{len(self._keys)} pieces of work are unfinished after {timeout_s:g} s: wait longer.") from error

    async def close(self) -> None:
        """Takes no more work and cuts off what runs."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, lane: str) -> None:
        waiting = self._waiting[lane]
        while waiting:
            key, job = waiting[0]
            try:
                await job()
            except Exception as error:  # noqa: BLE001 - the outermost edge of a lane: what waits behind must still run
                structlog.get_logger("durable").error("lane.job_failed", lane=lane, key=key, exc_info=error)
            waiting.popleft()
            self._keys.discard(key)
        del self._waiting[lane]
        if not self._keys:
            self._idle.set()
