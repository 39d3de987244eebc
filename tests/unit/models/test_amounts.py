import pytest

from bot.models.embedded.amounts import find_currency, find_money, find_percent


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("45 euro back", 4500),
        ("€45", 4500),
        ("1.200,50 €", 120050),
        ("$1,680", 168000),
        ("nine grand", 900000),
        ("120 dollars is fair", 12000),
        ("490 bucks a month", 49000),
        ("£1.2k", 120000),
        ("USD 30", 3000),
    ],
)
def test_money_is_found_in_minor_units(text: str, minor: int) -> None:
    assert [found.value for found in find_money(text) if found.sure] == [minor]


def test_a_bare_number_is_unsure_money() -> None:
    assert [(found.value, found.sure) for found in find_money("45")] == [(4500, False)]


def test_a_percentage_is_no_money() -> None:
    assert find_money("10% off") == []


@pytest.mark.parametrize(
    ("text", "value"), [("10% off", 10), ("7.5 percent", "7.5"), ("15 Prozent Rabatt", 15), ("20 por ciento", 20)]
)
def test_percentages_are_found(text: str, value: int | str) -> None:
    assert [found.value for found in find_percent(text) if found.sure] == [value]


@pytest.mark.parametrize(
    ("text", "code"), [("in pounds", "GBP"), ("we pay in euros", "EUR"), ("$20", "USD"), ("sterling please", "GBP")]
)
def test_currencies_are_found(text: str, code: str) -> None:
    assert [found.value for found in find_currency(text)] == [code]
