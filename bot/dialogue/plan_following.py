"""Keeps a plan in step with the machine: what each step came to, which is taken up next, when to ask before going on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.flow import resume
from bot.dialogue.plan import Doubt, Plan, PlanStep, Where
from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import (
    Answer,
    Command,
    Execute,
    HandOver,
    Heard,
    Judge,
    MailCode,
    Prepare,
    Pressed,
    SeekApproval,
    Step,
    Trigger,
    WasPrepared,
    WasRun,
    Wording,
)
from core.action import NeedsApproval

GOES_ON = (Prepare, Execute, Answer, MailCode, Judge, HandOver, SeekApproval)
"""Commands after which the machine isn't done: something comes back, or people take over."""
FAILING = frozenset({Where.FAILED, Where.REFUSED})


def followed(before: DialogueState, trigger: Trigger | None, step: Step, titles: Mapping[str, str]) -> Step:
    """The step with the plan brought up to date, and the question whether to go on when a step came to nothing."""
    plan = step.state.plan
    if plan is None or plan.over:
        return step
    fallen: list[PlanStep] = []
    for each in plan.steps:
        task_id = each.task_id
        if each.where is not Where.NOW or task_id is None or step.state.task(task_id) is not None:
            continue
        where = _came_to(task_id, before, trigger)
        plan = plan.put(each, where)
        if where in FAILING:
            fallen.append(each)
    plan = _linked(plan, step.state)
    commands = step.commands
    if _stops(plan, fallen, commands):
        plan = plan.doubting(Doubt.GO_ON, tuple(each.number for each in plan.waiting))
        commands = (*commands, asked_about(plan, titles))
    return Step(state=step.state.model_copy(update={"plan": plan}), commands=commands)


def taken_up(step: Step, titles: Mapping[str, str]) -> Step:
    """Takes up the next step once nothing else is in hand, or asks again what is being asked; else the same step."""
    plan, state = step.state.plan, step.state
    idle = state.top is None and not any(isinstance(each, GOES_ON) for each in step.commands)
    if plan is None or not idle or plan.unsure or not plan.waiting:
        return step
    if plan.asking is not None:
        question = asked_about(plan, titles)
        return step if not step.commands or question in step.commands else replace(step, commands=(*step.commands, question))
    following = plan.waiting[0]
    state = state.model_copy(update={"later": (following.wish, *state.later)})
    resumed = resume(state, step.commands)
    opened = resumed.state.top
    assert opened is not None
    plan = plan.put(following, Where.NOW, opened.id)
    return Step(state=resumed.state.model_copy(update={"plan": plan}), commands=resumed.commands)


def asked_about(plan: Plan, titles: Mapping[str, str]) -> Wording:
    """The question that a plan waits for."""
    steps = [plan.step(number) for number in plan.about]
    if plan.asking is Doubt.EITHER:
        return Wording(id="plan.either", values=(("first", phrase_of(steps[0], titles)), ("second", phrase_of(steps[1], titles))))
    if plan.asking is Doubt.ONCE:
        return Wording(id="plan.once", values=(("what", phrase_of(steps[0], titles)),))
    listed = "; ".join(f"{each.number}) {phrase_of(each, titles)}" for each in steps)
    return Wording(id="plan.go_on", values=(("steps", listed),))


def phrase_of(step: PlanStep, titles: Mapping[str, str]) -> str:
    """A step in a few words: its title, with the values that the customer named."""
    title = titles.get(step.skill) or step.skill.replace("_", " ").capitalize()
    named = ", ".join(str(slot.value).replace("_", " ") for slot in step.wish.slots if slot.name in SHOWN)
    return f"{title} ({named})" if named else title


SHOWN = frozenset({"plan", "seats", "quantity", "addon", "months", "amount", "billing", "term_months", "region"})
"""Values that tell one step from another and are nobody's personal data."""


def _stops(plan: Plan, fallen: Sequence[PlanStep], commands: Sequence[Command]) -> bool:
    """Whether to ask before going on: after a failure always, after a refusal when something leans on it."""
    if not plan.waiting or any(isinstance(each, HandOver | SeekApproval) for each in commands):
        return False
    failed = [each for each in fallen if plan.step(each.number).where is Where.FAILED]
    return bool(failed) or any(plan.leaning_on(each) for each in fallen)


def _linked(plan: Plan, state: DialogueState) -> Plan:
    """Tasks that were opened meanwhile, under the steps that asked for them."""
    for task in state.tasks:
        if not is_wish(task) or plan.of_task(task.id) is not None:
            continue
        waiting = plan.next_of(task.skill)
        if waiting is not None:
            plan = plan.put(waiting, Where.NOW, task.id)
    return plan


def is_wish(task: Task) -> bool:
    """Whether a task is what the customer asked for, rather than what that brought with it."""
    return task.called_by is None and task.parent is None and task.raised_by == "customer"


def _came_to(task_id: str, before: DialogueState, trigger: Trigger | None) -> Where:
    match trigger:
        case WasRun(task_id=run, done=done) if run == task_id:
            return Where.DONE if done is not None else Where.FAILED
        case WasRun(task_id=run, done=done) if done is not None:
            child = before.task(run)
            return Where.DROPPED if child is not None and child.parent == task_id else Where.DONE
        case WasRun():
            return Where.FAILED
        case WasPrepared(decision=NeedsApproval()):
            return Where.APPROVAL
        case WasPrepared():
            return Where.REFUSED
        case Heard() | Pressed():
            return Where.DROPPED
        case _:
            return Where.REFUSED
