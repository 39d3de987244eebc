"""Puts together what a case and its conversation look like. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from core.conversation import Entry
from core.errors import NotFound
from governance.approvals import ApprovalState
from governance.audit import of_conversation
from handoff.case_book import LIVE, Case
from handoff.desk.customers import Names
from handoff.desk.lines import Seen, lines_of, span_of
from handoff.desk.rooms import DeskRooms
from handoff.desk.translating import Translating
from handoff.desk.views import Arrived, CaseView, LineView, PromiseView
from handoff.desk.words import channel_in_words, reason_in_words, signs_in_words, step_in_words, three_lines
from handoff.packet import Packet
from handoff.promises import Promise
from memory.tables import BOT, Conversation

NO_PACKET = Packet(summary="", reason="")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A case as the database has it; names come from elsewhere."""

    case: Case
    conversation: Conversation
    packet: Packet
    promises: tuple[PromiseView, ...]
    pending_approval: str | None
    outcome: str
    understood: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A case and all entries of its conversation, with what became of them."""

    kept: Kept
    entries: tuple[Entry, ...]
    arrived: Mapping[int, Arrived]
    english: Mapping[int, str]


class CaseViews:
    """Cases in words, for surfaces and for agents alike."""

    def __init__(self, rooms: DeskRooms, translating: Translating | None = None) -> None:
        self._rooms = rooms
        self._translating = translating
        self._names = Names(rooms.accounts, rooms.clock)

    async def one(self, case_id: str) -> CaseView:
        """Raises `NotFound`."""
        return await self.view(await self._rooms.database.read(lambda conn: self._kept(conn, self._case(conn, case_id))))

    async def live(self, owner_id: str | None = None) -> Sequence[CaseView]:
        """The live cases, the most urgent first: all, or those that somebody holds."""
        found = await self._rooms.database.read(lambda conn: self._live(conn, owner_id))
        return [await self.view(each) for each in found]

    async def of_conversation(self, conversation_id: str) -> CaseView | None:
        """The conversation's live case, else its latest."""
        found = await self._rooms.database.read(lambda conn: self._latest(conn, conversation_id))
        return await self.view(found) if found else None

    async def lines(self, case_id: str, after: int = 0, *, own: bool = False) -> Sequence[LineView]:
        """The lines of the case's conversation; with `own` only those that belong to this very case."""
        thread = await self._rooms.database.read(lambda conn: self._thread(conn, case_id))
        name, _ = await self._names.of(thread.kept.conversation.contact_id)
        seen = Seen(
            customer=name or thread.kept.packet.contact_name or "Customer",
            arrived=thread.arrived,
            understood=thread.kept.understood,
            english=thread.english,
        )
        lines = lines_of(thread.entries, seen)
        if own:
            first, last = span_of(case_id, thread.entries, lines)
            lines = [line for line in lines if first <= line.position <= (last or line.position)]
        return [line for line in lines if line.position > after]

    async def view(self, kept: Kept) -> CaseView:
        case, packet, talk = kept.case, kept.packet, kept.conversation
        name, account = await self._names.of(talk.contact_id)
        return CaseView(
            id=case.id,
            conversation_id=case.conversation_id,
            correlation_id=case.correlation_id,
            state=case.state,
            customer=name or packet.contact_name or "Somebody unknown",
            account=account or case.account_id or "",
            account_id=case.account_id,
            plan=(case.plan or "").capitalize(),
            channel=channel_in_words(talk.ref.channel),
            language=talk.language,
            assurance=talk.assurance.value,
            reason=reason_in_words(case.reason),
            priority=case.priority,
            mood=_mood(kept),
            summary=three_lines(packet.summary),
            tried=tuple(step_in_words(step) for step in packet.steps),
            first_words=packet.first_words,
            opened_at=case.opened_at,
            due_at=case.due_at,
            overdue=case.overdue(self._rooms.clock.now()),
            owner_id=case.agent_id,
            owner=case.agent_name if case.agent_id else "",
            claimed_at=case.claimed_at,
            closed_at=case.closed_at,
            outcome=kept.outcome,
            promises=kept.promises,
            pending_approval=kept.pending_approval,
            signs=signs_in_words(_latest(kept)),
            planned=tuple(step_in_words(step) for step in packet.planned),
        )

    def promise(self, promise: Promise) -> PromiseView:
        agent = self._rooms.roster.by_id(promise.made_by)
        by = "the assistant" if promise.made_by == BOT else agent.name if agent else promise.made_by
        owner = self._rooms.roster.by_id(promise.owner) if promise.owner else None
        return PromiseView(
            id=promise.id,
            text=promise.text,
            made_by=by,
            state=promise.state,
            due_at=promise.due_at,
            owner_id=promise.owner,
            owner=owner.name if owner else promise.owner or "the queue",
            soon=promise.due_soon(self._rooms.clock.now()),
            conversation_id=promise.conversation_id,
            closed_at=promise.closed_at,
        )

    def _case(self, conn: Connection, case_id: str) -> Case:
        return self._rooms.cases.get(conn, self._rooms.tenant.id, case_id)

    def _live(self, conn: Connection, owner_id: str | None) -> list[Kept]:
        waiting = self._rooms.cases.queue(conn, self._rooms.tenant.id, now=self._rooms.clock.now())
        return [self._kept(conn, line.case) for line in waiting if owner_id is None or line.case.agent_id == owner_id]

    def _latest(self, conn: Connection, conversation_id: str) -> Kept | None:
        found = self._rooms.cases.of_conversation(conn, self._rooms.tenant.id, conversation_id)
        live = [case for case in found if case.state in LIVE]
        latest = next(iter(live), None) or next(reversed(found), None)
        return self._kept(conn, latest) if latest else None

    def _kept(self, conn: Connection, case: Case) -> Kept:
        rooms, tenant = self._rooms, case.tenant
        approvals = rooms.approvals.of_conversation(conn, tenant, case.conversation_id)
        now = rooms.clock.now()
        waiting = [each.id for each in approvals if each.state is ApprovalState.OPEN and each.expires_at > now]
        promises = rooms.promises.open_in(conn, tenant, case.conversation_id)
        return Kept(
            case=case,
            conversation=rooms.threads.get(conn, tenant, case.conversation_id),
            packet=self._packet(conn, case),
            promises=tuple(self.promise(each) for each in promises),
            pending_approval=waiting[-1] if waiting else None,
            outcome=self._outcome(conn, case),
            understood={each.id: each.understood for each in of_conversation(conn, tenant, case.conversation_id)},
        )

    def _packet(self, conn: Connection, case: Case) -> Packet:
        try:
            return self._rooms.cases.packet(conn, case.tenant, case.id)
        except NotFound:
            return NO_PACKET

    def _outcome(self, conn: Connection, case: Case) -> str:
        try:
            return self._rooms.cases.outcome(conn, case.tenant, case.id)
        except NotFound:
            return ""

    def _thread(self, conn: Connection, case_id: str) -> Thread:
        kept = self._kept(conn, self._case(conn, case_id))
        tenant, talk = kept.case.tenant, kept.conversation.id
        return Thread(
            kept=kept,
            entries=tuple(self._rooms.threads.read(conn, tenant, talk, internal=True)),
            arrived=self._rooms.arrivals.of_conversation(conn, tenant, talk),
            english=self._translating.kept(conn, tenant, talk) if self._translating else {},
        )


def _latest(kept: Kept) -> Mapping[str, object]:
    """What was made of the customer's latest message, as far as anything was."""
    nothing: Mapping[str, object] = {}
    return next((each for each in reversed(tuple(kept.understood.values())) if "mood" in each), nothing)


def _mood(kept: Kept) -> float:
    """The mood of the latest message; that of the handover before there is one."""
    now = _latest(kept).get("mood")
    return float(now) if isinstance(now, int | float) else kept.packet.mood
