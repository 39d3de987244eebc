"""A call-back in the customer's own time, where the plan has a phone desk."""

from datetime import UTC, datetime

import pytest

from skills.outcomes import Status
from tests.unit.skills.house import House, asked, refused, request_of, text


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("call me monday at 3", "2026-11-23T20:00", "2026-11-23T21:00"),
        ("ring me tomorrow morning", "2026-11-21T14:00", "2026-11-21T17:00"),
        ("between 10 and 12 on tuesday", "2026-11-24T15:00", "2026-11-24T17:00"),
        ("rufen Sie mich am Mittwoch um 14 Uhr an", "2026-11-25T19:00", "2026-11-25T20:00"),
        ("call me today at 4pm", "2026-11-20T21:00", "2026-11-20T22:00"),
        ("on friday", "2026-11-27T14:00", "2026-11-27T22:00"),
    ],
)
async def test_hears_day_and_hour_in_the_accounts_time_zone(house: House, said: str, start: str, end: str) -> None:
    values = request_of(await house.ask("book_callback", "ACC-004", said)).values()
    found = [datetime.fromisoformat(str(values[name])).astimezone(UTC) for name in ("earliest", "latest")]
    assert found == [datetime.fromisoformat(f"{moment}:00+00:00") for moment in (start, end)]


async def test_books_it_and_keeps_the_promise_in_view(house: House) -> None:
    done = await house.do("book_callback", "ACC-004", "monday at 3")
    assert "15:00 (America/New_York)" in text(done)
    assert done.promise is not None
    assert done.promise.startswith("callback:")


async def test_asks_when(house: House) -> None:
    assert "Mon-Sat" in asked(await house.ask("book_callback", "ACC-004", "please call me")).question


async def test_a_plan_without_phone_is_offered_a_ticket(house: House) -> None:
    proposal = await house.ask("book_callback", "ACC-003", "call me monday")
    assert refused(proposal).code == "no_phone_support"
    assert "open a ticket" in refused(proposal).sentences[0].text


async def test_outside_the_desks_hours_nothing_is_booked(house: House) -> None:
    outcome = await house.confirm(await house.ask("book_callback", "ACC-004", "sunday at 10am"))
    assert outcome.status is Status.FAILED
    assert "another" in outcome.told[0].text
