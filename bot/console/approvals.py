"""Approvals at the console: what waits for this agent's yes or no, and deciding it."""

from collections.abc import Sequence

from aiohttp import web

from bot.console.cases import CaseDesk
from bot.http.bodies import flag_of, id_in_path, json_body
from bot.http.sessions import Sessions
from bot.rooms import Rooms
from core.people import Principal


class ApprovalDesk:
    """Shows the exact arguments; who may decide is for `governance.approvals` to say."""

    def __init__(self, rooms: Rooms, sessions: Sessions, cases: CaseDesk) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._pages = cases.pages

    def routes(self) -> Sequence[web.RouteDef]:
        one = "/console/api/approvals/{approval}"
        return (web.get("/console/api/approvals", self.waiting), web.get(one, self.one), web.post(one, self.decide))

    async def waiting(self, request: web.Request) -> web.Response:
        agent = self._agent(request)
        found = await self._rooms.desk.deciding.waiting(agent)
        shown = [await self._pages.approval(each.id, agent) for each in found]
        return web.json_response({"now": self._rooms.clock.now().isoformat(), "approvals": shown})

    async def one(self, request: web.Request) -> web.Response:
        """An approval as it stands, decided ones too: a page that shows an old one learns so."""
        agent, approval_id = self._agent(request), id_in_path(request, "approval")
        return web.json_response({"approval": await self._pages.approval(approval_id, agent)})

    async def decide(self, request: web.Request) -> web.Response:
        """Decides once and carries out what follows; the customer is told."""
        agent, approval_id = self._agent(request), id_in_path(request, "approval")
        approve = flag_of(await json_body(request), "approve")
        await self._rooms.desk.deciding.decide(approval_id, agent, approve=approve)
        return web.json_response({"approval": await self._pages.approval(approval_id, agent)})

    def _agent(self, request: web.Request) -> Principal:
        return self._sessions.seat(request).agent.principal(self._rooms.tenant)
