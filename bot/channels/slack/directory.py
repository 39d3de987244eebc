"""What Slack says of its users: the directory that people are looked up in."""

from collections.abc import Collection
from typing import Any

from bot.channels.slack.calls import call
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser, Profile
from core.errors import Refused, Unavailable, Unclear


class SlackDirectory:
    """Implements `bot.links.port.Directory` by users.info.

    Whoever runs a workspace can put any address to its users. So an address counts as confirmed only in the workspace whose token
    the administrator gave, and in those that they named (`trusted`); elsewhere it takes a mailed code.
    """

    def __init__(self, workspaces: Workspaces, trusted: Collection[str] = ()) -> None:
        self._workspaces = workspaces
        self._trusted = frozenset(trusted)

    async def profile(self, user: ChannelUser) -> Profile | None:
        """A guest is somebody with a limited account, or from a workspace that shares a channel with ours.

        None when Slack doesn't know them or the app may not ask.
        """
        own = self._workspaces.own
        if own is not None and not own.team:
            raise Unavailable("Slack hasn't said yet whose token it is: people are looked up with their next message.")
        try:
            client = await self._workspaces.client(user.installation)
            told = (await call(client, "users.info", user=user.user_id))["user"]
        except Refused:
            return None
        except Unclear as error:
            raise Unavailable("Slack's directory doesn't answer: it is asked again with the next message.") from error
        person: dict[str, Any] = told.get("profile") or {}
        home = str(told.get("team_id") or user.installation)
        limited = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
        return Profile(
            email=str(person.get("email") or ""),
            confirmed=told.get("is_email_confirmed") is True and not told.get("deleted") and self._vouches(home),
            name=str(person.get("real_name") or told.get("real_name") or ""),
            zone=str(told.get("tz") or ""),
            guest=any(bool(told.get(name)) for name in limited) or home != user.installation,
        )

    def _vouches(self, team: str) -> bool:
        own = self._workspaces.own
        return team in self._trusted or (own is not None and own.team == team)
