"""The values that go into the procedure machine and come out of it.

A trigger is something that happened (a message, a press, a result); a command is something that the turn shall do next. The
machine turns one into the other and does nothing itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dialogue.state import DialogueState, Task
from core.action import Decision
from core.conversation import Offer, Sentence
from core.language import Asked, SlotSpec, Understanding
from skills.contract import Done, Prepared


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The customer wrote something, and this is what was understood.

    `fluent`: a model answers that can find out by itself what is meant, so that nothing needs to be guessed. `question` is the
    text with what it leaves to the question before it, where it leans on one.
    """

    text: str
    message_id: str
    understood: Understanding
    fluent: bool = False
    question: str = ""

    @property
    def asked(self) -> str:
        """What to ask the help centre."""
        return self.question or self.text


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A button of a card was pressed."""

    card_id: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class WasPrepared:
    """A skill worked out what it would do, and policy what it thinks of it (`decision` only when ready)."""

    task_id: str
    prepared: Prepared
    decision: Decision | None = None
    reads: bool = False
    request: str | None = None


@dataclass(frozen=True, kw_only=True)
class WasRun:
    """A skill ran: `done`, or why it didn't."""

    task_id: str
    done: Done | None
    problem: Sentence | None = None
    handoff: str | None = None


@dataclass(frozen=True, kw_only=True)
class WasAnswered:
    """The help centre was asked: whether something stood, or which topics come near when nothing did."""

    found: bool
    choices: tuple[str, ...] = ()
    otherwise: Asked | None = None
    outside: bool = False


Trigger = Heard | Pressed | WasPrepared | WasRun | WasAnswered


@dataclass(frozen=True, kw_only=True)
class Say:
    """Tell the customer these sentences. `aside` marks what needn't be repeated later."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Tell the customer an approved wording, by its id, with values filled in."""

    id: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Answer a question from the help centre; `otherwise` is the skill to try when it has no answer.

    With `else_say` it is answered only when the help centre does so plainly, and that wording is said instead if not. `outside`:
    the matter is hardly the company's, so that finding nothing about it is no failure.
    """

    question: str
    otherwise: Asked | None = None
    else_say: str = ""
    outside: bool = False


@dataclass(frozen=True, kw_only=True)
class Prepare:
    """Have a task's skill work out its exact arguments, and policy judge them."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class Execute:
    """Run the request that a task holds."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class ShowCard:
    """Put the task's card before the customer."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class MailCode:
    """Mail a step-up code to the address on file."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Have policy judge a task as it stands, without the proof that it asks for, and record the denial."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class SeekApproval:
    """Ask the people with the role to approve a task's request."""

    task: Task
    approver: str


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Give the conversation to a person, for a triage reason."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Raise:
    """Bring up an offer, if policy lets the bot."""

    offer: Offer


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    """Record that a task was dropped or an offer declined."""

    skill: str
    outcome: str
    task: Task | None = None


Command = Say | Wording | Answer | Prepare | Execute | ShowCard | MailCode | Judge | SeekApproval | HandOver | Raise | Withdraw


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next state, and what shall be done, in order."""

    state: DialogueState
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SkillCard:
    """What the machine needs to know of a skill: whether it only reads, and its slots.

    Of a procedure also `why` a slot is needed, and what it calls (`own`): a message while it asks is no wish for that.
    """

    id: str
    reads: bool
    slots: tuple[SlotSpec, ...]
    why: Mapping[str, str] = field(default_factory=dict[str, str])
    own: frozenset[str] = frozenset()

    def slot(self, name: str) -> SlotSpec | None:
        return next((each for each in self.slots if each.name == name), None)
