"""What a case page shows: the case, its conversation over all channels, what arrived, what was done, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, select

from bot.channels.entry_view import JsonObject
from bot.console.names import Names
from bot.console.plain import plain
from bot.console.views import of_approval, of_case, of_conversation, of_entry, of_packet, of_promise
from bot.rooms import Rooms
from core import inbox
from core.action import ActionRequest
from core.errors import Conflict, NotFound
from core.people import Principal
from core.vault import Erased
from governance.approvals import Approval
from handoff.case_book import Case
from handoff.desk.port import DoneView
from handoff.desk.views import DeliveryView, LineView
from memory.tables import Conversation


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which page, for whom: of a case, or of a conversation that may have none. `after` leaves out what the page has."""

    agent: Principal
    case_id: str = ""
    conversation_id: str = ""
    after: int = 0


@dataclass(frozen=True, kw_only=True)
class Read:
    """A page as the database has it."""

    conversation: Conversation
    case: Case | None
    approvals: tuple[Approval, ...]
    shown: JsonObject


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is known of lines besides their words."""

    lines: Sequence[LineView] = ()
    done: Sequence[DoneView] = ()
    undelivered: Sequence[DeliveryView] = ()


class CasePages:
    """Reads pages. Everybody at the desk may see them."""

    def __init__(self, rooms: Rooms, names: Names) -> None:
        self._rooms = rooms
        self._names = names

    async def page(self, wanted: Wanted) -> JsonObject:
        """All that belongs to a case or a conversation. Raises `NotFound`."""
        read = await self._rooms.database.read(partial(self._read, wanted=wanted))
        names = await self._names.of([read.conversation.contact_id])
        marks = await self._marks(read, wanted.agent)
        return {
            **read.shown,
            "customer": names.get(read.conversation.contact_id or "", ""),
            "approvals": [await self.approval(each.id, wanted.agent) for each in read.approvals],
            "lines": [_mark(line, read.conversation.id, marks.undelivered) for line in marks.lines],
            "done": [plain(each) for each in marks.done],
        }

    async def approval(self, approval_id: str, agent: Principal) -> JsonObject:
        """An approval in words, with its exact arguments and where each came from."""
        view = await self._rooms.desk.deciding.approval(approval_id, agent)
        return {**await self._rooms.database.read(partial(self._particulars, approval_id, agent)), **plain(view)}

    def _particulars(self, approval_id: str, agent: Principal, conn: Connection) -> JsonObject:
        approval = self._rooms.approvals.get(conn, self._rooms.tenant.id, approval_id)
        return of_approval(approval, self._request_of(conn, approval), agent, self._rooms.clock.now())

    async def _marks(self, read: Read, agent: Principal) -> Marks:
        if read.case is None:
            return Marks()
        desk = self._rooms.desk
        lines = await desk.reading.lines(read.case.id, agent)
        troubled = any(line.arrived in ("failed", "unknown") for line in lines)
        return Marks(
            lines=lines,
            done=await desk.acting.done(read.case.id, agent),
            undelivered=await desk.replies.undelivered(agent) if troubled else (),
        )

    def _read(self, conn: Connection, *, wanted: Wanted) -> Read:
        rooms, tenant = self._rooms, self._rooms.tenant.id
        case = rooms.cases.get(conn, tenant, wanted.case_id) if wanted.case_id else None
        conversation = rooms.threads.get(conn, tenant, case.conversation_id if case else wanted.conversation_id)
        cases = rooms.cases.of_conversation(conn, tenant, conversation.id)
        shown = self._shown(conn, conversation, cases, wanted.after)
        if case is not None:
            shown = {"case": of_case(case), "packet": self._packet(conn, case), **shown}
        approvals = tuple(rooms.approvals.of_conversation(conn, tenant, conversation.id))
        return Read(conversation=conversation, case=case or next(reversed(cases), None), approvals=approvals, shown=shown)

    def _shown(self, conn: Connection, conversation: Conversation, cases: Sequence[Case], after: int) -> JsonObject:
        rooms, tenant = self._rooms, conversation.tenant
        entries = rooms.threads.read(conn, tenant, conversation.id, after, internal=True)
        channels = _channels(conn, conversation)
        return {
            "now": rooms.clock.now().isoformat(),
            "conversation": of_conversation(conversation),
            "cases": [of_case(case) for case in cases],
            "entries": [of_entry(entry, channels.get(entry.turn_id or "", "")) for entry in entries],
            "pressed": inbox.pressed(conn, tenant, conversation.id),
            "promises": [of_promise(each) for each in rooms.promises.open_in(conn, tenant, conversation.id)],
        }

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


def _channels(conn: Connection, conversation: Conversation) -> dict[str, str]:
    """On which channel each message of the customer came in, by its turn."""
    rows = inbox.inbox.c
    mine = select(rows.id, rows.channel).where(rows.tenant == conversation.tenant, rows.thread_id == conversation.id)
    return {row.id: row.channel for row in conn.execute(mine)}


def _mark(line: LineView, conversation_id: str, undelivered: Sequence[DeliveryView]) -> JsonObject:
    """What a page adds to a line that it has: whether it arrived, and how to send it again; the words of an edited one."""
    stuck = next((each for each in undelivered if each.conversation_id == conversation_id and _same(each, line)), None)
    return {
        "position": line.position,
        "arrived": line.arrived.value,
        "edited": line.edited,
        "deleted": line.deleted,
        "language": line.language,
        "signs": list(line.signs),
        "english": line.english,
        **({"text": line.text} if line.edited and not line.deleted else {}),
        **({"delivery": stuck.id, "error": stuck.error, "again": stuck.again} if stuck and line.arrived == stuck.arrived else {}),
    }


def _same(delivery: DeliveryView, line: LineView) -> bool:
    return delivery.position == line.position if delivery.position else delivery.text == line.text
