"""Which skills the customer asked for themselves, now or before what belongs to it."""

import pytest

from bot.dialogue.state import DialogueState, Task
from bot.dialogue.wishes import wanted_by
from core.language import Act, Asked, RevenueSignal, TriageSignal, Understanding

SKILLS = {"add_seats", "cancel_plan"}


def understood(*asked: tuple[str, float], act: Act = Act.OTHER) -> Understanding:
    return Understanding(
        act=act,
        act_confidence=0.9,
        asked=tuple(Asked(intent=intent, confidence=sure, text="t") for intent, sure in asked),
        out_of_scope=0.0,
        language="en",
        revenue=RevenueSignal(label="none", confidence=1.0),
        triage=TriageSignal(reason="none", confidence=1.0),
        mood=0.0,
        model="double",
    )


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (understood(("add_seats", 0.9)), ("add_seats",)),
        (understood(("question", 0.5), ("add_seats", 0.4)), ("add_seats",)),
        (understood(("add_seats", 0.2)), ("cancel_plan",)),
        (understood(("no_skill", 0.9)), ("cancel_plan",)),
        (understood(), ("cancel_plan",)),
        (understood(("question", 0.9)), ()),
        (understood(act=Act.DENY), ()),
        (understood(act=Act.CANCEL), ()),
    ],
)
def test_a_wish_lasts_until_another_comes_or_it_is_taken_back(message: Understanding, wanted: tuple[str, ...]) -> None:
    assert wanted_by(message, DialogueState(wanted=("cancel_plan",)), SKILLS) == wanted


@pytest.mark.parametrize(("raised_by", "wanted"), [("customer", ("add_seats",)), ("model", ())])
def test_what_is_in_hand_is_wanted_when_the_customer_raised_it(raised_by: str, wanted: tuple[str, ...]) -> None:
    state = DialogueState(tasks=(Task(id="t1", skill="add_seats", text="", raised_by=raised_by),))
    assert wanted_by(understood(("question", 0.9)), state, SKILLS) == wanted
