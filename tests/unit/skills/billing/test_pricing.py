"""Prices for anybody, computed from the price list and explained."""

from typing import Any

import pytest

from core.people import Assurance, Principal, PrincipalKind
from tests.unit.skills.house import TENANT, House, asked, ready, request_of, text

VISITOR = Principal(kind=PrincipalKind.CUSTOMER, id="v1", tenant=TENANT, assurance=Assurance.ANONYMOUS)


@pytest.mark.parametrize(
    ("account", "said", "slots", "words"),
    [
        ("ACC-010", "34 people", {"seats": 34}, ["$190.40 a month", "$2,284.80"]),
        ("ACC-006", "what does SSO cost us", {}, ["SSO & SCIM comes to £102 a month", "85 x £1.20"]),
        ("ACC-002", "what do 15 extra seats cost", {"seats": 15}, ["15 more seats cost", "15/30 days", "Team for 75 seats"]),
        ("ACC-015", "price for 60 seats", {"seats": 60}, ["25%"]),
        ("ACC-002", "Business versus Team for 45", {"seats": 45}, ["$315", "$495", "$180 more a month"]),
        ("ACC-004", "price for 12 on Business", {"seats": 12, "plan": "business"}, ["25 seats"]),
    ],
)
async def test_prices_for_an_account(house: House, account: str, said: str, slots: dict[str, Any], words: list[str]) -> None:
    told = text(await house.do("price_seats", account, said, **slots))
    assert [word for word in words if word not in told] == []


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


async def test_what_is_not_sold_is_said(house: House) -> None:
    told = text(await house.do("price_seats", VISITOR, "Starter for 80", seats=80, plan="starter", billing="monthly"))
    assert "sold up to 50 seats" in told
    told = text(await house.do("price_seats", "ACC-003", "what is Advanced Analytics for us"))
    assert "Business and Enterprise" in told
    told = text(await house.do("price_seats", VISITOR, "Enterprise monthly", seats=120, plan="enterprise", billing="monthly"))
    assert "annual billing only" in told


async def test_a_price_asked_for_is_the_customers_own_sale(house: House) -> None:
    upsell = ready(await house.ask("price_seats", "ACC-002", "Business for 60", seats=60, plan="business")).offer
    cross = ready(await house.ask("price_seats", "ACC-006", "what does SSO cost")).offer
    assert upsell is not None
    assert cross is not None
    assert (upsell.kind, upsell.origin) == ("upsell", "customer")
    assert (cross.kind, cross.item) == ("cross_sell", "sso_scim")
    assert ready(await house.ask("price_seats", "ACC-003", "price for 48", seats=48)).offer is None
