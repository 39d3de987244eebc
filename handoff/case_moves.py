"""The steps that move a case: the row, the lease, the customer's notice and the journal, together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from core.conversation import Author, EntryKind
from core.errors import Conflict
from core.events import JSON, Event
from core.journal import Journal
from core.people import Principal
from core.vault import Vault
from handoff.case_book import PROMISED, RESOLVED, Case, CaseBook, cases, this
from handoff.lease import Leases, lease_of
from handoff.promises import Promises
from handoff.sla import Desk
from handoff.wording import told
from memory.tables import BOT
from memory.threads import NewEntry, Threads

ENDED_AS = {RESOLVED: "case.resolved", PROMISED: "case.promised"}


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What cases stand on."""

    vault: Vault
    journal: Journal
    threads: Threads
    promises: Promises
    desk: Desk


class CaseMoves(CaseBook):
    """What `Cases` and its kin do with a case."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms.vault)
        self._rooms = rooms
        self._threads = rooms.threads
        self._leases = Leases(rooms.threads, rooms.journal)

    def _tell(self, conn: Connection, case: Case, what: str, agent: Principal, at: datetime) -> None:
        if not self._threads.get(conn, case.tenant, case.conversation_id).open:
            return
        name = agent.name or agent.id
        body = {"text": told(what, case.language, name), "change": what, "agent": name, "case_id": case.id}
        self._threads.append(conn, case.tenant, case.conversation_id, notice(body, at), epoch=case.epoch)

    def _close(self, conn: Connection, case: Case, state: str, summary: str, at: datetime) -> Case:
        outcome = self._seal(conn, case.tenant, case.person_id, summary.strip())
        kind = ENDED_AS.get(state, "case.returned")
        return self._move(conn, case, BOT, {"state": state, "outcome_id": outcome, "closed_at": at}, kind, at)

    def _move(self, conn: Connection, case: Case, holder: str, values: Mapping[str, Any], event: str, at: datetime) -> Case:
        """Changes the row if it still is as it was read, and passes the lease on."""
        same = (this(case.tenant, case.id), cases.c.state == case.state, cases.c.epoch == case.epoch)
        if conn.execute(update(cases).where(*same).values(dict(values))).rowcount != 1:
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


def notice(body: Mapping[str, object], at: datetime, turn_id: str | None = None) -> NewEntry:
    return NewEntry(kind=EntryKind.NOTICE, author=Author.SYSTEM, author_id="system", body=body, at=at, turn_id=turn_id)
