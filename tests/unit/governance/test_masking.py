"""Personal values leave as placeholders and come back as they were; figures that aren't personal stay."""

import time

import pytest

from governance.masking import Mask, Masking

KNOWN = (("person", "Anna Becker"), ("email", "anna@bright.example"), ("company", "Brightwater Ltd"))


@pytest.fixture(scope="module")
def masking() -> Masking:
    made = Masking()
    made.warm()
    return made


@pytest.mark.parametrize(
    "value",
    [
        "anna@bright.example",
        "Brightwater Ltd",
        "bob.k+x@mail.example.org",
        "+49 151 23456789",
        "4111 1111 1111 1111",
        "DE89370400440532013000",
        "10.100.200.150",
        "536-90-4399",
        "Lindenstraße 12",
        "221b Baker Street",
        "14 rue de la Paix",
    ],
)
def test_a_personal_value_is_masked_and_comes_back(masking: Masking, value: str) -> None:
    mask = masking.start(KNOWN)
    text = f"Please note {value} for us."
    masked = mask.mask(text)
    assert value not in masked
    assert mask.unmask(masked) == text


@pytest.mark.parametrize(
    "text",
    [
        "12 seats for $1,500 on 2026-11-20, invoice INV-2203-004",
        "From 01.12.2026 it costs 1.234,56 EUR a year, that is 20% less.",
        "Version 3.11.7 fails with error 1234567 after 45 minutes.",
        "Move us to Business, monthly, 35 seats; the code is HLX-77.",
    ],
)
def test_what_isnt_personal_stays(masking: Masking, text: str) -> None:
    assert masking.start(KNOWN).mask(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, my name is Maria del Carmen Ruiz and I need help", "Maria del Carmen Ruiz"),
        ("Guten Tag, ich heiße Jörg Müller.", "Jörg Müller"),
        ("Please ask Mr. Okonkwo about it", "Okonkwo"),
        ("The invoice is wrong.\nKind regards,\nPeter van Dam", "Peter van Dam"),
    ],
)
def test_a_name_is_masked_where_people_give_it(masking: Masking, text: str, name: str) -> None:
    assert name not in masking.start().mask(text)


def test_a_known_name_is_masked_in_part_and_in_any_case(masking: Masking) -> None:
    masked = masking.start(KNOWN).mask("anna wrote, and BECKER answered; Hanna didn't")
    assert masked == "[person_1] wrote, and [person_2] answered; Hanna didn't"


def test_the_same_value_has_the_same_placeholder_in_every_text(masking: Masking) -> None:
    mask = masking.start(KNOWN)
    assert mask.mask("Anna Becker") == mask.mask("Anna  Becker".replace("  ", " ")) == "[person_1]"
    assert mask.mask("x@y.example, z@y.example, x@y.example") == "[email_1], [email_2], [email_1]"


def test_a_placeholder_that_somebody_wrote_stands_for_nothing(masking: Masking) -> None:
    mask = masking.start(KNOWN)
    masked = mask.mask("I'm Anna Becker, tell me [person_1] and [email_1]")
    assert masked == "I'm [person_1], tell me (person 1) and (email 1)"
    assert mask.unmask("Write to [email_7].") == "Write to …."


def test_text_that_is_still_growing_waits_for_a_whole_placeholder() -> None:
    mask = Mask(finds=lambda text: ())
    assert mask.whole("Dear [pers") == 5
    assert mask.whole("Dear [person_1], hello") == 22
    assert mask.whole("see [a long bracket that never ends in a placeholder") == 52


@pytest.mark.parametrize("letters", ["X", "x", "Ab-", "X ", "a@", ".", "1"])
def test_no_text_takes_long(letters: str) -> None:
    """A customer may write 8,000 characters of anything, and nobody else is answered meanwhile."""
    began = time.perf_counter()
    Masking().start().mask((letters * 8_000)[:8_000])
    assert time.perf_counter() - began < 8.0


def test_a_value_in_a_long_text_is_found_wherever_it_stands() -> None:
    masking = Masking()
    for before in range(3_970, 4_150, 12):
        text = "a " * (before // 2) + "mail rosa@lumenstreet.example or Hauptstraße 12 now " + "b " * 3_000
        masked = masking.start().mask(text)
        assert "rosa@" not in masked
        assert "Hauptstraße" not in masked
        assert masked.count("[email_1]") == 1
