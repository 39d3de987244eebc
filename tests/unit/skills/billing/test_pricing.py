"""Prices for anybody, computed from the price list and explained."""

from typing import Any

import pytest

from core.people import Assurance, Principal, PrincipalKind
from tests.unit.skills.house import TENANT, House, asked, ready, refused, request_of, text

VISITOR = Principal(kind=PrincipalKind.CUSTOMER, id="v1", tenant=TENANT, assurance=Assurance.ANONYMOUS)


@pytest.mark.parametrize(
    ("account", "said", "slots", "words"),
    [
        ("ACC-010", "34 people", {"seats": 34}, ["$190.40 a month", "$2,284.80"]),
        ("ACC-006", "what does SSO cost us", {}, ["SSO & SCIM comes to £102 a month", "85 x £1.20", "£1,224 a year"]),
        ("ACC-002", "what do 15 extra seats cost", {"seats": 15}, ["15 more seats cost", "15/30 days", "Team for 75 seats"]),
        ("ACC-015", "price for 60 seats", {"seats": 60}, ["25%"]),
        ("ACC-002", "Business versus Team for 45", {"seats": 45}, ["$315", "$495", "$180 more a month", "$2,160 more a year"]),
        ("ACC-004", "price for 12 on Business", {"seats": 12, "plan": "business"}, ["25 seats"]),
        ("ACC-002", "would our 60 be cheaper paid annually?", {"seats": 60}, ["saves $1,008 a year", "$5,040"]),
        ("ACC-002", "how much more is Business than what we have", {"plan": "business"}, ["$240 more a month"]),
        ("ACC-022", "what do we pay a month", {}, ["23%", "€56.09"]),
        ("ACC-007", "what would single sign-on be on top", {"addon": "sso_scim"}, ["includes SSO & SCIM at no extra charge"]),
        ("ACC-024", "SSO for our 260 paid seats, monthly", {"seats": 260, "billing": "monthly"}, ["$390 a month", "260 x $1.50"]),
    ],
)
async def test_prices_for_an_account(house: House, account: str, said: str, slots: dict[str, Any], words: list[str]) -> None:
    told = text(await house.do("price_seats", account, said, **slots))
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize(
    ("said", "slots", "words"),
    [
        (
            "9 people, smallest plan, quid, by the month",
            {"seats": 9, "plan": "starter", "billing": "monthly"},
            ["£28.80 a month"],
        ),
        ("110 on the top tier, yearly", {"seats": 110, "plan": "enterprise", "billing": "annual"}, ["$21,000", "steps of 25"]),
        (
            "6 Team seats in euros, 10 days left out of 30",
            {"seats": 6, "plan": "team", "currency": "EUR", "billing": "monthly"},
            ["€13.20", "next invoice", "€50"],
        ),
        (
            "20 Business seats with 15 of 30 days to run",
            {"seats": 20, "plan": "business", "billing": "monthly"},
            ["$110", "at once, on the same day"],
        ),
        (
            "charity sent by a friend's link, 20 Team seats, yearly",
            {"seats": 20, "plan": "team", "billing": "annual"},
            ["$1,008", "25%", "saves $336 a year"],
        ),
        (
            "university: 50 Business seats plus AI Scheduling, all in, per year",
            {"seats": 50, "plan": "business", "billing": "annual"},
            ["Business for 50 seats with AI Scheduling", "$5,724"],
        ),
        (
            "priority support on Team in pounds",
            {"addon": "priority_support", "plan": "team", "currency": "GBP"},
            ["£119", "£1,428"],
        ),
        (
            "analytics and drafting for 40 on Business",
            {"seats": 40, "plan": "business", "addon": "advanced_analytics", "other_addon": "ai_scheduling"},
            ["together come to $180 a month"],
        ),
        ("30 on Team monthly, what in a year", {"seats": 30, "plan": "team", "billing": "monthly"}, ["$2,520 over 12 months"]),
        ("Was kosten 40 Plätze Business?", {"seats": 40, "plan": "business"}, ["$440 a month", "$4,224 a year"]),
        (
            "150 on Enterprise by the month",
            {"seats": 150, "plan": "enterprise", "billing": "monthly"},
            ["annual billing only", "$25,200"],
        ),
    ],
)
async def test_prices_for_a_stranger(house: House, said: str, slots: dict[str, Any], words: list[str]) -> None:
    told = text(await house.do("price_seats", VISITOR, said, **slots))
    assert [word for word in words if word not in told] == []


async def test_a_sum_before_tax_stays_before_tax(house: House) -> None:
    assert "23%" not in text(await house.do("price_seats", "ACC-022", "what do we pay a month, excluding VAT"))


async def test_a_stranger_hears_every_fitting_plan_both_ways(house: House) -> None:
    done = await house.do("price_seats", VISITOR, "how much for 30 people", seats=30)
    told = text(done)
    assert "Starter for 30 seats: $120" in told
    assert "Team for 30 seats: $210" in told
    assert len(done.sentences) <= 4


async def test_a_school_is_told_the_published_discount(house: House) -> None:
    said = "we're a college with 60 people on Business, per year in euros"
    done = await house.do("price_seats", VISITOR, said, seats=60, plan="business", billing="annual", currency="EUR")
    assert "€4,780.80" in text(done)
    assert "20%" in text(done)


async def test_claimed_customers_are_strangers_to_their_account(house: House) -> None:
    claimed = house.customer("ACC-015", assurance=Assurance.CLAIMED)
    proposal = await house.ask("price_seats", claimed, "40 seats on Team monthly", seats=40, plan="team", billing="monthly")
    assert request_of(proposal).account_id is None
    assert request_of(proposal).values()["discount"] is None


async def test_asks_for_how_many(house: House) -> None:
    assert asked(await house.ask("price_seats", VISITOR, "how much is it")).slot == "seats"


async def test_a_list_price_is_a_question_for_the_help_centre(house: House) -> None:
    assert refused(await house.ask("price_seats", VISITOR, "how much is Team in euros", plan="team")).question


async def test_more_seats_are_a_sale_of_seats_whatever_comes_along(house: House) -> None:
    said = "3 more seats, what's that on top with the payroll export"
    done = await house.do("price_seats", "ACC-002", said, seats=3, addon="payroll_export")
    assert "3 more seats cost" in text(done)
    proposal = await house.ask("price_seats", "ACC-002", said, seats=3, addon="payroll_export")
    offer = ready(proposal).offer
    assert offer is not None
    assert (offer.kind, offer.item) == ("upsell", "seats")
