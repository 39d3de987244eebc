"""A number that follows from records by the sum that was asked for."""

from decimal import Decimal

import pytest

from bot.dialogue.reckoning import reckoned

PAID = [["100", "50", "10", "1000"], ["7", "3"]]


@pytest.mark.parametrize(
    ("words", "value", "comes_out"),
    [
        ("We spent 12.00, send them back the difference", "2.00", True),
        ("Their prices rose by 10%, send the difference", "5", True),
        ("They forgot 19.5% of what we paid, plus a fee of 5.29", "200.29", True),
        ("Split the bill by 4", "25", True),
        ("Pay half of it", "500", True),
        ("Pay double", "20", True),
        ("What is the total?", "1160", True),
        ("The average, please", "290", True),
        ("We spent 12.00, send them back the difference", "999", False),
        ("Send them what they want", "5", False),
        ("Send them the difference", "40", False),
        ("Refund 12.00", "2.00", False),
    ],
)
def test_only_the_sum_that_was_asked_for(words: str, value: str, comes_out: bool) -> None:
    assert reckoned(Decimal(value), words, PAID) is comes_out


def test_without_records_nothing_comes_out() -> None:
    assert not reckoned(Decimal(2), "We spent 12 in total, send the difference", [])
