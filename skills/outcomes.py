"""What became of every action with an effect: kept by its key, so that a repeat gives the same outcome and no second effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, Connection, Index, String, Table, insert, select, update

from core.action import ActionRequest, Argument, Decision
from core.conversation import Offer, Sentence
from core.database import Instant, metadata
from core.errors import Conflict, RapportError, Unavailable
from core.vault import Vault
from governance.facts import Facts
from governance.request_text import request_from_text, request_to_text
from skills.contract import Detour, Done, Prepared, Skill
from skills.refusals import code_of, refusal
from skills.wording import say

outcomes = Table(
    "outcomes",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("action_id", String(64), nullable=False),
    Column("skill", String(64), nullable=False),
    Column("arguments_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("reserved", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("request_id", String(64), nullable=False),
    Column("told_id", String(64)),
    Index(None, "tenant", "action_id"),
    Index(None, "tenant", "state"),
)

Rows = tuple[tuple[str, str], ...]


class Status(StrEnum):
    """How an attempt to run something ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    AWAITING_APPROVAL = "awaiting_approval"


class State(StrEnum):
    """Where a kept action stands. What was started and neither done nor failed may or may not have had its effect."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a request. `told` is what the customer hears when it wasn't done; `repeated` says that it was done before.

    `uncertain`: the system didn't answer, so that the effect may have happened; the same request may be run again.
    """

    status: Status
    request: ActionRequest
    done: Done | None = None
    decision: Decision | None = None
    code: str = ""
    told: tuple[Sentence, ...] = ()
    approval_id: str | None = None
    role: str | None = None
    handoff: str | None = None
    uncertain: bool = False
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What came of preparing a skill: a question, a refusal, or a request that was judged. `denied`: this person may not ask."""

    skill: str
    prepared: Prepared | None
    request: ActionRequest | None = None
    decision: Decision | None = None
    facts: Facts | None = None

    @property
    def denied(self) -> bool:
        return self.prepared is None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A kept action: its state, and its outcome's text when it ended."""

    action_id: str
    arguments_hash: str
    state: State
    code: str
    reserved: bool
    started_at: datetime
    request_id: str
    told_id: str | None


@dataclass(frozen=True, kw_only=True)
class _Saved:
    """An outcome as text."""

    result: Mapping[str, Any] | None = None
    sentences: tuple[Sentence, ...] = ()
    receipt: Rows = ()
    offer: Offer | None = None
    handoff: str | None = None
    promise: str | None = None
    then: str | None = None
    then_slots: Mapping[str, Argument] = field(default_factory=dict[str, Argument])


_SAVED = TypeAdapter(_Saved)


class Outcomes:
    """Keeps outcomes. What was said is sealed under the key of the person it was said to."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(self, conn: Connection, request: ActionRequest) -> Kept | None:
        """What is kept under the request's key. Raises `Conflict` when the key was used for something else."""
        chosen = (outcomes.c.tenant == request.principal.tenant.id) & (outcomes.c.key == request.idempotency_key)
        row = conn.execute(select(outcomes).where(chosen)).one_or_none()
        if row is None:
            return None
        if row.arguments_hash != request.arguments_hash:
            raise Conflict("This key was used for another request: propose it anew.", code="key_reused", action=row.action_id)
        return Kept(
            action_id=row.action_id,
            arguments_hash=row.arguments_hash,
            state=State(row.state),
            code=row.code,
            reserved=row.reserved,
            started_at=row.started_at,
            request_id=row.request_id,
            told_id=row.told_id,
        )

    def start(self, conn: Connection, request: ActionRequest, *, reserved: bool, now: datetime) -> str:
        """Notes that the request is about to be tried, and returns the id of its sealed text."""
        tenant = request.principal.tenant.id
        sealed = self._vault.seal(conn, tenant=tenant, person=request.principal.person_id, text=request_to_text(request))
        conn.execute(
            insert(outcomes).values(
                tenant=tenant,
                key=request.idempotency_key,
                action_id=request.id,
                skill=request.skill,
                arguments_hash=request.arguments_hash,
                state=State.STARTED,
                code="",
                reserved=reserved,
                started_at=now,
                request_id=sealed,
            )
        )
        return sealed

    def forget(self, conn: Connection, request: ActionRequest) -> None:
        """Drops the note of a start that never reached the system, so that it can be decided and tried anew."""
        chosen = (outcomes.c.tenant == request.principal.tenant.id) & (outcomes.c.key == request.idempotency_key)
        conn.execute(outcomes.delete().where(chosen, outcomes.c.state == State.STARTED))

    def finish(self, conn: Connection, outcome: Outcome, now: datetime) -> bool:
        """Notes how it ended; False when that was noted before."""
        request = outcome.request
        tenant = request.principal.tenant.id
        sealed = self._vault.seal(conn, tenant=tenant, person=request.principal.person_id, text=_text(outcome))
        state = State.DONE if outcome.done else State.FAILED
        chosen = (outcomes.c.tenant == tenant) & (outcomes.c.key == request.idempotency_key)
        values = {"state": state, "code": outcome.code, "finished_at": now, "told_id": sealed}
        noted = update(outcomes).where(chosen, outcomes.c.state == State.STARTED).values(**values)
        return conn.execute(noted).rowcount == 1

    def outcome(self, conn: Connection, kept: Kept, request: ActionRequest, skill: Skill) -> Outcome:
        """The outcome as it was. Raises `Erased` when the person was erased since."""
        saved = _SAVED.validate_json(self._vault.open(conn, kept.told_id or ""))
        if kept.state is State.FAILED:
            return Outcome(
                status=Status.FAILED,
                request=request,
                code=kept.code,
                told=saved.sentences,
                handoff=saved.handoff,
                repeated=True,
            )
        done = Done(
            result=skill.result.model_validate(saved.result or {}),
            sentences=saved.sentences,
            receipt=saved.receipt,
            offer=saved.offer,
            handoff=saved.handoff,
            promise=saved.promise,
            then=Detour(skill=saved.then, slots=saved.then_slots) if saved.then else None,
        )
        return Outcome(status=Status.DONE, request=request, done=done, repeated=True)

    def request(self, conn: Connection, kept: Kept) -> ActionRequest:
        """The request as it was started."""
        return request_from_text(self._vault.open(conn, kept.request_id))


def _text(outcome: Outcome) -> str:
    done = outcome.done
    if done is None:
        saved = _Saved(sentences=outcome.told, handoff=outcome.handoff)
    else:
        saved = _Saved(
            result=done.result.model_dump(mode="json"),
            sentences=done.sentences,
            receipt=done.receipt,
            offer=done.offer,
            handoff=done.handoff,
            promise=done.promise,
            then=done.then.skill if done.then else None,
            then_slots=done.then.slots if done.then else {},
        )
    return _SAVED.dump_json(saved).decode()


def not_allowed(request: ActionRequest, decision: Decision) -> Outcome:
    """What policy doesn't let happen."""
    code = decision.reasons[0].code if decision.reasons else decision.name
    return Outcome(status=Status.REFUSED, request=request, decision=decision, code=code)


def failed(skill: Skill, request: ActionRequest, error: RapportError, *, uncertain: bool) -> Outcome:
    """What went wrong, in words for the customer."""
    if isinstance(error, Unavailable):
        told = say("skills.uncertain" if uncertain else "skills.unavailable")
    else:
        told = refusal(skill.owner, error, {})
    return Outcome(
        status=Status.FAILED,
        request=request,
        code=code_of(error),
        told=(told,),
        uncertain=uncertain,
        handoff="policy" if uncertain else None,
    )


def unread(skill: Skill, request: ActionRequest) -> Outcome:
    """Policy had nothing to go by, since a system didn't answer: that is told, and no reason that nobody knows."""
    return failed(skill, request, Unavailable("The facts for this can't be read now: try again later."), uncertain=False)


def nobody_knows(request: ActionRequest) -> Outcome:
    """What was tried long ago and never answered: a person has to look."""
    return Outcome(
        status=Status.FAILED,
        request=request,
        code="uncertain",
        told=(say("skills.uncertain"),),
        uncertain=True,
        handoff="policy",
        repeated=True,
    )
