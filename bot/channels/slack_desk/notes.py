"""What agents type: in a case's thread an internal note, in a direct message a question. Neither can reach a customer."""

import re
from typing import Any

from bot.channels.slack.calls import RefusedBySlack, call
from bot.channels.slack.port import Ack
from bot.channels.slack_desk.answering import quietly, say, whisper
from bot.channels.slack_desk.commands import Commands
from bot.channels.slack_desk.parts import Message, words
from bot.channels.slack_desk.posting import QUIET
from bot.channels.slack_desk.side import Side
from bot.channels.slack_desk.visit import Typed, Visit
from core.errors import RapportError, Unavailable
from core.people import Principal

TICK = "lock"
MENTION = re.compile(r"^(@\S+\s*)+")


class Notes:
    """A note is durable before it is acknowledged, and taken once whatever comes twice."""

    def __init__(self, side: Side, commands: Commands) -> None:
        self._side = side
        self._commands = commands

    async def take(self, ack: Ack, typed: Typed, case_id: str, agent: Principal, client: Any) -> None:
        """Takes what was typed in a case's thread as an internal note, and ticks it."""
        visit = Visit(user=typed.user, client=client, channel=typed.channel, thread=typed.thread)
        text = f"Corrected: {typed.text}" if typed.changed else typed.text
        try:
            async with self._side.surface.noting(case_id):
                position = await self._side.desk.cases.note(case_id, agent, text, message_id=typed.id)
                if not typed.changed:
                    await self._side.surface.stands(case_id, position, typed.channel, typed.ts)
        except Unavailable:
            raise
        except RapportError as error:
            await ack()
            await quietly(say(visit, f"This was not noted. {error.message}"))
            return
        await ack()
        if typed.changed:
            await quietly(say(visit, "Noted as a correction, internal."))
        else:
            await quietly(self._tick(visit, typed.ts))

    async def answer(self, typed: Typed, agent: Principal, client: Any) -> None:
        """Answers a direct message or a mention: a command's words, or a question. In a channel only the agent reads it."""
        visit = Visit(user=typed.user, client=client, channel=typed.channel, thread=typed.thread)
        try:
            found = await self._answered(visit, typed, agent)
        except RapportError as error:
            found = words(error.message)
        if not typed.direct:
            await quietly(whisper(visit, found))
            return
        place = {"thread_ts": typed.thread} if typed.thread else {}
        content: dict[str, Any] = {"text": found.text, "blocks": list(found.blocks)}
        await quietly(call(client, "chat.postMessage", channel=typed.channel, **place, **content, **QUIET))

    async def refuse(self, typed: Typed, text: str, client: Any) -> None:
        """Tells somebody who isn't an agent that nothing was taken."""
        visit = Visit(user=typed.user, client=client, channel=typed.channel, thread=typed.thread)
        await quietly(whisper(visit, words(text)))

    async def _answered(self, visit: Visit, typed: Typed, agent: Principal) -> Message:
        spoken = MENTION.sub("", typed.text) if typed.mention else typed.text
        line = spoken.removeprefix("/rapport").strip()
        name, _, rest = line.partition(" ")
        if name.lower() == "connect":
            return await self._commands.connect(visit, rest.strip())
        return await self._commands.answer(visit, agent, line, otherwise="ask")

    async def _tick(self, visit: Visit, ts: str) -> None:
        try:
            await call(visit.client, "reactions.add", channel=visit.channel, timestamp=ts, name=TICK)
        except RefusedBySlack as error:
            if error.error != "already_reacted":
                await say(visit, "Noted, internal.")
