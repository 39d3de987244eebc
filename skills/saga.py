"""Several actions that stand or fall together. `advance` is pure; `Sagas` keeps the state and performs what it says.

Before an action is tried, it is on record that it may have to be taken back. A saga ends committed, fully compensated, or parked
for a person with the list of what is left; it is never silently half done.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class StepState(StrEnum):
    """Where one action of a saga stands. A `tried` one may have had its effect."""

    WAITING = "waiting"
    TRIED = "tried"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"
    STUCK = "stuck"


class Phase(StrEnum):
    """Where a saga stands."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    COMMITTED = "committed"
    COMPENSATED = "compensated"
    PARKED = "parked"


ENDED = frozenset({Phase.COMMITTED, Phase.COMPENSATED, Phase.PARKED})


class SagaState(BaseModel):
    """A saga between two events. `code` says why it turned back."""

    model_config = ConfigDict(frozen=True)

    steps: tuple[StepState, ...]
    phase: Phase = Phase.RUNNING
    code: str = ""

    @classmethod
    def of(cls, count: int) -> "SagaState":
        """A saga of so many actions, none of them tried."""
        return cls(steps=(StepState.WAITING,) * count)

    @property
    def left(self) -> tuple[int, ...]:
        """The actions that a person has to look after."""
        return tuple(index for index, step in enumerate(self.steps) if step in (StepState.STUCK, StepState.TRIED))

    def at(self, index: int, step: StepState, **changes: object) -> "SagaState":
        steps = (*self.steps[:index], step, *self.steps[index + 1 :])
        return self.model_copy(update={"steps": steps, **changes})


class Event(StrEnum):
    """What happened to the action at hand. `unsure`: nobody knows whether it had its effect."""

    GO = "go"
    DONE = "done"
    FAILED = "failed"
    UNSURE = "unsure"
    UNDONE = "undone"
    STUCK = "stuck"


class Do(BaseModel):
    """Try the action at `index`."""

    model_config = ConfigDict(frozen=True)
    index: int


class Undo(BaseModel):
    """Take the action at `index` back."""

    model_config = ConfigDict(frozen=True)
    index: int


Command = Do | Undo | None


def advance(state: SagaState, event: Event) -> tuple[SagaState, Command]:
    """The state after `event`, and what to do next; None when the saga has ended."""
    if state.phase in ENDED:
        return state, None
    match event:
        case Event.GO:
            return _next(state)
        case Event.DONE:
            return _next(state.at(_at_hand(state, StepState.TRIED), StepState.DONE))
        case Event.FAILED:
            return _back(state.at(_at_hand(state, StepState.TRIED), StepState.FAILED, phase=Phase.COMPENSATING))
        case Event.UNSURE:
            return _back(state.at(_at_hand(state, StepState.TRIED), StepState.TRIED, phase=Phase.COMPENSATING))
        case Event.UNDONE:
            return _back(state.at(_at_hand(state, StepState.UNDOING), StepState.UNDONE))
        case Event.STUCK:
            return _back(state.at(_at_hand(state, StepState.UNDOING), StepState.STUCK))


def _next(state: SagaState) -> tuple[SagaState, Command]:
    """On to the next action; one that a crash cut off is taken up again with its own key."""
    if state.phase is Phase.COMPENSATING:
        return _back(state)
    for wanted in (StepState.TRIED, StepState.WAITING):
        if wanted in state.steps:
            index = state.steps.index(wanted)
            return state.at(index, StepState.TRIED), Do(index=index)
    return state.model_copy(update={"phase": Phase.COMMITTED}), None


def _back(state: SagaState) -> tuple[SagaState, Command]:
    """Takes back what was or may have been done, the last first."""
    for index in reversed(range(len(state.steps))):
        if state.steps[index] in (StepState.DONE, StepState.TRIED, StepState.UNDOING):
            return state.at(index, StepState.UNDOING), Undo(index=index)
    ended = Phase.PARKED if StepState.STUCK in state.steps else Phase.COMPENSATED
    return state.model_copy(update={"phase": ended}), None


def _at_hand(state: SagaState, step: StepState) -> int:
    return state.steps.index(step)


def described(state: SagaState, skills: Sequence[str]) -> str:
    """What is left of a parked saga, for the person who takes it over."""
    left = [f"{skills[index]} ({state.steps[index].value})" for index in state.left]
    return f"parked: {', '.join(left)}" if left else state.phase.value
