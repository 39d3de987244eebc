"""What an invoke is answered with, and the same answer again for one that is told twice."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

from bot.channels.teams.cards import CARD_TYPE, Element

T = TypeVar("T")
Answer = dict[str, Any]
MESSAGE_TYPE = "application/vnd.microsoft.activity.message"
MOST_KEPT = 2_000


def shows(card: Element) -> Answer:
    """Replaces the card that was pressed."""
    return {"statusCode": 200, "type": CARD_TYPE, "value": card}


def says(text: str) -> Answer:
    """A word beside the card."""
    return {"statusCode": 200, "type": MESSAGE_TYPE, "value": text}


def dialog_says(text: str) -> Answer:
    return {"task": {"type": "message", "value": text}}


def extension_says(text: str) -> Answer:
    return {"composeExtension": {"type": "message", "text": text}}


class Shared(Generic[T]):
    """Does the same thing once: whoever asks again, meanwhile or later, is given the same outcome, as long as it is kept."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, asyncio.Task[T]] = OrderedDict()

    def knows(self, key: str) -> bool:
        return key in self._tasks

    async def once(self, key: str, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What failed isn't kept. A caller that goes away doesn't end it for the others."""
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.create_task(act())
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._drop_failed(key, done))
            while len(self._tasks) > MOST_KEPT:
                self._tasks.popitem(last=False)
        return await _shielded(task)

    def _drop_failed(self, key: str, task: asyncio.Task[T]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._tasks.get(key) is task:
            del self._tasks[key]


async def _shielded(task: Awaitable[T]) -> T:
    return await asyncio.shield(task)
