"""Streams an answer sentence by sentence. What goes wrong after the first word is mended by editing the message whole."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from bot.channels.slack.blocks import Block
from bot.channels.slack.calls import RefusedBySlack, call
from bot.channels.slack.messages import Part
from bot.channels.slack.posting import Posting, Target, Wait, asks, persist, quietly
from core.errors import NotSent, RapportError, Unclear

LONGEST = 10_000


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """What is streamed: sentences as Markdown, the blocks below them, and all of it as one message to fall back to."""

    sentences: tuple[str, ...]
    below: tuple[Block, ...]
    whole: Part
    note: Mapping[str, Any]

    @property
    def fits(self) -> bool:
        """Whether there is something to stream: more than one sentence, and not too much."""
        return len(self.sentences) > 1 and sum(map(len, self.sentences)) <= LONGEST


class Stands(Enum):
    """How much of a streamed message certainly stands in Slack: all of it, all words but not what is below them, or who knows."""

    ALL = auto()
    WORDS = auto()
    UNSURE = auto()


class Streaming:
    """chat.startStream, appendStream and stopStream, as long as a workspace offers them."""

    def __init__(self, posting: Posting, wait: Wait) -> None:
        self._posting = posting
        self._wait = wait

    async def stream(self, target: Target, streamed: Streamed, recipient: Mapping[str, str]) -> str | None:
        """Streams and returns the message's ts. None when nothing was begun, because it isn't offered here.

        Raises `NotSent` or `Unclear` for the beginning, after it only `Unclear`.
        """
        team = target.place.team
        if team in self._posting.latches.no_streams:
            return None
        where = {"channel": target.place.channel, "thread_ts": target.place.thread}
        first, *rest = streamed.sentences
        try:
            told = await call(target.client, "chat.startStream", **where, markdown_text=first, **recipient)
        except RefusedBySlack as error:
            if error.unsupported:
                self._posting.latches.no_streams.add(team)
            return None
        ts = str(told["ts"])
        stands = await self._go_on(target, streamed, ts, rest)
        if stands is Stands.UNSURE:
            await self._edit(target, streamed, ts)
        elif stands is Stands.WORDS:
            await quietly(self._edit(target, streamed, ts))
        return ts

    async def _go_on(self, target: Target, streamed: Streamed, ts: str, rest: Sequence[str]) -> "Stands":
        """Appends the other sentences and ends the stream."""
        where, stands = {"channel": target.place.channel, "ts": ts}, Stands.UNSURE
        try:
            for sentence in rest:
                await self._patiently(target, "chat.appendStream", **where, markdown_text=f" {sentence}")
            stands = Stands.WORDS
            await self._stop(target, streamed, where)
        except RefusedBySlack as error:
            if error.unsupported:
                self._posting.latches.no_streams.add(target.place.team)
            return stands
        except RapportError:
            return stands
        return Stands.ALL

    async def _stop(self, target: Target, streamed: Streamed, where: Mapping[str, str]) -> None:
        try:
            await self._patiently(target, "chat.stopStream", **where, **self._end(target, streamed))
        except RefusedBySlack as error:
            if not error.of_blocks or not asks(streamed.below):
                raise
            self._posting.latches.plain_feedback.add(target.place.team)
            await self._patiently(target, "chat.stopStream", **where, **self._end(target, streamed))

    def _end(self, target: Target, streamed: Streamed) -> Mapping[str, Any]:
        below = self._posting.fitted(target, streamed.below)
        return {"metadata": streamed.note, **({"blocks": below} if below else {})}

    async def _patiently(self, target: Target, method: str, **params: Any) -> None:
        async def once() -> Mapping[str, Any]:
            return await call(target.client, method, **params)

        try:
            await once()
        except NotSent:
            await persist(once, self._wait)

    async def _edit(self, target: Target, streamed: Streamed, ts: str) -> None:
        """Puts the whole text in the place of what was streamed. Doing it twice is no harm, so it may be tried again."""
        where = {"channel": target.place.channel, "ts": ts}

        async def stop() -> Mapping[str, Any]:
            return await call(target.client, "chat.stopStream", **where)

        async def once() -> Mapping[str, Any]:
            whole = self._posting.fitted(target, streamed.whole.blocks)
            text, note = streamed.whole.text, streamed.note
            try:
                return await call(target.client, "chat.update", **where, text=text, blocks=whole, metadata=note)
            except Unclear as error:
                raise NotSent("Slack didn't say whether it took the edit: it is made again.") from error

        with contextlib.suppress(RapportError):
            await stop()
        await persist(once, self._wait)
