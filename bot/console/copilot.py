"""The copilot at the console: drafts for the owner of a case, actions with values filled in, and private answers."""

from collections.abc import Mapping, Sequence
from typing import cast

from aiohttp import web
from sqlalchemy import Connection

from bot.console.plain import plain
from bot.http.bodies import id_in_path, json_body, name_of, text_of
from bot.http.sessions import Sessions
from bot.rooms import Rooms
from core.errors import BadInput
from core.people import Principal
from handoff.desk.learned import READ_A_SECOND, TYPED_A_SECOND
from handoff.desk.suggestions import REASONS
from handoff.desk.views import ActionView
from handoff.desk.words import skill_title

MOST_CHARACTERS = 8_000
MOST_ASKED = 2_000
MOST_REASON = 500
MOST_VALUES = 40
CASE, SUGGESTION, ACTION = "/console/api/cases/{case}", "/console/api/suggestions/{suggestion}", "/console/api/actions/{action}"
INTENTS = {"question": "Questions for the help centre", "none": "Small talk and thanks"}


class CopilotDesk:
    """Shows and does; who may is for the desk behind to say."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get(f"{CASE}/suggestion", self.current),
            web.post(f"{SUGGESTION}/send", self.send),
            web.post(f"{SUGGESTION}/shorten", self.shorten),
            web.post(f"{SUGGESTION}/dismiss", self.dismiss),
            web.get(f"{CASE}/actions", self.offered),
            web.post(f"{CASE}/actions", self.prepare),
            web.post(f"{ACTION}/run", self.run),
            web.post(f"{ACTION}/ask", self.ask_approval),
            web.post(f"{CASE}/draft", self.draft),
            web.post("/console/api/ask", self.ask),
            web.get("/console/api/learned", self.learned),
        )

    async def current(self, request: web.Request) -> web.Response:
        """The draft that is offered to this agent now, if there is one."""
        found = await self._rooms.desk.suggestions.current(id_in_path(request, "case"), self._agent(request))
        return web.json_response(
            {"suggestion": plain(found) if found else None, "reasons": [list(each) for each in REASONS.items()]}
        )

    async def send(self, request: web.Request) -> web.Response:
        """Sends a draft with the words that its preview showed."""
        agent, suggestion_id = self._agent(request), id_in_path(request, "suggestion")
        text = text_of(await json_body(request), "text", most=MOST_CHARACTERS)
        return web.json_response(plain(await self._rooms.desk.suggestions.send(suggestion_id, agent, text)))

    async def shorten(self, request: web.Request) -> web.Response:
        agent, suggestion_id = self._agent(request), id_in_path(request, "suggestion")
        return web.json_response({"suggestion": plain(await self._rooms.desk.suggestions.shorten(suggestion_id, agent))})

    async def dismiss(self, request: web.Request) -> web.Response:
        agent, suggestion_id = self._agent(request), id_in_path(request, "suggestion")
        reason = text_of(await json_body(request), "reason", most=MOST_REASON)
        await self._rooms.desk.suggestions.dismiss(suggestion_id, agent, reason)
        return web.json_response({"dismissed": True})

    async def offered(self, request: web.Request) -> web.Response:
        """What fits the case, with values filled in and judged."""
        found = await self._rooms.desk.acting.offered(id_in_path(request, "case"), self._agent(request))
        return web.json_response({"actions": [plain(each) for each in found]})

    async def prepare(self, request: web.Request) -> web.Response:
        """An action with other values, judged anew."""
        agent, body = self._agent(request), await json_body(request)
        case_id, skill = id_in_path(request, "case"), name_of(body, "skill")
        return web.json_response({"action": plain(await self._rooms.desk.acting.prepare(case_id, agent, skill, _values(body)))})

    async def run(self, request: web.Request) -> web.Response:
        agent = self._agent(request)
        return await self._done(await self._rooms.desk.acting.run(id_in_path(request, "action"), agent))

    async def ask_approval(self, request: web.Request) -> web.Response:
        agent = self._agent(request)
        return await self._done(await self._rooms.desk.acting.ask_approval(id_in_path(request, "action"), agent))

    async def draft(self, request: web.Request) -> web.Response:
        """A reply to one line of a customer, from what customers may be told."""
        agent, case_id = self._agent(request), id_in_path(request, "case")
        message = text_of(await json_body(request), "text", most=MOST_ASKED)
        return web.json_response(plain(await self._rooms.desk.asking.draft(message, agent, case_id)))

    async def ask(self, request: web.Request) -> web.Response:
        """An answer for this agent's eyes."""
        agent = self._agent(request)
        question = text_of(await json_body(request), "text", most=MOST_ASKED)
        return web.json_response(plain(await self._rooms.desk.asking.ask(question, agent)))

    async def learned(self, request: web.Request) -> web.Response:
        """What became of the drafts, and how the saved time is estimated."""
        found = await self._rooms.desk.suggestions.learned(self._agent(request))
        tallies = {kind: [plain(each) for each in listed] for kind, listed in found.items()}
        intents = {str(each["name"]) for each in tallies.get("intent", [])}
        return web.json_response(
            {
                **tallies,
                "titles": {name: INTENTS.get(name) or skill_title(name) for name in intents},
                "reasons": dict(REASONS),
                "typed_a_second": TYPED_A_SECOND,
                "read_a_second": READ_A_SECOND,
            }
        )

    async def _done(self, action: ActionView) -> web.Response:
        """Wakes whoever watches the conversation: what was done shows in its timeline."""

        def lanes(conn: Connection) -> list[str]:
            case = self._rooms.cases.get(conn, self._rooms.tenant.id, action.case_id)
            return self._rooms.threads.lanes(conn, self._rooms.threads.get(conn, case.tenant, case.conversation_id))

        self._rooms.live.publish_all(await self._rooms.database.read(lanes))
        return web.json_response({"action": plain(action)})

    def _agent(self, request: web.Request) -> Principal:
        return self._sessions.seat(request).agent.principal(self._rooms.tenant)


def _values(body: Mapping[str, object]) -> Mapping[str, str]:
    values = body.get("values")
    if not isinstance(values, dict):
        raise BadInput("The field values must be an object of names and texts.", field="values")
    given = cast("dict[str, object]", values)
    if len(given) > MOST_VALUES or not all(isinstance(each, str) and len(each) <= MOST_ASKED for each in given.values()):
        raise BadInput("The field values must hold at most 40 texts: correct the values, then try again.", field="values")
    return {name: str(value) for name, value in given.items()}
