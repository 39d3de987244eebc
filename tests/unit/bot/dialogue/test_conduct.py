from dataclasses import replace

import pytest

from bot.dialogue.conduct import Before, Conduct, Follow, Told, followed, language_of, observed, repeats_of
from core.language import Act, Asked, RevenueSignal, TriageSignal, Understanding
from handoff.triage import TriageInput, decide

QUESTION = "How long does a refund take to arrive?"
ANSWER = "Refunds arrive within ten business days on the card that was used."


def understood(intent: str = "question", act: Act = Act.OTHER, language: str = "en", **changes: object) -> Understanding:
    made = Understanding(
        act=act,
        act_confidence=0.9,
        asked=(Asked(intent=intent, confidence=0.9, text=""),) if intent else (),
        out_of_scope=0.0,
        language=language,
        revenue=RevenueSignal(label="none", confidence=1.0),
        triage=TriageSignal(reason="none", confidence=1.0),
        mood=0.0,
        model="scripted",
    )
    return replace(made, **changes)


def heard(text: str, conduct: Conduct, meant: Understanding | None = None, *, busy: bool = False) -> Understanding:
    return observed(meant or understood(), text, Before(language="en", conduct=conduct, busy=busy))


def turn(text: str, conduct: Conduct, meant: Understanding | None = None, answer: str = ANSWER) -> Follow:
    return followed(heard(text, conduct, meant), text, Told(sentences=(answer,)), conduct)


def test_the_same_question_in_other_words_is_a_repeat_and_the_third_is_for_a_person() -> None:
    first = turn(QUESTION, Conduct(), answer="One.")
    assert (first.say, first.hand_over) == ("", "")
    again = "So how long until the refund will arrive?"
    assert heard(again, first.conduct).repeats == 1
    second = turn(again, first.conduct, answer="Two, quite differently.")
    assert second.say == "conduct.again"
    third = heard("how long does the refund take to arrive", second.conduct)
    assert third.repeats == 2
    verdict = decide(TriageInput(text=QUESTION, repeats=third.repeats))
    assert (verdict.handoff, verdict.reason) == (True, "repetition")
    assert QUESTION in verdict.note


def test_the_same_skill_without_progress_is_a_repeat_whatever_the_words() -> None:
    meant = understood("refund_payment")
    first = turn("Give me my money for October", Conduct(), meant)
    assert heard("I want that payment reversed", first.conduct, meant).repeats == 1
    done = followed(heard("x", first.conduct, meant), "x", Told(sentences=(ANSWER,), progress=True), first.conduct)
    assert heard("I want that payment reversed", done.conduct, meant).repeats == 0


@pytest.mark.parametrize("act", [Act.AFFIRM, Act.DENY, Act.REPEAT, Act.GREET])
def test_short_answers_are_no_repeats(act: Act) -> None:
    first = turn("yes do that", Conduct(), understood("", act))
    assert repeats_of(understood("", act), "yes do that", first.conduct) == 0


def test_nothing_repeats_while_a_task_asks_for_values() -> None:
    first = turn(QUESTION, Conduct())
    assert heard(QUESTION, first.conduct, busy=True).repeats == 0


def test_the_same_words_with_other_figures_are_another_question() -> None:
    first = turn("What would 10 seats on Team cost us?", Conduct(), answer="Forty.")
    assert heard("What would 20 seats on Team cost us?", first.conduct).repeats == 0


def test_different_questions_are_no_circle() -> None:
    first = turn(QUESTION, Conduct(), answer="One thing about money.")
    second = turn("Which plans have single sign-on?", first.conduct, answer="Business and Enterprise have it.")
    assert (second.say, second.conduct.times) == ("", 1)


def test_the_bot_notices_that_it_says_the_same_again() -> None:
    first = turn("How do I export the rota?", Conduct())
    second = turn("And the timesheets of last week?", first.conduct)
    assert second.say == "conduct.again"
    third = turn("What about absences of our temporary staff?", second.conduct)
    assert third.hand_over == "the assistant gave the same answer 3 times"


def test_a_person_is_offered_once_until_the_customer_is_content() -> None:
    first = turn("This is ridiculous, nothing works", Conduct())
    assert first.say == "conduct.sorry"
    second = turn("Where is the useless export button", first.conduct, answer="Under Reports.")
    assert second.say == ""
    calm = turn("thank you, found it", second.conduct, understood("", Act.THANKS))
    assert calm.conduct == Conduct()


def test_thanks_for_nothing_sets_nothing_back() -> None:
    first = turn(QUESTION, Conduct())
    assert turn("great, thanks for nothing", first.conduct, understood("", Act.THANKS)).say == "conduct.sorry"


def test_a_yes_to_the_offer_asks_for_a_person_and_any_other_yes_does_not() -> None:
    first = turn("This is ridiculous, nothing works", Conduct())
    assert heard("yes", first.conduct, understood("", Act.AFFIRM)).triage.reason == "asked_for_human"
    assert heard("yes", Conduct(), understood("", Act.AFFIRM)).triage.reason == "none"


@pytest.mark.parametrize(
    ("frustration", "missed", "expected"), [(0.7, False, "none"), (0.7, True, "frustration"), (0.97, False, "frustration")]
)
def test_frustration_hands_over_when_very_high_or_after_a_failure(frustration: float, missed: bool, expected: str) -> None:
    assert decide(TriageInput(text="Where is my refund", frustration=frustration, missed=missed)).reason == expected


def test_a_model_that_hears_more_frustration_is_believed() -> None:
    assert heard("hm", Conduct(), understood(frustration=0.8)).frustration == 0.8


@pytest.mark.parametrize(
    ("guess", "text", "before", "expected"),
    [
        ("en", "ok", "de", "de"),
        ("en", "12", "fr", "fr"),
        ("fr", "oui", "en", "fr"),
        ("en", "What does that cost us?", "de", "en"),
        ("de", "Und was kostet das?", "en", "de"),
        ("de", "42!", "en", "en"),
    ],
)
def test_each_message_has_its_own_language_and_short_ones_the_conversations(
    guess: str, text: str, before: str, expected: str
) -> None:
    assert language_of(guess, text, before) == expected
