"""What a conversation remembers between turns: tasks in hand, the open card, what was last said, and the counters.

Frozen pydantic models, so that the whole state is one JSON document, sealed with the conversation.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bot.dialogue.conduct import Conduct
from bot.dialogue.plan import Plan
from core.conversation import Card, HandoffNotice, Offer, Sentence
from core.language import Asked, SlotValue
from skills.procedures.walking import Book


class Phase(StrEnum):
    """Where a task stands: gathering values, or waiting at its card."""

    FILLING = "filling"
    CONFIRMING = "confirming"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Task(Frozen):
    """A skill being carried out for the customer.

    `request` is the exact action (JSON) that the open card shows and a confirmation runs. `parent` is the task that this one was
    put before (an offer to stay before a cancellation); `detoured` says that this task has had its detour. An `unsure` task was
    begun on a guess: a refusal only shows that the guess was wrong; `searched` says that the help centre was asked before.
    `raised_by` is `model` when the customer's own words don't ask for it. A procedure's task keeps its `book`; what a procedure
    calls is a task `called_by` its own, and `quiet` when what it finds isn't told.
    """

    id: str
    skill: str
    text: str
    phase: Phase = Phase.FILLING
    slots: dict[str, SlotValue] = Field(default_factory=dict[str, SlotValue])
    skipped: tuple[str, ...] = ()
    asking: str | None = None
    question: str = ""
    tries: int = 0
    card: Card | None = None
    request: str | None = None
    offer: Offer | None = None
    parent: str | None = None
    detoured: bool = False
    unsure: bool = False
    searched: bool = False
    raised_by: str = "customer"
    called_by: str | None = None
    quiet: bool = False
    book: Book = Book()


class DialogueState(Frozen):
    """All tasks, the top one last, and what the rest of the conversation needs to know.

    `misses` counts answers not found in a row, `outages` messages in a row while the model was down; `code_at` is when the last
    code was mailed. A hand-back starts the counters anew (`reopened`), so that the reasons for the last handoff don't cause the
    next. `wanted` are skills that the customer's own words asked for lately; `plan` has the steps of a request with several.
    """

    tasks: tuple[Task, ...] = ()
    later: tuple[Asked, ...] = ()
    wanted: tuple[str, ...] = ()
    plan: Plan | None = None
    said: tuple[Sentence, ...] = ()
    misses: int = 0
    outages: int = 0
    asked_before: tuple[str, ...] = ()
    offer: Offer | None = None
    offers_raised: int = 0
    declined: tuple[str, ...] = ()
    save_offers: int = 0
    last_question: str = ""
    choices: tuple[str, ...] = ()
    handoff: HandoffNotice | None = None
    stepped_up: bool = False
    code_digest: str | None = None
    code_at: datetime | None = None
    code_tries: int = 0
    codes_mailed: int = 0
    greeted: bool = False
    conduct: Conduct = Conduct()
    serial: int = 0

    @property
    def top(self) -> Task | None:
        return self.tasks[-1] if self.tasks else None

    def replace(self, task: Task) -> "DialogueState":
        """The state with `task` in place of the one with its id, or pushed on top."""
        if any(each.id == task.id for each in self.tasks):
            return self.model_copy(update={"tasks": tuple(task if each.id == task.id else each for each in self.tasks)})
        return self.model_copy(update={"tasks": (*self.tasks, task)})

    def without(self, task_id: str) -> "DialogueState":
        return self.model_copy(update={"tasks": tuple(each for each in self.tasks if each.id != task_id)})

    def task(self, task_id: str) -> Task | None:
        return next((each for each in self.tasks if each.id == task_id), None)

    def reopened(self) -> "DialogueState":
        """The state after a person gave the conversation back: no open tasks, fresh counters, no loop into the next handoff."""
        return DialogueState(
            stepped_up=self.stepped_up,
            codes_mailed=self.codes_mailed,
            declined=self.declined,
            offers_raised=self.offers_raised,
            save_offers=self.save_offers,
            serial=self.serial,
            greeted=True,
        )
