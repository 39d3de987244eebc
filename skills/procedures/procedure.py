"""What a procedure is: slots to be filled, steps in order, and the dialogues that show how it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.action import Scalar
from core.language import IntentSpec, SlotSpec
from skills.procedures.expression import Expression

END = "end"
QUESTION = "question"
YES_NO = "yes_no"
REASONS = (
    "asked_for_human",
    "legal_or_regulator",
    "security_incident",
    "money_over_limit",
    "vulnerable_person",
    "repeated_failure",
    "out_of_scope_account_change",
    "negotiation",
)
"""Why a procedure may hand over, by the names that triage uses."""


class Kind(StrEnum):
    """What a step does; the key under which it is written."""

    SAY = "say"
    ASK = "ask"
    CHECK = "check"
    DO = "do"
    CONFIRM = "confirm"
    CODE = "code"
    ANSWER = "answer"
    GO = "go"
    PROCEDURE = "procedure"
    HAND_OVER = "hand_over"
    DONE = "done"


CALLS = frozenset({Kind.CHECK, Kind.DO, Kind.PROCEDURE})
"""Steps that another task carries out."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A value that customers give. `check` must hold, else `invalid` is said and it is asked for again."""

    spec: SlotSpec
    why: str = ""
    check: Expression | None = None
    invalid: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `what` is the text, slot, skill, function, question, step, procedure or reason that its kind names.

    It is done when `when` holds, else the way goes on at `otherwise` (the next step when empty). `targets` say where to go after
    yes and no, or when what was called was refused, failed or was declined. `gives` are values for what is called; `tell` says
    what it found, `saying` are the words under which it looks.
    """

    name: str
    kind: Kind
    what: str
    when: Expression | None = None
    otherwise: str = ""
    then: str = ""
    targets: Mapping[str, str] = field(default_factory=dict[str, str])
    gives: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    tell: bool = True
    saying: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A customer's message (or press) in an example dialogue, and what has to come of it.

    `means` gives the understanding, for what a model must not be asked: intent, act and slots.
    """

    customer: str = ""
    press: bool | None = None
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    asks: str = ""
    again: bool = False
    card: str = ""
    did: str = ""
    hands_over: str = ""
    done: bool = False
    means: Mapping[str, Scalar] | None = None


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """An example: who writes, and how it goes."""

    title: str
    lines: tuple[Line, ...]
    account: str | None = None
    contact: str | None = None


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """A procedure as it was published. `near` is the skill (or `question`) that serves what only sounds like its case."""

    name: str
    version: int
    title: str
    description: str
    owner: str
    near: str
    examples: tuple[str, ...]
    steps: tuple[Step, ...]
    sha256: str
    slots: tuple[Slot, ...] = ()
    dialogues: tuple[Dialogue, ...] = ()

    @property
    def intent(self) -> IntentSpec:
        """How customers bring the case up."""
        specs = tuple(slot.spec for slot in self.slots)
        return IntentSpec(name=self.name, description=self.description, examples=self.examples, slots=specs)

    @property
    def questions(self) -> tuple[SlotSpec, ...]:
        """Everything it may ask: its slots, and a yes or no for each `confirm`."""
        confirms = (SlotSpec(name=each.name, kind=YES_NO, ask=each.what) for each in self.steps if each.kind is Kind.CONFIRM)
        return (*(slot.spec for slot in self.slots), *confirms)

    @property
    def calls(self) -> frozenset[str]:
        """The skills and procedures that it calls."""
        return frozenset(step.what for step in self.steps if step.kind in CALLS)

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.spec.name == name), None)

    def place(self, name: str) -> int:
        """Where a step stands; the number of steps for `end`."""
        return next((place for place, step in enumerate(self.steps) if step.name == name), len(self.steps))
