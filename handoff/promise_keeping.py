"""Sees to promises as time goes by: kept when what keeps them was done, alerted before they are due, broken when it is too late.

A case that only waited for a promise comes back to the desk when that is due, and is resolved once the last one is kept.
"""

from datetime import datetime

from sqlalchemy import Connection, update

from core.journal import Journal
from handoff.case_book import CLAIMED, PROMISED, RESOLVED, WAITING, Case, cases, this
from handoff.case_moves import CaseMoves
from handoff.lease import DESK, lease_of
from handoff.promises import Promise

DONE = "done"


class PromiseKeeping(CaseMoves):
    """All methods take part in the caller's transaction."""

    def tend(self, conn: Connection, now: datetime) -> list[Promise]:
        """Does all that is due, for all tenants, and returns the promises that it changed. Twice is no change."""
        promises = self._rooms.promises
        done = [each for each in promises.with_skill(conn) if _was_done(conn, self._rooms.journal, each)]
        kept = [self.keep(conn, each.tenant, each.id, now) for each in done]
        due = [*promises.alert_due(conn, now), *promises.break_overdue(conn, now)]
        for each in due:
            self._bring_back(conn, each, now)
        return [*kept, *due]

    def keep(self, conn: Connection, tenant: str, promise_id: str, at: datetime) -> Promise:
        """Marks a promise as kept; a case that waited for nothing else is resolved."""
        kept = self._rooms.promises.keep(conn, tenant, promise_id, at)
        self.settle(conn, tenant, kept.conversation_id, at)
        return kept

    def settle(self, conn: Connection, tenant: str, conversation_id: str, at: datetime) -> None:
        """Resolves the case that waited for promises when none is left."""
        if self._rooms.promises.open_in(conn, tenant, conversation_id):
            return
        for case in self._waiting(conn, tenant, conversation_id):
            conn.execute(update(cases).where(this(tenant, case.id)).values(state=RESOLVED))
            self._note(conn, case, "case.resolved", at, {"holder": case.agent_id, "epoch": case.epoch})

    def _bring_back(self, conn: Connection, promise: Promise, at: datetime) -> None:
        """Reopens the case that waits for a promise: for the promise's owner if they held it, else in the queue.

        Nothing is reopened while the customer is in another conversation in that place: the alert alone tells of it then.
        """
        if self.live_in(conn, promise.tenant, promise.conversation_id) is not None:
            return
        for case in self._waiting(conn, promise.tenant, promise.conversation_id)[-1:]:
            if not self._threads.reopen(conn, case.tenant, case.conversation_id, at=at):
                return
            mine = case.agent_id is not None and promise.owner in (None, case.agent_id)
            free = {} if mine else {"agent_id": None, "agent_name_id": None, "claimed_at": None}
            epoch = self._take(conn, case, (case.agent_id or DESK) if mine else DESK, at)
            values = {"state": CLAIMED if mine else WAITING, "epoch": epoch, "closed_at": None, **free}
            conn.execute(update(cases).where(this(case.tenant, case.id)).values(values))
            self._note(conn, case, "case.reopened", at, {"holder": case.agent_id if mine else DESK, "promise_id": promise.id})

    def _take(self, conn: Connection, case: Case, holder: str, at: datetime) -> int:
        lease = lease_of(self._threads.get(conn, case.tenant, case.conversation_id), case.id)
        return self._leases.hand_over(conn, lease, holder, at=at, correlation_id=case.correlation_id).epoch

    def _waiting(self, conn: Connection, tenant: str, conversation_id: str) -> list[Case]:
        return [case for case in self.of_conversation(conn, tenant, conversation_id) if case.state == PROMISED]


def _was_done(conn: Connection, journal: Journal, promise: Promise) -> bool:
    """Whether the skill that keeps a promise reported that it was done, in its conversation or for its account, since."""
    found = journal.of_conversation(conn, promise.tenant, promise.conversation_id)
    if promise.account_id is not None:
        found = [*found, *journal.find(conn, promise.tenant, "action.finished", account_id=promise.account_id)]
    return any(
        event.type == "action.finished"
        and event.at > promise.made_at
        and event.data.get("skill") == promise.skill
        and event.data.get("outcome") == DONE
        for event in found
    )
