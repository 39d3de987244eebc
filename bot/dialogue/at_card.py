"""What the machine does with a message while a card waits: yes, no, a change, or something else first."""

import re
from collections.abc import Mapping

from bot.dialogue.flow import drop
from bot.dialogue.fresh import serve, tells
from bot.dialogue.state import DialogueState, Phase, Task
from bot.dialogue.steps import Execute, Heard, Prepare, SkillCard, Step, Wording
from core.language import Act, SlotValue
from knowledge.words import stems

CLEAR = 0.55
CERTAIN = 0.8
BESIDES = 0.8
FIGURE = re.compile(r"\d+")


def hear_at_card(state: DialogueState, task: Task, heard: Heard, skills: Mapping[str, SkillCard]) -> Step:
    """A clear yes runs exactly what the card shows; a changed value makes a new card; other text leaves it open."""
    understood = heard.understood
    changed = _changed(task, heard, skills)
    clear = understood.act_confidence >= CLEAR
    if (understood.act is Act.CORRECT and changed) or (changed and understood.act in (Act.AFFIRM, Act.DENY, Act.RESUME)):
        return amend(state, task, changed)
    if understood.act is Act.AFFIRM and clear and not _other_figures(task, heard.text):
        return Step(state=_keeping(state, heard, skills), commands=(Execute(task=task),))
    if understood.act is Act.CANCEL and _named_by(task, heard.text):
        return Step(state=state, commands=(Wording(id="card.which", values=(("title", task.card.title if task.card else ""),)),))
    if understood.act in (Act.DENY, Act.CANCEL) and clear:
        return drop(_keeping(state, heard, skills, reads_only=True), task)
    other = _other_request(task, heard, skills, CERTAIN if changed else CLEAR)
    if changed and not other:
        return amend(state, task, changed)
    about_it = _only_unclear(heard)
    if other or (tells(heard) and understood.act in (Act.OTHER, Act.CLARIFY) and not about_it):
        return serve(state, heard, skills)
    told = "card.means" if about_it or (understood.act is Act.CLARIFY and clear) else "back.card"
    return Step(state=state, commands=(Wording(id=told, values=(("title", task.card.title if task.card else ""),)),))


def _named_by(task: Task, text: str) -> bool:
    """Whether a message that sounds like dropping the matter may as well name what the card would do ("just cancel")."""
    return task.card is not None and bool(stems(text) & stems(task.card.title))


def _only_unclear(heard: Heard) -> bool:
    """Whether a message says nothing but that the card isn't understood."""
    return heard.understood.act is Act.CLARIFY and heard.understood.act_confidence >= CERTAIN and not heard.understood.asked


def _other_figures(task: Task, text: str) -> bool:
    """Whether a yes names a figure that the card doesn't show: then it is no yes to this card."""
    if task.card is None:
        return False
    shown = " ".join((task.card.title, task.card.rule, *(part for row in task.card.rows for part in row)))
    return bool(set(FIGURE.findall(text)) - set(FIGURE.findall(shown)))


def amend(state: DialogueState, task: Task, changed: Mapping[str, SlotValue]) -> Step:
    """Works the task out anew with the corrected values: the old card no longer counts."""
    task = task.model_copy(update={"slots": {**task.slots, **changed}, "phase": Phase.FILLING, "card": None, "request": None})
    return Step(state=state.replace(task), commands=(Prepare(task=task),))


def _keeping(state: DialogueState, heard: Heard, skills: Mapping[str, SkillCard], *, reads_only: bool = False) -> DialogueState:
    """Keeps for afterwards what a yes or a no asks for besides; after a no only what changes nothing."""
    open_ones = {each.skill for each in state.tasks}
    besides = tuple(
        each
        for each in heard.understood.asked
        if each.intent in skills
        and each.intent not in open_ones
        and each.confidence >= BESIDES
        and (skills[each.intent].reads or not reads_only)
    )
    return state.model_copy(update={"later": (*state.later, *besides)})


def _changed(task: Task, heard: Heard, skills: Mapping[str, SkillCard]) -> dict[str, SlotValue]:
    """Values in the message that differ from what the card stands on."""
    skill = skills.get(task.skill)
    if skill is None:
        return {}
    names = {slot.name for slot in skill.slots}
    found = {slot.name: slot for slot in heard.understood.slots if slot.name in names}
    return {name: slot for name, slot in found.items() if name not in task.slots or task.slots[name].value != slot.value}


def _other_request(task: Task, heard: Heard, skills: Mapping[str, SkillCard], least: float) -> bool:
    return any(
        each.intent in skills and each.intent != task.skill and each.confidence >= least for each in heard.understood.asked
    )
