"""What was said becomes exact arguments that know where they came from."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from core.action import Origin
from core.errors import BadInput
from core.money import Money
from skills.arguments import Said, account_of, typed
from tests.unit.skills.house import House, slot_values


def said(house: House, text: str, **slots: Any) -> Said:
    return Said(house.context(house.customer("ACC-016"), text), slot_values(text, slots))


def test_a_slot_is_the_customers_and_names_its_message(house: House) -> None:
    argument = said(house, "30 seats", seats=30).argument("seats", 30)
    assert (argument.provenance.origin, argument.provenance.source_id) == (Origin.CUSTOMER, "m1")


def test_an_empty_slot_is_a_default(house: House) -> None:
    assert said(house, "").argument("seats", 30).provenance.origin is Origin.DEFAULT


@pytest.mark.parametrize(("value", "number"), [(30, 30), ("30", 30), ("many", None), (0, None), (-3, None), (True, None)])
def test_whole_numbers_are_positive(house: House, value: Any, number: int | None) -> None:
    assert said(house, "", seats=value).whole("seats") == number


@pytest.mark.parametrize("text", ["30 more seats", "another 30 seats", "reduce by 30", "30 weitere Plätze", "30 fewer seats"])
def test_knows_a_change_from_a_total(house: House, text: str) -> None:
    heard = said(house, text, seats=30)
    assert heard.is_change("seats")
    assert not heard.is_total("seats")


@pytest.mark.parametrize(
    "text", ["go down to 30 seats", "30 seats is enough", "make it 30", "we only need 30 seats", "auf 30 Plätze"]
)
def test_knows_a_total_from_a_change(house: House, text: str) -> None:
    assert said(house, text, seats=30).is_total("seats")


@pytest.mark.parametrize(
    ("text", "slot", "amount"),
    [
        ("45 euro", 4500, Money(4500, "EUR")),
        ("$45", 4500, Money(4500, "USD")),
        ("45", 4500, Money(4500, "EUR")),
        ("give me £20", "£20", Money(2000, "GBP")),
        ("20", "20", Money(2000, "EUR")),
    ],
)
def test_money_is_in_the_currency_that_was_named(house: House, text: str, slot: int | str, amount: Money) -> None:
    heard = Said(house.context(house.customer("ACC-016"), text), slot_values(text, {"amount": slot}))
    if isinstance(slot, int):
        found = slot_values(text, {"amount": "45"})["amount"]
        heard = Said(
            heard.context,
            {"amount": found.__class__(name="amount", value=slot, message_id="m1", start=found.start, end=found.end)},
        )
    assert heard.amount("amount", "EUR") == amount


def test_money_without_a_slot_is_read_from_the_message_when_it_has_a_currency(house: House) -> None:
    assert said(house, "45 euro would do").amount("amount", "USD") == Money(4500, "EUR")
    assert said(house, "45 would do").amount("amount", "USD") is None


def test_days_are_read_or_missing(house: House) -> None:
    assert said(house, "", start="2027-01-01").day("start") == date(2027, 1, 1)
    assert said(house, "", start="soon").day("start") is None


class One(BaseModel):
    number: int


class Other(BaseModel):
    number: int


def test_arguments_of_another_skill_are_refused() -> None:
    assert typed(One, One(number=1)).number == 1
    with pytest.raises(BadInput):
        typed(One, Other(number=1))


def test_an_account_is_needed(house: House) -> None:
    context = house.context(house.customer("ACC-016", account_id=None))
    with pytest.raises(BadInput):
        account_of(context)
