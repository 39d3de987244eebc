"""The bounded plan of a request with several steps: what the customer's own words ask for, in order, and where each step stands.

Frozen pydantic models, kept in the dialogue's state. Steps that wait stand here alone; each becomes a task when its turn comes.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from core.language import Asked

MOST_STEPS = 6


class Where(StrEnum):
    """Where a step stands. `LEFT_OUT`: its asker may not ask for it at all; `DROPPED`: the customer let it go."""

    WAITING = "waiting"
    NOW = "now"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    APPROVAL = "awaiting_approval"
    DROPPED = "dropped"
    LEFT_OUT = "left_out"


class Doubt(StrEnum):
    """What the customer is asked about a plan: which of two that exclude each other, whether once, or whether to go on."""

    EITHER = "either"
    ONCE = "once"
    GO_ON = "go_on"


OPEN = frozenset({Where.WAITING, Where.NOW})


class PlanStep(BaseModel):
    """A step: the wish with the slots known so far, the number of the step `after` which alone it makes sense, and its verdict.

    `verdict` is policy's foresight: allow, deny or needs_approval; empty while it can't be judged, and `stands` then says why.
    `told` are policy's reasons in the customer's words; `form`, `cause` and `usd_minor` say what money it would give.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    wish: Asked
    after: int | None = None
    where: Where = Where.WAITING
    task_id: str | None = None
    stands: str = ""
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    approver: str = ""
    form: str = ""
    cause: str = ""
    usd_minor: int = 0

    @property
    def skill(self) -> str:
        return self.wish.intent

    @property
    def open(self) -> bool:
        return self.where in OPEN


class Plan(BaseModel):
    """All steps in order, what policy says of them as a whole, and what the customer is being asked `about` some of them.

    `meant` are steps of which the customer said that they want both. `unsure`: wishes that were heard but not surely; only what
    is called becomes a step that is taken up.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    message_id: str
    steps: tuple[PlanStep, ...]
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    asking: Doubt | None = None
    about: tuple[int, ...] = ()
    meant: tuple[int, ...] = ()
    unsure: bool = False

    @property
    def over(self) -> bool:
        return not any(each.open for each in self.steps)

    @property
    def waiting(self) -> tuple[PlanStep, ...]:
        return tuple(each for each in self.steps if each.where is Where.WAITING)

    @property
    def room(self) -> int:
        """How many steps may still be added."""
        return MOST_STEPS - len(self.steps)

    def step(self, number: int) -> PlanStep:
        return next(each for each in self.steps if each.number == number)

    def holds(self, skill: str) -> bool:
        """Whether a step that isn't over asks for the skill."""
        return any(each.open and each.skill == skill for each in self.steps)

    def of_task(self, task_id: str) -> PlanStep | None:
        return next((each for each in self.steps if each.task_id == task_id), None)

    def next_of(self, skill: str) -> PlanStep | None:
        """The first step that waits for the skill."""
        return next((each for each in self.waiting if each.skill == skill), None)

    def replace(self, step: PlanStep) -> "Plan":
        return self.model_copy(update={"steps": tuple(step if each.number == step.number else each for each in self.steps)})

    def put(self, step: PlanStep, where: Where, task_id: str | None = None) -> "Plan":
        """The plan with a step standing elsewhere."""
        return self.replace(step.model_copy(update={"where": where, "task_id": task_id or step.task_id}))

    def dropping(self, numbers: Sequence[int]) -> "Plan":
        """The plan without those of the steps that still wait."""
        plan = self
        for each in self.waiting:
            if each.number in numbers:
                plan = plan.put(each, Where.DROPPED)
        return plan

    def settled(self) -> "Plan":
        """The plan with nothing asked about."""
        return self.model_copy(update={"asking": None, "about": ()})

    def doubting(self, doubt: Doubt, numbers: tuple[int, ...]) -> "Plan":
        return self.model_copy(update={"asking": doubt, "about": numbers})

    def leaning_on(self, step: PlanStep) -> tuple[PlanStep, ...]:
        """The waiting steps that make sense only after this one."""
        return tuple(each for each in self.waiting if each.after == step.number)
