from datetime import date

import pytest

from bot.models.embedded.slots import SlotFinder
from core.language import SlotSpec
from tests.fakes.lexicon import SMALL

FINDER = SlotFinder(lexicon=SMALL)
TODAY = date(2026, 11, 20)


def spec(name: str, kind: str = "", choices: tuple[str, ...] = ()) -> SlotSpec:
    return SlotSpec(name=name, kind=kind or name, ask="", choices=choices)


def values(text: str, *specs: SlotSpec, expecting: SlotSpec | None = None) -> dict[str, object]:
    found = FINDER.find(text, specs, message_id="m1", today=TODAY, expecting=expecting)
    for slot in found:
        assert slot.message_id == "m1"
        assert text[slot.start : slot.end].strip()
    return {slot.name: slot.value for slot in found}


PLAN, SEATS, BILLING = spec("plan"), spec("seats"), spec("billing")
QUANTITY, MONEY, CURRENCY = spec("quantity"), spec("amount", "money"), spec("currency")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes, all 28 of us, still yearly", {"seats": 28, "billing": "annual"}),
        ("hang on, wrong name. Team, not Business", {"plan": "team"}),
        ("upgrade from Starter to Team", {"plan": "team"}),
        ("30 instead of 20", {"seats": 30}),
        ("I said Business but I meant Team", {"plan": "team"}),
    ],
)
def test_the_value_that_is_meant_wins(text: str, expected: dict[str, object]) -> None:
    assert values(text, PLAN, SEATS, BILLING) == expected


def test_amount_and_currency_share_their_words() -> None:
    assert values("45 euro back to the bank", MONEY, CURRENCY) == {"amount": 4500, "currency": "EUR"}


def test_a_bare_number_fills_the_slot_that_was_asked_for() -> None:
    assert values("34", SEATS, MONEY, expecting=SEATS) == {"seats": 34}
    assert values("34", SEATS, MONEY, expecting=MONEY) == {"amount": 3400}


def test_a_bare_number_with_two_meanings_fills_nothing() -> None:
    assert values("we have 3 shops", SEATS) == {}
    assert values("34 and 50", SEATS) == {}


def test_the_months_of_a_pause_give_length_and_start() -> None:
    assert values("January and February, please", spec("months"), spec("start", "date")) == {"months": 2, "start": "2027-01-01"}


def test_how_many_more_and_how_many_in_all_are_told_apart() -> None:
    assert values("add five seats", QUANTITY, SEATS) == {"quantity": 5}
    assert values("go up to 40 seats in all", QUANTITY, SEATS) == {"seats": 40}


def test_days_may_be_given_in_weeks() -> None:
    assert values("can we have two more weeks", spec("days", "quantity")) == {"days": 14}
    assert values("10 more days please", spec("days", "quantity")) == {"days": 10}


def test_a_number_that_belongs_to_another_value_is_not_taken_twice() -> None:
    text = "ring 0161 555 0134 on 3 May"
    assert values(text, SEATS, spec("phone"), spec("date")) == {"phone": "01615550134", "date": "2027-05-03"}


def test_a_slot_asked_for_comes_before_others_of_its_kind() -> None:
    until, since = spec("until", "date"), spec("since", "date")
    assert values("3 May", since, until, expecting=until) == {"until": "2027-05-03"}


def test_free_text_is_not_guessed() -> None:
    assert values("anything at all", spec("problem", "text")) == {}
