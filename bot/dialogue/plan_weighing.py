"""What policy thinks of a plan, step by step and as a whole, and which steps nobody in this place may ask for."""

import asyncio
from dataclasses import replace

from bot.dialogue.acting import Acting
from bot.dialogue.draft import reasons_of
from bot.dialogue.plan import Plan, PlanStep, Where
from bot.dialogue.steps import Command, Say, Wording
from core.action import Effect, NeedsApproval
from core.conversation import ActionRecord, Sentence
from skills.facts import Talk
from skills.foreseen import Foreseen, Intended, Outlook, Stands

JUDGED_IN_S = 6.0
VERIFIED = "verified"


async def weighed(acting: Acting, plan: Plan) -> Plan:
    """The plan with a verdict on each open step, as far as there can be one yet, and on the whole.

    A procedure is judged as it goes, by what it calls.
    """
    steps = [each for each in plan.steps if each.open and each.skill in acting.tools.skills]
    outlook = await _outlook(acting, steps)
    for step, foreseen in zip(steps, outlook.steps, strict=True):
        plan = plan.replace(_with_verdict(plan.step(step.number), foreseen))
    whole = outlook.whole
    verdict, reasons = (whole.name, reasons_of(whole)) if whole is not None else ("", ())
    return plan.model_copy(update={"verdict": verdict, "reasons": reasons})


def left_out(acting: Acting, plan: Plan) -> tuple[Plan, tuple[Command, ...]]:
    """The plan without waiting steps that may not be asked for at all, and what the customer is told of them.

    What anybody is answered in general, verified or not, keeps its turn.
    """
    said: list[Command] = []
    for step in plan.waiting:
        skill = acting.tools.skills.get(step.skill)
        if step.stands != Stands.BARRED or skill is None:
            continue
        general = skill.effect is Effect.READ or "?" in step.wish.text
        if VERIFIED in step.reasons and general:
            continue
        plan = plan.put(step, Where.LEFT_OUT)
        said.append(_told(step))
        acting.draft.actions.append(
            ActionRecord(
                skill=skill.id, effect=skill.effect.value, arguments={}, decision="deny", reasons=step.reasons, outcome="refused"
            )
        )
    return plan, tuple(dict.fromkeys(said))


async def _outlook(acting: Acting, steps: list[PlanStep]) -> Outlook:
    intended = [
        Intended(
            skill=acting.tools.skills[each.skill],
            context=replace(acting.context, said=each.wish.text or acting.context.said),
            slots={slot.name: slot for slot in each.wish.slots},
        )
        for each in steps
    ]
    state = acting.state
    talk = Talk(correlation_id=acting.hearing.correlation_id, offers=state.offers_raised, save_offers=state.save_offers)
    try:
        async with asyncio.timeout(JUDGED_IN_S):
            return await acting.tools.actions.foresee(intended, talk)
    except TimeoutError:
        return Outlook(steps=tuple(Foreseen(stands=Stands.UNKNOWN) for _ in steps), whole=None)


def _with_verdict(step: PlanStep, foreseen: Foreseen) -> PlanStep:
    decision, judged = foreseen.decision, foreseen.judged
    told = tuple(each.customer for each in decision.reasons if each.customer)[:2] if decision is not None else ()
    return step.model_copy(
        update={
            "stands": foreseen.stands.value,
            "verdict": decision.name if decision is not None else "",
            "reasons": reasons_of(decision) if decision is not None else (),
            "told": told,
            "approver": decision.approver if isinstance(decision, NeedsApproval) else "",
            "form": (judged.facts.form or "") if judged is not None else "",
            "cause": judged.cause if judged is not None else "",
            "usd_minor": (judged.facts.amount_usd_minor or 0) if judged is not None else 0,
        }
    )


def _told(step: PlanStep) -> Command:
    if VERIFIED in step.reasons:
        return Wording(id="verify.first")
    sentences = tuple(Sentence(text=text, approved="policy") for text in step.told)
    return Say(sentences=sentences) if sentences else Wording(id="denied")
