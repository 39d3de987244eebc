from decimal import Decimal

import pytest

from bot.models.embedded.numbers import find_numbers, parse_digits


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.200,50", "1200.50"),
        ("1,680", "1680"),
        ("12.400", "12400"),
        ("5,30", "5.30"),
        ("3,200.75", "3200.75"),
        ("0.500", "0.500"),
        ("1 200", "1200"),
        ("1'200.00", "1200.00"),
        ("7", "7"),
    ],
)
def test_digits_are_read_in_every_national_style(written: str, value: str) -> None:
    assert parse_digits(written) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nine grand", 9000),
        ("4k please", 4000),
        ("a dozen", 12),
        ("half a dozen seats", 6),
        ("two hundred and fifty", 250),
        ("twenty-eight of us", 28),
        ("sixty-odd people", 60),
        ("fünfundzwanzig Plätze", 25),
        ("achtundvierzig", 48),
        ("dreissig Leute", 30),
        ("quatre-vingt-dix-sept", 97),
        ("soixante et onze", 71),
        ("deux cents personnes", 200),
        ("treinta y cinco", 35),
        ("veintidós", 22),
    ],
)
def test_numbers_are_found_in_words(text: str, value: int) -> None:
    assert [number.whole for number in find_numbers(text)] == [value]


def test_offsets_cover_the_number_as_written() -> None:
    text = "we pay $1,680 for forty two people"
    assert [text[number.start : number.end] for number in find_numbers(text)] == ["1,680", "forty two"]


def test_an_article_is_a_weak_number() -> None:
    assert [number.weak for number in find_numbers("one moment")] == [True]


@pytest.mark.parametrize("text", ["INV-7048", "v2 of the API", "five-star hotel", "no figures here"])
def test_names_with_digits_are_no_numbers(text: str) -> None:
    assert find_numbers(text) == []


def test_a_fraction_has_no_whole_value() -> None:
    assert find_numbers("99.5")[0].whole is None
