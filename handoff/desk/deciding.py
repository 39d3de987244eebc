"""Shows approvals with their exact arguments, and has them decided by those who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from sqlalchemy import Connection

from core.action import ActionRequest, Scalar
from core.errors import Conflict, NotFound
from core.events import JSON
from core.people import Principal
from governance.approvals import Approval, ApprovalState
from handoff.case_book import Case
from handoff.desk.customers import Names
from handoff.desk.rooms import DeskRooms, permit_reading
from handoff.desk.views import ApprovalView, Row
from handoff.desk.words import plain, rows_of, skill_title
from memory.tables import BOT, Conversation

SHOWN_FACTS = (
    "account_status",
    "plan",
    "amount_usd_minor",
    "granted_usd_minor_90d",
    "credits_usd_minor_90d",
    "basis",
    "discount_percent",
    "existing_discount",
    "days_to_renewal",
    "seats_after",
    "seats_used",
    "dispute",
    "payment_failed",
    "overdue",
    "open_p1",
    "open_p2",
    "save_offers_12m",
)
_STATES = {
    ApprovalState.GRANTED: "Approved; it is being carried out.",
    ApprovalState.EXECUTED: "Approved and carried out.",
    ApprovalState.REFUSED: "Refused; the customer was told.",
    ApprovalState.EXPIRED: "Nobody decided in time.",
}
_FAILED = "Approved, but it failed: see the case."


class Decider(Protocol):
    """Decides approvals and does what follows."""

    async def decide(self, approval_id: str, approver: Principal, *, approve: bool) -> str:
        """Returns what the customer was told. Raises `NotAllowed`, `Conflict` or `NotFound`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An approval as the database has it. `request` is None once its customer was erased."""

    approval: Approval
    request: ActionRequest | None
    conversation: Conversation
    lanes: list[str]
    case: Case | None
    failed: bool


class DeskDeciding:
    """Approvals, for agents and for surfaces."""

    def __init__(self, rooms: DeskRooms, decider: Decider) -> None:
        self._rooms = rooms
        self._decider = decider
        self._names = Names(rooms.accounts, rooms.clock)

    async def waiting(self, agent: Principal) -> Sequence[ApprovalView]:
        """What this agent may decide now, the oldest first: nobody is shown their own requests."""
        permit_reading(self._rooms, agent)
        found = await self._rooms.database.read(lambda conn: self._waiting(conn, agent))
        return [await self._view(each) for each in found]

    async def approval(self, approval_id: str, agent: Principal) -> ApprovalView:
        permit_reading(self._rooms, agent)
        return await self.one(approval_id)

    async def one(self, approval_id: str) -> ApprovalView:
        """The approval, for surfaces. Raises `NotFound`."""
        return await self._view(await self._rooms.database.read(lambda conn: self._kept(conn, self._get(conn, approval_id))))

    async def decide(self, approval_id: str, agent: Principal, *, approve: bool) -> ApprovalView:
        """Decides once and does what follows."""
        permit_reading(self._rooms, agent)
        await self._decider.decide(approval_id, agent, approve=approve)
        found = await self._rooms.database.read(lambda conn: self._kept(conn, self._get(conn, approval_id)))
        self._rooms.wake(found.lanes)
        return await self._view(found)

    async def _view(self, kept: Kept) -> ApprovalView:
        approval, talk = kept.approval, kept.conversation
        name, account = await self._names.of(talk.contact_id)
        open_still = approval.state is ApprovalState.OPEN and approval.expires_at > self._rooms.clock.now()
        lapsed = approval.state is ApprovalState.OPEN and not open_still
        return ApprovalView(
            id=approval.id,
            title=skill_title(approval.skill),
            customer=name or "Somebody unknown",
            account=account or approval.account_id or "",
            account_id=approval.account_id,
            conversation_id=approval.conversation_id,
            case_id=kept.case.id if kept.case else None,
            rows=rows_of(kept.request.values()) if kept.request else (),
            evidence=_evidence(approval.evidence),
            rules=tuple(plain(rule) for rule in approval.policies),
            reasons=approval.reasons,
            role=approval.role,
            requested_by=self._requester(kept, name),
            requested_at=approval.requested_at,
            expires_at=approval.expires_at,
            state=ApprovalState.EXPIRED.value if lapsed else approval.state.value,
            decided_by=self._agent(approval.decided_by or ""),
            decided_at=approval.decided_at,
            result=_FAILED if kept.failed else _STATES.get(ApprovalState.EXPIRED if lapsed else approval.state, ""),
        )

    def _requester(self, kept: Kept, customer: str) -> str:
        """Who asked: a colleague, or the customer through the assistant."""
        who = kept.approval.requested_by
        agent = self._rooms.roster.by_id(who)
        if agent is not None:
            return agent.name
        if who in (kept.conversation.contact_id, kept.conversation.visitor_id):
            return f"{customer or 'the customer'}, through the assistant"
        return "the assistant" if who == BOT else who

    def _agent(self, agent_id: str) -> str:
        found = self._rooms.roster.by_id(agent_id)
        return found.name if found else agent_id

    def _waiting(self, conn: Connection, agent: Principal) -> list[Kept]:
        found = self._rooms.approvals.open_for(conn, self._rooms.tenant.id, agent.roles, self._rooms.clock.now())
        return [self._kept(conn, each) for each in found if each.requested_by != agent.id]

    def _get(self, conn: Connection, approval_id: str) -> Approval:
        return self._rooms.approvals.get(conn, self._rooms.tenant.id, approval_id)

    def _kept(self, conn: Connection, approval: Approval) -> Kept:
        rooms, tenant = self._rooms, approval.tenant
        events = rooms.journal.of_conversation(conn, tenant, approval.conversation_id) if approval.decided_at else []
        failed = any(each.type == "action.failed" and each.data.get("action") == approval.action_id for each in events)
        return Kept(
            approval=approval,
            request=self._request(conn, approval),
            conversation=rooms.threads.get(conn, tenant, approval.conversation_id),
            lanes=rooms.lanes(conn, approval.conversation_id),
            case=next(reversed(rooms.cases.of_conversation(conn, tenant, approval.conversation_id)), None),
            failed=failed and approval.state in (ApprovalState.GRANTED, ApprovalState.EXECUTED),
        )

    def _request(self, conn: Connection, approval: Approval) -> ActionRequest | None:
        try:
            return self._rooms.approvals.action(conn, approval)
        except (NotFound, Conflict):
            return None


def _evidence(evidence: Mapping[str, JSON]) -> tuple[Row, ...]:
    """The facts that policy looked at which help a person to decide."""
    facts = evidence.get("facts")
    if not isinstance(facts, Mapping):
        return ()
    known = cast("Mapping[str, Scalar]", facts)
    return rows_of({name: known[name] for name in SHOWN_FACTS if name in known})
