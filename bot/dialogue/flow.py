"""How a task ends, and what comes next: refused, dropped, or done and on to what is still open."""

from bot.dialogue.state import DialogueState, Phase, Task
from bot.dialogue.steps import Answer, Command, HandOver, Prepare, Say, Step, Withdraw, Wording
from core.action import Deny, Reason
from core.conversation import Sentence

BARGAINED = frozenset({"grant_discount"})
"""Skills whose denial isn't the last word: a person with the role talks to the customer."""


def refused(state: DialogueState, task: Task, decision: Deny | None, *, reads: bool = False) -> Step:
    """Tells a denial with the reasons that a customer may be shown. What a stranger asks in general is answered in general."""
    reasons: tuple[Reason, ...] = decision.reasons if decision else ()
    codes = {reason.code for reason in reasons}
    state = state.without(task.id)
    if "verified" in codes:
        if task.text and (reads or "?" in task.text):
            return Step(state=state, commands=(Answer(question=task.text, else_say="verify.first"),))
        return resume(state, (Wording(id="verify.first"),))
    told = tuple(dict.fromkeys(reason.customer for reason in reasons if reason.customer))[:2]
    sentences = tuple(Sentence(text=text, approved="policy") for text in told)
    if task.skill in BARGAINED:
        return Step(state=state, commands=(Say(sentences=sentences), HandOver(reason="negotiation", detail=task.skill)))
    return resume(state, (Say(sentences=sentences),) if sentences else (Wording(id="denied"),))


def drop(state: DialogueState, task: Task) -> Step:
    """Lets a task go unrun. A declined offer to stay gives way to what the customer came for."""
    state = state.without(task.id)
    withdrawn = Withdraw(skill=task.skill, outcome="cancelled", task=task)
    parent = state.task(task.parent or "")
    if parent is not None:
        return Step(state=state, commands=(withdrawn, Prepare(task=parent)))
    return resume(state, (withdrawn, Wording(id="task.cancelled")))


def resume(state: DialogueState, commands: tuple[Command, ...]) -> Step:
    """Goes on with what is still open: a waiting request, a slot still to be given, a card still to be pressed."""
    top = state.top
    if top is not None:
        back = Wording(id="back.card", values=(("title", top.card.title if top.card else ""),))
        if top.phase is Phase.CONFIRMING:
            return Step(state=state, commands=(*commands, back))
        if top.asking is not None:
            return Step(state=state, commands=(*commands, Say(sentences=(Sentence(text=top.question, approved="ask"),))))
        return Step(state=state, commands=commands)
    if state.later:
        following, state = state.later[0], state.model_copy(update={"later": state.later[1:]})
        if following.intent == "question":
            return Step(state=state, commands=(*commands, Answer(question=following.text)))
        state = state.model_copy(update={"serial": state.serial + 1})
        slots = {slot.name: slot for slot in following.slots}
        task = Task(id=f"t{state.serial}", skill=following.intent, text=following.text, slots=slots)
        return Step(state=state.replace(task), commands=(*commands, Prepare(task=task)))
    return Step(state=state, commands=commands)
