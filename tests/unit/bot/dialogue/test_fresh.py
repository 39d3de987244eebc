"""What is served surely, and what a fluent model finds out by itself instead of the machine's guessing."""

import pytest

from bot.dialogue.machine import Machine
from bot.dialogue.state import DialogueState
from bot.dialogue.steps import Answer, Command, Heard, Prepare, SkillCard, Wording
from core.language import Act, Asked, RevenueSignal, TriageSignal, Understanding

SKILLS = {"add_seats": SkillCard(id="add_seats", reads=False, slots=())}


def served(text: str, *asked: Asked, fluent: bool) -> Command:
    understood = Understanding(
        act=Act.OTHER,
        act_confidence=0.9,
        asked=asked,
        out_of_scope=0.0,
        language="en",
        revenue=RevenueSignal(label="none", confidence=1.0),
        triage=TriageSignal(reason="none", confidence=1.0),
        mood=0.0,
        model="double",
    )
    heard = Heard(text=text, message_id="m", understood=understood)
    return Machine(skills=SKILLS, fluent=fluent).advance(DialogueState(), heard).commands[0]


def wish(confidence: float) -> Asked:
    return Asked(intent="add_seats", confidence=confidence, text="more room")


@pytest.mark.parametrize("fluent", [False, True])
def test_what_is_surely_understood_needs_no_large_model(fluent: bool) -> None:
    assert isinstance(served("more room", wish(0.9), fluent=fluent), Prepare)


def test_a_guess_goes_to_the_model_that_can_find_out() -> None:
    assert isinstance(served("more room", wish(0.4), fluent=False), Prepare)
    command = served("more room", wish(0.4), fluent=True)
    assert command == Answer(question="more room", otherwise=None)


def test_a_matter_told_without_a_question_is_answered_by_a_fluent_model() -> None:
    told = "Our kiosk shows a white screen."
    assert served(told, fluent=False) == Wording(id="small.noted")
    assert isinstance(served(told, fluent=True), Answer)
    assert served("Hm, ok.", fluent=True) == Wording(id="small.noted")


@pytest.mark.parametrize(("intent", "confidence", "tried"), [("add_seats", 0.3, False), ("add_seats", 0.4, True)])
def test_a_change_is_no_fallback_for_a_question_that_hardly_asks_for_it(intent: str, confidence: float, *, tried: bool) -> None:
    asked = (Asked(intent="question", confidence=0.5, text="why?"), Asked(intent=intent, confidence=confidence, text="why?"))
    command = served("300 people stand at the gates, why?", *asked, fluent=False)
    assert isinstance(command, Answer)
    assert (command.otherwise is not None) is tried
