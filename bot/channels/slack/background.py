"""What goes on after Slack has been answered: kept hold of, logged when it fails, awaited at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from core.errors import RapportError


class Background:
    """Tasks that nobody waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("slack")

    def start(self, doing: Coroutine[Any, Any, None], what: str) -> "asyncio.Task[None]":
        """Begins; `what` names it in the log."""
        task = asyncio.create_task(doing, name=what)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settle(self) -> None:
        """Waits until nothing is left to do."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stops what is still going on."""
        for task in list(self._tasks):
            task.cancel()
        await self.settle()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, RapportError):
            self._log.warning("slack.not_done", what=task.get_name(), code=error.code, message=error.message)
        elif error is not None:
            self._log.error("slack.failed", what=task.get_name(), exc_info=error)
