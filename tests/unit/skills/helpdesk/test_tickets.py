"""Tickets are opened in the customer's words and told of truthfully."""

import pytest

from tests.unit.skills.house import House, asked, request_of, text


@pytest.mark.parametrize(
    ("said", "area", "priority"),
    [
        ("nobody can clock in since this morning at our site", "clock_in", "P1"),
        ("the leave balances of two people are wrong", "leave", "P3"),
        ("please report a bug: the rota export is missing a column", "scheduling", "P3"),
        ("I'd like a darker colour for night shifts", "scheduling", "P4"),
    ],
)
async def test_knows_area_and_priority(house: House, said: str, area: str, priority: str) -> None:
    values = request_of(await house.ask("open_ticket", "ACC-003", said)).values()
    assert (values["area"], values["priority"]) == (area, priority)


async def test_opens_and_finds_it_again(house: House) -> None:
    done = await house.do("open_ticket", "ACC-003", "the app crashes when I open timesheets")
    number = dict(done.receipt)["Ticket"]
    assert number in text(await house.do("ticket_status", "ACC-003", f"how is {number}"))


async def test_asks_what_is_wrong(house: House) -> None:
    assert asked(await house.ask("open_ticket", "ACC-003", "open a ticket")).slot == "problem"
    proposal = await house.ask("open_ticket", "ACC-003", "here", problem="the kiosk shows a white screen")
    assert request_of(proposal).values()["text"] == "the kiosk shows a white screen"


async def test_tells_of_open_tickets_or_that_there_are_none(house: House) -> None:
    assert "T-48160" in text(await house.do("ticket_status", "ACC-003"))
    assert "no tickets" in text(await house.do("ticket_status", "ACC-025"))


async def test_another_companys_ticket_is_not_found(house: House) -> None:
    assert "don't find T-48160" in text(await house.do("ticket_status", "ACC-001", "T-48160"))
