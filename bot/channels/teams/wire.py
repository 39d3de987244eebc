"""What the rest of the adapter needs of the Bot Connector: post, bring up to date, begin, look up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Activity = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Where a conversation is reached: ids and the service's address, no names. `conversation_id` is Teams' own, in full.

    `kind` is personal, groupChat or channel; `account_id` the user of a personal chat.
    """

    conversation_id: str
    service_url: str
    installation: str
    kind: str
    bot_id: str = ""
    account_id: str = ""
    channel_id: str = "msteams"

    @property
    def private(self) -> bool:
        return self.kind == "personal"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A conversation or thread that was begun, and its first message."""

    conversation_id: str
    message_id: str = ""


class Wire(Protocol):
    """Speaks to the Bot Connector, each request once. Raises `NotSent`, `Refused` or `Unclear`."""

    async def post(self, reference: Reference, activity: Activity) -> str:
        """Posts an activity and returns its id."""
        ...

    async def update(self, reference: Reference, message_id: str, activity: Activity) -> None: ...

    async def begin_thread(self, reference: Reference, channel_id: str, activity: Activity) -> Begun:
        """Begins a thread in a channel of the team that the reference leads to."""
        ...

    async def begin_chat(self, reference: Reference, user_id: str) -> Begun:
        """Opens the personal chat with a user of the organisation that the reference leads to."""
        ...

    async def member(self, reference: Reference, user_id: str) -> Mapping[str, Any]:
        """What Teams says of a member of the conversation. Raises `NotFound` too."""
        ...
