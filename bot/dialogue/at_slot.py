"""What the machine does with a message while a value is asked for: take it, skip it, explain it, or serve another wish."""

from collections.abc import Mapping

from bot.dialogue.flow import resume
from bot.dialogue.fresh import serve
from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import HandOver, Heard, Judge, Prepare, Say, SkillCard, Step, Withdraw, Wording
from core.conversation import Sentence
from core.language import Act, SlotSpec, SlotValue

CODE_SLOT = "code"
FREE_TEXT = {"text"}
TELLING = 6
"""From so many words on a text isn't a mere no."""


def hear_at_slot(state: DialogueState, task: Task, heard: Heard, skills: Mapping[str, SkillCard]) -> Step:
    """Fills the slot asked for, or finds out why not.

    While a code is waited for, a case is no matter of its own: it tells why the code can't be given.
    """
    skill = skills.get(task.skill)
    understood = heard.understood
    found = _found(skill, heard)
    spec = skill.slot(task.asking or "") if skill else None
    answers = task.asking in found and not _mentions(spec, heard)
    if answers or (found and understood.act is Act.CORRECT):
        return _fill(state, task, found)
    if understood.act is Act.CANCEL and understood.act_confidence >= 0.5:
        withdrawn = Withdraw(skill=task.skill, outcome="cancelled", task=task)
        return resume(state.without(task.id), (withdrawn, Wording(id="task.cancelled")))
    if understood.act is Act.CLARIFY and understood.act_confidence >= 0.5:
        return _why(state, task, skill)
    own = {task.skill, *(skill.own if skill else ())}
    others = [skills[each.intent] for each in understood.asked if each.intent in skills and each.confidence >= 0.6]
    other = any(each.id not in own for each in others)
    if task.asking == CODE_SLOT and not any(each.id not in own and not each.own for each in others):
        return _without_code(state, task, heard)
    told = skill is not None and bool(skill.own) and spec is not None and spec.kind in FREE_TEXT
    if other or (_is_question(heard) and not (told and not heard.text.strip().endswith("?"))):
        return serve(state, heard, skills)
    return _unfilled(state, task, heard, spec)


def _why(state: DialogueState, task: Task, skill: SkillCard | None) -> Step:
    """Says what the value is needed for, and asks again."""
    why = skill.why.get(task.asking or "") if skill else None
    if why is None:
        return Step(state=state, commands=(Wording(id="why.slot", values=(("question", task.question),)),))
    told = tuple(Sentence(text=text, approved="ask") for text in (why, task.question))
    return Step(state=state, commands=(Say(sentences=told),))


def _unfilled(state: DialogueState, task: Task, heard: Heard, spec: SlotSpec | None) -> Step:
    """Takes free text as it is, lets a value be skipped, asks once more, and gives up to a person after that."""
    tells = spec is not None and spec.kind in FREE_TEXT and len(heard.text.split()) >= TELLING
    if heard.understood.act in (Act.SKIP, Act.DENY) and not tells:
        return _skip(state, task, spec)
    if spec is not None and spec.kind in FREE_TEXT:
        whole = SlotValue(name=spec.name, value=heard.text.strip(), message_id=heard.message_id, start=0, end=len(heard.text))
        return _fill(state, task, {spec.name: whole})
    if task.tries >= 2:
        return Step(state=state.without(task.id), commands=(HandOver(reason="repeated_failure", detail=task.skill),))
    task = task.model_copy(update={"tries": task.tries + 1})
    asked_again = Sentence(text=task.question, approved="ask")
    return Step(state=state.replace(task), commands=(Wording(id="not_understood"), Say(sentences=(asked_again,))))


def _found(skill: SkillCard | None, heard: Heard) -> dict[str, SlotValue]:
    names = {slot.name for slot in skill.slots} if skill else set[str]()
    return {slot.name: slot for slot in heard.understood.slots if slot.name in names}


def _fill(state: DialogueState, task: Task, found: Mapping[str, SlotValue]) -> Step:
    task = task.model_copy(update={"slots": {**task.slots, **found}})
    return Step(state=state.replace(task), commands=(Prepare(task=task),))


def _skip(state: DialogueState, task: Task, spec: SlotSpec | None) -> Step:
    """Leaves an optional value out; without a needed one the task ends, and says so."""
    if spec is not None and not spec.required:
        task = task.model_copy(update={"skipped": (*task.skipped, spec.name), "asking": None})
        return Step(state=state.replace(task), commands=(Prepare(task=task),))
    withdrawn = Withdraw(skill=task.skill, outcome="cancelled", task=task)
    return resume(state.without(task.id), (withdrawn, Wording(id="needed", values=(("question", task.question),))))


def _without_code(state: DialogueState, task: Task, heard: Heard) -> Step:
    """No code came. Who can't get at it, or names another address, is told how to prove who they are, and policy records the
    denial; anybody else is asked once more."""
    if task.tries < 2 and (heard.understood.act is Act.CLARIFY or _is_question(heard)):
        task = task.model_copy(update={"tries": task.tries + 1})
        return Step(state=state.replace(task), commands=(Wording(id="code.where"),))
    elsewhere = any(slot.name == "email" or "@" in str(slot.value) for slot in heard.understood.slots) or "@" in heard.text
    gives_up = heard.understood.act in (Act.SKIP, Act.DENY, Act.CANCEL)
    if gives_up or elsewhere or task.tries >= 2:
        return Step(state=state.without(task.id), commands=(Judge(task=task),))
    task = task.model_copy(update={"tries": task.tries + 1})
    return Step(state=state.replace(task), commands=(Say(sentences=(Sentence(text=task.question, approved="ask"),)),))


def _mentions(spec: SlotSpec | None, heard: Heard) -> bool:
    """Whether one of several choices is merely a word in a question about something else."""
    whole = heard.text.strip().endswith("?") and len(heard.text.split()) >= TELLING
    return whole and spec is not None and spec.kind == "choice"


def _is_question(heard: Heard) -> bool:
    text = heard.text.strip()
    asked = heard.understood.asked
    return text.endswith("?") or bool(asked and asked[0].intent == "question" and asked[0].confidence >= 0.7)
