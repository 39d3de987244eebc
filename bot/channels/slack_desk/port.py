"""What the desk in Slack stands on, besides the desk itself."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from bot.links.port import ChannelUser, Known

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Clients = Callable[[], Awaitable["AsyncWebClient"]]
"""The Web API of the desk's own workspace. Raises `Refused` while the app isn't installed there."""

Who = Callable[[ChannelUser], Awaitable[Known]]


class Places(Protocol):
    """Where each surface shows its queue, as agents chose it."""

    async def get(self, surface: str) -> str | None:
        """The channel's own id of the place; None while nobody chose one."""
        ...

    async def set(self, surface: str, place: str) -> None: ...
