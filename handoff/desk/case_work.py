"""Moves cases for agents: each step is one transaction, and everybody who watches the conversation is woken after it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import Column, Connection, Integer, PrimaryKeyConstraint, String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.database import Instant, metadata
from core.errors import BadInput, Conflict, NotFound, Unavailable
from core.language import LanguageModel
from core.people import Principal
from governance.roles import SUPPORT_AGENT, enough
from handoff.desk.case_views import CaseViews
from handoff.desk.charging import for_desk
from handoff.desk.promising import worker
from handoff.desk.rooms import DeskRooms, held, permit_working
from handoff.desk.views import CaseView
from handoff.desk.words import skill_title
from handoff.promises import KEPT, OPEN

T = TypeVar("T")

notes = Table(
    "desk_notes",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("case_id", String(32), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "case_id", "message_id"),
)


class DeskCaseWork:
    """Claims, hands on, notes, resolves and gives back. Who may is for `handoff.cases` to say."""

    def __init__(self, rooms: DeskRooms, views: CaseViews, model: LanguageModel) -> None:
        self._rooms = rooms
        self._views = views
        self._model = model

    async def claim(self, case_id: str, agent: Principal) -> CaseView:
        await self._done(case_id, lambda conn: self._rooms.cases.claim(conn, case_id, agent, at=self._rooms.clock.now()))
        return await self._views.one(case_id)

    async def hand_to(self, case_id: str, agent: Principal, to_agent_id: str | None) -> CaseView:
        """Passes the case to a colleague who works on cases, or back into the queue for None."""
        to = self._colleague(to_agent_id) if to_agent_id is not None else None
        await self._done(case_id, lambda conn: self._rooms.cases.transfer(conn, case_id, agent, to, at=self._rooms.clock.now()))
        return await self._views.one(case_id)

    async def note(self, case_id: str, agent: Principal, text: str, *, message_id: str = "") -> int:
        """Leaves an internal note; the same message id again is no second note. Returns the line's position."""
        return await self._done(case_id, lambda conn: self._note(conn, case_id, agent, text, message_id[:200]))

    async def resolve(
        self, case_id: str, agent: Principal, summary: str, *, promises: Mapping[str, str] | None = None
    ) -> CaseView:
        """Closes the case, once it is settled what becomes of each promise: `kept`, `open`, or the id of who sees to it."""
        await self._done(case_id, lambda conn: self._resolve(conn, case_id, agent, summary, promises or {}))
        return await self._views.one(case_id)

    async def give_back(self, case_id: str, agent: Principal, note: str) -> CaseView:
        await self._done(
            case_id, lambda conn: self._rooms.cases.give_back(conn, case_id, agent, note, at=self._rooms.clock.now())
        )
        return await self._views.one(case_id)

    async def closing(self, case_id: str, agent: Principal) -> str:
        """What it was about, what was done, and what is still promised: a draft of the summary."""
        permit_working(self._rooms, agent)
        case = await self._views.one(case_id)
        said = await self._rooms.database.read(
            lambda conn: self._rooms.threads.said(conn, self._rooms.tenant.id, case.conversation_id)
        )
        talk = await self._rooms.database.read(
            lambda conn: self._rooms.threads.get(conn, self._rooms.tenant.id, case.conversation_id)
        )
        try:
            async with for_desk(talk.tenant, talk, self._rooms.accounts.by_id):
                about = await self._model.summarise(said)
        except Unavailable:
            about = "\n".join(case.summary)
        done = await self._rooms.database.read(lambda conn: self._what_was_done(conn, case.conversation_id))
        promised = [f"Still promised: {each.text}" for each in case.promises if each.text]
        return "\n".join(filter(None, [about, f"Done: {', '.join(done)}." if done else "", *promised]))

    def _resolve(self, conn: Connection, case_id: str, agent: Principal, summary: str, promises: Mapping[str, str]) -> None:
        rooms, now = self._rooms, self._rooms.clock.now()
        case = held(rooms, conn, case_id, agent)
        mine = {each.id for each in rooms.promises.open_in(conn, case.tenant, case.conversation_id)}
        for promise_id, answer in promises.items():
            if promise_id not in mine:
                raise Conflict("A promise was settled meanwhile: look at the list again.", promise_id=promise_id)
            if answer == KEPT:
                rooms.promises.keep(conn, case.tenant, promise_id, now)
            elif answer != OPEN:
                owner = worker(rooms.roster, answer)
                rooms.promises.hand(conn, case.tenant, promise_id, owner, by=agent.id, at=now)
        rooms.cases.resolve(conn, case_id, agent, summary, at=now)

    async def _done(self, case_id: str, step: Callable[[Connection], T]) -> T:
        """Does a step and wakes those who watch."""

        def write(conn: Connection) -> tuple[T, list[str]]:
            result = step(conn)
            case = self._rooms.cases.get(conn, self._rooms.tenant.id, case_id)
            return result, self._rooms.lanes(conn, case.conversation_id)

        result, lanes = await self._rooms.database.write(write)
        self._rooms.wake(lanes)
        return result

    def _note(self, conn: Connection, case_id: str, agent: Principal, text: str, message_id: str) -> int:
        now = self._rooms.clock.now()
        if not message_id:
            return self._rooms.cases.note_internally(conn, case_id, agent, text, at=now)
        permit_working(self._rooms, agent)
        key = {"tenant": self._rooms.tenant.id, "case_id": case_id, "message_id": message_id}
        same = [notes.c[name] == value for name, value in key.items()]
        try:
            with conn.begin_nested():
                conn.execute(insert(notes).values(key | {"position": 0, "at": now}))
        except IntegrityError:
            return int(conn.execute(select(notes.c.position).where(*same)).scalar_one())
        position = self._rooms.cases.note_internally(conn, case_id, agent, text, at=now)
        conn.execute(update(notes).where(*same).values(position=position))
        return position

    def _colleague(self, agent_id: str) -> Principal:
        found = self._rooms.roster.by_id(agent_id)
        if found is None:
            raise NotFound(f"Nobody at the desk has the id {agent_id}: choose from the list.", agent_id=agent_id)
        if enough(found.roles, SUPPORT_AGENT) is None:
            raise BadInput(f"{found.name} doesn't work on cases: choose a support agent.", agent_id=agent_id)
        return found.principal(self._rooms.tenant)

    def _what_was_done(self, conn: Connection, conversation_id: str) -> list[str]:
        """The titles of what was carried out in the conversation, by whomever; reads are left out."""
        events = self._rooms.journal.of_conversation(conn, self._rooms.tenant.id, conversation_id)
        started = {str(event.data.get("action")) for event in events if event.type == "action.started"}
        done = [
            skill_title(str(event.data.get("skill", "")))
            for event in events
            if event.type == "action.finished" and str(event.data.get("action")) in started
        ]
        return list(dict.fromkeys(done))
