"""What waits for somebody's yes: bound to the exact arguments, decided once by another person, executed once."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, RowMapping, String, Table, insert, select, update

from core.action import ActionRequest, NeedsApproval
from core.database import Instant, Json, metadata
from core.errors import Conflict, NotAllowed, NotFound
from core.events import JSON, Event
from core.journal import Journal
from core.people import Principal, PrincipalKind
from core.vault import Vault
from governance.request_text import request_from_text, request_to_text
from governance.roles import covered_by, enough


class ApprovalState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"
    EXECUTED = "executed"


approvals = Table(
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("action_id", String(64), nullable=False),
    Column("skill", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("account_id", String(64)),
    Column("conversation_id", String(200), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("arguments_hash", String(64), nullable=False),
    Column("requested_by", String(200), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("policies", Json, nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("reasons", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("decided_by", String(200)),
    Column("decided_role", String(32)),
    Column("decided_at", Instant),
    Column("executed_at", Instant),
    Index(None, "tenant", "state", "role"),
    Index(None, "tenant", "action_id"),
    Index(None, "tenant", "conversation_id"),
)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One approval as it stands. `reasons` are the staff's wording; `request_id` names the sealed request."""

    id: str
    tenant: str
    state: ApprovalState
    action_id: str
    skill: str
    role: str
    account_id: str | None
    conversation_id: str
    correlation_id: str
    arguments_hash: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    policies: tuple[str, ...]
    policy_version: str
    reasons: tuple[str, ...]
    evidence: Mapping[str, JSON]
    request_id: str
    decided_by: str | None
    decided_role: str | None
    decided_at: datetime | None
    executed_at: datetime | None


class Approvals:
    """Keeps approvals. Every method composes into the caller's transaction and journals what it does."""

    def __init__(self, vault: Vault, journal: Journal) -> None:
        self._vault = vault
        self._journal = journal

    def request(
        self,
        conn: Connection,
        action: ActionRequest,
        decision: NeedsApproval,
        *,
        evidence: Mapping[str, JSON],
        expires_at: datetime,
    ) -> str:
        """Asks for approval of exactly this request and returns the approval's id; asking again while it is open, the same id.

        `evidence` are ids and non-personal values that help to decide. The request itself is sealed under its principal's key.
        """
        tenant = action.principal.tenant.id
        same = self._rows(conn, tenant, approvals.c.action_id == action.id, approvals.c.arguments_hash == action.arguments_hash)
        for row in same:
            if row["state"] == ApprovalState.OPEN and row["expires_at"] > action.requested_at:
                return row["id"]
        values = _values(action, decision, expires_at, evidence)
        sealed = self._vault.seal(conn, tenant=tenant, person=action.principal.person_id, text=request_to_text(action))
        conn.execute(insert(approvals).values(**values, request_id=sealed))
        approval = self.get(conn, tenant, values["id"])
        self._tell(conn, approval, "requested", action.requested_at, {"role": approval.role, "policies": list(approval.policies)})
        return approval.id

    def get(self, conn: Connection, tenant: str, approval_id: str) -> Approval:
        """The approval of that id. Raises `NotFound`."""
        rows = self._rows(conn, tenant, approvals.c.id == approval_id)
        if not rows:
            raise NotFound(f"There is no approval {approval_id}: check the id.", approval=approval_id)
        return _approval(rows[0])

    def action(self, conn: Connection, approval: Approval) -> ActionRequest:
        """The request as it was made. Raises `Erased` when the person was erased since, `Conflict` when its hash doesn't fit."""
        request = request_from_text(self._vault.open(conn, approval.request_id))
        if request.arguments_hash != approval.arguments_hash:
            raise Conflict("The stored request isn't the one that was approved: ask for approval again.", approval=approval.id)
        return request

    def open_for(self, conn: Connection, tenant: str, roles: Collection[str], now: datetime) -> list[Approval]:
        """What a holder of these roles may decide now, the oldest first."""
        wanted = approvals.c.role.in_(covered_by(roles))
        rows = self._rows(conn, tenant, approvals.c.state == ApprovalState.OPEN, wanted)
        return [_approval(row) for row in rows if row["expires_at"] > now]

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> list[Approval]:
        """All approvals of a conversation, the oldest first."""
        return [_approval(row) for row in self._rows(conn, tenant, approvals.c.conversation_id == conversation_id)]

    def granted(self, conn: Connection, tenant: str, before: datetime) -> list[Approval]:
        """What was granted before that moment and not executed, the oldest first: a crash may have come between."""
        lying = (approvals.c.state == ApprovalState.GRANTED, approvals.c.decided_at <= before)
        return [_approval(row) for row in self._rows(conn, tenant, *lying)]

    def of_action(self, conn: Connection, tenant: str, action_id: str) -> list[Approval]:
        """All approvals of an action, the oldest first."""
        return [_approval(row) for row in self._rows(conn, tenant, approvals.c.action_id == action_id)]

    def decide(self, conn: Connection, approval_id: str, approver: Principal, approve: bool, now: datetime) -> Approval:
        """Says yes or no, once. Raises `NotAllowed` without the role or for the requester, `Conflict` if decided or expired."""
        found = self.get(conn, approver.tenant.id, approval_id)
        role = enough(approver.roles, found.role) if approver.kind is PrincipalKind.AGENT else None
        if role is None:
            raise NotAllowed(
                f"This needs the role {found.role.replace('_', ' ')} or above: ask somebody who holds it.", role=found.role
            )
        if found.requested_by in {approver.id, approver.contact_id}:
            raise NotAllowed("Nobody approves their own request: ask a colleague with the same role.", approval=approval_id)
        if found.expires_at <= now:
            raise Conflict("This approval has expired: have it asked for again.", approval=approval_id)
        state = ApprovalState.GRANTED if approve else ApprovalState.REFUSED
        decided = {"state": state, "decided_by": approver.id, "decided_role": role, "decided_at": now}
        if not self._move(conn, found, ApprovalState.OPEN, decided):
            raise Conflict(f"This approval is {found.state} already.", approval=approval_id, state=found.state)
        self._tell(conn, found, state.value, now, {"by": approver.id, "role": role})
        return self.get(conn, found.tenant, approval_id)

    def claim_execution(self, conn: Connection, tenant: str, approval_id: str, *, arguments_hash: str, now: datetime) -> Approval:
        """Takes the one right to execute. Raises `Conflict` for other arguments, when not granted, expired or taken already."""
        found = self.get(conn, tenant, approval_id)
        if found.arguments_hash != arguments_hash:
            raise Conflict("The arguments are not those that were approved: ask for approval again.", approval=approval_id)
        if found.expires_at <= now:
            raise Conflict("This approval has expired: have it asked for again.", approval=approval_id)
        if not self._move(conn, found, ApprovalState.GRANTED, {"state": ApprovalState.EXECUTED, "executed_at": now}):
            raise Conflict(f"This approval is {found.state}: it executes once, when granted.", approval=approval_id)
        self._tell(conn, found, "executed", now, {})
        return self.get(conn, tenant, approval_id)

    def expire(self, conn: Connection, tenant: str, now: datetime) -> list[str]:
        """Closes what nobody decided or executed in time. Returns the ids."""
        waiting = approvals.c.state.in_([ApprovalState.OPEN, ApprovalState.GRANTED])
        late = [_approval(row) for row in self._rows(conn, tenant, waiting, approvals.c.expires_at <= now)]
        for found in late:
            self._move(conn, found, found.state, {"state": ApprovalState.EXPIRED})
            self._tell(conn, found, "expired", now, {})
        return [found.id for found in late]

    def _rows(self, conn: Connection, tenant: str, *where: ColumnElement[bool]) -> list[RowMapping]:
        rows = select(approvals).where(approvals.c.tenant == tenant, *where)
        return list(conn.execute(rows.order_by(approvals.c.requested_at, approvals.c.id)).mappings())

    def _move(self, conn: Connection, found: Approval, state: ApprovalState, values: Mapping[str, object]) -> bool:
        chosen = (approvals.c.tenant == found.tenant) & (approvals.c.id == found.id) & (approvals.c.state == state)
        return conn.execute(update(approvals).where(chosen).values(**values)).rowcount == 1

    def _tell(self, conn: Connection, approval: Approval, what: str, at: datetime, data: Mapping[str, JSON]) -> None:
        event = Event(
            type=f"approval.{what}",
            tenant=approval.tenant,
            at=at,
            correlation_id=approval.correlation_id,
            conversation_id=approval.conversation_id,
            account_id=approval.account_id,
            data={"approval": approval.id, "action": approval.action_id, "skill": approval.skill, **data},
        )
        self._journal.append(conn, event)


def _values(action: ActionRequest, decision: NeedsApproval, expires_at: datetime, evidence: Mapping[str, JSON]) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "tenant": action.principal.tenant.id,
        "state": ApprovalState.OPEN,
        "action_id": action.id,
        "skill": action.skill,
        "role": decision.approver,
        "account_id": action.account_id,
        "conversation_id": action.conversation_id,
        "correlation_id": action.correlation_id,
        "arguments_hash": action.arguments_hash,
        "requested_by": action.principal.id,
        "requested_at": action.requested_at,
        "expires_at": expires_at,
        "policies": list(decision.policies),
        "policy_version": decision.version,
        "reasons": [reason.agent for reason in decision.reasons],
        "evidence": dict(evidence),
    }


def _approval(row: RowMapping) -> Approval:
    values = dict(row)
    values["state"] = ApprovalState(row["state"])
    for name in ("policies", "reasons"):
        values[name] = tuple(values[name])
    return Approval(**values)
