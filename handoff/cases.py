"""What happens to a case: opened by the bot, claimed, answered, transferred, resolved or given back by people.

Every step moves the lease, tells the customer and writes the journal in one transaction; it happens whole or not at all.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from core.conversation import Author, EntryKind
from core.errors import BadInput, Conflict, NotAllowed
from core.events import JSON, Event
from core.people import Principal, PrincipalKind
from governance.roles import SUPPORT_AGENT, enough
from handoff.case_book import CLAIMED, LIVE, PROMISED, RESOLVED, RETURNED, WAITING, Case, cases, this
from handoff.case_moves import CaseMoves, Rooms, notice
from handoff.lease import DESK, Lease, lease_of
from handoff.packet import Opening, to_json
from handoff.promise_keeping import PromiseKeeping
from handoff.promise_words import Found, found_in
from handoff.promises import USUAL_PRIORITY, Promise
from handoff.sla import priority_of
from handoff.wording import Situation, handed_over
from memory.tables import Conversation
from memory.threads import NewEntry

MOST_CHARACTERS = 8_000
__all__ = ["MOST_CHARACTERS", "Cases", "Opened", "Resolved", "Rooms", "Said"]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The case, what the customer was told, and whether it was opened just now."""

    case: Case
    message: str
    new: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """What goes with a reply: what it says in English where it was translated, and what is promised (None: as it is read)."""

    original: str = ""
    promised: Sequence[Found] | None = None


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A resolved case, and the promises to this customer that are still to be kept."""

    case: Case
    open_promises: tuple[Promise, ...]


class Cases(CaseMoves):
    """Opens and moves cases. Agents need the role `support_agent` or one above it. Raises `Conflict` for a step out of turn."""

    def open(self, conn: Connection, opening: Opening) -> Opened:
        """Hands a conversation to people: tells the customer why, opens the case, and takes the bot's right to speak.

        While a case is live, opening another gives that one back and tells nobody anything.
        """
        conversation = opening.conversation
        live = self.live_in(conn, conversation.tenant, conversation.id)
        if live is not None:
            return Opened(case=live, message="", new=False)
        lease = lease_of(conversation, uuid.uuid4().hex)
        try:
            lease = self._leases.hand_over(conn, lease, DESK, at=opening.at, correlation_id=opening.correlation_id)
        except Conflict:
            live = self.live_in(conn, conversation.tenant, conversation.id)
            if live is None:
                raise
            return Opened(case=live, message="", new=False)
        case = self._insert(conn, opening, lease)
        return Opened(case=case, message=self._announce(conn, case, opening), new=True)

    def claim(self, conn: Connection, case_id: str, agent: Principal, *, at: datetime) -> Case:
        """Makes `agent` the one who speaks. Claiming one's own case again is no change; another's is a `Conflict`."""
        case = self._live(conn, case_id, agent)
        if case.state == CLAIMED and case.agent_id == agent.id:
            return case
        if case.state == CLAIMED:
            raise Conflict(f"{case.agent_name} holds this case: ask them to transfer it.", holder=case.agent_id, case_id=case.id)
        self._tell(conn, case, "joined", agent, at)
        values: dict[str, Any] = {"state": CLAIMED, "claimed_at": at} | self._named(conn, agent)
        return self._move(conn, case, agent.id, values, "case.claimed", at)

    def reply_to_customer(
        self, conn: Connection, case_id: str, agent: Principal, text: str, *, at: datetime, said: Said | None = None
    ) -> int:
        """Writes to the customer as the agent who holds the case, and notes what was promised. Returns the entry's position."""
        case, more = self._held(conn, case_id, agent), said or Said()
        body = {"text": _text(text), **({"original": more.original} if more.original else {})}
        position = self._write(conn, case, EntryKind.TEXT, agent, body, at)
        if case.first_reply_at is None:
            conn.execute(update(cases).where(this(case.tenant, case.id)).values(first_reply_at=at))
        conversation = self._threads.get(conn, case.tenant, case.conversation_id)
        promised = self.promised_in(case, more.original or text, at) if more.promised is None else more.promised
        for found in promised:
            self._rooms.promises.record(conn, conversation, found.text, made_by=agent.id, at=at, due_at=found.due_at)
        self._note(conn, case, "case.replied", at, {"agent_id": agent.id, "position": position})
        return position

    def promised_in(self, case: Case, text: str, at: datetime) -> list[Found]:
        """The promises in a text, each with its time: the one that is named, else the one that the desk goes by."""
        zone = self._rooms.desk.hours(case.plan, case.zone).zone
        usual = self._rooms.desk.due(at, USUAL_PRIORITY, case.plan, case.zone)
        return [replace(found, due_at=found.due_at or usual) for found in found_in(text, at, zone)]

    def note_internally(self, conn: Connection, case_id: str, agent: Principal, text: str, *, at: datetime) -> int:
        """Leaves a note that only staff see; any colleague may, on a live case. Returns the entry's position."""
        case = self._live(conn, case_id, agent)
        position = self._write(conn, case, EntryKind.INTERNAL_NOTE, agent, {"text": _text(text)}, at)
        self._note(conn, case, "case.noted", at, {"agent_id": agent.id, "position": position})
        return position

    def transfer(self, conn: Connection, case_id: str, agent: Principal, to: Principal | None, *, at: datetime) -> Case:
        """Passes a held case to a colleague, or back into the queue for None."""
        case = self._held(conn, case_id, agent)
        if to is None:
            self._tell(conn, case, "requeued", agent, at)
            free: dict[str, Any] = {"state": WAITING, "agent_id": None, "agent_name_id": None, "claimed_at": None}
            return self._move(conn, case, DESK, free, "case.transferred", at)
        self._permit(to, case.tenant)
        if to.id == agent.id:
            return case
        self._tell(conn, case, "transferred", to, at)
        values: dict[str, Any] = {"claimed_at": at} | self._named(conn, to)
        return self._move(conn, case, to.id, values, "case.transferred", at)

    def resolve(self, conn: Connection, case_id: str, agent: Principal, summary: str, *, at: datetime) -> Resolved:
        """Closes a held case and ends the conversation; what the customer writes next begins a new one, with the bot.

        With a promise still to be kept it isn't resolved: it waits for that.
        """
        case = self._held(conn, case_id, agent)
        still_open = tuple(self._rooms.promises.open_in(conn, case.tenant, case.conversation_id))
        state = PROMISED if still_open else RESOLVED
        self._tell(conn, case, "resolved", agent, at)
        closed = self._close(conn, case, state, summary, at)
        self._threads.end(conn, case.tenant, case.conversation_id, at=at, reason=state, correlation_id=case.correlation_id)
        return Resolved(case=closed, open_promises=still_open)

    @property
    def keeping(self) -> PromiseKeeping:
        """What sees to promises, over the same rooms."""
        return PromiseKeeping(self._rooms)

    def give_back(self, conn: Connection, case_id: str, agent: Principal, note: str, *, at: datetime) -> Case:
        """Returns the conversation to the bot, under a new epoch and with its counters set back."""
        case = self._held(conn, case_id, agent)
        self._tell(conn, case, "returned", agent, at)
        return self._close(conn, case, RETURNED, note, at)

    def erase(self, conn: Connection, tenant: str, person_id: str, *, at: datetime) -> int:
        """Closes the live cases of a person who is being erased. Returns how many there were."""
        theirs = (cases.c.tenant == tenant, cases.c.person_id == person_id, cases.c.state.in_((*LIVE, PROMISED)))
        return conn.execute(update(cases).where(*theirs).values(state=RESOLVED, closed_at=at)).rowcount

    def customer_wrote(
        self, conn: Connection, conversation: Conversation, position: int, understood: Mapping[str, JSON], *, at: datetime
    ) -> Event | None:
        """Tells whom it concerns that a customer wrote in a claimed case; None when no person holds it.

        `understood` is what was made of the message: labels and numbers only, no words of the customer's.
        """
        case = self.live_in(conn, conversation.tenant, conversation.id)
        if case is None or case.state != CLAIMED:
            return None
        data: dict[str, JSON] = {"agent_id": case.agent_id, "position": position, "understood": dict(understood)}
        return self._note(conn, case, "CustomerReplied", at, data)

    def _insert(self, conn: Connection, opening: Opening, lease: Lease) -> Case:
        packet, conversation = opening.packet, opening.conversation
        priority = priority_of(packet.reason, plan=opening.plan, vip=opening.vip)
        values: dict[str, Any] = {
            "id": lease.case_id,
            "tenant": lease.tenant,
            "conversation_id": lease.conversation_id,
            "account_id": conversation.account_id,
            "person_id": conversation.person_id,
            "plan": opening.plan,
            "zone": opening.zone,
            "language": conversation.language,
            "reason": packet.reason,
            "priority": priority,
            "state": WAITING,
            "epoch": lease.epoch,
            "packet_id": self._seal(conn, lease.tenant, conversation.person_id, to_json(packet)),
            "correlation_id": opening.correlation_id,
            "opened_at": opening.at,
            "due_at": self._rooms.desk.due(opening.at, priority, opening.plan, opening.zone),
        }
        conn.execute(insert(cases).values(values))
        return self.get(conn, lease.tenant, values["id"])

    def _announce(self, conn: Connection, case: Case, opening: Opening) -> str:
        """Tells the customer and the journal that a person takes over; returns what the customer was told."""
        hours = self._rooms.desk.hours(case.plan, case.zone)
        situation = Situation(now=opening.at, hours=hours, ahead=self.ahead_of(conn, case))
        message = handed_over(case.reason, case.language, situation)
        body = {"text": message, "reason": case.reason, "case_id": case.id, "staffed": situation.staffed}
        entry = notice(body, opening.at, opening.turn_id)
        self._threads.append(conn, case.tenant, case.conversation_id, entry, epoch=case.epoch)
        data: dict[str, JSON] = {
            "reason": case.reason,
            "rule": opening.packet.rule,
            "priority": case.priority,
            "due_at": case.due_at.isoformat(),
            "staffed": situation.staffed,
        }
        self._note(conn, case, "case.opened", opening.at, data)
        return message

    def _live(self, conn: Connection, case_id: str, agent: Principal) -> Case:
        self._permit(agent, agent.tenant.id)
        case = self.get(conn, agent.tenant.id, case_id)
        if not case.live:
            raise Conflict(f"This case is {case.ended} already: open the conversation to see how it went.", case_id=case_id)
        return case

    def _held(self, conn: Connection, case_id: str, agent: Principal) -> Case:
        case = self._live(conn, case_id, agent)
        if case.state != CLAIMED:
            raise Conflict("Nobody holds this case: claim it first.", case_id=case_id)
        if case.agent_id != agent.id:
            raise Conflict(f"{case.agent_name} holds this case: ask them to transfer it.", holder=case.agent_id, case_id=case_id)
        return case

    def _permit(self, agent: Principal, tenant: str) -> None:
        of_the_desk = agent.kind is PrincipalKind.AGENT and agent.tenant.id == tenant
        if not of_the_desk or enough(agent.roles, SUPPORT_AGENT) is None:
            raise NotAllowed("Only support agents work on cases: ask an administrator for the role support_agent.")

    def _write(
        self, conn: Connection, case: Case, kind: EntryKind, agent: Principal, body: Mapping[str, object], at: datetime
    ) -> int:
        entry = NewEntry(kind=kind, author=Author.AGENT, author_id=agent.id, author_name=agent.name, body=body, at=at)
        epoch = None if kind.internal else case.epoch
        return self._threads.append(conn, case.tenant, case.conversation_id, entry, epoch=epoch)


def _text(text: str) -> str:
    if not text.strip():
        raise BadInput("The message is empty: write something first.")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"The message is longer than {MOST_CHARACTERS:,} characters: shorten it or send it in parts.")
    return text.strip()
