"""Answers in time: what takes longer than a client waits goes on behind, and an error of the desk is said in words."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

import structlog

from core.errors import RapportError

T = TypeVar("T")
Work = Coroutine[Any, Any, T]
BROKEN = "That went wrong on our side. Nothing was sent to the customer by this; look at the console, or try again."


class Running(Generic[T]):
    """Work that was begun for an agent."""

    def __init__(self, task: asyncio.Task[T], agent_id: str) -> None:
        self.task = task
        self.agent_id = agent_id

    @property
    def done(self) -> bool:
        return self.task.done()

    @property
    def error(self) -> RapportError | None:
        """The desk's own words, when it refused."""
        error = None if self.task.cancelled() else self.task.exception()
        return error if isinstance(error, RapportError) else None

    def outcome(self) -> T | str:
        """What came of it, or what to say when it failed."""
        if self.task.cancelled():
            return BROKEN
        error = self.task.exception()
        if isinstance(error, RapportError):
            return error.message
        if error is not None:
            structlog.get_logger("teams_desk").error("desk.press_failed", agent_id=self.agent_id, exc_info=error)
            return BROKEN
        return self.task.result()


class Timely:
    """Runs work and waits for it only as long as an answer may take."""

    def __init__(self, budget_s: float = 0.2) -> None:
        self._budget_s = budget_s
        self._tasks = set[asyncio.Task[Any]]()

    async def begin(self, work: Work[T], agent_id: str, *, wait_s: float | None = None) -> Running[T]:
        """Starts it; it may be done already when this returns."""
        running = Running(self._kept(work), agent_id)
        await asyncio.wait({running.task}, timeout=self._budget_s if wait_s is None else wait_s)
        return running

    def later(self, work: Work[None], agent_id: str) -> None:
        """Does it behind; a failure is logged."""
        running = Running(self._kept(work), agent_id)
        running.task.add_done_callback(lambda _: _log(running))

    def then(self, running: Running[T], follow: Callable[[T | str], Work[None]]) -> None:
        """Follows up work that took too long for an answer."""

        async def followed() -> None:
            await asyncio.wait({running.task})
            await follow(running.outcome())

        self.later(followed(), running.agent_id)

    async def settled(self) -> None:
        """Waits until nothing is going on."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Ends what is still going on."""
        for task in self._tasks:
            task.cancel()
        await self.settled()

    def _kept(self, work: Work[T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _log(running: Running[None]) -> None:
    if running.task.cancelled():
        return
    error = running.task.exception()
    if isinstance(error, RapportError):
        structlog.get_logger("teams_desk").warning("desk.not_shown", agent_id=running.agent_id, code=error.code)
    elif error is not None:
        structlog.get_logger("teams_desk").error("desk.follow_up_failed", agent_id=running.agent_id, exc_info=error)
