"""What Slack says of its users: the directory that people are looked up in."""

from typing import Any

from bot.channels.slack.calls import call
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser, Profile
from core.errors import Refused, Unavailable, Unclear


class SlackDirectory:
    """Implements `bot.links.port.Directory` by users.info."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def profile(self, user: ChannelUser) -> Profile | None:
        """A guest is somebody with a limited account, or from a workspace that shares a channel with ours.

        None when Slack doesn't know them or the app may not ask.
        """
        try:
            client = await self._workspaces.client(user.installation)
            told = (await call(client, "users.info", user=user.user_id))["user"]
        except Refused:
            return None
        except Unclear as error:
            raise Unavailable("Slack's directory doesn't answer: it is asked again with the next message.") from error
        person: dict[str, Any] = told.get("profile") or {}
        limited = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
        return Profile(
            email=str(person.get("email") or ""),
            confirmed=told.get("is_email_confirmed") is True and not told.get("deleted"),
            name=str(person.get("real_name") or told.get("real_name") or ""),
            zone=str(told.get("tz") or ""),
            guest=any(bool(told.get(name)) for name in limited) or told.get("team_id", user.installation) != user.installation,
        )
