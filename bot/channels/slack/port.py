"""Where what agents do in Slack goes: the adapter for customers hands it over and knows nothing else of the desk."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Body = Mapping[str, Any]


class Ack(Protocol):
    """Answers Slack at once. Without arguments it only says "received"; later calls change nothing.

    For a submitted modal `response_action` (update, push, errors, clear) with `view` or `errors`; for a command `text`, and
    for options `options`.
    """

    async def __call__(self, text: str = "", **answer: Any) -> None: ...


class AgentSide(Protocol):
    """What is told of agents' messages, presses, commands, shortcuts, modals and Home tabs, as Slack's own bodies.

    Each call should `ack` as soon as what it was told is safe, and may go on for as long as it likes: Slack's answer goes out
    with the `ack`. `client` is that of the workspace. A body may come again; Slack's ids (`event_id`, `ts`, `action_ts`) stay.
    """

    async def on_message(self, ack: Ack, body: Body, client: "AsyncWebClient") -> None:
        """An event: a message in the queue channel, or an agent's direct message."""
        ...

    async def on_action(self, ack: Ack, body: Body, client: "AsyncWebClient") -> None: ...

    async def on_command(self, ack: Ack, body: Body, client: "AsyncWebClient") -> None: ...

    async def on_shortcut(self, ack: Ack, body: Body, client: "AsyncWebClient") -> None: ...

    async def on_view(self, ack: Ack, body: Body, client: "AsyncWebClient") -> None:
        """A modal that was submitted or closed."""
        ...

    async def on_home(self, ack: Ack, body: Body, client: "AsyncWebClient") -> None: ...
