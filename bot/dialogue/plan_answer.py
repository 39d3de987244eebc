"""What a message says to the question that a plan waits for: which of two, once or twice, on or not. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.at_case import NO, YES
from bot.dialogue.plan import Doubt, Plan, PlanStep
from bot.dialogue.plan_following import asked_about
from bot.dialogue.state import DialogueState
from bot.dialogue.steps import Heard, Step, Wording
from core.language import Act

SURE = 0.5
FIRST = re.compile(r"\b(?:first|former|1(?:st)?|erste[rns]?|premi[eè]re?|primer[oa]?|første|eerste|prim[oa])\b", re.IGNORECASE)
SECOND = re.compile(
    r"\b(?:second|latter|last|2(?:nd)?|zweite[rns]?|deuxi[eè]me|second[eoa]|segund[oa]|anden|andet|tweede)\b", re.IGNORECASE
)
NEITHER = re.compile(r"\b(?:neither|none|nothing|kein[es]?[rs]?|aucune?|ning[uú]n[oa]?|ingen|geen|nessun[oa])\b", re.IGNORECASE)
TWICE = re.compile(
    r"\b(?:twice|both|two times|zweimal|beide[sn]?|deux fois|dos veces|to gange|twee keer|due volte)\b", re.IGNORECASE
)
EVERYTHING = re.compile(r"\b(?:everything|all of (?:it|that|them)|the (?:whole|rest)|alles|tout|todo|alt|tutto)\b", re.IGNORECASE)
LONGEST = 12
"""An answer to a question of this kind has no more words; a longer message says something of its own."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The state after the message, and the step that it makes when it was an answer; None when the machine has to hear it."""

    state: DialogueState
    step: Step | None = None


def answer_to(state: DialogueState, heard: Heard, titles: Mapping[str, str]) -> Answered:
    """Takes the message as an answer if a plan waits for one and it is one."""
    plan = state.plan
    if plan is None or plan.over:
        return Answered(state=state)
    if plan.asking is None:
        return Answered(state=_without_rest(state, plan, heard))
    decided = _decided(plan, heard)
    if decided is None:
        return Answered(state=state)
    if decided.asking is not None:
        return Answered(state=state, step=Step(state=state, commands=(asked_about(plan, titles),)))
    state = state.model_copy(update={"plan": decided})
    left = Wording(id="plan.left") if not decided.waiting else None
    return Answered(state=state, step=Step(state=state, commands=(left,) if left and decided.over else ()))


def _without_rest(state: DialogueState, plan: Plan, heard: Heard) -> DialogueState:
    """Who wants nothing of it any more has the waiting steps dropped too; the one in hand is the machine's to drop."""
    act = heard.understood.act
    if act in (Act.CANCEL, Act.DENY) and EVERYTHING.search(heard.text):
        return state.model_copy(update={"plan": plan.dropping([each.number for each in plan.waiting])})
    return state


def _decided(plan: Plan, heard: Heard) -> Plan | None:
    """The plan after the answer; still asking when it is none that decides; None when it is about something else."""
    if len(heard.text.split()) > LONGEST:
        return None
    match plan.asking:
        case Doubt.GO_ON:
            said = _yes(heard)
            return None if said is None else plan.settled() if said else plan.dropping(plan.about).settled()
        case Doubt.ONCE:
            return _once(plan, heard)
        case _:
            return _either(plan, heard)


def _once(plan: Plan, heard: Heard) -> Plan | None:
    if TWICE.search(heard.text):
        return plan.model_copy(update={"meant": (*plan.meant, *plan.about)}).settled()
    said = _yes(heard)
    if said is None:
        return None
    return plan.dropping(plan.about[1:] if said else plan.about).settled()


def _either(plan: Plan, heard: Heard) -> Plan | None:
    one, other = (plan.step(number) for number in plan.about)
    chosen = _chosen(one, other, heard)
    if chosen is not None:
        return plan.dropping([(other if chosen is one else one).number]).settled()
    if TWICE.search(heard.text) or _yes(heard) is True:
        return plan
    if NEITHER.search(heard.text) or _yes(heard) is False:
        return plan.dropping(plan.about).settled()
    return None


def _chosen(one: PlanStep, other: PlanStep, heard: Heard) -> PlanStep | None:
    """By place, by what is asked for, or by a value that only one of them has."""
    by_place = bool(FIRST.search(heard.text)), bool(SECOND.search(heard.text))
    if by_place[0] != by_place[1]:
        return one if by_place[0] else other
    asked = {each.intent for each in heard.understood.asked if each.confidence >= SURE}
    if one.skill != other.skill and (one.skill in asked) != (other.skill in asked):
        return one if one.skill in asked else other
    said = {slot.value for slot in heard.understood.slots}
    values = [{slot.value for slot in each.wish.slots} for each in (one, other)]
    mine = [bool(said & (values[0] - values[1])), bool(said & (values[1] - values[0]))]
    if mine[0] != mine[1]:
        return one if mine[0] else other
    return None


def _yes(heard: Heard) -> bool | None:
    """Whether it says yes or no; None when it says neither."""
    understood = heard.understood
    if YES.match(heard.text):
        return True
    if NO.match(heard.text):
        return False
    if understood.act_confidence >= SURE and understood.act in (Act.AFFIRM, Act.DENY, Act.CANCEL):
        return understood.act is Act.AFFIRM
    return True if understood.act is Act.RESUME else None
