"""Where Slack and Teams hand over what their users did: made durable before it is acknowledged, each event once."""

from dataclasses import dataclass
from datetime import datetime

from core.conversation import ConversationRef, Press
from bot.links.port import ChannelUser, Known
from core.inbox import Accepted


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Something a user wrote or pressed. `event_id` is the channel's own id of the event (it may come again), `message_id` that
    of the message (two events may tell of one message). `written_at` is the client's own time, where the channel tells it.
    """

    user: ChannelUser
    ref: ConversationRef
    event_id: str
    message_id: str
    text: str = ""
    press: Press | None = None
    written_at: datetime | None = None
    reply_to: str = ""


class Reception:
    """What adapters call. Everything here is durable when it returns, and a repeat changes nothing."""

    async def who(self, user: ChannelUser) -> Known:
        """Who this is, from what is kept; asks nobody."""
        raise NotImplementedError

    async def accept(self, arrival: Arrival) -> Accepted:
        """Takes a customer's message or press in. `Accepted.new` is False for a repeat."""
        raise NotImplementedError

    async def edit(self, arrival: Arrival) -> bool:
        """The customer changed a message: an unanswered one is answered as changed, an answered one is marked and, when it is the
        latest, answered anew. False for a repeat or an unknown message."""
        raise NotImplementedError

    async def delete(self, arrival: Arrival) -> bool:
        """The customer took a message back: its text is destroyed, and it isn't answered any more."""
        raise NotImplementedError

    async def rate(self, arrival: Arrival, *, helpful: bool) -> bool:
        """The customer said whether an answer helped; `arrival.reply_to` is the channel's id of the answer's message."""
        raise NotImplementedError

    async def first(self, user: ChannelUser, event_id: str) -> bool:
        """Whether this event is seen for the first time, for whatever isn't a message; kept for seven days."""
        raise NotImplementedError
