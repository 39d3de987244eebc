"""What a turn gathers while it works: what will be said and shown, what was done, and why."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.action import Decision
from core.conversation import ActionRecord, Card, HandoffNotice, Offer, Press, Sentence
from core.events import JSON
from core.language import Said
from core.people import Principal
from skills.outcomes import Proposal

NAMESPACE = uuid.UUID("5b0f5c1e-6d0e-4f0c-9d57-2f3f0a1d7c11")


@dataclass(kw_only=True)
class Draft:
    """The reply in the making. What the decision record keeps is ids, labels and numbers.

    The first `shown` sentences stand in the thread already, just as they are. `settled` are texts that are in the customer's
    language already, or couldn't be put into it.
    """

    turn_id: str
    language: str = "en"
    sentences: list[Sentence] = field(default_factory=list[Sentence])
    shown: int = 0
    settled: set[str] = field(default_factory=set[str])
    card: Card | None = None
    receipt: Mapping[str, str] | None = None
    actions: list[ActionRecord] = field(default_factory=list[ActionRecord])
    offer: Offer | None = None
    handoff: HandoffNotice | None = None
    handoff_detail: str = ""
    approval: Proposal | None = None
    raised: Offer | None = None
    promises: list[str] = field(default_factory=list[str])
    declined: list[str] = field(default_factory=list[str])
    cancelled: list[str] = field(default_factory=list[str])
    noted: dict[str, JSON] = field(default_factory=dict[str, JSON])
    recalled: list[str] = field(default_factory=list[str])
    retrieved: list[str] = field(default_factory=list[str])
    decided: list[Mapping[str, JSON]] = field(default_factory=list[Mapping[str, JSON]])
    timings_ms: dict[str, float] = field(default_factory=dict[str, float])
    planned: tuple[str, ...] = ()
    summary: str = ""
    contact_name: str = ""
    plan: str = ""
    zone: str = ""
    vip: bool = False
    serial: int = 0

    def say(self, sentences: Iterable[Sentence]) -> None:
        """Adds sentences that aren't there yet."""
        known = {sentence.text for sentence in self.sentences}
        self.sentences.extend(sentence for sentence in sentences if sentence.text and sentence.text not in known)

    def keep_receipt(self, rows: Iterable[tuple[str, str]], *, reads: bool) -> None:
        """Keeps what is shown beside the words. What was looked up gives way to what was done."""
        found = dict(rows)
        if found and not (reads and self.receipt):
            self.receipt = found

    def new_id(self, what: str) -> str:
        """An id that comes out the same when the turn is run again after a crash."""
        self.serial += 1
        return uuid.uuid5(NAMESPACE, f"{self.turn_id}/{what}/{self.serial}").hex

    def set_outcome(self, skill: str, outcome: str) -> None:
        """Says what became of the latest action of `skill`."""
        for place in range(len(self.actions) - 1, -1, -1):
            each = self.actions[place]
            if each.skill == skill:
                self.actions[place] = replace(each, outcome=outcome)
                return


def reasons_of(decision: Decision) -> tuple[str, ...]:
    """The codes of a decision's reasons, in order."""
    return tuple(reason.code for reason in decision.reasons)


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """All that a turn starts from: who writes, in which conversation, what was said before, and what is remembered.

    `private`: nobody else reads where they write.
    """

    turn_id: str
    correlation_id: str
    conversation_id: str
    account_id: str | None
    principal: Principal
    text: str
    message_id: str
    said: tuple[Said, ...] = ()
    press: Press | None = None
    private: bool = True
