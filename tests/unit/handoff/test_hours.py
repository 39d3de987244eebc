from datetime import UTC, datetime, timedelta

import pytest

from core.errors import BadInput
from handoff.hours import Hours, parse_hours

OFFICE = parse_hours({"mon-fri": "09:00-12:30, 13:00-17:00", "sat": "10:00-12:00", "holidays": ["2026-12-25"]}, "Europe/London")
ALWAYS = parse_hours({"mon-sun": "00:00-24:00"}, "Asia/Tokyo")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (at(20, 9), True),
        (at(20, 8, 59), False),
        (at(20, 12, 30), False),
        (at(20, 13), True),
        (at(20, 17), False),
        (at(21, 11), True),
        (at(22, 11), False),
        (at(25, 11, month=12), False),
    ],
)
def test_people_are_there_in_opening_hours_only(moment: datetime, there: bool) -> None:
    assert OFFICE.open_at(moment) is there


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (at(20, 10), at(20, 10)),
        (at(20, 12, 45), at(20, 13)),
        (at(20, 18), at(21, 10)),
        (at(21, 12), at(23, 9)),
        (at(24, 18, month=12), at(26, 10, month=12)),
    ],
)
def test_the_next_opening_skips_nights_weekends_and_holidays(moment: datetime, opening: datetime) -> None:
    assert OFFICE.next_opening(moment) == opening


def test_summer_time_moves_the_hours_in_utc() -> None:
    assert OFFICE.next_opening(at(1, 0, month=7)) == at(1, 8, month=7)
    assert OFFICE.next_opening(datetime(2026, 10, 25, 12, tzinfo=UTC)) == datetime(2026, 10, 26, 9, tzinfo=UTC)


def test_working_time_is_counted_over_breaks_and_nights() -> None:
    assert OFFICE.after(at(20, 12), timedelta(hours=1)) == at(20, 13, 30)
    assert OFFICE.after(at(20, 16), timedelta(hours=4)) == at(23, 10)
    assert OFFICE.after(at(22, 3), timedelta(0)) == at(23, 9)
    assert ALWAYS.after(at(20, 23), timedelta(hours=5)) == at(21, 4)


def test_the_clocks_are_the_zones() -> None:
    tokyo = OFFICE.in_zone("Asia/Tokyo")
    assert tokyo.open_at(at(20, 1))
    assert not tokyo.open_at(at(20, 9))
    assert OFFICE.in_zone(None) is OFFICE


def test_a_desk_that_never_opens_says_so() -> None:
    never = Hours(zone="UTC", weekdays={})
    assert not never.open_at(at(20, 9))
    assert never.next_opening(at(20, 9)) is None
    with pytest.raises(BadInput):
        never.after(at(20, 9), timedelta(minutes=1))


@pytest.mark.parametrize(
    "data",
    [
        {"funday": "09:00-17:00"},
        {"fri-mon": "17:00-09:00"},
        {"mon": "nine to five"},
        {"mon": "09:00-25:00"},
        {"mon": "17:00-09:00"},
        {"holidays": "2026-12-25"},
        {"holidays": ["Christmas"]},
        {"zone": "Mars/Olympus"},
    ],
)
def test_hours_that_make_no_sense_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        parse_hours({"tue": "09:00-17:00", **data}, "UTC")
