"""Where a procedure goes next, worked out from its beginning each time over what is known by now. Pure.

A step that was done with the same values before isn't done again: what it brought is kept under those values. A corrected slot
therefore brings back everything that depends on it, and nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from core.action import Origin, Scalar
from core.conversation import Sentence
from core.language import SlotValue
from skills.procedures.code_steps import CODE_STEPS, worked_out
from skills.procedures.expression import Expression, Name, holds, value_of
from skills.procedures.procedure import Kind, Procedure, Slot, Step
from skills.procedures.texts import filled

MOST_STEPS = 120
MOST_ROUNDS = 3
MOST_CALLS = 16
DONE, REFUSED, FAILED, DECLINED, REPLACED = "done", "refused", "failed", "declined", "replaced"


class Kept(BaseModel):
    """What a step came to: under which values it was done, how it ended, and what it brought."""

    model_config = ConfigDict(frozen=True)

    key: str
    outcome: str = DONE
    values: dict[str, Scalar] = Field(default_factory=dict[str, Scalar])


class Book(BaseModel):
    """All that a procedure under way remembers besides its slots. `at` is the step where it stands."""

    model_config = ConfigDict(frozen=True)

    kept: dict[str, Kept] = Field(default_factory=dict[str, Kept])
    at: str = ""
    called: str = ""
    rounds: int = 0
    calls: int = 0

    def keeping(self, step: str, kept: Kept) -> "Book":
        return self.model_copy(update={"kept": {**self.kept, step: kept}})


@dataclass(frozen=True, kw_only=True)
class Asks:
    """A question to the customer: a slot's, or a yes or no. `problem` is what was wrong with the last answer."""

    name: str
    question: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """A skill, or another procedure, is to be carried out with these values."""

    step: Step
    slots: Mapping[str, SlotValue]


@dataclass(frozen=True, kw_only=True)
class Consults:
    """The help centre is to be asked."""

    question: str


@dataclass(frozen=True, kw_only=True)
class HandsOver:
    """A person is to take over."""

    reason: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Ends:
    """It is over. `outcome` is done, or how the call ended that nothing was foreseen for."""

    outcome: str = DONE


Next = Asks | Calls | Consults | HandsOver | Ends


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What a walk came to: the slots and the book as they are now, what is to be said first, and what is next."""

    slots: Mapping[str, SlotValue]
    book: Book
    said: Sequence[Sentence]
    next: Next


def walk(procedure: Procedure, slots: Mapping[str, SlotValue], skipped: Sequence[str], book: Book, today: str) -> Moved:
    """Walks to the next thing that somebody else has to do, or to the end."""
    walker = _Walk(procedure, dict(slots), frozenset(skipped), book, today)
    following = walker.go()
    return Moved(slots=walker.slots, book=walker.book, said=walker.said, next=following)


class _Walk:
    """One walk. `scope` holds the values that can be read so far, `origins` where each came from."""

    def __init__(
        self, procedure: Procedure, slots: dict[str, SlotValue], skipped: frozenset[str], book: Book, today: str
    ) -> None:
        self.procedure = procedure
        self.slots = slots
        self.skipped = skipped
        self.book = book
        self.today = today
        self.said: list[Sentence] = []
        self.scope: dict[str, Scalar] = {"today": today, **{name: slot.value for name, slot in slots.items()}}
        self.sources: dict[str, tuple[Origin, str]] = {"today": (Origin.COMPUTED, "today")}
        self._place = 0

    def go(self) -> Next:
        for _ in range(MOST_STEPS):
            if self._place >= len(self.procedure.steps):
                return Ends()
            step = self.procedure.steps[self._place]
            if not holds(step.when, self.scope):
                self._on(step.otherwise)
                continue
            self.book = self.book.model_copy(update={"at": step.name})
            found = self._take(step)
            if found is not None:
                return found
            if self.book.rounds > MOST_ROUNDS:
                return HandsOver(reason="repeated_failure", note="it went round too often")
        return HandsOver(reason="repeated_failure", note="it doesn't come to an end")

    def _take(self, step: Step) -> Next | None:
        """Does what a step says. None when the way goes on."""
        match step.kind:
            case Kind.SAY:
                self._say(step)
            case Kind.ASK | Kind.CONFIRM:
                return self._ask(step)
            case Kind.CODE:
                self._code(step)
            case Kind.CHECK | Kind.DO | Kind.PROCEDURE:
                return self._call(step)
            case Kind.ANSWER:
                return self._consult(step)
            case Kind.HAND_OVER:
                return HandsOver(reason=step.what, note=filled(step.note, self.scope) or "")
            case Kind.GO:
                self._jump(step.what)
                return None
            case Kind.DONE:
                return Ends()
        self._on(step.then)
        return None

    def _say(self, step: Step) -> None:
        text = filled(step.what, self.scope)
        if text is None or self._kept(step, text) is not None:
            return
        self.book = self.book.keeping(step.name, Kept(key=text))
        self.said.append(Sentence(text=text, approved=_id(self.procedure, step)))

    def _ask(self, step: Step) -> Next | None:
        if step.kind is Kind.CONFIRM:
            return self._confirm(step)
        slot = self.procedure.slot(step.what)
        assert slot is not None
        name = slot.spec.name
        if name in self.slots and not self._valid(slot):
            self._forget([name])
            return Asks(name=name, question=self._question(slot), problem=filled(slot.invalid, self.scope) or "")
        if name not in self.slots and name not in self.skipped:
            return Asks(name=name, question=self._question(slot))
        self._on(step.then)
        return None

    def _confirm(self, step: Step) -> Next | None:
        question = filled(step.what, self.scope) or ""
        kept = self._kept(step, question)
        if step.name not in self.slots or kept is None:
            self._forget([step.name])
            self.book = self.book.keeping(step.name, Kept(key=question))
            return Asks(name=step.name, question=question)
        self._jump(step.targets["yes" if _is_yes(self.slots[step.name]) else "no"])
        return None

    def _code(self, step: Step) -> None:
        given = {name: value_of(each, self.scope) for name, each in step.gives.items()}
        path = f"{step.name}.value"
        self.scope[path] = worked_out(CODE_STEPS[step.what], given, self.today)
        self.sources[path] = (Origin.COMPUTED, step.what)

    def _call(self, step: Step) -> Next | None:
        given = {name: slot for name, each in step.gives.items() if (slot := self._handed(name, each)) is not None}
        key = json.dumps([step.what, {name: slot.value for name, slot in sorted(given.items())}])
        kept = self._kept(step, key)
        if kept is None:
            if self.book.calls >= MOST_CALLS:
                return HandsOver(reason="repeated_failure", note="it looked things up too often")
            calls = {"called": key, "calls": self.book.calls + 1}
            self.book = self.book.model_copy(update=calls)
            return Calls(step=step, slots=given)
        self.scope[f"{step.name}.outcome"] = kept.outcome
        for name, value in kept.values.items():
            self.scope[f"{step.name}.{name}"] = value
            self.sources[f"{step.name}.{name}"] = (Origin.RECORD, step.what)
        if kept.outcome == DONE:
            self._on(step.then)
            return None
        target = step.targets.get(kept.outcome)
        if target is None:
            return Ends(outcome=kept.outcome)
        self._jump(target)
        return None

    def _consult(self, step: Step) -> Next | None:
        if self._kept(step, step.what) is not None:
            self._on(step.then)
            return None
        self.book = self.book.keeping(step.name, Kept(key=step.what))
        return Consults(question=step.what)

    def _handed(self, name: str, expression: Expression) -> SlotValue | None:
        """A value for what is called, with where it came from: what the customer said stays what the customer said."""
        value = value_of(expression, self.scope)
        if value is None:
            return None
        if isinstance(expression, Name):
            if expression.path in self.slots:
                return replace(self.slots[expression.path], name=name)
            origin, source = self.sources.get(expression.path, (Origin.COMPUTED, self.procedure.name))
        else:
            origin, source = Origin.POLICY, f"{self.procedure.name}@{self.procedure.version}"
        return SlotValue(name=name, value=value, message_id=source, start=0, end=0, origin=origin)

    def _on(self, target: str) -> None:
        """Goes to the step named, or to the next."""
        if target:
            self._jump(target)
        else:
            self._place += 1

    def _jump(self, target: str) -> None:
        """Goes to a step. One that lies behind is begun anew, with what was asked and found from there on."""
        place = self.procedure.place(target)
        if place <= self._place:
            again = self.procedure.steps[place:]
            names = {step.name for step in again}
            kept = {name: each for name, each in self.book.kept.items() if name not in names}
            self.book = self.book.model_copy(update={"kept": kept, "rounds": self.book.rounds + 1})
            self._forget([*names, *(step.what for step in again if step.kind is Kind.ASK)])
        self._place = place

    def _forget(self, names: Sequence[str]) -> None:
        for name in names:
            self.slots.pop(name, None)
            self.scope.pop(name, None)
            for path in [each for each in self.scope if each.startswith(f"{name}.")]:
                del self.scope[path]

    def _valid(self, slot: Slot) -> bool:
        return holds(slot.check, self.scope)

    def _question(self, slot: Slot) -> str:
        return filled(slot.spec.ask, self.scope) or slot.spec.ask

    def _kept(self, step: Step, key: str) -> Kept | None:
        kept = self.book.kept.get(step.name)
        return kept if kept is not None and kept.key == key else None


def _is_yes(slot: SlotValue) -> bool:
    return slot.value is True or str(slot.value).casefold() in ("yes", "true")


def _id(procedure: Procedure, step: Step) -> str:
    return f"procedure.{procedure.name}.{step.name}"
