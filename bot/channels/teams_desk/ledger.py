"""What the desk posted in Teams, and where: each post is sent once, and brought up to date when it says something else."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from bot.channels.teams_desk.blocks import Element, message
from bot.channels.teams_desk.port import SURFACE, Posting
from core.errors import NotSent, Refused, Unclear
from handoff.desk.posts import Post, Posts

CONVERSATION, ACTIVITY = "conversation", "activity"


def digest_of(value: Any) -> str:
    """Names what a card says."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


class Ledger:
    """Posts cards by kind and subject. Two calls for the same subject wait for each other."""

    def __init__(self, posting: Posting, posts: Posts) -> None:
        self._posting = posting
        self._posts = posts
        self._locks = WeakValueDictionary[tuple[str, str], asyncio.Lock]()

    def lock(self, kind: str, subject: str) -> asyncio.Lock:
        return self._locks.setdefault((kind, subject), asyncio.Lock())

    async def found(self, kind: str, subject: str) -> Mapping[str, str]:
        """Where it is shown; empty when it isn't, or nobody knows."""
        post = await self._posts.find(SURFACE, kind, subject)
        return post.where if post and post.shown else {}

    async def note(self, kind: str, subject: str, where: Mapping[str, str]) -> None:
        """Keeps where something is that wasn't posted from here."""
        if dict(await self.found(kind, subject)) != dict(where):
            await self._posts.keep(SURFACE, kind, subject, where, "")

    async def show(self, kind: str, subject: str, place: str, card: Element, summary: str) -> Mapping[str, str]:
        """Posts the card into `place`, or updates it. Returns where it is; empty when nobody knows."""
        async with self.lock(kind, subject):
            post = await self._posts.find(SURFACE, kind, subject)
            if post is None:
                return await self._post(kind, subject, place, (card, summary))
            if post.shown and post.digest != digest_of(card):
                await self._update(post, card, summary)
            return post.where if post.shown else {}

    async def renew(self, kind: str, subject: str, card: Element, summary: str) -> None:
        """Sends a card again where it is shown, so that every reader's client asks for its own view anew."""
        async with self.lock(kind, subject):
            post = await self._posts.find(SURFACE, kind, subject)
            if post and post.shown:
                await self._update(post, card, summary)

    async def replace(self, place: str, activity_id: str, card: Element) -> None:
        """Puts a card in the place of one that somebody pressed."""
        await self._posting.update(place, activity_id, message(card, "From the desk"))

    async def say(self, place: str, card: Element, summary: str) -> None:
        """Posts a card that is never brought up to date from here."""
        await self._posting.post(place, message(card, summary))

    async def private(self, installation: str, user_id: str) -> str:
        return await self._posting.open_private(installation, user_id)

    async def _post(self, kind: str, subject: str, place: str, shown: tuple[Element, str]) -> Mapping[str, str]:
        if not await self._posts.begin(SURFACE, kind, subject):
            return {}
        try:
            begun = await self._posting.post(place, message(*shown))
        except Unclear:
            await self._posts.unclear(SURFACE, kind, subject)
            raise
        except (NotSent, Refused):
            await self._posts.drop(SURFACE, kind, subject)
            raise
        where = {CONVERSATION: begun.conversation_id, ACTIVITY: begun.message_id}
        await self._posts.keep(SURFACE, kind, subject, where, digest_of(shown[0]))
        return where

    async def _update(self, post: Post, card: Element, summary: str) -> None:
        try:
            await self._posting.update(post.where[CONVERSATION], post.where[ACTIVITY], message(card, summary))
        except Unclear as error:
            raise NotSent(f"{error.message} An update can be repeated without harm.") from error
        await self._posts.keep(SURFACE, post.kind, post.subject, post.where, digest_of(card))
