"""More seats and fewer seats, as people say it."""

from typing import Any

import pytest

from skills.billing.seats import Seats
from tests.unit.skills.house import House, asked, codes, ready, refused, request_of, text


@pytest.mark.parametrize(
    ("said", "slots", "after"),
    [
        ("add 5 seats", {"quantity": 5}, 53),
        ("we hired 5 people", {"seats": 5}, 53),
        ("make it 60 seats", {"seats": 60}, 60),
        ("raise us to 60", {"quantity": 60}, 60),
        ("60 more seats", {"seats": 60}, 108),
        ("another 50 seats please", {"seats": 50}, 98),
    ],
)
async def test_tells_more_from_how_many(house: House, said: str, slots: dict[str, Any], after: int) -> None:
    proposal = await house.ask("add_seats", "ACC-003", said, **slots)
    assert request_of(proposal).values() == {"seats": after, "difference": after - 48}


async def test_adds_seats_and_shows_what_they_cost(house: House) -> None:
    proposal = await house.ask("add_seats", "ACC-003", "10 more", quantity=10)
    card = ready(proposal)
    assert ("On the next invoice", "$30.33 before tax") in card.rows
    assert card.offer is not None
    assert card.offer.kind == "upsell"
    done = (await house.confirm(proposal)).done
    assert done is not None
    assert "58 seats" in text(done)
    assert (await house.ports.billing.subscription("ACC-003")).seats_bought == 58


async def test_seats_are_raised_to_the_plans_step(house: House) -> None:
    proposal = await house.ask("add_seats", "ACC-004", "8 more", seats=8)
    assert request_of(proposal).values()["seats"] == 140
    assert request_of(proposal).arguments["seats"].provenance.origin == "computed"
    assert "steps of 5" in ready(proposal).intro[0].text


async def test_refuses_above_the_plans_maximum_and_names_the_way_on(house: House) -> None:
    proposal = await house.ask("add_seats", "ACC-023", "10 more", quantity=10)
    assert refused(proposal).code == "above_plan_maximum"
    assert "larger plan" in refused(proposal).sentences[0].text
    assert "above_plan_maximum" in codes(proposal)


async def test_asks_how_many(house: House) -> None:
    assert asked(await house.ask("add_seats", "ACC-003", "more seats please")).slot == "quantity"
    assert "41 are in use" in asked(await house.ask("remove_seats", "ACC-003", "fewer seats")).question


@pytest.mark.parametrize(
    ("said", "slots", "after"),
    [
        ("down to 42 seats", {"seats": 42}, 42),
        ("remove 5 seats", {"seats": 5}, 43),
        ("remove 5 seats", {"quantity": 5}, 43),
        ("45 seats is enough", {"seats": 45}, 45),
        ("6 fewer", {"quantity": 6}, 42),
    ],
)
async def test_tells_fewer_from_how_many(house: House, said: str, slots: dict[str, Any], after: int) -> None:
    proposal = await house.ask("remove_seats", "ACC-003", said, **slots)
    assert request_of(proposal).values()["seats"] == after


async def test_removes_seats_from_the_next_period(house: House) -> None:
    done = await house.do("remove_seats", "ACC-003", "down to 42 seats", seats=42)
    assert "3 December 2026" in text(done)


async def test_refuses_fewer_seats_than_are_in_use(house: House) -> None:
    proposal = await house.ask("remove_seats", "ACC-003", "down to 30", seats=30)
    assert refused(proposal).code == "seats_under_use"
    assert {"seats_under_use", "seats_cover_use"} <= set(codes(proposal))


async def test_reduces_at_the_renewal(house: House) -> None:
    done = await house.do("reduce_at_renewal", "ACC-010", "34 next year", seats=34)
    assert "2 February 2027" in text(done)
    assert (await house.ports.billing.subscription("ACC-010")).seats_at_renewal == 34


async def test_a_passed_notice_deadline_refuses_fewer_seats(house: House) -> None:
    house.clock.instant = house.clock.instant.replace(month=12)
    proposal = await house.ask("reduce_at_renewal", "ACC-001", "415 seats", seats=415)
    assert refused(proposal).code == "notice_passed"


async def test_undoing_gives_the_seats_back(house: House) -> None:
    proposal = await house.ask("add_seats", "ACC-003", "10 more", quantity=10)
    await house.confirm(proposal)
    await house.runner.compensate(request_of(proposal))
    assert (await house.ports.billing.subscription("ACC-003")).seats_bought == 48


async def test_a_manager_may_not(house: House) -> None:
    proposal = await house.ask("add_seats", house.customer("ACC-002", "Manager"), "5 more", quantity=5)
    assert proposal.denied
    assert codes(proposal) == ["role_billing"]


def test_arguments_are_numbers() -> None:
    assert Seats.model_validate({"seats": 5, "difference": 1}).seats == 5
