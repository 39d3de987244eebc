from datetime import date

import pytest

from bot.models.embedded.dates import find_dates, named_months

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-01-05", "2027-01-05"),
        ("from 1 February", "2027-02-01"),
        ("Feb 11th, 2028", "2028-02-11"),
        ("le 3 mars", "2027-03-03"),
        ("ab 1. Januar", "2027-01-01"),
        ("el 3 de mayo", "2027-05-03"),
        ("11.02.2027", "2027-02-11"),
        ("15/3", "2027-03-15"),
        ("tomorrow", "2026-11-21"),
        ("next Monday", "2026-11-23"),
        ("in two weeks", "2026-12-04"),
        ("10 days ago", "2026-11-10"),
        ("vor 3 Tagen", "2026-11-17"),
        ("end of the month", "2026-11-30"),
        ("next month", "2026-12-01"),
        ("from December", "2026-12-01"),
        ("on the 5th", "2026-12-05"),
        ("on the 25th", "2026-11-25"),
    ],
)
def test_dates_are_found_relative_to_today(text: str, day: str) -> None:
    assert [found.value for found in find_dates(text, TODAY)] == [day]


def test_words_of_the_past_make_a_date_past() -> None:
    assert [found.value for found in find_dates("On 11 March nobody could punch in, it failed", TODAY)] == ["2026-03-11"]


@pytest.mark.parametrize("text", ["I may want that", "version 2.5", "31 February", "it will march on"])
def test_other_words_are_no_dates(text: str) -> None:
    assert find_dates(text, TODAY) == []


@pytest.mark.parametrize(
    ("text", "count"), [("January and February", 2), ("Jan to March", 3), ("in December", 1), ("on 3 May", None)]
)
def test_named_months_are_counted(text: str, count: int | None) -> None:
    found = named_months(text)
    assert (found[0].value if found else None) == count
