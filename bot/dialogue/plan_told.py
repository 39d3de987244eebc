"""What others are told of a plan: the journal, the decision record, whoever takes over, and policy of its money."""

from collections.abc import Mapping, Sequence

from bot.dialogue.draft import Draft
from bot.dialogue.plan import Plan, PlanStep
from bot.dialogue.plan_following import phrase_of
from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import Wording
from core.events import JSON
from skills.facts import Beside

FEWEST = 2


def as_made(plan: Plan) -> dict[str, JSON]:
    """The plan as the journal keeps it before anything is done for it: names, origins and places, no value."""
    steps: list[JSON] = [
        {
            "number": each.number,
            "skill": each.skill,
            "slots": {slot.name: slot.origin.value for slot in each.wish.slots},
            "after": each.after,
        }
        for each in plan.steps
    ]
    return {"plan": plan.id, "message": plan.message_id, "unsure": plan.unsure, "steps": steps}


def as_standing(plan: Plan) -> dict[str, JSON]:
    """Where it stands: each step with its verdict, and the verdict on the whole."""
    steps: list[JSON] = [_standing(each) for each in plan.steps]
    return {
        "plan": plan.id,
        "verdict": plan.verdict,
        "reasons": list(plan.reasons),
        "asking": plan.asking.value if plan.asking else None,
        "steps": steps,
    }


def as_lines(plan: Plan | None) -> tuple[str, ...]:
    """Each step and where it stands, in the order of the plan, as codes."""
    return tuple(f"{each.skill}: {each.where.value}" for each in plan.steps) if plan is not None else ()


def announced(plan: Plan, titles: Mapping[str, str], changes: frozenset[str]) -> tuple[Wording, ...]:
    """The plan in a sentence for the customer; nothing to say of a single step, or of mere reads that are done at once."""
    steps = [each for each in plan.steps if each.open]
    if len(steps) < FEWEST or not any(each.skill in changes for each in steps):
        return ()
    told = "; ".join(f"{place}) {_told(each, titles)}" for place, each in enumerate(steps, 1))
    return (Wording(id="plan.told", values=(("steps", told),)),)


def beside(state: DialogueState, task: Task | None) -> tuple[Beside, ...]:
    """The money that the other open steps would give."""
    plan = state.plan
    mine = plan.of_task(task.id) if plan is not None and task is not None else None
    if plan is None or mine is None:
        return ()
    others: Sequence[PlanStep] = [each for each in plan.steps if each.open and each.number != mine.number and each.usd_minor]
    return tuple(Beside(cause=each.cause, form=each.form, usd_minor=each.usd_minor) for each in others)


def _told(step: PlanStep, titles: Mapping[str, str]) -> str:
    words = phrase_of(step, titles)
    return f"{words}, on which a colleague decides" if step.verdict == "needs_approval" else words


def _standing(step: PlanStep) -> dict[str, JSON]:
    kept: dict[str, JSON] = {
        "number": step.number,
        "skill": step.skill,
        "after": step.after,
        "where": step.where.value,
        "stands": step.stands,
        "verdict": step.verdict,
        "reasons": list(step.reasons),
        "approver": step.approver,
    }
    return {name: value for name, value in kept.items() if value or name in ("number", "where")}


def without_old(state: DialogueState) -> DialogueState:
    """The state without a plan that was over before."""
    return state.model_copy(update={"plan": None}) if state.plan is not None and state.plan.over else state


def waits(state: DialogueState) -> bool:
    """Whether a yes or a no in the next message would answer something."""
    return state.offer is not None or state.top is not None or (state.plan is not None and state.plan.asking is not None)


def tell_plan(draft: Draft, state: DialogueState) -> None:
    """Puts where the plan stands into the record, and into what a person who takes over is handed."""
    if state.plan is not None:
        draft.noted["plan"] = as_standing(state.plan)
        draft.planned = as_lines(state.plan)
