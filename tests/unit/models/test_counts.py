import pytest

from bot.models.embedded.counts import find_months, find_quantity, find_seats


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("all 28 of us", 28),
        ("ten more people", 10),
        ("could it be 34 seats", 34),
        ("a 30-seat plan", 30),
        ("fünf weitere Plätze", 5),
        ("12 pladser mere", 12),
        ("une place de plus", 1),
        ("seats: 40", 40),
        ("one more person", 1),
    ],
)
def test_counts_of_people_are_sure(text: str, count: int) -> None:
    assert [found.value for found in find_seats(text) if found.sure] == [count]


@pytest.mark.parametrize("text", ["3 shops", "7 dollars", "10 days", "at 5 o'clock", "15%", "$12", "one of our users"])
def test_counts_of_other_things_are_no_seats(text: str) -> None:
    assert find_seats(text) == []


def test_a_bare_number_is_unsure() -> None:
    assert [(found.value, found.sure) for found in find_seats("34")] == [(34, False)]


def test_from_and_to_give_the_difference() -> None:
    assert [found.value for found in find_quantity("from 40 to 55 seats")] == [15]


@pytest.mark.parametrize(
    ("text", "months"),
    [("for two months", 2), ("3 years", 36), ("another year", 12), ("zwei Jahre", 24), ("un an de plus", 12), ("half a year", 6)],
)
def test_lengths_of_time_come_in_months(text: str, months: int) -> None:
    assert [found.value for found in find_months(text) if found.sure] == [months]
