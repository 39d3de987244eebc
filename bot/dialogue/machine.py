"""The procedure machine: slots, confirmation, correction, cancellation, digression and return, two requests in one message.

`advance(state, trigger)` is pure: it returns the next state and the commands to carry out, and knows no model, no channel and no
storage. Every model drives the same machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.dialogue.at_card import hear_at_card
from bot.dialogue.at_case import hear_at_case
from bot.dialogue.at_slot import hear_at_slot
from bot.dialogue.bringing_up import settled
from bot.dialogue.cases import Cases
from bot.dialogue.flow import drop, refused, resume
from bot.dialogue.fresh import hear_fresh, offer_answer, open_task
from bot.dialogue.state import DialogueState, Phase, Task
from bot.dialogue.steps import (
    Answer,
    Command,
    Execute,
    HandOver,
    Heard,
    MailCode,
    Prepare,
    Pressed,
    Say,
    SeekApproval,
    ShowCard,
    SkillCard,
    Step,
    Trigger,
    WasAnswered,
    WasPrepared,
    WasRun,
    Wording,
)
from core.action import Allow, Deny, NeedsApproval
from core.conversation import Sentence
from core.language import Act, SlotValue
from skills.contract import Ask, Detour, Ready, Refuse

MOST_TRIES = 3
CODE_SLOT = "code"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine over a set of skills. Holds no state: it travels in `DialogueState`.

    `fluent`: what isn't surely understood goes to a model that answers in its own words, rather than to a guessed skill.
    """

    skills: Mapping[str, SkillCard]
    fluent: bool = False
    cases: Cases = field(default_factory=Cases)

    def advance(self, state: DialogueState, trigger: Trigger) -> Step:
        """What follows from `trigger`."""
        return self.cases.follow(state, trigger, self._advance(state, trigger))

    def _advance(self, state: DialogueState, trigger: Trigger) -> Step:
        match trigger:
            case Heard():
                return self._hear(state, replace(trigger, fluent=self.fluent))
            case Pressed():
                return self._press(state, trigger)
            case WasPrepared():
                return self._prepared(state, trigger)
            case WasRun():
                return self._ran(state, trigger)
            case WasAnswered():
                return self._answered(state, trigger)

    def _hear(self, state: DialogueState, heard: Heard) -> Step:
        if heard.understood.act is Act.REPEAT and state.said and heard.understood.act_confidence >= 0.5:
            return Step(state=state, commands=(Say(sentences=state.said),))
        if state.offer is not None:
            answered = offer_answer(state, heard, self.skills)
            if answered is not None:
                return answered
            state = state.model_copy(update={"offer": None})
        state = self.cases.tidy(state)
        heard = settled(state, heard, self.cases.procedures)
        followed = hear_at_case(state, heard, self.cases.procedures)
        if followed is not None:
            return followed
        top = state.top
        if top is not None and top.phase is Phase.CONFIRMING:
            return hear_at_card(state, top, heard, self.skills)
        if top is not None and top.asking is not None:
            return hear_at_slot(state, top, heard, self.skills)
        return hear_fresh(state, heard, self.skills)

    def _press(self, state: DialogueState, pressed: Pressed) -> Step:
        task = next((each for each in state.tasks if each.card is not None and each.card.id == pressed.card_id), None)
        if task is None or task.phase is not Phase.CONFIRMING:
            return Step(state=state, commands=(Wording(id="card.closed"),))
        if pressed.confirmed:
            return Step(state=state, commands=(Execute(task=task),))
        return drop(state, task)

    def _prepared(self, state: DialogueState, result: WasPrepared) -> Step:
        task = state.task(result.task_id)
        if task is None:
            return Step(state=state)
        if task.unsure and (isinstance(result.prepared, Refuse) or isinstance(result.decision, Deny)):
            return self._guessed_wrong(state.without(task.id), task)
        match result.prepared:
            case Ask() as ask:
                return _ask(state, task, ask)
            case Refuse(question=True):
                return Step(state=state.without(task.id), commands=(Answer(question=task.text),))
            case Refuse() as refuse:
                commands: list[Command] = [Say(sentences=refuse.sentences)]
                if refuse.handoff:
                    commands.append(HandOver(reason=refuse.handoff, detail=refuse.code))
                return resume(state.without(task.id), tuple(commands))
            case Ready() as ready:
                return self._ready(state, task, ready, result)

    def _guessed_wrong(self, state: DialogueState, task: Task) -> Step:
        """A guess that can't be carried out says nothing: the help centre is asked, unless it was before."""
        if task.searched:
            return self._answered(state, WasAnswered(found=False))
        return Step(state=state, commands=(Answer(question=task.text),))

    def _ready(self, state: DialogueState, task: Task, ready: Ready, result: WasPrepared) -> Step:
        decision = result.decision
        task = task.model_copy(update={"request": result.request, "offer": ready.offer, "asking": None})
        if isinstance(decision, Allow):
            if ready.instead is not None and not task.detoured:
                return _detour(state, task, ready)
            if result.reads:
                return Step(state=state.replace(task), commands=(Execute(task=task),))
            task = task.model_copy(update={"phase": Phase.CONFIRMING})
            return Step(
                state=state.replace(task), commands=(Say(sentences=ready.intro), Wording(id="card.check"), ShowCard(task=task))
            )
        if task.parent is not None:
            return self._unwelcome_detour(state, task)
        if isinstance(decision, NeedsApproval):
            state = state.without(task.id)
            return Step(state=state, commands=(Say(sentences=ready.intro), SeekApproval(task=task, approver=decision.approver)))
        return refused(state, task, decision, reads=result.reads)

    def _unwelcome_detour(self, state: DialogueState, task: Task) -> Step:
        """An offer to stay that policy doesn't let the bot make is not mentioned: the customer's own wish goes on."""
        state = state.without(task.id).model_copy(update={"save_offers": max(0, state.save_offers - 1)})
        parent = state.task(task.parent or "")
        return Step(state=state, commands=(Prepare(task=parent),) if parent else ())

    def _ran(self, state: DialogueState, result: WasRun) -> Step:
        task = state.task(result.task_id)
        if task is None:
            return Step(state=state)
        state = state.without(task.id)
        if result.done is None:
            commands: list[Command] = [Say(sentences=(result.problem,))] if result.problem else []
            if result.handoff:
                commands.append(HandOver(reason=result.handoff, detail=task.skill))
            return resume(state, tuple(commands))
        parent = state.task(task.parent or "")
        if parent is not None:
            state = state.without(parent.id)
        said = Say(sentences=() if task.quiet else result.done.sentences)
        if result.done.handoff:
            return Step(state=state, commands=(said, HandOver(reason=result.done.handoff, detail=task.skill)))
        if result.done.then is not None and result.done.then.skill in self.skills and task.called_by is None:
            state = state.model_copy(update={"serial": state.serial + 1})
            slots = _slots(result.done.then)
            following = Task(
                id=f"t{state.serial}", skill=result.done.then.skill, text=task.text, slots=slots, raised_by=task.raised_by
            )
            return Step(state=state.replace(following), commands=(said, Prepare(task=following)))
        return resume(state, (said,))

    def _answered(self, state: DialogueState, answered: WasAnswered) -> Step:
        if answered.found:
            return resume(state.model_copy(update={"misses": 0}), ())
        if answered.otherwise is not None and state.top is None:
            state, prepare = open_task(state, answered.otherwise, unsure=True, searched=True)
            return Step(state=state, commands=(prepare,))
        if answered.outside and not answered.choices:
            return resume(state, (Wording(id="answer.outside"),))
        state = state.model_copy(update={"misses": state.misses + 1, "choices": answered.choices})
        if state.misses >= MOST_TRIES:
            return Step(state=state, commands=(HandOver(reason="repeated_failure"),))
        near = Wording(id="answer.none_but", values=(("topics", "; ".join(answered.choices)),))
        return resume(state, (near if answered.choices else Wording(id="answer.none"),))


def _ask(state: DialogueState, task: Task, ask: Ask) -> Step:
    """Asks for a slot; after three tries in vain a person takes over."""
    tries = task.tries + 1 if task.asking == ask.slot else 1
    if tries > MOST_TRIES:
        return Step(state=state.without(task.id), commands=(HandOver(reason="repeated_failure", detail=task.skill),))
    first_code = ask.slot == CODE_SLOT and task.asking != CODE_SLOT
    task = task.model_copy(update={"asking": ask.slot, "question": ask.question, "tries": tries, "phase": Phase.FILLING})
    if first_code:
        return Step(state=state.replace(task), commands=(MailCode(task=task),))
    return Step(state=state.replace(task), commands=(Say(sentences=(Sentence(text=ask.question, approved="ask"),)),))


def _detour(state: DialogueState, task: Task, ready: Ready) -> Step:
    """Puts another skill before this one, once."""
    assert ready.instead is not None
    task = task.model_copy(update={"detoured": True})
    state = state.replace(task).model_copy(update={"serial": state.serial + 1, "save_offers": state.save_offers + 1})
    slots = _slots(ready.instead)
    other = Task(
        id=f"t{state.serial}", skill=ready.instead.skill, text=task.text, slots=slots, parent=task.id, raised_by=task.raised_by
    )
    state = state.replace(other)
    return Step(state=state, commands=(Say(sentences=ready.intro), Prepare(task=other)))


def _slots(detour: Detour) -> dict[str, SlotValue]:
    """The values that a skill hands on to another, as slots: absent ones are left to be asked for."""
    given = {name: argument for name, argument in detour.slots.items() if argument.value is not None}
    return {
        name: SlotValue(
            name=name,
            value=argument.value,
            message_id=argument.provenance.source_id,
            start=0,
            end=0,
            origin=argument.provenance.origin,
        )
        for name, argument in given.items()
        if argument.value is not None
    }
