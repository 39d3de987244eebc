"""What a procedure makes of a message by itself: a yes or no that it waits for, a correction of what its call stands on."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import Heard, Prepare, Step, Withdraw
from core.language import Act, SlotValue
from skills.procedures.expression import Name
from skills.procedures.procedure import YES_NO, Procedure

SURE = 0.5
BESIDES = 0.8
YES = re.compile(r"\W*(?:yes|yep|yeah|yup|ja|oui|sí|si|sì|jo)\b", re.IGNORECASE)
NO = re.compile(r"\W*(?:no(?! idea)|nope|nah|not (?:really|yet)|nein|non|nee|nej)\b", re.IGNORECASE)
AT_ITS_CARD = frozenset({Act.CORRECT, Act.AFFIRM, Act.DENY, Act.RESUME, Act.OTHER})


def hear_at_case(state: DialogueState, heard: Heard, procedures: Mapping[str, Procedure]) -> Step | None:
    """The yes or no that a procedure waits for, or a correction of what its call stands on; None for everything else."""
    top = state.top
    if top is None:
        return None
    if top.skill in procedures:
        return _yes_or_no(state, top, heard, procedures[top.skill])
    caller = state.task(top.called_by or "")
    if caller is None or caller.skill not in procedures:
        return None
    return _corrected(state, top, caller, _changed(top, caller, heard, procedures[caller.skill]))


def _yes_or_no(state: DialogueState, task: Task, heard: Heard, procedure: Procedure) -> Step | None:
    spec = next((each for each in procedure.questions if each.name == task.asking), None)
    if spec is None or spec.kind != YES_NO or heard.understood.act is Act.CORRECT:
        return None
    said = _yes_in(heard)
    if said is None:
        return None
    value = SlotValue(name=spec.name, value=said, message_id=heard.message_id, start=0, end=len(heard.text))
    task = task.model_copy(update={"slots": {**task.slots, spec.name: value}})
    served = {*procedure.calls, procedure.near, procedure.name, "question", "none"}
    asked = heard.understood.asked
    besides = tuple(each for each in asked if each.confidence >= BESIDES and each.intent not in served)
    state = state.replace(task).model_copy(update={"later": (*state.later, *besides)})
    return Step(state=state, commands=(Prepare(task=task),))


def _corrected(state: DialogueState, child: Task, caller: Task, changed: Mapping[str, SlotValue]) -> Step | None:
    """With a changed value everything that depends on it is worked out anew, so the present call is let go."""
    if not changed:
        return None
    caller = caller.model_copy(update={"slots": {**caller.slots, **changed}})
    withdrawn = Withdraw(skill=child.skill, outcome="cancelled", task=child)
    return Step(state=state.without(child.id).replace(caller), commands=(withdrawn, Prepare(task=caller)))


def _changed(child: Task, caller: Task, heard: Heard, procedure: Procedure) -> dict[str, SlotValue]:
    """Values that the procedure asked for and that are different now."""
    step = next((each for each in procedure.steps if each.name == caller.book.at), None)
    if step is None or heard.understood.act not in AT_ITS_CARD:
        return {}
    paths = {name: value.path for name, value in step.gives.items() if isinstance(value, Name)}
    changed: dict[str, SlotValue] = {}
    for slot in heard.understood.slots:
        name = paths.get(slot.name, slot.name)
        known = caller.slots.get(name)
        asked = procedure.slot(name) is not None and slot.name != child.asking
        if asked and known is not None and known.value != slot.value:
            changed[name] = replace(slot, name=name)
    return changed


def _yes_in(heard: Heard) -> bool | None:
    """Whether it says yes or no; None when it says neither."""
    understood = heard.understood
    if YES.match(heard.text):
        return True
    if NO.match(heard.text):
        return False
    if understood.act_confidence >= SURE and understood.act in (Act.AFFIRM, Act.DENY):
        return understood.act is Act.AFFIRM
    return None
