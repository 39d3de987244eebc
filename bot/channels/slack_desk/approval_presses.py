"""Approve and Refuse. Who may decide, and that it isn't the requester, is the desk's to say."""

from bot.channels.slack_desk.answering import quietly
from bot.channels.slack_desk.approval_card import APPROVE, MORE, REFUSE
from bot.channels.slack_desk.home_tab import HomeTab
from bot.channels.slack_desk.side import Presses, Side
from bot.channels.slack_desk.visit import Visit
from core.errors import RapportError
from core.people import Principal


class ApprovalPresses:
    """Decides once; a card that is out of date says so and is brought up to date."""

    def __init__(self, side: Side, home: HomeTab) -> None:
        self._side = side
        self._home = home

    def presses(self) -> Presses:
        return {APPROVE: self.approve, REFUSE: self.refuse, MORE: self.nothing}

    async def approve(self, visit: Visit, agent: Principal) -> None:
        await self._decide(visit, agent, approve=True)

    async def refuse(self, visit: Visit, agent: Principal) -> None:
        await self._decide(visit, agent, approve=False)

    async def nothing(self, visit: Visit, agent: Principal) -> None:
        """A link: Slack has opened it."""

    async def _decide(self, visit: Visit, agent: Principal, *, approve: bool) -> None:
        deciding, surface = self._side.desk.deciding, self._side.surface
        try:
            approval = await deciding.decide(visit.value, agent, approve=approve)
            await quietly(surface.show_approval(approval))
        except RapportError:
            await quietly(self._bring_up_to_date(visit.value, agent))
            raise
        finally:
            if visit.home:
                await quietly(self._home.publish(visit, agent))

    async def _bring_up_to_date(self, approval_id: str, agent: Principal) -> None:
        await self._side.surface.show_approval(await self._side.desk.deciding.approval(approval_id, agent))
