"""Cases at the console: the queue, one case with all that belongs to it, and what agents do to it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.entry_view import JsonObject
from bot.console.names import Names
from bot.console.views import (
    of_approval,
    of_case,
    of_conversation,
    of_entry,
    of_line,
    of_packet,
    of_promise,
)
from bot.http.bodies import id_in_path, json_body, number_in_query, text_of
from bot.http.sessions import Seat, Sessions
from bot.rooms import Rooms
from core import inbox
from core.action import ActionRequest
from core.errors import Conflict, NotFound
from core.people import Principal
from core.vault import Erased
from governance.approvals import Approval
from handoff.case_book import Case, Waiting
from memory.tables import Conversation

MOST_CHARACTERS = 8_000
Act = Callable[[Connection, str, Principal, str], None]


class CaseDesk:
    """Everybody at the desk reads; the rooms behind say who may act."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._names = Names(rooms)

    def routes(self) -> Sequence[web.RouteDef]:
        acts: dict[str, tuple[Act, bool]] = {
            "claim": (self._claim, False),
            "reply": (self._reply, True),
            "note": (self._note, True),
            "resolve": (self._resolve, True),
            "return": (self._give_back, True),
            "release": (self._release, False),
        }
        return (
            web.get("/console/api/queue", self.queue),
            web.get("/console/api/cases/{case}", self.case),
            web.get("/console/api/conversations", self.recent),
            web.get("/console/api/conversations/{conversation}", self.conversation),
            *(web.post(f"/console/api/cases/{{case}}/{name}", partial(self._act, *how)) for name, how in acts.items()),
        )

    async def queue(self, request: web.Request) -> web.Response:
        """The live cases, most urgent first, the latest closed ones, and how many approvals this agent may decide."""
        seat = self._sessions.seat(request)
        now = self._rooms.clock.now()
        live, closed, approvals = await self._rooms.database.read(lambda conn: self._queue(conn, seat, now))
        names = await self._names.of(line.case.person_id for line in (*live, *closed) if line.case.account_id)
        shown = [[of_line(line, names.get(line.case.person_id, "")) for line in lines] for lines in (live, closed)]
        return web.json_response({"now": now.isoformat(), "cases": shown[0], "closed": shown[1], "approvals": approvals})

    async def case(self, request: web.Request) -> web.Response:
        """A case with its conversation; `after` leaves out the entries that the page has."""
        seat, case_id = self._sessions.seat(request), id_in_path(request, "case")
        after = number_in_query(request, "after", 0)
        return await self._shown(partial(self._of_case, seat=seat, case_id=case_id, after=after))

    async def conversation(self, request: web.Request) -> web.Response:
        """A conversation that may never have been a case."""
        seat, conversation_id = self._sessions.seat(request), id_in_path(request, "conversation")
        after = number_in_query(request, "after", 0)
        return await self._shown(partial(self._of_conversation, seat=seat, conversation_id=conversation_id, after=after))

    async def recent(self, request: web.Request) -> web.Response:
        """The conversations of this company, the latest first, each with its last words."""
        self._sessions.seat(request)
        rows = await self._rooms.database.read(self._recent)
        names = await self._names.with_accounts(conversation.contact_id for conversation, _ in rows)
        listed = [
            {**of_conversation(each), "last_words": words, "customer": names.get(each.contact_id or "", "")}
            for each, words in rows
        ]
        return web.json_response({"conversations": listed})

    async def _act(self, act: Act, with_text: bool, request: web.Request) -> web.Response:
        seat, case_id = self._sessions.seat(request), id_in_path(request, "case")
        body = await json_body(request)
        text = text_of(body, "text", most=MOST_CHARACTERS) if with_text else ""
        agent = seat.agent.principal(self._rooms.tenant)
        await self._rooms.database.write(lambda conn: act(conn, case_id, agent, text))
        after = number_in_query(request, "after", 0)
        self._rooms.live.publish_all(await self._rooms.database.read(lambda conn: self._lanes(conn, case_id)))
        return await self._shown(partial(self._of_case, seat=seat, case_id=case_id, after=after))

    async def _shown(self, read: Callable[[Connection], tuple[Conversation, JsonObject]]) -> web.Response:
        conversation, shown = await self._rooms.database.read(read)
        names = await self._names.of([conversation.contact_id])
        return web.json_response({**shown, "customer": names.get(conversation.contact_id or "", "")})

    def _claim(self, conn: Connection, case_id: str, agent: Principal, _text: str) -> None:
        self._rooms.cases.claim(conn, case_id, agent, at=self._rooms.clock.now())

    def _reply(self, conn: Connection, case_id: str, agent: Principal, text: str) -> None:
        self._rooms.cases.reply_to_customer(conn, case_id, agent, text, at=self._rooms.clock.now())

    def _note(self, conn: Connection, case_id: str, agent: Principal, text: str) -> None:
        self._rooms.cases.note_internally(conn, case_id, agent, text, at=self._rooms.clock.now())

    def _resolve(self, conn: Connection, case_id: str, agent: Principal, text: str) -> None:
        self._rooms.cases.resolve(conn, case_id, agent, text, at=self._rooms.clock.now())

    def _give_back(self, conn: Connection, case_id: str, agent: Principal, text: str) -> None:
        self._rooms.cases.give_back(conn, case_id, agent, text, at=self._rooms.clock.now())

    def _release(self, conn: Connection, case_id: str, agent: Principal, _text: str) -> None:
        self._rooms.cases.transfer(conn, case_id, agent, None, at=self._rooms.clock.now())

    def _queue(self, conn: Connection, seat: Seat, now: datetime) -> tuple[list[Waiting], list[Waiting], int]:
        cases, tenant = self._rooms.cases, self._rooms.tenant.id
        waiting = self._rooms.approvals.open_for(conn, tenant, seat.agent.roles, now)
        return cases.queue(conn, tenant, now=now), cases.closed(conn, tenant, now=now), len(waiting)

    def _of_case(self, conn: Connection, *, seat: Seat, case_id: str, after: int) -> tuple[Conversation, JsonObject]:
        case = self._rooms.cases.get(conn, self._rooms.tenant.id, case_id)
        conversation, shown = self._of_conversation(conn, seat=seat, conversation_id=case.conversation_id, after=after)
        return conversation, {"case": of_case(case), "packet": self._packet(conn, case), **shown}

    def _of_conversation(
        self, conn: Connection, *, seat: Seat, conversation_id: str, after: int
    ) -> tuple[Conversation, JsonObject]:
        rooms, tenant, now = self._rooms, self._rooms.tenant.id, self._rooms.clock.now()
        conversation = rooms.threads.get(conn, tenant, conversation_id)
        entries = rooms.threads.read(conn, tenant, conversation.id, after, internal=True)
        approvals = rooms.approvals.of_conversation(conn, tenant, conversation.id)
        cases = rooms.cases.of_conversation(conn, tenant, conversation.id)
        return conversation, {
            "now": now.isoformat(),
            "conversation": of_conversation(conversation),
            "cases": [of_case(case) for case in cases],
            "entries": [of_entry(entry) for entry in entries],
            "pressed": inbox.pressed(conn, tenant, conversation.id),
            "approvals": [self.shown_approval(conn, seat, each) for each in approvals],
            "promises": [of_promise(each) for each in rooms.promises.open_in(conn, tenant, conversation.id)],
        }

    def shown_approval(self, conn: Connection, seat: Seat, approval: Approval) -> JsonObject:
        """An approval as this agent sees it, under the name that its skill has for people."""
        request = self._request_of(conn, approval)
        shown = of_approval(approval, request, seat.agent, self._rooms.clock.now())
        return {**shown, "title": self._rooms.skill_titles.get(approval.skill, approval.skill.replace("_", " "))}

    def _request_of(self, conn: Connection, approval: Approval) -> ActionRequest | None:
        """The request as it was made; None once its customer was erased, or when it isn't what was asked for."""
        try:
            return self._rooms.approvals.action(conn, approval)
        except (Erased, Conflict):
            return None

    def _packet(self, conn: Connection, case: Case) -> JsonObject | None:
        try:
            return of_packet(self._rooms.cases.packet(conn, case.tenant, case.id))
        except NotFound:
            return None

    def _recent(self, conn: Connection) -> list[tuple[Conversation, str]]:
        tenant, rows = self._rooms.tenant.id, list[tuple[Conversation, str]]()
        for conversation in self._rooms.threads.recent(conn, tenant):
            said = self._rooms.threads.said(conn, tenant, conversation.id, limit=1)
            rows.append((conversation, said[-1].text[:160] if said else ""))
        return rows

    def _lanes(self, conn: Connection, case_id: str) -> list[str]:
        case = self._rooms.cases.get(conn, self._rooms.tenant.id, case_id)
        return self._rooms.threads.lanes(conn, self._rooms.threads.get(conn, case.tenant, case.conversation_id))
