"""What customers are sent from the console: a preview that says what, to whom and where, then its sending; and what got stuck."""

from collections.abc import Sequence

from aiohttp import web

from bot.console.plain import plain
from bot.http.bodies import id_in_path, json_body, text_of
from bot.http.sessions import Sessions
from bot.rooms import Rooms
from core.people import Principal

MOST_CHARACTERS = 8_000
LONGEST_ID = 500


class ReplyDesk:
    """There is no way to a customer but a preview, and then the very text that it showed."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.post("/console/api/cases/{case}/preview", self.preview),
            web.post("/console/api/send", self.send),
            web.get("/console/api/deliveries", self.undelivered),
            web.post("/console/api/deliveries/again", self.again),
        )

    async def preview(self, request: web.Request) -> web.Response:
        """What will be sent, to whom, on which channel, and what to mind."""
        agent, case_id = self._agent(request), id_in_path(request, "case")
        text = text_of(await json_body(request), "text", most=MOST_CHARACTERS)
        return web.json_response(plain(await self._rooms.desk.replies.preview(case_id, agent, text)))

    async def send(self, request: web.Request) -> web.Response:
        """Sends what the preview of that token showed, once."""
        agent, body = self._agent(request), await json_body(request)
        token, text = text_of(body, "token", most=LONGEST_ID), text_of(body, "text", most=MOST_CHARACTERS)
        return web.json_response(plain(await self._rooms.desk.replies.send(token, agent, text)))

    async def undelivered(self, request: web.Request) -> web.Response:
        """What failed, and what nobody knows of."""
        found = await self._rooms.desk.replies.undelivered(self._agent(request))
        return web.json_response({"deliveries": [plain(each) for each in found]})

    async def again(self, request: web.Request) -> web.Response:
        """Tries one again because this agent says so."""
        agent = self._agent(request)
        delivery_id = text_of(await json_body(request), "id", most=LONGEST_ID)
        return web.json_response(plain(await self._rooms.desk.replies.send_again(delivery_id, agent)))

    def _agent(self, request: web.Request) -> Principal:
        return self._sessions.seat(request).agent.principal(self._rooms.tenant)
