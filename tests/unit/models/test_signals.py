import pytest

from bot.models.embedded import signals
from bot.models.embedded.signals import calm, mood_of, triage_of, turns_of
from bot.models.embedded.training import Labelled
from core.language import Said


def test_a_person_is_named_early_and_the_confidence_stays_honest() -> None:
    row = {"none": 0.7, "asked_for_human": 0.25, "negotiation": 0.05}
    assert triage_of(row).reason == "asked_for_human"
    assert triage_of(row).confidence == pytest.approx(0.3)


def test_nobody_is_needed_below_the_mark() -> None:
    row = {"none": 0.95, "asked_for_human": 0.05}
    assert triage_of(row).reason == signals.NONE
    assert triage_of(row).confidence == pytest.approx(0.95)


def test_mood_runs_from_minus_one_to_one() -> None:
    assert mood_of({"good": 0.1, "bad": 0.8, "plain": 0.1}, "hm") == pytest.approx(-0.7)
    assert mood_of({"good": 0.0, "bad": 1.0, "plain": 0.0}, "WORST SOFTWARE EVER!!!") == -1.0


def test_a_bot_that_repeats_itself_is_noticed() -> None:
    said = [Said(role="customer", text="a"), Said(role="bot", text="Try A4."), Said(role="customer", text="b")]
    again = [*said, Said(role="bot", text="try A4!"), Said(role="customer", text="c")]
    assert turns_of(said) == (0.0, 1.0, 0.0, 0.0)
    assert turns_of(again) == (0.0, 0.0, 1.0, 1.0)


def test_calm_talk_needs_nobody_and_some_of_it_goes_on() -> None:
    rows = calm(["how do I add a shift", "where is the rota"], [Labelled(text="we need ten seats", label="upsell")])
    assert {row.label for row in rows} == {signals.NONE}
    assert any(len(row.said) > 1 for row in rows)


def test_what_is_leaving_is_not_taken_for_calm() -> None:
    rows = calm(["how do I add a shift"], [Labelled(text="we are leaving you", label="churn_risk")])
    assert not any("leaving" in row.text for row in rows)
