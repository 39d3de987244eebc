"""Amounts in the ways that people write them."""

from decimal import Decimal

import pytest

from core.money import Money
from skills.amounts import currency_in, in_usd, read_amount
from tests.unit.skills.house import company


@pytest.mark.parametrize(
    ("text", "major", "currency"),
    [
        ("45 euro", "45", "EUR"),
        ("120 dollars please", "120", "USD"),
        ("about €45 would do", "45", "EUR"),
        ("1.200,50 €", "1200.50", "EUR"),
        ("$1,680", "1680", "USD"),
        ("£12.5 off", "12.5", "GBP"),
        ("on the 3rd you took 36 pounds", "36", "GBP"),
        ("30", "30", None),
        ("1,5 euros", "1.5", "EUR"),
    ],
)
def test_reads_the_amount_that_has_a_currency(text: str, major: str, currency: str | None) -> None:
    found = read_amount(text)
    assert found is not None
    assert (found.major, found.currency) == (Decimal(major), currency)


def test_no_number_is_no_amount() -> None:
    assert read_amount("a small credit would be nice") is None


def test_finds_a_currency_by_word_or_symbol() -> None:
    assert currency_in("in quid") == "GBP"
    assert currency_in("5€") == "EUR"
    assert currency_in("five") is None


@pytest.mark.parametrize(("amount", "cents"), [(Money(4500, "EUR"), 4860), (Money(100, "GBP"), 126), (Money(777, "USD"), 777)])
def test_counts_foreign_money_in_dollars(amount: Money, cents: int) -> None:
    assert in_usd(amount, company().terms.internal) == cents
