"""Where each agent is in Teams: their id there, and the chat that only they and we read. Learnt from what they do."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.channels.teams_desk.ledger import CONVERSATION, Ledger
from bot.channels.teams_desk.port import SURFACE
from bot.links.port import ChannelUser
from core.errors import Refused
from handoff.roster import Roster

SEAT = "seat"
USER, INSTALLATION = "user", "installation"


class Seats:
    """Knows agents' places."""

    def __init__(self, ledger: Ledger, roster: Roster, organisation: str) -> None:
        self._ledger = ledger
        self._roster = roster
        self._organisation = organisation

    async def learn(self, agent_id: str, user: ChannelUser, activity: Mapping[str, Any]) -> None:
        """Keeps the id under which clients know the agent, and their private chat."""
        known = dict(await self._ledger.found(SEAT, agent_id))
        known |= {USER: str(activity.get("from", {}).get("id") or user.user_id), INSTALLATION: user.installation}
        place = activity.get("conversation", {})
        if place.get("conversationType") == "personal" and place.get("id"):
            known[CONVERSATION] = str(place["id"])
        await self._ledger.note(SEAT, agent_id, known)

    async def leave(self, activity: Mapping[str, Any], *, but: str = "") -> None:
        """Whoever is that user has no seat any more, but for one agent: nothing of theirs is shown there from now on."""
        user = str(activity.get("from", {}).get("id"))
        for agent in self._roster.agents:
            if agent.id != but and (await self._ledger.found(SEAT, agent.id)).get(USER) == user:
                await self._ledger.note(SEAT, agent.id, {})

    async def users(self, agent_id: str | None) -> Sequence[str]:
        """The agent's ids for a card's own view; none for an agent whom Teams hasn't shown us."""
        if agent_id is None:
            return ()
        known = (await self._ledger.found(SEAT, agent_id)).get(USER)
        agent = self._roster.by_id(agent_id)
        named = agent.channels.get(SURFACE, "") if agent else ""
        if known is None and _is_directory_id(named):
            return (f"8:orgid:{named}",)
        return (known or named,) if known or named else ()

    async def chat(self, agent_id: str) -> str:
        """The chat with an agent; empty for one whom Teams hasn't shown us."""
        try:
            return await self.private(agent_id)
        except Refused:
            return ""

    async def private(self, agent_id: str) -> str:
        """The chat with an agent, begun if need be. Raises `Refused` for one whom Teams hasn't shown us."""
        known = await self._ledger.found(SEAT, agent_id)
        if CONVERSATION in known:
            return known[CONVERSATION]
        agent = self._roster.by_id(agent_id)
        user = known.get(USER) or (agent.channels.get(SURFACE, "") if agent else "")
        if not user:
            raise Refused("This agent hasn't been in Teams yet: ask them to write to the app there once.", agent_id=agent_id)
        installation = known.get(INSTALLATION, self._organisation)
        place = await self._ledger.private(installation, user)
        await self._ledger.note(SEAT, agent_id, {**known, USER: user, INSTALLATION: installation, CONVERSATION: place})
        return place


def _is_directory_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
