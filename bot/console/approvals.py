"""Approvals at the console: what waits for this agent's yes or no, and deciding it."""

from collections.abc import Sequence
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.entry_view import JsonObject
from bot.console.cases import CaseDesk
from bot.http.bodies import flag_of, id_in_path, json_body
from bot.http.sessions import Seat, Sessions
from bot.rooms import Rooms
from governance.approvals import Approval


class ApprovalDesk:
    """Shows the exact arguments; who may decide is for `governance.approvals` to say."""

    def __init__(self, rooms: Rooms, sessions: Sessions, cases: CaseDesk) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._cases = cases

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.get("/console/api/approvals", self.waiting), web.post("/console/api/approvals/{approval}", self.decide))

    async def waiting(self, request: web.Request) -> web.Response:
        seat = self._sessions.seat(request)
        now = self._rooms.clock.now()
        waiting = await self._rooms.database.read(lambda conn: self._waiting(conn, seat, now))
        return web.json_response({"now": now.isoformat(), "approvals": waiting})

    async def decide(self, request: web.Request) -> web.Response:
        """Decides once, then carries out what follows from it; the customer is told."""
        seat, approval_id = self._sessions.seat(request), id_in_path(request, "approval")
        approve = flag_of(await json_body(request), "approve")
        agent = seat.agent.principal(self._rooms.tenant)
        now = self._rooms.clock.now()
        decided = await self._rooms.database.write(
            lambda conn: self._rooms.approvals.decide(conn, approval_id, agent, approve, now)
        )
        told = await self._rooms.decided(decided, agent)
        shown, lanes = await self._rooms.database.read(lambda conn: self._after(conn, seat, decided))
        self._rooms.live.publish_all(lanes)
        return web.json_response({"approval": shown, "told": told})

    def _waiting(self, conn: Connection, seat: Seat, now: datetime) -> list[JsonObject]:
        found = self._rooms.approvals.open_for(conn, self._rooms.tenant.id, seat.agent.roles, now)
        return [self._cases.shown_approval(conn, seat, each) for each in found]

    def _after(self, conn: Connection, seat: Seat, decided: Approval) -> tuple[JsonObject, list[str]]:
        tenant = self._rooms.tenant.id
        conversation = self._rooms.threads.get(conn, tenant, decided.conversation_id)
        shown = self._cases.shown_approval(conn, seat, self._rooms.approvals.get(conn, tenant, decided.id))
        return shown, self._rooms.threads.lanes(conn, conversation)
