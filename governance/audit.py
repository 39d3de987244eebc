"""Why it came to this: a decision record per turn and action, and the whole chain behind any id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Row, String, Table, delete, insert, select

from core.action import ActionRequest, Allow, Decision
from core.database import Instant, Json, metadata
from core.errors import NotFound
from core.events import JSON, Event
from core.journal import Journal
from governance.approvals import approvals
from governance.facts import Facts

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("conversation_id", String(200)),
    Column("account_id", String(64)),
    Column("data", Json, nullable=False),
    Index(None, "tenant", "correlation_id"),
    Index(None, "tenant", "conversation_id"),
)

PARTS = ("understood", "recalled", "retrieved", "decided", "versions", "timings_ms")


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """What a turn or an action (its `kind`) rested on: ids and non-personal values only. `id` is the turn's or the action's.

    `understood` holds intents, slots' names and confidences; `recalled` memory ids; `retrieved` passage ids with their
    scores; `decided` one `judged(...)` per request; `versions` what was live; `timings_ms` how long each part took.
    """

    id: str
    tenant: str
    kind: str
    at: datetime
    correlation_id: str
    conversation_id: str | None
    account_id: str | None
    understood: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    recalled: Sequence[JSON] = ()
    retrieved: Sequence[JSON] = ()
    decided: Sequence[Mapping[str, JSON]] = ()
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    timings_ms: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, kw_only=True)
class Step:
    """One link of a chain: when, what, and its particulars."""

    at: datetime
    what: str
    detail: Mapping[str, JSON]

    def __str__(self) -> str:
        particulars = ", ".join(
            f"{name}: {_shown(value)}" for name, value in self.detail.items() if value not in (None, "", [], {})
        )
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.what}" + (f" ({particulars})" if particulars else "")


@dataclass(frozen=True, kw_only=True)
class Chain:
    """All that led to something, in order."""

    subject: str
    correlation_id: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "\n".join([f"{self.subject} came of {self.correlation_id}:", *(f"  {step}" for step in self.steps)])


def judged(request: ActionRequest, decision: Decision, facts: Facts, outcome: str = "") -> dict[str, JSON]:
    """A decision as its record keeps it: which rules spoke, on which known facts, under which version; no argument's value."""
    kept: dict[str, JSON] = {
        "action": request.id,
        "skill": request.skill,
        "effect": request.effect.value,
        "raised_by": request.raised_by,
        "arguments_hash": request.arguments_hash,
        "provenance": {name: argument.provenance.origin.value for name, argument in request.arguments.items()},
        "decision": decision.name,
        "policies": list(decision.policies),
        "reasons": [reason.code for reason in decision.reasons],
        "why": [] if isinstance(decision, Allow) else [reason.agent for reason in decision.reasons],
        "policy_version": decision.version,
        "facts": dict(facts.known()),
        "outcome": outcome,
    }
    return kept


def record(conn: Connection, decision: DecisionRecord) -> None:
    """Keeps a record. The same id again replaces it: a turn that was cut off and done over has one record."""
    conn.execute(delete(decisions).where(decisions.c.tenant == decision.tenant, decisions.c.id == decision.id))
    columns = ("id", "tenant", "kind", "at", "correlation_id", "conversation_id", "account_id")
    data = {name: _plain(getattr(decision, name)) for name in PARTS}
    conn.execute(insert(decisions).values(**{name: getattr(decision, name) for name in columns}, data=data))


def find(conn: Connection, tenant: str, record_id: str) -> DecisionRecord | None:
    """The record of a turn or an action."""
    rows = _records(conn, tenant, decisions.c.id == record_id)
    return rows[0] if rows else None


def of_conversation(conn: Connection, tenant: str, conversation_id: str) -> list[DecisionRecord]:
    """All records of a conversation, in order."""
    return _records(conn, tenant, decisions.c.conversation_id == conversation_id)


def explain(conn: Connection, journal: Journal, tenant: str, subject: str) -> Chain:
    """The chain behind a turn, an action, an approval, an event, or a correlation id. Raises `NotFound`."""
    correlation_id = _correlation(conn, journal, tenant, subject)
    records = _records(conn, tenant, decisions.c.correlation_id == correlation_id)
    events = journal.of_correlation(conn, tenant, correlation_id)
    if not records and not events:
        raise NotFound(f"Nothing is known of {subject}: give the id of a turn, an action, an approval or an event.", id=subject)
    steps = [Step(at=event.at, what=event.type, detail=_detail(event)) for event in events]
    steps += [step for found in records for step in _steps(found)]
    return Chain(subject=subject, correlation_id=correlation_id, steps=tuple(sorted(steps, key=lambda step: step.at)))


def _correlation(conn: Connection, journal: Journal, tenant: str, subject: str) -> str:
    if kept := find(conn, tenant, subject):
        return kept.correlation_id
    named = (approvals.c.id == subject) | (approvals.c.action_id == subject)
    found = select(approvals.c.correlation_id).where(approvals.c.tenant == tenant, named).limit(1)
    if correlation_id := conn.execute(found).scalar():
        return correlation_id
    event = journal.get(conn, tenant, subject)
    return event.correlation_id if event else subject


def _records(conn: Connection, tenant: str, where: ColumnElement[bool]) -> list[DecisionRecord]:
    rows = select(decisions).where(decisions.c.tenant == tenant, where).order_by(decisions.c.at, decisions.c.id)
    return [_record(row) for row in conn.execute(rows)]


def _record(row: Row[Any]) -> DecisionRecord:
    return DecisionRecord(
        id=row.id,
        tenant=row.tenant,
        kind=row.kind,
        at=row.at,
        correlation_id=row.correlation_id,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        **{name: row.data[name] for name in PARTS},
    )


def _steps(found: DecisionRecord) -> list[Step]:
    steps = [Step(at=found.at, what=f"{found.kind} {found.id}: understood", detail=found.understood)]
    for name in ("recalled", "retrieved"):
        if ids := getattr(found, name):
            steps.append(Step(at=found.at, what=name, detail={"ids": ids}))
    for one in found.decided:
        shown = {name: value for name, value in one.items() if name not in {"skill", "decision"}}
        steps.append(Step(at=found.at, what=f"policy on {one.get('skill')}: {one.get('decision')}", detail=shown))
    steps.append(Step(at=found.at, what="versions", detail=dict(found.versions)))
    steps.append(Step(at=found.at, what="timings in ms", detail=dict(found.timings_ms)))
    return [step for step in steps if step.detail]


def _detail(event: Event) -> Mapping[str, JSON]:
    return {**event.data, **({"content": list(event.content_ids)} if event.content_ids else {})}


def _plain(value: JSON) -> JSON:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value


def _shown(value: JSON) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_shown(inner) for inner in value)
    return str(value)
