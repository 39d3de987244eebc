"""Codes for Slack and Teams, given out at the console: an agent's own seat code, and invitations for contacts."""

from collections.abc import Sequence

from aiohttp import web

from bot.console.plain import plain
from bot.http.bodies import json_body, name_of
from bot.http.sessions import Sessions
from bot.links.inviting import Inviting
from bot.rooms import Rooms
from core.errors import NotAllowed, Unavailable
from governance.roles import covered_by


class ConnectDesk:
    """Everybody takes their own seat; whoever works at the desk invites contacts."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post("/console/api/connect/seat", self.seat), web.post("/console/api/connect/invitation", self.invite))

    async def seat(self, request: web.Request) -> web.Response:
        """A code with which the signed-in agent says who they are in Slack or Teams, within a quarter of an hour."""
        agent = self._sessions.seat(request).agent
        return web.json_response({"code": await self._inviting().seat_code(agent.id)})

    async def invite(self, request: web.Request) -> web.Response:
        """A code for one contact, with the text to send them."""
        agent = self._sessions.seat(request).agent
        if not covered_by(agent.roles):
            raise NotAllowed("Only people who work at the desk invite customers: ask an administrator for such a role.")
        contact_id = name_of(await json_body(request), "contact_id")
        return web.json_response(plain(await self._inviting().invite(contact_id, by=agent.id)))

    def _inviting(self) -> Inviting:
        found = self._rooms.inviting
        if found is None:
            raise Unavailable("Neither Slack nor Teams is connected here: ask an administrator to connect one first.")
        return found
