"""Keeps one surface up to date: subject by subject, part by part in order, trying again what was certainly not sent."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from core.errors import Refused, Unavailable, Unclear
from handoff.desk.cursors import Cursor
from handoff.desk.pictures import Part, Pictures, Subject
from handoff.desk.port import Surface
from handoff.desk.posts import REFUSED_KIND, DeskPosts

MOST_REMEMBERED = 2_000
T = TypeVar("T")

_LOG = structlog.get_logger("rapport.desk")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often the journal is read and deadlines are looked at, how long a surface may take, and how long to wait after it
    failed: `first_pause_s`, doubled each time up to `longest_pause_s`."""

    poll_s: float = 1.0
    remind_s: float = 30.0
    timeout_s: float = 10.0
    draft_timeout_s: float = 30.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0

    def pause(self, tries: int) -> float:
        return min(self.longest_pause_s, self.first_pause_s * 2.0 ** min(tries, 16))


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A subject that is to be shown. `since` is the first journal position that asks for it, None when none does."""

    since: int | None = None
    not_before: float = 0.0
    tries: int = 0


class TimedOut(Unavailable):
    """A surface didn't answer in time: whether it was shown is for the surface's own posts to know."""


class Showing:
    """What one surface has to show. `run` until cancelled; `mark` from the event loop."""

    def __init__(self, surface: Surface, pictures: Pictures, posts: DeskPosts, cursor: Cursor, pace: Pace) -> None:
        self.surface = surface
        self.cursor = cursor
        self.followed = cursor.position
        self.saved = cursor.position
        self._pictures = pictures
        self._posts = posts
        self._pace = pace
        self._waiting: dict[Subject, Waiting] = {}
        self._at_it: Waiting | None = None
        self._shown: dict[Subject, dict[str, str]] = {}
        self._refused: set[Subject] = set()
        self._called = asyncio.Event()

    def mark(self, subject: Subject, since: int | None = None) -> None:
        """Has a subject looked at. One that waits after a failure isn't hurried: the surface asked for the pause."""
        if since is not None and since <= self.cursor.position:
            return
        known = self._waiting.get(subject, Waiting())
        self._waiting[subject] = Waiting(since=_first(known.since, since), not_before=known.not_before, tries=known.tries)
        self._called.set()

    def forget(self) -> None:
        """Shows everything that is marked anew, whatever was shown before."""
        self._shown.clear()

    @property
    def done(self) -> int:
        """The journal position up to which everything is shown."""
        at_it = [self._at_it] if self._at_it else []
        asked = [each.since for each in (*self._waiting.values(), *at_it) if each.since is not None]
        return min([self.followed, *(position - 1 for position in asked)])

    @property
    def idle(self) -> bool:
        return not self._waiting and self._at_it is None

    async def run(self) -> None:
        """Shows what is marked, the longest waiting first."""
        while True:
            now = asyncio.get_running_loop().time()
            due = next((subject for subject, each in self._waiting.items() if each.not_before <= now), None)
            if due is None:
                await self._pause(now)
                continue
            self._at_it = waiting = self._waiting.pop(due)
            try:
                error = await self._show(due)
            except Unavailable as failed:
                error = failed
            finally:
                self._at_it = None
            if error is not None:
                self._later(due, waiting, error)

    async def _pause(self, now: float) -> None:
        """Until something is marked or due."""
        self._called.clear()
        next_due = min((each.not_before for each in self._waiting.values()), default=None)
        try:
            await asyncio.wait_for(self._called.wait(), None if next_due is None else max(0.0, next_due - now))
        except TimeoutError:
            return

    def _later(self, subject: Subject, waiting: Waiting, error: Unavailable) -> None:
        pause = getattr(error, "retry_after_s", None) or self._pace.pause(waiting.tries)
        marked = self._waiting.get(subject, Waiting())
        self._waiting[subject] = Waiting(
            since=_first(waiting.since, marked.since),
            not_before=asyncio.get_running_loop().time() + pause,
            tries=waiting.tries + 1,
        )
        _LOG.info("not_shown_yet", surface=self.surface.name, kind=subject.kind, id=subject.id, pause_s=pause)

    async def _show(self, subject: Subject) -> Unavailable | None:
        """Makes the calls that are missing. Returns why it has to go on later; None when nothing is left to do."""
        parts, error = await tried(self._pictures.parts(subject, self.cursor.began_at), self._pace.timeout_s)
        if error is not None:
            return self._settled(subject, error)
        shown, refused = self._remembered(subject), False
        for part in parts or ():
            if shown.get(part.key) == part.digest:
                continue
            error = await (self._once(subject, part) if part.once else self._call(part))
            if error is not None and (later := self._settled(subject, error)) is not None:
                return later
            shown[part.key] = part.digest
            refused = refused or isinstance(error, Refused)
        await self._list(subject, refused)
        return None

    async def _list(self, subject: Subject, refused: bool) -> None:
        """Lists what the surface refuses, and takes it off the list once that is over."""
        name, listed = self.surface.name, f"{subject.kind}:{subject.id}"
        if refused:
            self._refused.add(subject)
            await self._posts.refused(name, listed)
        elif subject in self._refused:
            self._refused.discard(subject)
            await self._posts.forget(name, REFUSED_KIND, listed)

    def _settled(self, subject: Subject, error: BaseException) -> Unavailable | None:
        """The error if it may pass; one that won't is logged, and the part counts as shown until it changes."""
        if isinstance(error, Unavailable):
            return error
        _LOG.warning("not_shown", surface=self.surface.name, kind=subject.kind, id=subject.id, error=type(error).__name__)
        return None

    async def _call(self, part: Part) -> BaseException | None:
        _, error = await tried(part.show(self.surface), self._pace.timeout_s)
        return error

    async def _once(self, subject: Subject, part: Part) -> BaseException | None:
        """What has no place where it could be brought up to date: it is begun once, whatever comes."""
        name = self.surface.name
        if not await self._posts.begin(name, subject.kind, subject.id):
            return None
        error = await self._call(part)
        if error is None:
            await self._posts.keep(name, subject.kind, subject.id, {}, "")
        elif isinstance(error, TimedOut | Unclear):
            await self._posts.unclear(name, subject.kind, subject.id)
            return Unclear(str(error))
        else:
            await self._posts.drop(name, subject.kind, subject.id)
        return error

    def _remembered(self, subject: Subject) -> dict[str, str]:
        """What was shown of a subject. The memory is for quickness alone: surfaces know their posts."""
        shown = self._shown.pop(subject, {})
        if len(self._shown) >= MOST_REMEMBERED:
            del self._shown[next(iter(self._shown))]
        self._shown[subject] = shown
        return shown


async def tried(call: Awaitable[T], timeout_s: float) -> tuple[T | None, BaseException | None]:
    """What a call gave, or how it failed, whatever that was; it is given up after `timeout_s`."""
    task = asyncio.ensure_future(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=timeout_s)
    finally:
        if not task.done():
            task.add_done_callback(_heard)
            task.cancel()
    if not done or task.cancelled():
        return None, TimedOut("There was no answer in time: see whether it can be reached.")
    error = task.exception()
    return (None, error) if error else (task.result(), None)


def _heard(task: "asyncio.Future[T]") -> None:
    """Takes note of how a call that was given up ended."""
    if not task.cancelled():
        task.exception()


def _first(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else min(one, other)
