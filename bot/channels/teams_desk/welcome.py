"""People whom the desk doesn't know: they connect with a code from the console, or are told politely whose place this is."""

import re

from bot.channels.teams_desk.desk import TeamsDesk
from bot.channels.teams_desk.private_cards import guide, told
from bot.channels.teams_desk.timely import Timely
from bot.channels.teams_desk.typed import Typed
from bot.links.port import ChannelUser, Links

CONNECT = re.compile(r"(?i)connect\s+(\S{4,40})")
NO_CODE = "That code proves nothing: it may have expired. Ask in the console for a new one."


class Welcome:
    """Answers those who aren't agents."""

    def __init__(self, links: Links, shown: TeamsDesk, timely: Timely) -> None:
        self._links = links
        self._shown = shown
        self._timely = timely

    async def stranger(self, user: ChannelUser, typed: Typed, *, of_desk: bool) -> bool:
        """Whether the message was the desk's."""
        if typed.kind == "personal" and (connect := CONNECT.fullmatch(typed.text)):
            await self._connect(user, typed, connect[1])
            return True
        if of_desk:
            self._say(typed, told(self._shown.house.refusal), user)
        return of_desk

    async def _connect(self, user: ChannelUser, typed: Typed, code: str) -> None:
        known = await self._links.finish(user, code)
        if known is None:
            self._say(typed, told(NO_CODE), user)
        elif known.agent is None:
            self._say(typed, told(f"Thank you, {known.principal.name}: I know now who you are."), user)
        else:
            self._say(typed, guide(f"You are connected, {known.agent.name}."), user)

    def _say(self, typed: Typed, card: dict[str, object], user: ChannelUser) -> None:
        self._timely.later(self._shown.ledger.say(typed.place, card, "From the desk"), user.user_id)
