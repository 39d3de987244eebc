"""People who take their seat at the desk with a code from the console, leave it, or are told politely whose place this is."""

import re

from bot.channels.teams.port import Activity
from bot.channels.teams_desk.desk import TeamsDesk
from bot.channels.teams_desk.private_cards import guide, told
from bot.channels.teams_desk.timely import Timely
from bot.channels.teams_desk.typed import Typed
from bot.links.port import ChannelUser, Known, Links
from core.people import Principal

CONNECT = re.compile(r"(?i)connect\s+(\S{4,40})")
DISCONNECT = "disconnect"
NO_CODE = "That code proves nothing: it may have expired. Ask in the console for a new one."
LEFT = "You are no agent here any more. What you write to me now is answered as a customer's. A new code brings you back."


class Welcome:
    """Gives seats, and answers those who have none."""

    def __init__(self, links: Links, shown: TeamsDesk, timely: Timely) -> None:
        self._links = links
        self._shown = shown
        self._timely = timely

    async def looked_up(self, user: ChannelUser) -> Known:
        """Who this is, by what the organisation's directory says: an agent's e-mail address is enough for a seat."""
        return await self._links.looked_up(user)

    async def takes_seat(self, user: ChannelUser, typed: Typed, activity: Activity, agent: Principal | None) -> bool:
        """Whether the message was about that: in private `connect` with a code, or an agent's `disconnect`."""
        if typed.kind != "personal":
            return False
        if connect := CONNECT.fullmatch(typed.text):
            await self._connect(user, typed, activity, connect[1])
            return True
        if agent is None or typed.text.lower() != DISCONNECT:
            return False
        await self._links.unlink(user)
        await self._shown.seats.leave(activity)
        self._say(typed, told(LEFT), user)
        return True

    def refused(self, user: ChannelUser, typed: Typed) -> bool:
        """Says whose place this is."""
        self._say(typed, told(self._shown.house.refusal), user)
        return True

    async def _connect(self, user: ChannelUser, typed: Typed, activity: Activity, code: str) -> None:
        known = await self._links.finish(user, code)
        if known is None:
            self._say(typed, told(NO_CODE), user)
        elif known.agent is None:
            self._say(typed, told(f"Thank you, {known.principal.name}: I know now who you are."), user)
        else:
            await self._shown.seats.leave(activity, but=known.agent.id)
            await self._shown.seats.learn(known.agent.id, user, activity)
            self._say(typed, guide(f"You are connected, {known.agent.name}."), user)

    def _say(self, typed: Typed, card: dict[str, object], user: ChannelUser) -> None:
        self._timely.later(self._shown.ledger.say(typed.place, card, "From the desk"), user.user_id)
