"""What every press, dialog and command of agents is given."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.channels.slack_desk.answering import quietly
from bot.channels.slack_desk.parts import Addresses, View
from bot.channels.slack_desk.port import Places
from bot.channels.slack_desk.seats import Seats
from bot.channels.slack_desk.surface import SlackDesk
from bot.channels.slack_desk.visit import Visit
from bot.links.port import Links
from bot.reception import Reception
from core.people import Principal
from handoff.desk.port import Desk
from handoff.desk.views import LineView

Press = Callable[[Visit, Principal], Awaitable[None]]
Presses = Mapping[str, Press]
Submission = Callable[[Visit, Principal], Awaitable[View]]
Submissions = Mapping[str, Submission]


@dataclass(frozen=True, kw_only=True)
class Side:
    """The desk, where it is shown, and who may use it."""

    tenant: str
    desk: Desk
    surface: SlackDesk
    seats: Seats
    places: Places
    reception: Reception
    links: Links
    addresses: Addresses

    async def refresh(self, case_id: str, agent: Principal) -> None:
        """Brings a case's card up to date at once."""
        await quietly(self._show_case(case_id, agent))

    async def show_line(self, case_id: str, agent: Principal, line: LineView) -> None:
        """Shows at once what was sent."""
        await quietly(self._show_line(case_id, agent, line))

    async def _show_case(self, case_id: str, agent: Principal) -> None:
        await self.surface.show_case(await self.desk.reading.case(case_id, agent))

    async def _show_line(self, case_id: str, agent: Principal, line: LineView) -> None:
        await self.surface.show_line(await self.desk.reading.case(case_id, agent), line)
