"""What can happen, as facts for the journal: ids and non-personal values only; personal text goes by content id."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import BadInput

JSON = str | int | float | bool | None | Sequence["JSON"] | Mapping[str, "JSON"]

KNOWN = frozenset(
    {
        "inbox.accepted",
        "inbox.failed",
        "conversation.started",
        "conversation.ended",
        "conversation.reopened",
        "conversation.rated",
        "identity.code_sent",
        "identity.verified",
        "turn.started",
        "turn.understood",
        "turn.recalled",
        "turn.retrieved",
        "turn.decided",
        "turn.replied",
        "turn.finished",
        "turn.failed",
        "CustomerReplied",
        "action.proposed",
        "action.decided",
        "action.started",
        "action.finished",
        "action.failed",
        "action.cancelled",
        "action.compensated",
        "action.parked",
        "saga.started",
        "saga.committed",
        "saga.compensated",
        "saga.parked",
        "approval.requested",
        "approval.granted",
        "approval.refused",
        "approval.expired",
        "approval.executed",
        "case.opened",
        "case.claimed",
        "case.replied",
        "case.noted",
        "case.transferred",
        "case.resolved",
        "case.promised",
        "case.reopened",
        "case.returned",
        "promise.made",
        "promise.moved",
        "promise.handed",
        "promise.dropped",
        "promise.alerted",
        "promise.kept",
        "promise.broken",
        "lease.taken",
        "lease.released",
        "memory.learned",
        "memory.closed",
        "memory.forgotten",
        "person.erased",
        "offer.raised",
        "offer.accepted",
        "offer.declined",
        "consent.given",
        "consent.withdrawn",
        "contact.recorded",
        "knowledge.ingested",
        "plan.made",
        "plan.judged",
        "plan.moved",
        "plan.ended",
        "policy.loaded",
        "procedure.published",
        "version.changed",
        "case.shown",
        "delivery.planned",
        "delivery.sent",
        "delivery.failed",
        "delivery.unclear",
        "delivery.repeated",
        "answer.rated",
        "identity.linked",
        "identity.unlinked",
        "identity.invited",
        "message.edited",
        "message.deleted",
        "message.unanswered",
        "suggestion.offered",
        "suggestion.withheld",
        "suggestion.accepted",
        "suggestion.edited",
        "suggestion.dismissed",
        "suggestion.shortened",
        "conversation.joined",
        "channel.installed",
        "channel.removed",
        "reconciled",
        "mail.queued",
        "mail.sent",
        "mail.failed",
        "workflow.failed",
        "skill.unavailable",
        "backup.made",
    }
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact. `correlation_id` ties it to the message that began it all, `causation_id` to the event just before it.

    `content_ids` name the personal texts that belong to it. Raises `BadInput` for a type that is not in `KNOWN`.
    """

    type: str
    tenant: str
    at: datetime
    correlation_id: str
    conversation_id: str | None
    account_id: str | None
    causation_id: str | None = None
    data: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    content_ids: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    version: int = 1

    def __post_init__(self) -> None:
        if self.type not in KNOWN:
            raise BadInput(f"There is no event type {self.type!r}: add it to core.events.KNOWN, or correct the name.")
        if self.at.tzinfo is None:
            raise BadInput(f"The event {self.type} has a time without a zone: give an aware datetime.")
