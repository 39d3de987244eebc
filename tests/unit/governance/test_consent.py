from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from governance.consent import local_time, may_offer, quiet


@pytest.mark.parametrize("region", ["EU", "UK", "AU", "CA"])
@pytest.mark.parametrize("channel", ["in_app", "email", "sms", "phone"])
def test_outside_the_us_an_opt_in_is_needed(region: str, channel: str) -> None:
    assert may_offer(region, channel, "opted_in")
    for consent in ("none_recorded", "opted_out", None):
        assert not may_offer(region, channel, consent)


def test_in_the_us_mail_goes_until_the_opt_out() -> None:
    assert may_offer("US", "email", "none_recorded")
    assert may_offer("US", "in_app", "none_recorded")
    assert not may_offer("US", "sms", "none_recorded")
    assert not may_offer("US", "phone", "none_recorded")
    assert not may_offer("US", "email", "opted_out")
    assert not may_offer("US", "email", None)


def test_what_is_not_known_forbids() -> None:
    assert not may_offer(None, "email", "opted_in")
    assert not may_offer("BR", "email", "opted_in")
    assert not may_offer("US", None, "opted_in")
    assert not may_offer("US", "pigeon", "opted_in")


def test_the_hour_is_theirs() -> None:
    friday = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert local_time(friday, "Europe/London") == (22, 4)
    assert local_time(friday, "Australia/Sydney") == (9, 5)
    assert local_time(friday, "America/New_York") == (17, 4)
    with pytest.raises(ZoneInfoNotFoundError):
        local_time(friday, "Mars/Olympus")


@pytest.mark.parametrize(
    ("hour", "weekday", "still"), [(7, 0, True), (8, 0, False), (19, 4, False), (20, 4, True), (11, 5, True), (11, 6, True)]
)
def test_nights_and_weekends_are_quiet(hour: int, weekday: int, still: bool) -> None:
    assert quiet(hour, weekday) is still
