"""What customers are sent from the console: a preview that says what, to whom and where, then its sending; and what got stuck."""

from collections.abc import Mapping, Sequence
from typing import cast

from aiohttp import web

from bot.console.plain import plain
from bot.console.promises import moment_of
from bot.http.bodies import id_in_path, json_body, text_of
from bot.http.sessions import Sessions
from bot.rooms import Rooms
from core.errors import BadInput
from core.people import Principal
from handoff.desk.promise_views import Promised

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
        body = await json_body(request)
        text, original = text_of(body, "text", most=MOST_CHARACTERS), original_of(body)
        return web.json_response(plain(await self._rooms.desk.replies.preview(case_id, agent, text, original=original)))

    async def send(self, request: web.Request) -> web.Response:
        """Sends what the preview of that token showed, once; its promises as the agent corrected them."""
        agent, body = self._agent(request), await json_body(request)
        token, text = text_of(body, "token", most=LONGEST_ID), text_of(body, "text", most=MOST_CHARACTERS)
        original, promises = original_of(body), promises_of(body)
        line = await self._rooms.desk.replies.send(token, agent, text, original=original, promises=promises)
        return web.json_response(plain(line))

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


def original_of(body: Mapping[str, object]) -> str:
    """What a reply was translated from, if it was."""
    return text_of(body, "original", most=MOST_CHARACTERS) if body.get("original") else ""


def promises_of(body: Mapping[str, object]) -> tuple[Promised, ...] | None:
    """The promises as the agent corrected them; None when they weren't looked at."""
    found = body.get("promises")
    if found is None:
        return None
    if not isinstance(found, list):
        raise BadInput("promises must be a list of texts with their times.")
    rows = cast("list[object]", found)
    tables = [cast("Mapping[str, object]", row) for row in rows if isinstance(row, Mapping)]
    return tuple(Promised(text=text_of(row, "text", most=MOST_CHARACTERS), due_at=moment_of(row.get("due_at"))) for row in tables)
