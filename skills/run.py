"""Runs skills: the one way in which anything happens to a customer's account, and in which anything is read of it.

prepare → propose (policy decides) → the card → run (policy decides again, on fresh facts and the same arguments) → outcome.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.action import ActionRequest, Allow, Effect, NeedsApproval
from core.database import Database
from core.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from core.people import Principal, PrincipalKind
from governance.approvals import Approval, Approvals
from governance.facts import Facts
from governance.ledger import Grant
from governance.roles import enough
from skills.contract import Context, Done, Ready, Skill, Slots
from skills.facts import Gathered, Talk
from skills.foreseen import Intended, Outlook
from skills.outcomes import Kept, Outcome, Outcomes, Proposal, State, Status, failed, nobody_knows, not_allowed, unread
from skills.propose import Proposer, may_ask, model_of
from skills.record import Recorder
from skills.refusals import code_of

APPROVAL_FOR = timedelta(days=3)
RESUME_FOR = timedelta(hours=24)
MOST_DECISIONS = 3


@dataclass(frozen=True, kw_only=True)
class Say:
    """What somebody with the role said to a request: the approval and the role it was granted in."""

    approval: Approval
    role: str


class Begun(StrEnum):
    """How a start went: with money set aside or without; to be decided anew, as more was given meanwhile; or begun before."""

    RESERVED = "reserved"
    PLAIN = "plain"
    ANEW = "anew"
    BEFORE = "before"


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Everything that running a skill takes. Keeps nothing between calls but the lanes' state."""

    proposer: Proposer
    approvals: Approvals
    outcomes: Outcomes
    catalogue: Mapping[str, Skill]

    @property
    def database(self) -> Database:
        return self.proposer.sources.database

    @property
    def recorder(self) -> Recorder:
        return self.proposer.recorder

    @property
    def now(self) -> datetime:
        return self.proposer.clock.now()

    async def prepare(self, skill: Skill, context: Context, slots: Slots, talk: Talk) -> Proposal:
        """Works out the exact request and what policy thinks of it: see `skills.propose.Proposer.prepare`."""
        return await self.proposer.prepare(skill, context, slots, talk)

    async def propose(self, skill: Skill, context: Context, ready: Ready, talk: Talk) -> Proposal:
        """Has policy judge a prepared request."""
        return await self.proposer.propose(skill, context, ready, talk)

    async def foresee(self, intended: Sequence[Intended], talk: Talk) -> Outlook:
        """What policy thinks of steps that are asked for at once: see `skills.propose.Proposer.foresee`."""
        return await self.proposer.foresee(intended, talk)

    async def run(self, request: ActionRequest, talk: Talk, context: Context | None = None) -> Outcome:
        """Runs a request that the customer confirmed, or a read. Policy decides again first.

        The same request again gives the same outcome and has no second effect, also when a crash came in between.
        """
        skill = self._skill(request)
        if context is not None:
            context = replace(context, principal=request.principal, account_id=request.account_id)
        context = self.proposer.seen_by(skill, context) if context else self.proposer.context(skill, request)
        if request.effect is Effect.READ:
            return await self._read(skill, request, context)
        return await self._run(skill, request, context, talk, None)

    async def seek_approval(self, request: ActionRequest, decision: NeedsApproval, facts: Facts) -> Outcome:
        """Asks the people with the role to approve exactly this request."""
        expires = self.now + APPROVAL_FOR
        evidence = {"facts": dict(facts.known()), "skill": request.skill}

        def ask(conn: Connection) -> str:
            return self.approvals.request(conn, request, decision, evidence=evidence, expires_at=expires)

        approval_id = await self.database.write(ask)
        return Outcome(
            status=Status.AWAITING_APPROVAL,
            request=request,
            decision=decision,
            approval_id=approval_id,
            role=decision.approver,
            handoff="needs_approval",
        )

    async def run_approved(self, approval_id: str, approver: Principal) -> Outcome:
        """Runs a granted request once, on fresh facts and with the approver's role. Raises `NotAllowed` without the role."""
        tenant = approver.tenant.id
        database = self.database
        approval = await database.read(lambda conn: self.approvals.get(conn, tenant, approval_id))
        request = await database.read(lambda conn: self.approvals.action(conn, approval))
        role = enough(approver.roles, approval.role) if approver.kind is PrincipalKind.AGENT else None
        if role is None:
            raise NotAllowed(f"This needs the role {approval.role} or above: ask somebody who holds it.", role=approval.role)
        skill = self._skill(request)
        talk = Talk(correlation_id=request.correlation_id, raised_by=request.raised_by, live=False)
        said = Say(approval=approval, role=approval.decided_role or role)
        return await self._run(skill, request, self.proposer.context(skill, request), talk, said)

    async def compensate(self, request: ActionRequest) -> Done:
        """Takes back what was done under the request's key. Raises `Conflict` when that isn't possible by itself.

        The leave to undo was given with the leave to do: a person who may do a thing may have it undone when the rest fails.
        """
        skill = self._skill(request)
        undo = skill.compensate
        if undo is None:
            raise Conflict(
                f"{skill.title} can't be undone by itself: a person has to put it right.", code="no_undo", skill=skill.id
            )
        context, arguments = self.proposer.context(skill, request), model_of(skill, request)
        done = await self.proposer.lanes.of(skill.id, skill.limits).call(
            lambda: undo(context, arguments, request.idempotency_key)
        )
        await self.recorder.compensated(request)
        return done

    async def _read(self, skill: Skill, request: ActionRequest, context: Context) -> Outcome:
        facts = self.proposer.base(request)
        decision = self.proposer.gate.decide(request, facts)
        if not isinstance(decision, Allow):
            await self.recorder.decided(request, decision, facts)
            return not_allowed(request, decision)
        try:
            arguments = model_of(skill, request)
            done = await self._try(skill, lambda: skill.execute(context, arguments, request.idempotency_key))
        except (BadInput, Conflict, NotFound, Unavailable) as error:
            await self.recorder.failed(request, code_of(error), uncertain=False)
            return failed(skill, request, error, uncertain=False)
        await self.recorder.read(request, decision, facts)
        return Outcome(status=Status.DONE, request=request, decision=decision, done=done)

    async def _run(self, skill: Skill, request: ActionRequest, context: Context, talk: Talk, said: Say | None) -> Outcome:
        kept = await self.database.read(lambda conn: self.outcomes.find(conn, request))
        if kept is not None:
            return await self._again(skill, request, context, kept)
        for _ in range(MOST_DECISIONS):
            try:
                gathered = await self.proposer.fresh(skill, request, context, talk)
            except Unavailable as error:
                await self.recorder.failed(request, code_of(error), uncertain=False)
                return failed(skill, request, error, uncertain=False)
            facts = gathered.facts if said is None else _with_approver(gathered.facts, request, said)
            decision = self.proposer.gate.decide(request, facts)
            await self.recorder.decided(request, decision, facts)
            if isinstance(decision, NeedsApproval) and said is None:
                return await self.seek_approval(request, decision, facts)
            if not isinstance(decision, Allow):
                return unread(skill, request) if gathered.unread and may_ask(decision) else not_allowed(request, decision)
            begun = await self._begin(request, replace(gathered, facts=facts), said)
            if begun is Begun.BEFORE:
                return await self.run(request, talk)
            if begun is not Begun.ANEW:
                return await self._execute(skill, request, context, reserved=begun is Begun.RESERVED)
        raise Conflict("The account keeps changing under this request: try again in a moment.", code="changed_meanwhile")

    async def _again(self, skill: Skill, request: ActionRequest, context: Context, kept: Kept) -> Outcome:
        """The outcome of before; or, after a crash, the same call with the same key."""
        if kept.state is not State.STARTED:
            return await self.database.read(lambda conn: self.outcomes.outcome(conn, kept, request, skill))
        if self.now - kept.started_at > RESUME_FOR:
            return nobody_knows(request)
        return await self._execute(skill, request, context, reserved=kept.reserved)

    async def _begin(self, request: ActionRequest, gathered: Gathered, said: Say | None) -> "Begun":
        """Sets money aside, takes the approval and journals the start, all in one transaction, before the first try."""
        now = self.now
        grant = _grant(request, gathered.facts, now)

        def begin(conn: Connection) -> Begun:
            if self.outcomes.find(conn, request) is not None:
                return Begun.BEFORE
            if grant is not None and gathered.given is not None:
                self.proposer.sources.grants.reserve(conn, grant, seen=gathered.given)
            if said is not None:
                self._claim(conn, request, said.approval, now)
            sealed = self.outcomes.start(conn, request, reserved=grant is not None, now=now)
            self.recorder.started(conn, request, sealed)
            return Begun.PLAIN if grant is None else Begun.RESERVED

        try:
            return await self.database.write(begin)
        except IntegrityError:
            return Begun.BEFORE
        except Conflict as error:
            if "account" not in error.data:
                raise
            return Begun.ANEW

    def _claim(self, conn: Connection, request: ActionRequest, approval: Approval, now: datetime) -> None:
        given = request.arguments_hash
        self.approvals.claim_execution(conn, approval.tenant, approval.id, arguments_hash=given, now=now)

    async def _execute(self, skill: Skill, request: ActionRequest, context: Context, *, reserved: bool) -> Outcome:
        try:
            arguments = model_of(skill, request)
            done = await self._try(skill, lambda: skill.execute(context, arguments, request.idempotency_key))
        except Unavailable as error:
            return await self._unanswered(skill, request, error, reserved=reserved)
        except (BadInput, Conflict, NotFound, NotAllowed) as error:
            outcome = failed(skill, request, error, uncertain=False)
            await self._finish(outcome, reserved=reserved)
            return outcome
        outcome = Outcome(status=Status.DONE, request=request, done=done)
        await self._finish(outcome, reserved=reserved)
        return outcome

    async def _unanswered(self, skill: Skill, request: ActionRequest, error: Unavailable, *, reserved: bool) -> Outcome:
        """The system didn't answer. If it was asked, the effect may have happened: what was set aside stays so."""
        uncertain = error.data.get("tried") is not False

        def note(conn: Connection) -> None:
            if uncertain:
                return
            if reserved:
                self.proposer.sources.grants.release(conn, request.principal.tenant.id, request.idempotency_key)
            self.outcomes.forget(conn, request)

        await self.database.write(note)
        await self.recorder.failed(request, code_of(error), uncertain=uncertain)
        return failed(skill, request, error, uncertain=uncertain)

    async def _finish(self, outcome: Outcome, *, reserved: bool) -> None:
        request, now = outcome.request, self.now
        tenant, key = request.principal.tenant.id, request.idempotency_key

        def finish(conn: Connection) -> None:
            if reserved and outcome.done is not None:
                self.proposer.sources.grants.confirm(conn, tenant, key)
            elif reserved:
                self.proposer.sources.grants.release(conn, tenant, key)
            if self.outcomes.finish(conn, outcome, now):
                self.recorder.finished(conn, outcome)

        await self.database.write(finish)

    async def _try(self, skill: Skill, work: Callable[[], Awaitable[Done]]) -> Done:
        return await self.proposer.lanes.of(skill.id, skill.limits).call(work)

    def _skill(self, request: ActionRequest) -> Skill:
        skill = self.catalogue.get(request.skill)
        if skill is None or skill.effect is not request.effect:
            what = f"no skill {request.skill!r} that would {request.effect}"
            raise NotFound(f"There is {what}: add it to the catalogue, or correct the request.", skill=request.skill)
        return skill


def _with_approver(facts: Facts, request: ActionRequest, said: Say) -> Facts:
    requester = {request.principal.id, request.principal.contact_id}
    return facts.with_(approver_role=said.role, approver_is_requester=said.approval.decided_by in requester)


def _grant(request: ActionRequest, facts: Facts, now: datetime) -> Grant | None:
    """What is to be set aside in the grants ledger; nothing for actions that give no money."""
    cause = request.values().get("cause")
    if request.effect is not Effect.MONEY or not isinstance(cause, str) or not facts.amount_usd_minor or facts.form is None:
        return None
    return Grant(
        tenant=request.principal.tenant.id,
        account_id=request.account_id or "",
        cause=cause,
        form=facts.form,
        usd_minor=facts.amount_usd_minor,
        key=request.idempotency_key,
        at=now,
    )
