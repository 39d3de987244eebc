"""Wakes those who watch a conversation as soon as something was committed to it, and tells them who is typing.

Nothing here is kept: a watcher that missed a call reads the database anyway, a little later. A conversation is named by its
lane (`ConversationRef.lane`).
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

ACTIVITY_S = 45.0


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Something that goes on right now: `who` (assistant or a person's name) does it, `text` says what."""

    who: str
    text: str


@dataclass
class Follower:
    """Waits for calls to one lane. A call between two waits isn't lost."""

    live: "Live"
    lane: str
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def __enter__(self) -> Self:
        self.live.enter(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.live.leave(self)

    async def changed(self, timeout_s: float) -> bool:
        """Whether there was a call since the last wait; waits at most so long for one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout_s)
        called = self._event.is_set()
        self._event.clear()
        return called

    def call(self) -> None:
        """Wakes the follower; may come from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._event.set)


class Live:
    """The calls and activities of this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._followers: dict[str, list[Follower]] = {}
        self._activities: dict[str, tuple[float, Activity]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.closed = False

    def follow(self, lane: str) -> Follower:
        """A follower of that lane, to be used as a context manager on the event loop."""
        return Follower(self, lane)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Has `listener` called with the lane of every call, in whatever thread that comes from; it must return at once."""
        self._listeners.append(listener)

    def publish(self, lane: str) -> None:
        """Tells all followers that something was committed, or that an activity changed."""
        with self._lock:
            called = list(self._followers.get(lane, ()))
        for follower in called:
            follower.call()
        for listener in self._listeners:
            listener(lane)

    def publish_all(self, lanes: Iterable[str]) -> None:
        """Tells the followers of several lanes: those of every place that a conversation went over."""
        for lane in lanes:
            self.publish(lane)

    def show(self, lane: str, activity: Activity) -> None:
        """Shows an activity until `quiet`, or until it is too old to be believed."""
        with self._lock:
            self._activities[lane] = (self._now() + ACTIVITY_S, activity)
        self.publish(lane)

    def quiet(self, lane: str) -> None:
        """Ends the activity."""
        with self._lock:
            ended = self._activities.pop(lane, None)
        if ended:
            self.publish(lane)

    def activity(self, lane: str) -> Activity | None:
        """What goes on in that lane now."""
        with self._lock:
            until, activity = self._activities.get(lane, (0.0, None))
            if activity and until <= self._now():
                del self._activities[lane]
                return None
            return activity

    def close(self) -> None:
        """Wakes everybody for the last time: the server is stopping."""
        self.closed = True
        with self._lock:
            everybody = [follower for group in self._followers.values() for follower in group]
        for follower in everybody:
            follower.call()

    @property
    def followers(self) -> int:
        with self._lock:
            return sum(len(group) for group in self._followers.values())

    def enter(self, follower: Follower) -> None:
        with self._lock:
            self._followers.setdefault(follower.lane, []).append(follower)

    def leave(self, follower: Follower) -> None:
        with self._lock:
            group = self._followers.get(follower.lane, [])
            group.remove(follower)
            if not group:
                self._followers.pop(follower.lane, None)
