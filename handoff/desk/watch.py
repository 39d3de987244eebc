"""Keeps every surface up to date, and drafts ready, for as long as it runs.

Each surface has its own place in the journal and its own worker: one that fails or hangs holds up no other, nor the drafts.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog

from handoff.desk.cursors import Cursors
from handoff.desk.drafting_ahead import DraftingAhead
from handoff.desk.following import DRAFTS, Followers, Following
from handoff.desk.pictures import TALK, WORD, Pictures, Subject, WatchRooms
from handoff.desk.port import Surface
from handoff.desk.posts import DeskPosts, Post
from handoff.desk.showing import Pace, Showing
from handoff.desk.views import SuggestionView

_LOG = structlog.get_logger("rapport.desk")


class Watch:
    """Shows and drafts from `run` until `stop`. Without surfaces and without drafts it does nothing at all."""

    def __init__(self, rooms: WatchRooms, posts: DeskPosts, surfaces: Sequence[Surface], pace: Pace | None = None) -> None:
        self._rooms = rooms
        self._posts = posts
        self._surfaces = tuple(surfaces)
        self._pace = pace or Pace()
        self._showings: list[Showing] = []
        self._following: Following | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    def nudge(self, lane: str) -> None:
        """Has a conversation looked at soon; may be called from any thread, and returns at once."""
        loop, following = self._loop, self._following
        if loop is not None and following is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(following.nudged, lane)

    def reshow(self, post: Post) -> None:
        """Has a surface show again what it didn't certainly show: everything live there is brought up to date."""
        for showing in self._showings:
            if showing.surface.name == post.surface and self._following is not None:
                showing.forget()
                self._following.anew(showing)
                if post.kind == WORD:
                    showing.mark(Subject(kind=WORD, id=post.subject))

    def stop(self) -> None:
        """Ends `run`."""
        self._stopped.set()

    async def run(self) -> None:
        """Until `stop`, or cancelled."""
        if not self._surfaces and self._rooms.drafts is None:
            return
        tasks = [asyncio.create_task(_kept_up(worker, self._pace)) for worker in await self._workers()]
        self._loop = asyncio.get_running_loop()
        try:
            await self._stopped.wait()
        finally:
            self._loop = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _workers(self) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
        desk = self._rooms.desk
        cursors = Cursors(desk.database, desk.journal, desk.tenant.id, desk.clock)
        drafting = DraftingAhead(desk, self._rooms.drafts, self._drafted, self._pace) if self._rooms.drafts else None
        drafts: Mapping[str, SuggestionView] = drafting.drafted if drafting else {}
        pictures = Pictures(self._rooms, drafts)
        for surface in self._surfaces:
            cursor = await cursors.open(surface.name)
            self._showings.append(Showing(surface, pictures, self._posts, cursor, self._pace))
        drafted = await cursors.open(DRAFTS) if drafting else None
        followers = Followers(showings=self._showings, drafting=drafting, drafted=drafted)
        self._following = Following(desk, cursors, followers, self._pace)
        workers = [self._following.run, *(showing.run for showing in self._showings)]
        return [*workers, *([self._following.remind] if self._surfaces else []), *([drafting.run] if drafting else [])]

    def _drafted(self, conversation_id: str) -> None:
        for showing in self._showings:
            showing.mark(Subject(kind=TALK, id=conversation_id))


async def _kept_up(worker: Callable[[], Coroutine[Any, Any, None]], pace: Pace) -> None:
    """Runs a worker, and begins it again after a fault: what it does may be done again."""
    tries = 0
    while True:
        task = asyncio.create_task(worker())
        try:
            await asyncio.wait({task})
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        _LOG.error("desk_worker_failed", worker=worker.__qualname__, error=type(error).__name__)
        await asyncio.sleep(pace.pause(tries))
        tries += 1
