"""What staff are shown of cases, conversations, entries and approvals."""

from dataclasses import asdict
from datetime import datetime

from bot.channels.entry_view import CITATION_FIELDS, JsonObject, rows_of
from core.action import ActionRequest
from core.conversation import Author, Entry, EntryKind
from core.people import Principal
from governance.approvals import Approval, ApprovalState
from governance.audit import DecisionRecord
from governance.roles import enough
from handoff.case_book import Case, Waiting
from handoff.packet import Packet
from handoff.promises import Promise
from memory.tables import Conversation


def of_line(line: Waiting, name: str) -> JsonObject:
    """A case in the queue; `name` is the customer's, if one is known."""
    return {
        **of_case(line.case),
        "customer": name or line.customer,
        "first_words": line.first_words,
        "summary": line.summary,
        "age_s": round(line.age_s),
        "overdue": line.overdue,
    }


def of_case(case: Case) -> JsonObject:
    return {
        "id": case.id,
        "conversation_id": case.conversation_id,
        "account_id": case.account_id,
        "plan": case.plan,
        "language": case.language,
        "reason": case.reason,
        "priority": case.priority,
        "state": case.state,
        "owner_id": case.agent_id,
        "owner": case.agent_name if case.agent_id else "",
        "opened_at": case.opened_at.isoformat(),
        "due_at": case.due_at.isoformat(),
        "answered_at": _time(case.first_reply_at),
        "closed_at": _time(case.closed_at),
        "correlation_id": case.correlation_id,
        "live": case.live,
    }


def of_packet(packet: Packet) -> JsonObject:
    """What the person who takes over is handed."""
    body: JsonObject = asdict(packet)
    body["citations"] = [{name: getattr(each, name) for name in CITATION_FIELDS} for each in packet.citations]
    return body


def of_conversation(conversation: Conversation) -> JsonObject:
    return {
        "id": conversation.id,
        "channel": conversation.ref.channel,
        "account_id": conversation.account_id,
        "contact_id": conversation.contact_id,
        "assurance": conversation.assurance.value,
        "language": conversation.language,
        "state": conversation.state,
        "holder": conversation.holder,
        "started_at": conversation.started_at.isoformat(),
        "last_activity_at": conversation.last_activity_at.isoformat(),
        "last_position": conversation.last_position,
    }


def of_entry(entry: Entry, channel: str = "") -> JsonObject:
    """An entry for staff: all that is in it, and for a customer's on which channel it came."""
    body: JsonObject = dict(entry.body)
    if entry.kind in (EntryKind.CARD, EntryKind.RECEIPT):
        body["rows"] = rows_of(entry.body)
    return {
        "position": entry.position,
        "kind": entry.kind.value,
        "internal": entry.kind.internal,
        "author": entry.author.value,
        "name": entry.author_name,
        "at": entry.at.isoformat(),
        "turn": entry.turn_id,
        "channel": channel if entry.author is Author.CUSTOMER else "",
        "body": body,
    }


def of_approval(approval: Approval, request: ActionRequest | None, agent: Principal, now: datetime) -> JsonObject:
    """What an approval is bound to; `may_decide` says whether this agent's yes or no would count."""
    own = approval.requested_by == agent.id
    waiting = approval.state is ApprovalState.OPEN and approval.expires_at > now
    arguments = request.arguments.items() if request else ()
    return {
        "skill": approval.skill,
        "correlation_id": approval.correlation_id,
        "policy_version": approval.policy_version,
        "arguments_hash": approval.arguments_hash,
        "arguments": [
            {"name": name, "value": argument.value, "origin": argument.provenance.origin.value} for name, argument in arguments
        ],
        "erased": request is None,
        "own": own,
        "may_decide": waiting and not own and enough(agent.roles, approval.role) is not None,
    }


def of_promise(promise: Promise) -> JsonObject:
    return {
        "id": promise.id,
        "text": promise.text,
        "state": promise.state,
        "by": promise.made_by,
        "owner_id": promise.owner,
        "due_at": _time(promise.due_at),
    }


def of_record(record: DecisionRecord) -> JsonObject:
    """Why a turn or an action came out as it did."""
    return {
        "id": record.id,
        "kind": record.kind,
        "at": record.at.isoformat(),
        "correlation_id": record.correlation_id,
        "conversation_id": record.conversation_id,
        "understood": dict(record.understood),
        "recalled": list(record.recalled),
        "retrieved": list(record.retrieved),
        "decided": [dict(each) for each in record.decided],
        "versions": dict(record.versions),
        "timings_ms": dict(record.timings_ms),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
