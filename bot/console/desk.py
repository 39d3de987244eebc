"""Signing in to the console, and its page: one shell for all its addresses, filled by its module."""

from collections.abc import Sequence

from aiohttp import web

from bot.http.markup import tag
from bot.http.pages import Page, html_response
from bot.http.refusals import NotSignedIn
from bot.http.sessions import Seat, Sessions
from bot.http.tokens import Purpose
from bot.rooms import Agent, Rooms
from governance.roles import SUPPORT_AGENT, covered_by, enough

VIEWS = (
    "",
    "/cases/{id}",
    "/conversations",
    "/conversations/{id}",
    "/approvals",
    "/deliveries",
    "/promises",
    "/customers",
    "/revenue",
    "/suggestions",
    "/models",
    "/connect",
    "/trace/{id}",
    "/explain/{id}",
)


class Desk:
    """The console's own pages."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/console/sign-in", self.sign_in),
            web.post("/console/api/sign-out", self.sign_out),
            web.get("/console/api/me", self.who),
            *(web.get(f"/console{view}", self.page) for view in VIEWS),
        )

    async def sign_in(self, request: web.Request) -> web.Response:
        """Takes the seat that the link names."""
        claims = self._sessions.tokens.read(Purpose.AGENT_LINK, request.query.get("t", ""))
        agent = self._sessions.agent(claims.get("sub", ""))
        if agent is None:
            raise NotSignedIn("This link is for somebody who has no seat at this desk: ask an administrator.")
        response = web.Response(status=303, headers={"Location": "/console"})
        self._sessions.keep_seat(response, self._sessions.take_seat(agent))
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        self._sessions.seat(request)
        response = web.json_response({"signed_out": True})
        self._sessions.leave_seat(response)
        return response

    async def who(self, request: web.Request) -> web.Response:
        return web.json_response(self._described(self._sessions.seat(request)))

    async def page(self, request: web.Request) -> web.Response:
        """Raises `NotSignedIn` for those without a seat."""
        self._sessions.seat(request)
        page = Page(
            title=f"{self._rooms.settings.company} desk",
            body=(tag("div", id="desk"), tag("noscript", "The console needs JavaScript.")),
            styles=("console/console.css", "console/timeline.css", "console/copilot.css"),
            script="console/main.js",
            kind="desk",
        )
        return html_response(page)

    def _described(self, seat: Seat) -> dict[str, object]:
        agent = seat.agent
        return {
            "id": agent.id,
            "name": agent.name,
            "roles": sorted(agent.roles),
            "csrf": self._sessions.tokens.csrf(seat.session_id),
            "works_on_cases": enough(agent.roles, SUPPORT_AGENT) is not None,
            "decides": sorted(covered_by(agent.roles)),
            "colleagues": [{"id": each.id, "name": each.name} for each in self._colleagues(agent.id)],
            "translates": self._rooms.desk.translates,
            "chat_apps": self._rooms.inviting is not None,
            "company": self._rooms.settings.company,
            "bot": self._rooms.settings.bot_name,
        }

    def _colleagues(self, agent_id: str) -> list[Agent]:
        """Who else works on cases."""
        everybody = self._rooms.desk.roster.agents
        return [each for each in everybody if each.id != agent_id and enough(each.roles, SUPPORT_AGENT) is not None]
