"""Works out what an agent could do for a case: the exact request, its fields, and what policy says to it now."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.action import ActionRequest, Allow, Argument, Decision, Deny, NeedsApproval, Reason
from core.errors import BadInput, NotAllowed, NotFound
from core.language import Asked, SlotValue
from core.people import Principal
from handoff.desk.acting_fields import CODE, Filled, argument_rows, fields_of, kept_slots, told_slots
from handoff.desk.copilot import CopilotRooms
from handoff.desk.matter import Matter, barred, by_name, context_of, customer_of, needs_code
from handoff.desk.prepared import KEPT_FOR, Prepared
from handoff.desk.views import ActionView, Verdict
from skills.catalogue import by_id
from skills.contract import Ask, Ready, Refuse, Skill
from skills.outcomes import Proposal

NOT_FOR_AGENTS = frozenset({"raise_offer", "send_code"})
REACHING_OUT = frozenset({"book_callback", "send_transcript"})
LIKELY = 0.33
PLAINLY = 0.5
MOST = 4
ONLY_THEY = (
    "Only the customer can do this, with the code that is mailed to the address on file:"
    " ask them to request it from the assistant, and give the conversation back."
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Something to prepare: the skill, what is known of its values, the words behind it, and why it fits."""

    skill: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict[str, SlotValue])
    said: str = ""
    why: str = ""
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A prepared action with what was worked out on the way: for drafts that speak of it."""

    made: Prepared
    proposal: Proposal
    barred: tuple[Reason, ...] = ()


def skill_for_agents(skill_id: str) -> Skill:
    """The skill of that id, if agents may run it. Raises `NotFound`."""
    skill = by_id().get(skill_id)
    if skill is None or skill.id in NOT_FOR_AGENTS:
        raise NotFound(f"There is no action {skill_id!r}: choose one that the case offers.", skill=skill_id)
    return skill


async def work_out(rooms: CopilotRooms, matter: Matter, agent: Principal, wanted: Wanted) -> Worked:
    """Prepares a skill on the agent's authority and has policy judge it. Nothing is done, and nothing kept yet.

    Raises `NotFound` for an unknown skill, `BadInput` without an account that it needs, `NotAllowed` for what only the customer
    can do, `Unavailable` when a system is down.
    """
    skill = skill_for_agents(wanted.skill)
    if skill.needs_account and matter.account_id is None:
        raise BadInput(f"{skill.title} needs an account, and it isn't known whose this is: have the customer verify themselves.")
    acting = matter.on_behalf(agent)
    if needs_code(rooms, matter, acting, skill):
        raise NotAllowed(ONLY_THEY)
    context = context_of(rooms, matter, acting, wanted.said)
    proposal = await rooms.runner.prepare(skill, context, wanted.slots, matter.talk())
    reasons = barred(rooms, matter, await customer_of(rooms, matter), skill)
    view = _view(rooms, matter, skill, wanted, proposal)
    if reasons:
        view = replace(view, reasons=(*view.reasons, *(f"The customer may not ask for this: {each.agent}" for each in reasons)))
    made = Prepared(
        view=view,
        slots=tuple(kept_slots(skill, _filled(wanted, proposal)).values()),
        request=_request(proposal),
        agent_id=agent.id,
        conversation_id=matter.conversation.id,
        person_id=matter.conversation.person_id,
        position=matter.position,
        place=wanted.place,
        expires_at=rooms.now + KEPT_FOR,
    )
    return Worked(made=made, proposal=proposal, barred=reasons)


def likely(matter: Matter, asked: Sequence[Asked]) -> list[Wanted]:
    """What fits a case, the likeliest first: what the customer asked for last, then what the bot understood and couldn't do.

    Somebody is talking with them already, so a call-back or a transcript is only offered when it is plainly asked for.
    """
    found: dict[str, Wanted] = {}
    known = by_id()
    for each in asked:
        if each.intent in known and each.confidence >= (PLAINLY if each.intent in REACHING_OUT else LIKELY):
            why = f"The customer asked for it ({each.confidence:.0%} sure)."
            found.setdefault(each.intent, Wanted(skill=each.intent, slots=by_name(each.slots), said=each.text, why=why))
    packet = matter.packet
    if packet is not None:
        stopped = [step.partition(":")[0] for step in packet.steps if not step.endswith(": done")]
        for intent in (*stopped, *packet.intents):
            if intent in known and intent not in REACHING_OUT:
                slots = told_slots(known[intent], packet.slots, matter.case.id)
                why = (
                    "The assistant was asked for it and policy kept it back." if intent in stopped else "It was asked for before."
                )
                found.setdefault(intent, Wanted(skill=intent, slots=slots, said=packet.first_words, why=why))
    fitting = [each for each in found.values() if each.skill not in NOT_FOR_AGENTS]
    return [replace(each, place=place) for place, each in enumerate(fitting[:MOST], start=1)]


def _request(proposal: Proposal) -> ActionRequest | None:
    """The request to run; none while a value is missing, or for what can't be done."""
    runnable = isinstance(proposal.prepared, Ready) and not isinstance(proposal.decision, Deny)
    return proposal.request if runnable else None


def _filled(wanted: Wanted, proposal: Proposal) -> Filled:
    prepared = proposal.prepared
    arguments: Mapping[str, Argument] = prepared.arguments if isinstance(prepared, Ready | Refuse) else {}
    return Filled(slots=wanted.slots, arguments=arguments, ask=prepared if isinstance(prepared, Ask) else None)


def _view(rooms: CopilotRooms, matter: Matter, skill: Skill, wanted: Wanted, proposal: Proposal) -> ActionView:
    prepared, decision = proposal.prepared, proposal.decision
    filled = _filled(wanted, proposal)
    verdict, reasons = _judged(prepared, decision)
    ready = prepared if isinstance(prepared, Ready) else None
    missing = prepared.question if isinstance(prepared, Ask) and verdict is Verdict.ASK else ""
    return ActionView(
        id=proposal.request.id if proposal.request else uuid.uuid4().hex,
        case_id=matter.case.id,
        skill=skill.id,
        title=(ready.title if ready else "") or skill.title,
        rows=(ready.rows if ready else ()) or argument_rows(filled.arguments),
        fields=fields_of(skill, filled, rooms.ports.prices),
        verdict=verdict,
        reasons=reasons,
        rule=ready.rule if ready else "",
        approver=decision.approver if isinstance(decision, NeedsApproval) else "",
        question=missing,
        why=wanted.why,
    )


def _judged(prepared: object, decision: Decision | None) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and the reasons as staff are told them."""
    match prepared, decision:
        case Ask(slot=slot), _ if slot == CODE:
            return Verdict.DENY, (ONLY_THEY,)
        case Ask(), _:
            return Verdict.ASK, ()
        case Refuse(sentences=sentences), None:
            return Verdict.DENY, tuple(each.text for each in sentences)
        case _, Allow():
            return Verdict.ALLOW, ()
        case _, NeedsApproval(reasons=reasons):
            return Verdict.NEEDS_APPROVAL, tuple(each.agent for each in reasons)
        case _, Deny(reasons=reasons):
            return Verdict.DENY, tuple(each.agent for each in reasons)
        case _:
            return Verdict.DENY, ("Policy gave no answer: try again in a moment.",)
