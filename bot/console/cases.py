"""Cases at the console: the queue, one case with all that belongs to it, and what agents do to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.entry_view import JsonObject
from bot.console.case_page import CasePages, Wanted
from bot.console.names import Names
from bot.console.promises import answers_of
from bot.console.views import of_conversation, of_line
from bot.http.bodies import id_in_path, json_body, name_of, number_in_query, text_of
from bot.http.sessions import Seat, Sessions
from bot.rooms import Rooms
from core.people import Principal
from handoff.case_book import Waiting
from memory.tables import Conversation

MOST_CHARACTERS = 8_000
Body = Mapping[str, object]
Act = Callable[[str, Principal, Body], Awaitable[object]]


class CaseDesk:
    """Everybody at the desk reads; the desk behind says who may act."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._names = Names(rooms)
        self.pages = CasePages(rooms, self._names)

    def routes(self) -> Sequence[web.RouteDef]:
        acts: dict[str, Act] = {
            "claim": self._claim,
            "note": self._note,
            "resolve": self._resolve,
            "return": self._give_back,
            "hand": self._hand,
            "release": self._release,
        }
        return (
            web.get("/console/api/queue", self.queue),
            web.get("/console/api/cases/{case}", self.case),
            web.get("/console/api/cases/{case}/closing", self.closing),
            web.get("/console/api/conversations", self.recent),
            web.get("/console/api/conversations/{conversation}", self.conversation),
            *(web.post(f"/console/api/cases/{{case}}/{name}", partial(self._act, how)) for name, how in acts.items()),
        )

    async def queue(self, request: web.Request) -> web.Response:
        """The live cases, most urgent first, the latest closed ones, and how much waits for this agent elsewhere."""
        seat = self._sessions.seat(request)
        now = self._rooms.clock.now()
        live, closed, approvals = await self._rooms.database.read(lambda conn: self._queue(conn, seat, now))
        names = await self._names.of(line.case.person_id for line in (*live, *closed) if line.case.account_id)
        shown = [[of_line(line, names.get(line.case.person_id, "")) for line in lines] for lines in (live, closed)]
        agent = seat.agent.principal(self._rooms.tenant)
        undelivered = await self._rooms.desk.replies.undelivered(agent)
        return web.json_response(
            {
                "now": now.isoformat(),
                "cases": shown[0],
                "closed": shown[1],
                "approvals": approvals,
                "undelivered": len(undelivered),
                "promises": await self._rooms.desk.promises.pressing(agent),
            }
        )

    async def case(self, request: web.Request) -> web.Response:
        """A case with its conversation; `after` leaves out the entries that the page has."""
        agent = self._agent(request)
        return await self._page(request, Wanted(agent=agent, case_id=id_in_path(request, "case")))

    async def conversation(self, request: web.Request) -> web.Response:
        """A conversation that may never have been a case."""
        agent = self._agent(request)
        return await self._page(request, Wanted(agent=agent, conversation_id=id_in_path(request, "conversation")))

    async def closing(self, request: web.Request) -> web.Response:
        """The summary with which to resolve the case, drafted."""
        agent = self._agent(request)
        return web.json_response({"summary": await self._rooms.desk.cases.closing(id_in_path(request, "case"), agent)})

    async def recent(self, request: web.Request) -> web.Response:
        """The conversations of this company, the latest first, each with its last words."""
        self._sessions.seat(request)
        rows = await self._rooms.database.read(self._recent)
        names = await self._names.with_accounts(conversation.contact_id for conversation, _ in rows)
        listed: list[JsonObject] = [
            {**of_conversation(each), "last_words": words, "customer": names.get(each.contact_id or "", "")}
            for each, words in rows
        ]
        return web.json_response({"conversations": listed})

    async def _act(self, act: Act, request: web.Request) -> web.Response:
        agent, case_id = self._agent(request), id_in_path(request, "case")
        await act(case_id, agent, await json_body(request))
        return await self._page(request, Wanted(agent=agent, case_id=case_id))

    async def _page(self, request: web.Request, wanted: Wanted) -> web.Response:
        after = number_in_query(request, "after", 0)
        page = Wanted(agent=wanted.agent, case_id=wanted.case_id, conversation_id=wanted.conversation_id, after=after)
        return web.json_response(await self.pages.page(page))

    def _agent(self, request: web.Request) -> Principal:
        return self._sessions.seat(request).agent.principal(self._rooms.tenant)

    async def _claim(self, case_id: str, agent: Principal, _body: Body) -> object:
        return await self._rooms.desk.cases.claim(case_id, agent)

    async def _note(self, case_id: str, agent: Principal, body: Body) -> object:
        """A page that sends a note twice, because it heard nothing, names it by the same id."""
        message_id = name_of(body, "message_id") if "message_id" in body else ""
        return await self._rooms.desk.cases.note(case_id, agent, _text(body), message_id=message_id)

    async def _resolve(self, case_id: str, agent: Principal, body: Body) -> object:
        return await self._rooms.desk.cases.resolve(case_id, agent, _text(body), promises=answers_of(body))

    async def _give_back(self, case_id: str, agent: Principal, body: Body) -> object:
        return await self._rooms.desk.cases.give_back(case_id, agent, _text(body))

    async def _hand(self, case_id: str, agent: Principal, body: Body) -> object:
        return await self._rooms.desk.cases.hand_to(case_id, agent, name_of(body, "to"))

    async def _release(self, case_id: str, agent: Principal, _body: Body) -> object:
        return await self._rooms.desk.cases.hand_to(case_id, agent, None)

    def _queue(self, conn: Connection, seat: Seat, now: datetime) -> tuple[list[Waiting], list[Waiting], int]:
        cases, tenant = self._rooms.cases, self._rooms.tenant.id
        waiting = self._rooms.approvals.open_for(conn, tenant, seat.agent.roles, now)
        mine = [each for each in waiting if each.requested_by != seat.agent.id]
        return cases.queue(conn, tenant, now=now), cases.closed(conn, tenant, now=now), len(mine)

    def _recent(self, conn: Connection) -> list[tuple[Conversation, str]]:
        tenant, rows = self._rooms.tenant.id, list[tuple[Conversation, str]]()
        for conversation in self._rooms.threads.recent(conn, tenant):
            said = self._rooms.threads.said(conn, tenant, conversation.id, limit=1)
            rows.append((conversation, said[-1].text[:160] if said else ""))
        return rows


def _text(body: Body) -> str:
    return text_of(body, "text", most=MOST_CHARACTERS)
