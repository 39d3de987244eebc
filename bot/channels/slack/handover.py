"""Hands what agents do to their side: Slack is answered when that side acknowledges, and it goes on for as long as it needs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.channels.slack.background import Background
from bot.channels.slack.port import Ack, Body

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Taker = Callable[[Ack, Body, "AsyncWebClient"], Awaitable[None]]


class HandOver:
    """Runs the agents' side beside the answer to Slack."""

    def __init__(self, background: Background) -> None:
        self._background = background

    async def give(self, taker: Taker, ack: Ack, body: Body, client: "AsyncWebClient") -> None:
        """Returns once it was acknowledged. What goes wrong before that is raised, and Slack will send it again."""
        answered: asyncio.Future[tuple[str, dict[str, Any]]] = asyncio.get_running_loop().create_future()

        async def early(text: str = "", **answer: Any) -> None:
            if not answered.done():
                answered.set_result((text, answer))

        async def take() -> None:
            await taker(early, body, client)

        task = self._background.start(take(), f"desk.{getattr(taker, '__name__', 'call')}")
        await asyncio.wait({task, answered}, return_when=asyncio.FIRST_COMPLETED)
        if answered.done():
            text, answer = answered.result()
            await ack(text, **answer)
            return
        task.result()
        await ack()
