"""Prepares what a customer asks for and has policy judge it, before anything is done."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError

from core.action import ActionRequest, Argument, Decision, Deny, Origin, Provenance, Reason
from core.clock import Clock
from core.errors import BadInput, NotFound, RapportError
from core.people import Principal, PrincipalKind
from governance.facts import Facts
from governance.gate import Gate
from governance.together import Judged
from skills.contract import Ask, Context, Ready, Refuse, Skill, Slots
from skills.facts import Gathered, Sources, Switches, Talk, base_facts, gather
from skills.foreseen import Foreseen, Intended, Outlook, Stands
from skills.outcomes import Proposal
from skills.record import Recorder
from skills.resilience import Lanes
from skills.scopes import scoped

SYSTEM_OF_RECORD = "system_of_record"
WHO_MAY_ASK = frozenset(
    {
        "kill_switch",
        "skill_frozen",
        "verified",
        "own_account",
        "account_named",
        "desk_role",
        "programs_send_only",
        "role_billing_reader",
        "role_billing",
        "role_owner_or_admin",
        "role_owner",
    }
)


@dataclass(frozen=True, kw_only=True)
class Proposer:
    """What it takes to judge a request: the gate, the sources of facts, and what an administrator has switched off."""

    gate: Gate
    sources: Sources
    recorder: Recorder
    lanes: Lanes
    clock: Clock
    switches: Callable[[], Switches]
    new_id: Callable[[], str]

    async def prepare(self, skill: Skill, context: Context, slots: Slots, talk: Talk) -> Proposal:
        """Works out the exact request and what policy thinks of it, once it is clear that this person may ask at all."""
        context = self.seen_by(skill, context)
        request = self._request(skill, context, {}, talk)
        decision = self.gate.decide(request, self.base(request))
        barred = _barred(decision)
        if barred is not None:
            facts = self.base(request)
            await self.recorder.proposed(request, barred, facts)
            return Proposal(skill=skill.id, prepared=None, request=request, decision=barred, facts=facts)
        prepared = await self.lanes.of(skill.id, skill.limits).call(lambda: skill.prepare(context, slots))
        match prepared:
            case Ask():
                return Proposal(skill=skill.id, prepared=prepared)
            case Refuse():
                return await self._refused(skill, context, prepared, talk)
            case Ready():
                return await self.propose(skill, context, prepared, talk)

    async def propose(self, skill: Skill, context: Context, ready: Ready, talk: Talk) -> Proposal:
        """Has policy judge a prepared request, and journals both."""
        request = self._request(skill, self.seen_by(skill, context), ready.arguments, talk)
        gathered = await gather(self.sources, request, talk, self.switches(), self.clock.now())
        facts = gathered.facts.merged(ready.facts)
        decision = self.gate.decide(request, facts)
        await self.recorder.proposed(request, decision, facts)
        return Proposal(skill=skill.id, prepared=ready, request=request, decision=decision, facts=facts)

    def may_ask(self, skill: Skill, context: Context) -> bool:
        """Whether this person could ask for the skill at all, whatever the arguments. Nothing is journalled."""
        request = self._request(skill, self.seen_by(skill, context), {}, Talk(correlation_id=""))
        return _barred(self.gate.decide(request, self.base(request))) is None

    async def foresee(self, intended: Sequence[Intended], talk: Talk) -> Outlook:
        """What policy thinks of steps that are asked for at once, before any is done. Only the outlook is told, nothing proposed.

        Each is worked out as it would be now; one whose asker may not ask at all is left out of the whole.
        """
        found = await asyncio.gather(*(self._foreseen(each, talk) for each in intended))
        ready = [each for each in found if each.judged is not None]
        if not ready:
            return Outlook(steps=tuple(found), whole=None)
        together = self.gate.decide_together([each.judged for each in ready if each.judged is not None])
        said = dict(zip([id(each) for each in ready], together.steps, strict=True))
        steps = tuple(replace(each, decision=said[id(each)]) if id(each) in said else each for each in found)
        return Outlook(steps=steps, whole=together.whole)

    async def _foreseen(self, intended: Intended, talk: Talk) -> Foreseen:
        skill = intended.skill
        context = self.seen_by(skill, intended.context)
        request = self._request(skill, context, {}, talk)
        barred = _barred(self.gate.decide(request, self.base(request)))
        if barred is not None:
            return Foreseen(stands=Stands.BARRED, decision=barred)
        try:
            prepared = await self.lanes.of(skill.id, skill.limits).call(lambda: skill.prepare(context, intended.slots))
        except RapportError:
            return Foreseen(stands=Stands.UNKNOWN)
        if not isinstance(prepared, Ready):
            return Foreseen(stands=Stands.ASKS if isinstance(prepared, Ask) else Stands.REFUSED)
        request = self._request(skill, context, prepared.arguments, talk)
        gathered = await gather(self.sources, request, talk, self.switches(), self.clock.now())
        judged = Judged(request=request, facts=gathered.facts.merged(prepared.facts), relative="seats" not in intended.slots)
        return Foreseen(stands=Stands.READY, judged=judged)

    def base(self, request: ActionRequest) -> Facts:
        """What is known of a request without asking any system."""
        return base_facts(request, self.switches())

    async def fresh(self, skill: Skill, request: ActionRequest, context: Context, talk: Talk) -> Gathered:
        """All that policy should know as of now, with what the skill works out from the arguments. Raises `Unavailable`."""
        gathered = await gather(self.sources, request, talk, self.switches(), self.clock.now())
        judge = skill.facts
        if judge is None:
            return gathered
        arguments = model_of(skill, request)
        try:
            found = await self.lanes.of(skill.id, skill.limits).call(lambda: judge(context, arguments))
        except NotFound:
            return gathered
        return replace(gathered, facts=gathered.facts.merged(found))

    def context(self, skill: Skill, request: ActionRequest) -> Context:
        context = Context(
            principal=request.principal,
            account_id=request.account_id,
            conversation_id=request.conversation_id,
            ports=self.sources.ports,
            clock=self.clock,
        )
        return self.seen_by(skill, context)

    def seen_by(self, skill: Skill, context: Context) -> Context:
        """The context with the skill's own rights; one that needs no account sees none that isn't proved to be the asker's."""
        principal = context.principal
        hidden = not skill.needs_account and principal.kind is PrincipalKind.CUSTOMER
        if hidden and (not principal.verified or principal.account_id != context.account_id):
            context = replace(context, account_id=None)
        return replace(context, ports=scoped(self.sources.ports, skill.scopes))

    async def _refused(self, skill: Skill, context: Context, refuse: Refuse, talk: Talk) -> Proposal:
        """A refusal by the records, as a denial: policy's own when it has one, else in the name of the system of record."""
        if not refuse.denies:
            return Proposal(skill=skill.id, prepared=refuse)
        request = self._request(skill, context, refuse.arguments, talk)
        gathered = await gather(self.sources, request, talk, self.switches(), self.clock.now())
        facts = gathered.facts.merged({"permitted": False, "permitted_code": refuse.code, **refuse.facts})
        decision = self.gate.decide(request, facts)
        if not isinstance(decision, Deny):
            told = refuse.sentences[0].text if refuse.sentences else ""
            reason = Reason(code=refuse.code, customer=told, agent=f"The system of record refuses this: {refuse.code}.")
            decision = Deny(policies=(SYSTEM_OF_RECORD,), version=decision.version, reasons=(reason,))
        await self.recorder.proposed(request, decision, facts)
        return Proposal(skill=skill.id, prepared=refuse, request=request, decision=decision, facts=facts)

    def _request(self, skill: Skill, context: Context, arguments: Mapping[str, Argument], talk: Talk) -> ActionRequest:
        action_id = self.new_id()
        return ActionRequest(
            id=action_id,
            skill=skill.id,
            effect=skill.effect,
            arguments=_proved(_with_content(skill, arguments), context.principal),
            principal=context.principal,
            account_id=context.account_id,
            conversation_id=context.conversation_id,
            correlation_id=talk.correlation_id,
            idempotency_key=action_id,
            requested_at=self.clock.now(),
            raised_by=talk.raised_by,
        )


def _with_content(skill: Skill, arguments: Mapping[str, Argument]) -> Mapping[str, Argument]:
    """The arguments with those marked that are text which the skill only passes on."""
    passed_on = {slot.name for slot in skill.slots if slot.content}
    return {name: replace(each, content=each.content or name in passed_on) for name, each in arguments.items()}


def _proved(arguments: Mapping[str, Argument], principal: Principal) -> Mapping[str, Argument]:
    """The arguments with the words of a customer whose identity is proved marked as such."""
    if principal.kind is not PrincipalKind.CUSTOMER or not principal.verified:
        return arguments
    return {name: _as_proved(argument) for name, argument in arguments.items()}


def _as_proved(argument: Argument) -> Argument:
    if argument.provenance.origin is not Origin.CUSTOMER:
        return argument
    source = Provenance(origin=Origin.VERIFIED_CUSTOMER, source_id=argument.provenance.source_id)
    return replace(argument, provenance=source)


def _barred(decision: Decision) -> Deny | None:
    """The denial of anyone who may not ask for this at all, whatever the arguments. None for the others."""
    if not isinstance(decision, Deny):
        return None
    if not decision.policies:
        return decision
    found = [(rule, why) for rule, why in zip(decision.policies, decision.reasons, strict=True) if rule in WHO_MAY_ASK]
    if not found:
        return None
    return Deny(policies=tuple(rule for rule, _ in found), version=decision.version, reasons=tuple(why for _, why in found))


def may_ask(decision: Decision) -> bool:
    """Whether what stands in the way, if anything, is the matter itself and not who asks for it."""
    return _barred(decision) is None


def model_of(skill: Skill, request: ActionRequest) -> BaseModel:
    try:
        return skill.arguments.model_validate(request.values())
    except ValidationError as error:
        names = ", ".join(str(part["loc"][0]) for part in error.errors() if part["loc"])
        raise BadInput(f"The arguments of {skill.id} don't fit ({names}): propose it anew.", code="bad_arguments") from error
