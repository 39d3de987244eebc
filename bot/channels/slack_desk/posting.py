"""Puts messages into Slack once and brings them up to date; what nobody knows of is never repeated."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakValueDictionary

from bot.channels.slack.calls import call
from bot.channels.slack.places import CHANNEL
from bot.channels.slack_desk.parts import Message
from bot.channels.slack_desk.port import Clients
from core.errors import NotSent, RapportError, Refused, Unclear
from handoff.desk.posts import Post, Posts

EVENT_TYPE = "rapport_desk"
TYPED = "typed"
QUIET: Mapping[str, Any] = {"unfurl_links": False, "unfurl_media": False}
LOOKED_THROUGH = 100


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A channel, and a thread in it (empty: none)."""

    channel: str
    thread: str = ""

    @property
    def params(self) -> Mapping[str, str]:
        return {"channel": self.channel} | ({"thread_ts": self.thread} if self.thread else {})


class Posting:
    """One call at a time for each subject, so that two who show the same thing post it once."""

    def __init__(self, client: Clients, posts: Posts) -> None:
        self._client = client
        self._posts = posts
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, name: str) -> asyncio.Lock:
        """The lock of that name, shared by all who hold it now."""
        return self._locks.setdefault(name, asyncio.Lock())

    async def put(self, kind: str, subject: str, message: Message, spot: Spot) -> Mapping[str, str]:
        """Posts a message, or brings the posted one up to date; the same again does nothing. Returns where it is."""
        async with self.lock(f"{kind}/{subject}"):
            post = await self._posts.find(CHANNEL, kind, subject)
            if post is None:
                return await self._post(kind, subject, message, spot)
            where = post.where if post.shown else await self._searched(post, spot)
            if TYPED not in where and post.digest != message.digest:
                await self._update(where, message)
                await self._posts.keep(CHANNEL, kind, subject, where, message.digest)
            return where

    async def whisper(self, kind: str, subject: str, message: Message, spot: Spot, user: str) -> None:
        """Shows something to one person alone; it can't be brought up to date, so a change is shown beside it."""
        async with self.lock(f"{kind}/{subject}"):
            post = await self._posts.find(CHANNEL, kind, subject)
            if post is not None and post.shown:
                if post.digest == message.digest:
                    return
            elif post is not None or not await self._posts.begin(CHANNEL, kind, subject):
                raise Unclear("Nobody knows whether this private message was shown: see the case in the console.")
            params = {**spot.params, "user": user, "text": message.text, "blocks": list(message.blocks)}
            told = await self._begun(kind, subject, "chat.postEphemeral", params)
            where = {"channel": spot.channel, "ts": str(told.get("message_ts", ""))}
            await self._posts.keep(CHANNEL, kind, subject, where, message.digest)

    async def tell(self, user: str, message: Message) -> None:
        """A direct message."""
        await call(
            await self._client(), "chat.postMessage", channel=user, text=message.text, blocks=list(message.blocks), **QUIET
        )

    async def _post(self, kind: str, subject: str, message: Message, spot: Spot) -> Mapping[str, str]:
        if not await self._posts.begin(CHANNEL, kind, subject):
            raise NotSent("Somebody else is posting this just now: it is looked at again.")
        mark = {"event_type": EVENT_TYPE, "event_payload": {"id": f"{kind}/{subject}"}}
        params = {**spot.params, **QUIET, "text": message.text, "blocks": list(message.blocks), "metadata": mark}
        told = await self._begun(kind, subject, "chat.postMessage", params)
        where = {"channel": str(told["channel"]), "ts": str(told["ts"])}
        await self._posts.keep(CHANNEL, kind, subject, where, message.digest)
        return where

    async def _begun(self, kind: str, subject: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The call that was begun; how it failed is kept."""
        try:
            return await call(await self._client(), method, **params)
        except (NotSent, Refused):
            await self._posts.drop(CHANNEL, kind, subject)
            raise
        except Unclear:
            await self._posts.unclear(CHANNEL, kind, subject)
            raise

    async def _update(self, where: Mapping[str, str], message: Message) -> None:
        """An update may be repeated: that it is unclear only means that it is tried again."""
        params = {"channel": where["channel"], "ts": where["ts"], "text": message.text, "blocks": list(message.blocks)}
        try:
            await call(await self._client(), "chat.update", **params)
        except Unclear as error:
            raise NotSent(error.message) from error

    async def _searched(self, post: Post, spot: Spot) -> Mapping[str, str]:
        """Where a message of which nobody knows has arrived after all, by the note that it carries."""
        found = await self._find(f"{post.kind}/{post.subject}", spot)
        if found is None:
            await self._posts.unclear(CHANNEL, post.kind, post.subject)
            raise Unclear("Nobody knows whether this was posted: look into the channel before posting it again.")
        return {"channel": spot.channel, "ts": found}

    async def _find(self, mark: str, spot: Spot) -> str | None:
        method = "conversations.replies" if spot.thread else "conversations.history"
        thread = {"ts": spot.thread} if spot.thread else {}
        params = {"channel": spot.channel, "include_all_metadata": True, "limit": LOOKED_THROUGH, **thread}
        try:
            told = await call(await self._client(), method, **params)
        except RapportError:
            return None
        for each in cast("list[Mapping[str, Any]]", told.get("messages", [])):
            note = cast("Mapping[str, Any]", each.get("metadata") or {})
            payload = cast("Mapping[str, Any]", note.get("event_payload") or {})
            if note.get("event_type") == EVENT_TYPE and payload.get("id") == mark:
                return str(each["ts"])
        return None
