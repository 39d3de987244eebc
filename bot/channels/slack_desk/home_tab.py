"""Publishes the Home tab: an agent's own desk, or a word to everybody else."""

from collections.abc import Awaitable
from typing import TypeVar

from bot.channels.slack.calls import call
from bot.channels.slack_desk.home import MOST_LISTED, Overview, home_view, stranger_view
from bot.channels.slack_desk.side import Side
from bot.channels.slack_desk.visit import Visit
from core.errors import NotAllowed
from core.people import Principal

T = TypeVar("T")


class HomeTab:
    """Drawn anew whenever it is opened, and after a decision on it."""

    def __init__(self, side: Side) -> None:
        self._side = side

    async def publish(self, visit: Visit, agent: Principal | None) -> None:
        view = (
            stranger_view(self._side.addresses)
            if agent is None
            else home_view(await self._overview(visit, agent), self._side.addresses)
        )
        await call(visit.client, "views.publish", user_id=visit.user.user_id, view=view)

    async def _overview(self, visit: Visit, agent: Principal) -> Overview:
        desk = self._side.desk
        mine = await _allowed(desk.reading.mine(agent), [])
        links = dict[str, str]()
        for case in mine[:MOST_LISTED]:
            thread = await self._side.surface.found_thread(case.id)
            if thread is not None and visit.user.installation:
                place = f"{visit.user.installation}/{thread.channel}/thread/{thread.channel}-{thread.thread}"
                links[case.id] = f"https://app.slack.com/client/{place}"
        return Overview(
            mine=mine,
            approvals=await _allowed(desk.deciding.waiting(agent), []),
            queue=await _allowed(desk.reading.queue(agent), []),
            learned=await _allowed(desk.suggestions.learned(agent), {}),
            links=links,
        )


async def _allowed(work: Awaitable[T], otherwise: T) -> T:
    """What an agent's roles don't let them see is left out."""
    try:
        return await work
    except NotAllowed:
        return otherwise
