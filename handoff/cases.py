"""What happens to a case: opened by the bot, claimed, answered, transferred, resolved or given back by people.

Every step moves the lease, tells the customer and writes the journal in one transaction; it happens whole or not at all.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from core.conversation import Author, EntryKind
from core.errors import BadInput, Conflict, NotAllowed
from core.events import JSON, Event
from core.journal import Journal
from core.people import Principal, PrincipalKind
from core.vault import Vault
from governance.roles import SUPPORT_AGENT, enough
from handoff.case_book import CLAIMED, LIVE, RESOLVED, RETURNED, WAITING, Case, CaseBook, cases, this
from handoff.lease import DESK, Lease, Leases, lease_of
from handoff.packet import Opening, to_json
from handoff.promise_words import found_in
from handoff.promises import Promise, Promises
from handoff.sla import Desk, priority_of
from handoff.wording import Situation, handed_over, told
from memory.tables import BOT, Conversation
from memory.threads import NewEntry, Threads

MOST_CHARACTERS = 8_000


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What cases stand on."""

    vault: Vault
    journal: Journal
    threads: Threads
    promises: Promises
    desk: Desk


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The case, what the customer was told, and whether it was opened just now."""

    case: Case
    message: str
    new: bool


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A resolved case, and the promises to this customer that are still to be kept."""

    case: Case
    open_promises: tuple[Promise, ...]


class Cases(CaseBook):
    """Opens and moves cases. Agents need the role `support_agent` or one above it. Raises `Conflict` for a step out of turn."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms.vault)
        self._rooms = rooms
        self._threads = rooms.threads
        self._leases = Leases(rooms.threads, rooms.journal)

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

    def reply_to_customer(self, conn: Connection, case_id: str, agent: Principal, text: str, *, at: datetime) -> int:
        """Writes to the customer as the agent who holds the case, and notes what was promised. Returns the entry's position."""
        case = self._held(conn, case_id, agent)
        body = {"text": _text(text)}
        position = self._write(conn, case, EntryKind.TEXT, agent, body, at)
        if case.first_reply_at is None:
            conn.execute(update(cases).where(this(case.tenant, case.id)).values(first_reply_at=at))
        conversation = self._threads.get(conn, case.tenant, case.conversation_id)
        zone = self._rooms.desk.hours(case.plan, case.zone).zone
        for found in found_in(text, at, zone):
            self._rooms.promises.record(conn, conversation, found.text, made_by=agent.id, at=at, due_at=found.due_at)
        self._note(conn, case, "case.replied", at, {"agent_id": agent.id, "position": position})
        return position

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
        """Closes a held case and ends the conversation; what the customer writes next begins a new one, with the bot."""
        case = self._held(conn, case_id, agent)
        self._tell(conn, case, "resolved", agent, at)
        closed = self._close(conn, case, RESOLVED, summary, at)
        self._threads.end(conn, case.tenant, case.conversation_id, at=at, reason="resolved", correlation_id=case.correlation_id)
        still_open = tuple(self._rooms.promises.open_in(conn, case.tenant, case.conversation_id))
        return Resolved(case=closed, open_promises=still_open)

    def give_back(self, conn: Connection, case_id: str, agent: Principal, note: str, *, at: datetime) -> Case:
        """Returns the conversation to the bot, under a new epoch and with its counters set back."""
        case = self._held(conn, case_id, agent)
        self._tell(conn, case, "returned", agent, at)
        return self._close(conn, case, RETURNED, note, at)

    def erase(self, conn: Connection, tenant: str, person_id: str, *, at: datetime) -> int:
        """Closes the live cases of a person who is being erased. Returns how many there were."""
        theirs = (cases.c.tenant == tenant, cases.c.person_id == person_id, cases.c.state.in_(LIVE))
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
        notice = _notice(body, opening.at, opening.turn_id)
        self._threads.append(conn, case.tenant, case.conversation_id, notice, epoch=case.epoch)
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
            raise Conflict(f"This case is {case.state} already: open the conversation to see how it went.", case_id=case_id)
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

    def _tell(self, conn: Connection, case: Case, what: str, agent: Principal, at: datetime) -> None:
        if not self._threads.get(conn, case.tenant, case.conversation_id).open:
            return
        name = agent.name or agent.id
        body = {"text": told(what, case.language, name), "change": what, "agent": name, "case_id": case.id}
        self._threads.append(conn, case.tenant, case.conversation_id, _notice(body, at), epoch=case.epoch)

    def _close(self, conn: Connection, case: Case, state: str, summary: str, at: datetime) -> Case:
        outcome = self._seal(conn, case.tenant, case.person_id, summary.strip())
        kind = "case.resolved" if state == RESOLVED else "case.returned"
        return self._move(conn, case, BOT, {"state": state, "outcome_id": outcome, "closed_at": at}, kind, at)

    def _move(self, conn: Connection, case: Case, holder: str, values: Mapping[str, Any], event: str, at: datetime) -> Case:
        """Changes the row if it still is as it was read, and passes the lease on."""
        same = (this(case.tenant, case.id), cases.c.state == case.state, cases.c.epoch == case.epoch)
        if conn.execute(update(cases).where(*same, cases.c.state.in_(LIVE)).values(dict(values))).rowcount != 1:
            raise Conflict("Somebody was quicker with this case: look at it again.", case_id=case.id)
        epoch = self._pass(conn, case, holder, at)
        self._note(conn, case, event, at, {"holder": holder, "epoch": epoch})
        return self.get(conn, case.tenant, case.id)

    def _pass(self, conn: Connection, case: Case, holder: str, at: datetime) -> int:
        """Passes the lease on and returns the new epoch. A conversation that has ended has no lease left to pass."""
        conversation = self._threads.get(conn, case.tenant, case.conversation_id)
        if not conversation.open:
            return case.epoch
        lease = replace(lease_of(conversation, case.id), epoch=case.epoch)
        passed = self._leases.hand_over(conn, lease, holder, at=at, correlation_id=case.correlation_id)
        conn.execute(update(cases).where(this(case.tenant, case.id)).values(epoch=passed.epoch))
        return passed.epoch

    def _named(self, conn: Connection, agent: Principal) -> dict[str, Any]:
        name_id = self._seal(conn, agent.tenant.id, agent.person_id, agent.name or agent.id)
        return {"agent_id": agent.id, "agent_name_id": name_id}

    def _seal(self, conn: Connection, tenant: str, person: str, text: str) -> str:
        return self._rooms.vault.seal(conn, tenant=tenant, person=person, text=text)

    def _note(self, conn: Connection, case: Case, kind: str, at: datetime, data: Mapping[str, JSON]) -> Event:
        event = Event(
            type=kind,
            tenant=case.tenant,
            at=at,
            correlation_id=case.correlation_id,
            conversation_id=case.conversation_id,
            account_id=case.account_id,
            data={"case_id": case.id, **data},
        )
        self._rooms.journal.append(conn, event)
        return event


def _notice(body: Mapping[str, object], at: datetime, turn_id: str | None = None) -> NewEntry:
    return NewEntry(kind=EntryKind.NOTICE, author=Author.SYSTEM, author_id="system", body=body, at=at, turn_id=turn_id)


def _text(text: str) -> str:
    if not text.strip():
        raise BadInput("The message is empty: write something first.")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"The message is longer than {MOST_CHARACTERS:,} characters: shorten it or send it in parts.")
    return text.strip()
