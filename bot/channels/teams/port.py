"""Where the Teams adapter hands over what belongs to the desk."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.links.port import ChannelUser

Activity = Mapping[str, Any]
Answer = dict[str, Any]


class AgentSide(Protocol):
    """Serves agents. Every call gets the activity as it came, and is answered at once with an invoke's body (status 200).

    A conversation's messages are offered to `on_message` before they count as a customer's.
    """

    async def on_message(self, user: ChannelUser, activity: Activity) -> bool:
        """Takes a message that is the desk's: an agent's in private, anything in the queue's conversation. False: it isn't."""
        ...

    async def on_execute(self, user: ChannelUser, activity: Activity) -> Answer:
        """A pressed `Action.Execute` whose verb begins with `desk:`. What the desk refuses is raised as `RapportError`.

        The same press twice within a minute is done once and answered the same: a card that changed needs other data.
        """
        ...

    async def on_refresh(self, user: ChannelUser, activity: Activity) -> Answer:
        """The same, sent by the client by itself to see a card as this user sees it."""
        ...

    async def on_fetch(self, user: ChannelUser, activity: Activity) -> Answer:
        """`task/fetch` and `composeExtension/fetchTask`: opens a dialog."""
        ...

    async def on_submit(self, user: ChannelUser, activity: Activity) -> Answer:
        """`task/submit` and `composeExtension/submitAction`: what was filled into a dialog.

        The same twice within a minute is done once and answered the same, unless its data holds a `ticket`: that only looks.
        """
        ...

    async def on_query(self, user: ChannelUser, activity: Activity) -> Answer:
        """`composeExtension/query`: a search from the message box."""
        ...
