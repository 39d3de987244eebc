"""What a turn gathers while it works: what will be said and shown, what was done, and why."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.action import Decision
from core.conversation import ActionRecord, Card, Entry, HandoffNotice, Offer, Sentence
from core.language import Understanding
from core.people import Principal

NAMESPACE = uuid.UUID("5b0f5c1e-6d0e-4f0c-9d57-2f3f0a1d7c11")


@dataclass(kw_only=True)
class Draft:
    """The reply in the making. `record` becomes the turn's decision record: ids, versions and reasons, no personal text."""

    turn_id: str
    language: str = "en"
    sentences: list[Sentence] = field(default_factory=list[Sentence])
    card: Card | None = None
    receipt: Mapping[str, str] | None = None
    actions: list[ActionRecord] = field(default_factory=list[ActionRecord])
    offer: Offer | None = None
    handoff: HandoffNotice | None = None
    handoff_detail: str = ""
    promises: list[str] = field(default_factory=list[str])
    declined: list[str] = field(default_factory=list[str])
    record: dict[str, object] = field(default_factory=dict[str, object])
    serial: int = 0

    def say(self, sentences: Iterable[Sentence]) -> None:
        """Adds sentences that aren't there yet."""
        known = {sentence.text for sentence in self.sentences}
        self.sentences.extend(sentence for sentence in sentences if sentence.text and sentence.text not in known)

    def new_id(self, what: str) -> str:
        """An id that comes out the same when the turn is run again after a crash."""
        self.serial += 1
        return uuid.uuid5(NAMESPACE, f"{self.turn_id}/{what}/{self.serial}").hex

    def note(self, key: str, value: object) -> None:
        """Adds a line to a list of the decision record."""
        lines = self.record.setdefault(key, [])
        assert isinstance(lines, list)
        lines.append(value)

    def set_outcome(self, skill: str, outcome: str) -> None:
        """Says what became of the latest action of `skill`."""
        for place in range(len(self.actions) - 1, -1, -1):
            each = self.actions[place]
            if each.skill == skill:
                self.actions[place] = ActionRecord(
                    skill=skill,
                    effect=each.effect,
                    arguments=each.arguments,
                    decision=each.decision,
                    reasons=each.reasons,
                    outcome=outcome,
                )
                return


def reasons_of(decision: Decision) -> tuple[str, ...]:
    """The codes of a decision's reasons, in order."""
    return tuple(reason.code for reason in decision.reasons)


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """All that a turn starts from: who writes, in which conversation, what was said before, and what is remembered."""

    turn_id: str
    correlation_id: str
    conversation_id: str
    account_id: str | None
    principal: Principal
    text: str
    message_id: str
    history: tuple[Entry, ...]
    understood: Understanding | None = None
