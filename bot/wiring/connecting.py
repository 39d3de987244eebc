"""What a channel is connected to, and what a connected one brings: an entrance, a place for agents, what runs meanwhile."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.http.doors import Door
from bot.wiring.desk import DeskParts
from bot.wiring.kept import Kept
from bot.wiring.outward import Outward
from handoff.desk.port import Surface


async def nothing() -> None:
    """For channels that have nothing to begin."""


async def none_left() -> int:
    """For channels that have nothing to forget."""
    return 0


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What a channel is connected to. `address` is where customers' browsers find the help centre."""

    kept: Kept
    out: Outward
    parts: DeskParts
    address: str


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A channel that is ready: `start` begins what goes on beside the pages, `close` ends it, `sweep` forgets what is old."""

    door: Door
    surface: Surface
    start: Callable[[], Awaitable[None]] = nothing
    close: Callable[[], Awaitable[None]] = nothing
    sweep: Callable[[], Awaitable[object]] = none_left


def secret(variable: str) -> str:
    """What an environment variable holds; empty when it isn't set."""
    return os.environ.get(variable, "").strip()
