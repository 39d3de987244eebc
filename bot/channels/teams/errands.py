"""What is done behind an acknowledgement: polite notices, codes by mail. Nothing that must not be lost."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import structlog

from bot.channels.teams.references import References
from bot.channels.teams.wire import Activity, Wire
from core.conversation import ConversationRef
from core.errors import RapportError

T = TypeVar("T")


class Errands:
    """Runs them and says in the log what failed."""

    def __init__(self, wire: Wire, references: References) -> None:
        self._wire = wire
        self._references = references
        self._tasks = set[asyncio.Task[Any]]()

    def start(self, errand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def say(self, ref: ConversationRef, text: str) -> None:
        """Posts a notice."""
        self.start(self._post(ref, {"type": "message", "text": text, "textFormat": "plain"}))

    async def say_when_done(self, ref: ConversationRef, text: Awaitable[str]) -> None:
        """Posts what comes of something; an error of ours in its own words."""
        try:
            told = await text
        except RapportError as error:
            told = error.message
        await self._post(ref, {"type": "message", "text": told, "textFormat": "plain"})

    async def settle(self) -> None:
        """Waits for all that is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Ends what is under way."""
        for task in self._tasks:
            task.cancel()
        await self.settle()

    async def _post(self, ref: ConversationRef, activity: Activity) -> None:
        reference = await self._references.find(ref.installation, ref.conversation_id)
        if reference is not None:
            await self._wire.post(reference, activity)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, RapportError):
            structlog.get_logger("teams").warning("teams.notice_failed", code=error.code)
        elif error is not None:
            structlog.get_logger("teams").error("teams.errand_failed", exc_info=error)
