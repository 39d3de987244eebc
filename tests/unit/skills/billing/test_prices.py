"""Prices from the price list alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RapportError
from core.money import Money
from skills.billing.pricebook import Catalogue
from skills.billing.prices import PriceList, Wanted

PRICES = PriceList.of(Catalogue.load(Path(__file__).parents[4] / "demo" / "halcyon" / "catalogue.json"))


def test_sixty_business_seats_for_a_college_for_a_year() -> None:
    wanted = Wanted(plan="business", billing="annual", currency="USD", seats=60, discounts=("education", "referred_company"))
    price = PRICES.price(wanted)
    assert price.discount is not None
    assert price.discount.id == "education"
    assert price.per_month == Money(42240, "USD")
    assert price.total == Money(506880, "USD")
    assert [line.amount.minor for line in price.lines] == [52800, -10560, 42240, 506880]


def test_discounts_are_on_seats_only() -> None:
    wanted = Wanted(
        plan="team", billing="monthly", currency="EUR", seats=10, addons=("payroll_export",), discounts=("nonprofit",)
    )
    assert PRICES.price(wanted).per_month == Money(6600 * 75 // 100 + 950, "EUR")


def test_a_discount_that_the_plan_does_not_have_is_not_given() -> None:
    wanted = Wanted(plan="starter", billing="monthly", currency="USD", seats=10, discounts=("education",))
    assert PRICES.price(wanted).discount is None


@pytest.mark.parametrize(("seats", "billed", "note"), [(3, 25, "billed_minimum"), (26, 30, "rounded_to_step"), (30, 30, None)])
def test_billed_seats(seats: int, billed: int, note: str | None) -> None:
    price = PRICES.price(Wanted(plan="business", billing="monthly", currency="GBP", seats=seats))
    assert price.seats == billed
    assert [code for code, _ in price.notes] == ([note] if note else [])


def test_included_and_flat_add_ons() -> None:
    addons = ("payroll_export", "priority_support")
    price = PRICES.price(Wanted(plan="business", billing="annual", currency="GBP", seats=25, addons=addons))
    assert price.per_month == Money(25 * 700 + 23900, "GBP")
    assert [code for code, _ in price.notes] == ["addon_included"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted(plan="enterprise", billing="monthly", currency="USD", seats=100), "billing_not_sold"),
        (Wanted(plan="team", billing="monthly", currency="AUD", seats=20), "currency_not_sold"),
        (Wanted(plan="team", billing="weekly", currency="USD", seats=20), "unknown_billing"),
        (Wanted(plan="starter", billing="monthly", currency="USD", seats=51), "above_plan_maximum"),
        (Wanted(plan="starter", billing="monthly", currency="USD", seats=0), "bad_seats"),
        (Wanted(plan="team_2024", billing="monthly", currency="USD", seats=20), "unknown_plan"),
        (Wanted(plan="starter", billing="monthly", currency="USD", seats=9, addons=("sso_scim",)), "addon_not_sold_on_plan"),
        (Wanted(plan="team", billing="monthly", currency="USD", seats=20, discounts=("friends",)), "unknown_discount"),
    ],
)
def test_what_is_not_sold_that_way(wanted: Wanted, code: str) -> None:
    with pytest.raises(RapportError) as caught:
        PRICES.price(wanted)
    assert caught.value.data["code"] == code


def test_the_published_example_of_proration() -> None:
    unit = Money(700, "USD")
    line = PRICES.proration(plan="team", billing="monthly", unit=unit, seats=10, days=(15, 30))
    assert (line.amount, line.detail) == (Money(3500, "USD"), "10 x $7 x 15/30 days")
    assert PRICES.proration(plan="team", billing="monthly", unit=unit, seats=1, days=(1, 28)).amount == Money(25, "USD")
    with pytest.raises(RapportError):
        PRICES.proration(plan="team", billing="monthly", unit=unit, seats=1, days=(31, 30))


def test_the_difference_between_plans() -> None:
    team = Wanted(plan="team", billing="monthly", currency="USD", seats=40)
    business = Wanted(plan="business", billing="monthly", currency="USD", seats=40)
    assert PRICES.difference(team, business).amount == Money(16000, "USD")


@given(seats=st.integers(1, 250), left=st.integers(0, 31))
def test_a_part_of_a_period_is_never_more_than_the_whole(seats: int, left: int) -> None:
    line = PRICES.proration(plan="team", billing="monthly", unit=Money(560, "GBP"), seats=seats, days=(left, 31))
    assert 0 <= line.amount.minor <= seats * 560
