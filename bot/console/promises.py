"""Promises at the console: the lists, and what agents do about one; and an agent's words in the customer's language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from aiohttp import web

from bot.console.plain import plain
from bot.http.bodies import id_in_path, json_body, name_of, text_of
from bot.http.sessions import Sessions
from bot.rooms import Rooms
from core.errors import BadInput
from core.people import Principal

MOST_CHARACTERS = 8_000
MOST_REASON = 500


class PromisePages:
    """Everybody at the desk reads; the desk behind says who may act."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/console/api/promises", self.lists),
            web.post("/console/api/promises/{promise}/keep", self.keep),
            web.post("/console/api/promises/{promise}/drop", self.drop),
            web.post("/console/api/promises/{promise}/move", self.move),
            web.post("/console/api/promises/{promise}/hand", self.hand),
            web.post("/console/api/cases/{case}/translate", self.translate),
        )

    async def lists(self, request: web.Request) -> web.Response:
        """What is open, due soon, broken, and what was kept lately."""
        found = await self._rooms.desk.promises.lists(self._agent(request))
        now = {"now": self._rooms.clock.now().isoformat()}
        return web.json_response({**plain(found), **now})

    async def keep(self, request: web.Request) -> web.Response:
        return web.json_response(plain(await self._rooms.desk.promises.keep(_promise(request), self._agent(request))))

    async def drop(self, request: web.Request) -> web.Response:
        """Takes off the list what was no promise."""
        return web.json_response(plain(await self._rooms.desk.promises.drop(_promise(request), self._agent(request))))

    async def move(self, request: web.Request) -> web.Response:
        """Another time, with the reason; the answer holds words for the customer, which nobody sent."""
        agent, body = self._agent(request), await json_body(request)
        due_at = moment_of(body.get("due_at"))
        if due_at is None:
            raise BadInput("Give the new time in due_at.")
        reason = text_of(body, "reason", most=MOST_REASON)
        moved = await self._rooms.desk.promises.move(_promise(request), agent, due_at, reason)
        return web.json_response({"promise": plain(moved.promise), "suggestion": moved.suggestion})

    async def hand(self, request: web.Request) -> web.Response:
        """To a colleague, or to the queue without `to`."""
        agent, body = self._agent(request), await json_body(request)
        to = name_of(body, "to") if body.get("to") else None
        return web.json_response(plain(await self._rooms.desk.promises.hand_to(_promise(request), agent, to)))

    async def translate(self, request: web.Request) -> web.Response:
        """The agent's words in the customer's language, to be looked at."""
        agent, case_id = self._agent(request), id_in_path(request, "case")
        text = text_of(await json_body(request), "text", most=MOST_CHARACTERS)
        return web.json_response(plain(await self._rooms.desk.replies.translated(case_id, agent, text)))

    def _agent(self, request: web.Request) -> Principal:
        return self._sessions.seat(request).agent.principal(self._rooms.tenant)


def moment_of(value: object) -> datetime | None:
    """A moment with its zone; None for none. Raises `BadInput`."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput("A time must be written as 2026-11-20T17:00:00Z.") from error
    if found.tzinfo is None:
        raise BadInput("A time needs its zone: write it as 2026-11-20T17:00:00Z.")
    return found


def answers_of(body: Mapping[str, object]) -> dict[str, str]:
    """What becomes of each promise when a case is resolved, by its id."""
    found = body.get("promises", {})
    if not isinstance(found, dict):
        raise BadInput("promises must be a table of answers by id.")
    return {str(name): str(answer) for name, answer in cast("dict[object, object]", found).items()}


def _promise(request: web.Request) -> str:
    return id_in_path(request, "promise")
