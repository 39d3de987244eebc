"""Months, periods, business days and desk hours."""

from datetime import UTC, date, datetime

import pytest

from core.errors import BadInput
from skills.sandbox.dates import DeskHours, add_months, business_days_after, months_between, period_at


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 15), -3, date(2025, 12, 15)),
    ],
)
def test_months_end_with_the_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_whole_months_only() -> None:
    assert months_between(date(2026, 7, 16), date(2026, 11, 20)) == 4
    assert months_between(date(2026, 7, 21), date(2026, 11, 20)) == 3


def test_a_period_keeps_its_day_through_short_months() -> None:
    assert period_at(date(2026, 10, 30), 1, date(2027, 3, 1)) == (date(2027, 2, 28), date(2027, 3, 30))
    assert period_at(date(2026, 3, 15), 12, date(2027, 3, 14)) == (date(2026, 3, 15), date(2027, 3, 15))


def test_business_days_skip_the_weekend() -> None:
    assert business_days_after(datetime(2026, 11, 20, 10, tzinfo=UTC), 10) == datetime(2026, 12, 4, 10, tzinfo=UTC)


def test_desk_hours_are_in_the_accounts_time_zone() -> None:
    hours = DeskHours.of("Mon-Sat 07:00-20:00 account time", "America/Denver")
    moment = datetime(2026, 11, 20, 10, tzinfo=UTC)
    found = hours.within(moment, datetime(2026, 11, 21, 1, tzinfo=UTC))
    assert found == (datetime(2026, 11, 20, 14, tzinfo=UTC), datetime(2026, 11, 21, 1, tzinfo=UTC))
    assert hours.within(datetime(2026, 11, 22, 15, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC)) is None
    assert hours.next_opening(datetime(2026, 11, 22, 15, tzinfo=UTC)) == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_round_the_clock_and_nonsense() -> None:
    moment = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert DeskHours.of("24x7", "Europe/Berlin").next_opening(moment) == moment
    with pytest.raises(BadInput, match="Desk hours must read like"):
        DeskHours.of("mornings", "Europe/Berlin")
