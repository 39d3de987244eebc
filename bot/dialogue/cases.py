"""Procedures inside the machine: each is a task whose questions, calls and ends are worked out by walking it. Pure.

What the machine does with a skill's task (interruption, correction, cancel, skip, clarify, repeat, digression and return) it does
with a procedure's. A skill that a procedure calls is a task of its own; when that ends, the procedure is told how, and goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from bot.dialogue.flow import resume
from bot.dialogue.state import DialogueState, Phase, Task
from bot.dialogue.steps import (
    Answer,
    Command,
    Execute,
    HandOver,
    Judge,
    MailCode,
    Prepare,
    Say,
    SeekApproval,
    Step,
    Trigger,
    WasPrepared,
    WasRun,
    Wording,
)
from core.action import Deny, Scalar
from core.conversation import Sentence
from skills.procedures.procedure import Kind, Procedure
from skills.procedures.walking import (
    DECLINED,
    DONE,
    FAILED,
    REFUSED,
    REPLACED,
    Asks,
    Calls,
    Consults,
    Ends,
    HandsOver,
    Kept,
    walk,
)

UNVERIFIED = "unverified"
MOST_TRIES = 3
MOST_ENTRIES = 8
LEAVES = (HandOver, SeekApproval)
WORKS = (Prepare, Execute, Answer, MailCode, Judge)


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The procedures that are live, by name. `today` is a day in ISO spelling, for what they work out."""

    procedures: Mapping[str, Procedure] = field(default_factory=dict[str, Procedure])
    today: str = ""

    def follow(self, before: DialogueState, trigger: Trigger, step: Step) -> Step:
        """What else follows from a step of the machine: procedures are begun, told how their calls ended, and go on."""
        if not self.procedures:
            return step
        if any(isinstance(each, LEAVES) for each in step.commands):
            return self._noted(before, step)
        step = self._reported(before, trigger, step)
        for _ in range(MOST_ENTRIES):
            entered = self._entered(step)
            if entered is step:
                break
            step = entered
        return self._unstuck(step)

    def tidy(self, state: DialogueState) -> DialogueState:
        """The state without procedures whose call is gone: what was to come of it never will."""
        while (top := state.top) is not None and top.skill in self.procedures and top.asking is None:
            state = state.without(top.id)
        return state

    def _noted(self, before: DialogueState, step: Step) -> Step:
        """Where it stood goes to whoever takes over."""
        commands = tuple(
            HandOver(reason=each.reason, detail=noted(each.detail, before, self.procedures))
            if isinstance(each, HandOver)
            else each
            for each in step.commands
        )
        return Step(state=step.state, commands=commands)

    def _reported(self, before: DialogueState, trigger: Trigger, step: Step) -> Step:
        """Tells procedures of calls that ended with this step."""
        state, commands = step.state, step.commands
        for child in before.tasks:
            caller = state.task(child.called_by or "")
            if caller is None or state.task(child.id) is not None or _is_prepared(commands, caller):
                continue
            outcome, values = _outcome(trigger, child)
            if outcome == UNVERIFIED:
                return self._unverified(state, caller, commands)
            commands = tuple(each for each in commands if not isinstance(each, Answer))
            if outcome == DECLINED and self._foresees(caller, DECLINED):
                commands = tuple(each for each in commands if each != Wording(id="task.cancelled"))
            following = self._proceed(state, _told(caller, outcome, values), commands)
            state, commands = following.state, following.commands
        return Step(state=state, commands=commands)

    def _foresees(self, caller: Task, outcome: str) -> bool:
        procedure = self.procedures.get(caller.skill)
        return procedure is not None and any(step.name == caller.book.at and outcome in step.targets for step in procedure.steps)

    def _unverified(self, state: DialogueState, caller: Task, commands: Sequence[Command]) -> Step:
        """Who isn't known yet is answered in general, or asked to prove who they are: the case ends there."""
        outermost: Task | None = caller
        text = caller.text
        while outermost is not None:
            state, text = state.without(outermost.id), outermost.text
            outermost = state.task(outermost.called_by or "")
        if any(isinstance(each, Answer) for each in commands):
            asked = Answer(question=text, else_say="verify.first")
            return Step(state=state, commands=tuple(asked if isinstance(each, Answer) else each for each in commands))
        return resume(state, tuple(commands))

    def _entered(self, step: Step) -> Step:
        """Walks the procedures that are to be prepared; the same step when there are none."""
        for place, command in enumerate(step.commands):
            if isinstance(command, Prepare) and command.task.skill in self.procedures:
                walked = self._proceed(step.state, command.task, step.commands[:place])
                return Step(state=walked.state, commands=(*walked.commands, *step.commands[place + 1 :]))
        return step

    def _unstuck(self, step: Step) -> Step:
        """Goes on with a procedure that waits for nothing any more: the help centre's answer has been given."""
        top = step.state.top
        waits = top is None or top.asking is not None or top.phase is not Phase.FILLING
        if waits or top is None or top.skill not in self.procedures or any(isinstance(each, WORKS) for each in step.commands):
            return step
        return self._proceed(step.state, top, step.commands)

    def _proceed(self, state: DialogueState, task: Task, commands: Sequence[Command]) -> Step:
        """Walks a procedure on, and turns what it comes to into state and commands."""
        procedure = self.procedures.get(task.skill)
        if procedure is None:
            return self._ended(state, task, REPLACED, commands)
        moved = walk(procedure, task.slots, task.skipped, task.book, self.today)
        asked = task.asking
        task = task.model_copy(update={"slots": dict(moved.slots), "book": moved.book, "asking": None})
        commands = (*commands, *((Say(sentences=tuple(moved.said)),) if moved.said else ()))
        match moved.next:
            case Asks() as asks:
                return self._asks(state, task, asks, task.tries + 1 if asks.name == asked and asks.problem else 1, commands)
            case Calls() as calls:
                return self._calls(state, task, calls, commands)
            case Consults(question=question):
                return Step(state=state.replace(task), commands=(*commands, Answer(question=question)))
            case HandsOver(reason=reason, note=note):
                detail = noted(note, state.replace(task), self.procedures)
                return Step(state=state.without(task.id), commands=(*commands, HandOver(reason=reason, detail=detail)))
            case Ends(outcome=outcome):
                return self._ended(state, task, outcome, commands)

    def _asks(self, state: DialogueState, task: Task, asks: Asks, tries: int, commands: Sequence[Command]) -> Step:
        if tries > MOST_TRIES:
            detail = standing(state.replace(task), self.procedures)
            return Step(state=state.without(task.id), commands=(*commands, HandOver(reason="repeated_failure", detail=detail)))
        task = task.model_copy(update={"asking": asks.name, "question": asks.question, "tries": tries, "phase": Phase.FILLING})
        texts = [asks.problem, asks.question] if asks.problem else [asks.question]
        said = Say(sentences=tuple(Sentence(text=text, approved="ask") for text in texts))
        return Step(state=state.replace(task), commands=(*commands, said))

    def _calls(self, state: DialogueState, task: Task, calls: Calls, commands: Sequence[Command]) -> Step:
        step = calls.step
        state = state.replace(task).model_copy(update={"serial": state.serial + 1})
        child = Task(
            id=f"t{state.serial}",
            skill=step.what,
            text=step.saying or task.text,
            slots=dict(calls.slots),
            called_by=task.id,
            quiet=not step.tell,
            raised_by=task.raised_by,
        )
        state = state.replace(child)
        if step.kind is Kind.PROCEDURE:
            return self._proceed(state, child, commands)
        return Step(state=state, commands=(*commands, Prepare(task=child)))

    def _ended(self, state: DialogueState, task: Task, outcome: str, commands: Sequence[Command]) -> Step:
        state = state.without(task.id)
        caller = state.task(task.called_by or "")
        if caller is not None:
            return self._proceed(state, _told(caller, outcome, {}), commands)
        if outcome in (REFUSED, FAILED):
            commands = (*commands, Wording(id="procedure.offer_person"))
        return resume(state, tuple(commands))


def standing(state: DialogueState, procedures: Mapping[str, Procedure]) -> str:
    """Where the procedures of a conversation stand, for the person who takes over."""
    told: list[str] = []
    for task in state.tasks:
        procedure = procedures.get(task.skill)
        if procedure is None:
            continue
        known = ", ".join(f"{name.replace('_', ' ')}: {slot.value}" for name, slot in task.slots.items())
        at = (task.asking or task.book.at).replace("_", " ")
        told.append(f'In "{procedure.title}" (version {procedure.version}) at {at}' + (f", with {known}" if known else ""))
    return ". ".join(told)


def noted(detail: str, state: DialogueState, procedures: Mapping[str, Procedure]) -> str:
    """A detail with where the procedures stand, unless it says so already."""
    where = standing(state, procedures)
    return "; ".join(part for part in (detail, "" if where in detail else where) if part)


def _told(caller: Task, outcome: str, values: Mapping[str, Scalar]) -> Task:
    """The caller with what came of its call."""
    kept = Kept(key=caller.book.called, outcome=outcome, values=dict(values))
    return caller.model_copy(update={"book": caller.book.keeping(caller.book.at, kept)})


def _outcome(trigger: Trigger, child: Task) -> tuple[str, Mapping[str, Scalar]]:
    match trigger:
        case WasRun(task_id=task_id, done=done) if task_id == child.id:
            return (DONE, values_of(done.result)) if done is not None else (FAILED, {})
        case WasRun():
            return REPLACED, {}
        case WasPrepared(decision=Deny(reasons=reasons)) if any(each.code == "verified" for each in reasons):
            return UNVERIFIED, {}
        case WasPrepared():
            return REFUSED, {}
        case _:
            return DECLINED, {}


def values_of(result: BaseModel) -> dict[str, Scalar]:
    """A result's fields as procedures read them: a list counts its members."""
    found: dict[str, Scalar] = {}
    for name, value in result.model_dump(mode="json").items():
        if value is None or isinstance(value, str | int | bool):
            found[name] = value
        elif isinstance(value, list):
            found[name] = len(value)  # pyright: ignore[reportUnknownArgumentType]  # only counted
    return found


def _is_prepared(commands: Sequence[Command], caller: Task) -> bool:
    return any(isinstance(each, Prepare) and each.task.id == caller.id for each in commands)
