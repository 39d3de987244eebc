"""What a connected channel brings: an entrance, a place for agents, and what runs beside the server."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.http.doors import Door
from handoff.desk.port import Surface

Doing = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A channel that is ready: `start` begins what goes on beside the pages, `close` ends it."""

    door: Door
    surface: Surface
    start: Doing
    close: Doing


def secret(variable: str) -> str:
    """What an environment variable holds; empty when it isn't set."""
    return os.environ.get(variable, "").strip()
