"""Makes and follows plans: journalled before anything is read or done for them, judged, told, gone on with step by step."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.dialogue.acting import Acting
from bot.dialogue.flow import resume
from bot.dialogue.machine import Machine
from bot.dialogue.plan import MOST_STEPS, Plan, Where
from bot.dialogue.plan_answer import answer_to
from bot.dialogue.plan_following import asked_about, followed, is_wish, phrase_of, taken_up
from bot.dialogue.plan_making import doubt_in, steps_of
from bot.dialogue.plan_told import announced, as_made, as_standing
from bot.dialogue.plan_weighing import left_out, weighed
from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import Command, Heard, Prepare, Step, Trigger, WasAnswered, Wording
from core.action import Effect
from core.events import JSON
from core.language import Asked

FEWEST = 2
BEGUN = frozenset({Where.NOW, Where.DONE, Where.FAILED, Where.REFUSED, Where.APPROVAL})

Note = Callable[[str, str, Mapping[str, JSON]], Awaitable[None]]


async def unnoted(event_id: str, kind: str, data: Mapping[str, JSON]) -> None:
    """Keeps no journal."""


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans for one turn. `note` journals under an id, once, in a transaction of its own; `titles` name what can be asked for."""

    note: Note = unnoted
    titles: Mapping[str, str] = field(default_factory=dict[str, str])

    async def advance(self, acting: Acting, machine: Machine, trigger: Trigger | None) -> Step:
        """What the machine makes of a trigger, with the plan kept in step; without one only what the plan brings next."""
        before, state, answered = acting.state, acting.state, None
        if isinstance(trigger, Heard):
            said = answer_to(state, trigger, self.titles)
            state, answered = said.state, said.step
        if answered is not None:
            step = self._settled(acting, answered)
        else:
            step = machine.advance(state, trigger) if trigger is not None else Step(state=state)
            step = followed(before, trigger, step, self.titles)
            if isinstance(trigger, Heard):
                step = await self._with_wishes(acting, before, step)
        taken = taken_up(step, self.titles)
        return step if taken is step else machine.cases.follow(taken.state, WasAnswered(found=True), taken)

    async def make(self, acting: Acting, wishes: Sequence[Asked], *, unsure: bool = False) -> Plan:
        """A new plan for the wishes: journalled, then judged."""
        plan_id = hashlib.sha256(f"{acting.hearing.turn_id}/{[each.intent for each in wishes]}".encode()).hexdigest()[:32]
        steps = steps_of(wishes[:MOST_STEPS], 1)
        plan = Plan(id=plan_id, message_id=acting.hearing.message_id, steps=steps, unsure=unsure)
        return await self.kept(acting, plan)

    def changes(self, acting: Acting) -> frozenset[str]:
        """The skills that do more than read."""
        return frozenset(each.id for each in acting.tools.skills.values() if each.effect is not Effect.READ)

    async def kept(self, acting: Acting, plan: Plan) -> Plan:
        """Journals the plan as it is, and only then looks at what it would come to."""
        made = as_made(plan)
        await self.note(_id_of("plan.made", acting, made), "plan.made", made)
        plan = await weighed(acting, plan)
        judged = as_standing(plan)
        await self.note(_id_of("plan.judged", acting, judged), "plan.judged", judged)
        return plan

    async def _with_wishes(self, acting: Acting, before: DialogueState, step: Step) -> Step:
        """Makes a plan of several new wishes, or puts further ones at the end of the plan that there is.

        What was only guessed makes no plan, nor do questions that change nothing: they are served one after the other.
        """
        later = [each for each in step.state.later if each not in before.later and each.intent in self.titles]
        tasks = [each for each in step.state.tasks if is_wish(each) and before.task(each.id) is None]
        plan = step.state.plan
        if plan is not None and not plan.over:
            tasks = [each for each in tasks if each.skill in self.changes(acting) and plan.of_task(each.id) is None]
            wishes = [*(_wish(each) for each in tasks), *later]
            return await self._added(acting, _without(step, tasks, later), wishes) if wishes else step
        wishes = [*(_wish(each) for each in tasks), *later]
        guessed = any(each.unsure for each in tasks)
        if guessed or len(wishes) < FEWEST or not any(each.intent in self.changes(acting) for each in wishes):
            return step
        made = await self.make(acting, wishes)
        for task in tasks:
            opened = made.next_of(task.skill)
            made = made.put(opened, Where.NOW, task.id) if opened is not None else made
        step = _without(step, (), later)
        full = (Wording(id="plan.full"),) if len(wishes) > MOST_STEPS else ()
        begun = Step(state=_planned(step.state, made), commands=(*full, *step.commands))
        return self._doubted(acting, before, begun, made) or self._told(acting, begun, made)

    def _doubted(self, acting: Acting, before: DialogueState, step: Step, plan: Plan) -> Step | None:
        """Holds everything and asks, when steps of a new plan don't go together."""
        doubt = doubt_in(plan, self.changes(acting))
        if doubt is None:
            return None
        held = tuple(each.model_copy(update={"where": Where.WAITING, "task_id": None}) for each in plan.steps)
        plan = plan.model_copy(update={"steps": held}).doubting(*doubt)
        full = tuple(each for each in step.commands if isinstance(each, Wording) and each.id == "plan.full")
        state = step.state.model_copy(update={"tasks": before.tasks, "plan": plan})
        return Step(state=state, commands=(*full, asked_about(plan, self.titles)))

    def _told(self, acting: Acting, step: Step, plan: Plan) -> Step:
        """Says which steps can't be asked for, and the plan of the others."""
        plan, said = left_out(acting, plan)
        told = announced(plan, self.titles, self.changes(acting))
        return Step(state=_planned(step.state, plan), commands=(*said, *told, *step.commands))

    def _settled(self, acting: Acting, step: Step) -> Step:
        """After an answer: asks about the next doubt, or tells what is to be done and goes on."""
        plan = step.state.plan
        if plan is None or plan.over or plan.asking is not None:
            return step
        doubt = doubt_in(plan, self.changes(acting))
        if doubt is not None:
            plan = plan.doubting(*doubt)
            return Step(state=_planned(step.state, plan), commands=(*step.commands, asked_about(plan, self.titles)))
        if any(each.where in BEGUN for each in plan.steps):
            return resume(step.state, step.commands)
        told = self._told(acting, step, plan)
        return resume(told.state, told.commands)

    async def _added(self, acting: Acting, step: Step, wishes: Sequence[Asked]) -> Step:
        """Further wishes come last, as far as there is room; what is in hand goes first."""
        plan = step.state.plan
        assert plan is not None
        said: list[Command] = [Wording(id="plan.full")] if len(wishes) > plan.room else []
        fitting = wishes[: max(0, plan.room)]
        if fitting:
            first = len(plan.steps) + 1
            plan = plan.model_copy(update={"steps": (*plan.steps, *steps_of(fitting, first, plan.steps))})
            plan, barred = left_out(acting, await self.kept(acting, plan))
            added = [each for each in plan.waiting if each.number >= first]
            listed = "; ".join(f"{each.number}) {phrase_of(each, self.titles)}" for each in added)
            said += [*barred, *([Wording(id="plan.added", values=(("steps", listed),))] if added else [])]
        doubt = doubt_in(plan, self.changes(acting)) if plan.asking is None else None
        if doubt is not None:
            plan = plan.doubting(*doubt)
            return Step(state=_planned(step.state, plan), commands=(*said, asked_about(plan, self.titles), *step.commands))
        state = _planned(step.state, plan)
        return Step(state=state, commands=(*said, *step.commands)) if step.commands else resume(state, tuple(said))


def _planned(state: DialogueState, plan: Plan) -> DialogueState:
    return state.model_copy(update={"plan": plan})


def _wish(task: Task) -> Asked:
    return Asked(intent=task.skill, confidence=1.0, text=task.text, slots=tuple(task.slots.values()))


def _without(step: Step, tasks: Collection[Task], later: Collection[Asked]) -> Step:
    """The step without tasks that wait for their turn, and without what the plan keeps for later."""
    gone = {each.id for each in tasks}
    kept = tuple(each for each in step.state.tasks if each.id not in gone)
    rest = tuple(each for each in step.state.later if each not in later)
    commands = tuple(each for each in step.commands if not (isinstance(each, Prepare) and each.task.id in gone))
    return Step(state=step.state.model_copy(update={"tasks": kept, "later": rest}), commands=commands)


def _id_of(kind: str, acting: Acting, data: Mapping[str, JSON]) -> str:
    """The same for the same plan in the same turn, however often that is taken."""
    said = json.dumps([kind, acting.hearing.turn_id, data], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
