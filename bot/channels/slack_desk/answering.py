"""Answers to an agent alone: a word in the channel that only they see, a card replaced, a dialog opened or brought up to date."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any

from bot.channels.slack.calls import call
from bot.channels.slack.port import Ack
from bot.channels.slack_desk.dialogs import told, working
from bot.channels.slack_desk.parts import Message, View, words
from bot.channels.slack_desk.visit import Visit
from core.errors import RapportError

PATIENCE_S = 1.0
RESPONSE_TIMEOUT_S = 10
log = logging.getLogger(__name__)


async def whisper(visit: Visit, message: Message, *, thread: str = "") -> None:
    """Says something that only this person reads: where they are, else in their direct messages."""
    content: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
    if not visit.channel:
        await call(visit.client, "chat.postMessage", channel=visit.user.user_id, **content)
        return
    place = {"thread_ts": thread or visit.thread} if thread or visit.thread else {}
    await call(visit.client, "chat.postEphemeral", channel=visit.channel, user=visit.user.user_id, **place, **content)


async def say(visit: Visit, text: str) -> None:
    """The same with plain words."""
    await whisper(visit, words(text))


async def answer(visit: Visit, message: Message) -> None:
    """Answers a command for the one who gave it; a direct message when Slack gave no address to answer at."""
    if not visit.response_url or not await respond(visit.response_url, message):
        await whisper(visit, message)


async def replace(visit: Visit, message: Message) -> None:
    """Puts a message in the place of the private card whose button was pressed; where that can't be any more, beside it."""
    if not (visit.ephemeral and visit.response_url and await respond(visit.response_url, message, replaced=True)):
        await whisper(visit, message)


async def respond(url: str, message: Message | None, *, replaced: bool = False) -> bool:
    """Answers at the address that came with an interaction; None deletes the card. False when Slack didn't take it."""
    import aiohttp
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    client = AsyncWebhookClient(url, timeout=RESPONSE_TIMEOUT_S, retry_handlers=[])
    try:
        if message is None:
            return (await client.send(delete_original=True)).status_code == 200
        sent = await client.send(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=replaced
        )
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
    return sent.status_code == 200


async def open_with(visit: Visit, title: str, work: Coroutine[Any, Any, View]) -> None:
    """Opens a dialog while its trigger is valid: as it shall be when that is known soon, else with a sign that it comes."""
    task = asyncio.ensure_future(_in_words(title, work))
    done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
    if done:
        await call(visit.client, "views.open", trigger_id=visit.trigger, view=task.result())
        return
    opened = await call(visit.client, "views.open", trigger_id=visit.trigger, view=working(title))
    await call(visit.client, "views.update", view_id=opened["view"]["id"], view=await task)


async def answer_with(ack: Ack, visit: Visit, title: str, work: Coroutine[Any, Any, View]) -> None:
    """Answers a submitted dialog with the next one, in the same way."""
    task = asyncio.ensure_future(_in_words(title, work))
    done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
    if done:
        await ack(response_action="update", view=task.result())
        return
    await ack(response_action="update", view=working(title))
    await call(visit.client, "views.update", view_id=visit.view_id, view=await task)


async def quietly(work: Awaitable[Any]) -> None:
    """Shows something that is no more than a sign, or that whoever watches the desk shows later where it fails now."""
    try:
        await work
    except RapportError as error:
        log.info("not shown at once", extra={"code": error.code})


async def _in_words(title: str, work: Coroutine[Any, Any, View]) -> View:
    try:
        return await work
    except RapportError as error:
        return told(title, error.message)
