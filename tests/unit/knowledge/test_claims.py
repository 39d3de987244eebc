"""Figures, dates, codes and links are read in one spelling, whatever the language."""

import pytest

from knowledge.claim_words import denies
from knowledge.claims import Claim, Kind, claims


def found(text: str, language: str = "en") -> list[str]:
    return [f"{claim.kind} {claim.value} {claim.unit}".rstrip() for claim in claims(text, language)]


@pytest.mark.parametrize("text", ["$35", "35 dollars", "thirty-five dollars", "USD 35.00", "35,00 USD", "$ 35"])
def test_an_amount_has_one_spelling(text: str) -> None:
    assert found(f"It costs {text} today") == ["money USD 35", "day today"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("on 31 March 2027", "en"),
        ("on March 31st, 2027", "en"),
        ("on 2027-03-31", "en"),
        ("am 31. März 2027", "de"),
        ("am 31.03.2027", "de"),
        ("le 31 mars 2027", "fr"),
        ("el 31 de marzo de 2027", "es"),
        ("em 31 de março de 2027", "pt"),
    ],
)
def test_a_date_has_one_spelling(text: str, language: str) -> None:
    assert found(text, language) == ["date 2027-03-31"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1,500 seats", "en", ["number 1500 seat"]),
        ("one hundred and twenty calls", "en", ["number 120 call"]),
        ("within 8 business hours", "en", ["number 8 working hour"]),
        ("1.234,56 €", "de", ["money EUR 1234.56"]),
        ("1 234,56 €", "fr", ["money EUR 1234.56"]),
        ("20 percent", "en", ["percent 20"]),
        ("at 5pm", "en", ["time 17:00"]),
        ("um 17 Uhr", "de", ["time 17:00"]),
        ("à 14h30", "fr", ["time 14:30"]),
        ("invoice INV-2231", "en", ["code inv-2231"]),
        ("see https://Evil.test/x.", "en", ["link evil.test/x"]),
        ("Settings → Billing → Plan", "en", ["path settings > billing > plan"]),
        ("You may ask one of us", "en", []),
    ],
)
def test_claims_are_typed(text: str, language: str, expected: list[str]) -> None:
    assert found(text, language) == expected


def test_a_date_without_its_year_says_less() -> None:
    short, whole = Claim(kind=Kind.DATE, value="--03-31"), Claim(kind=Kind.DATE, value="2027-03-31")
    assert short.same(whole)
    assert not whole.same(short)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It isn't", "en"),
        ("kein Plan", "de"),
        ("n'est pas", "fr"),
        ("sin coste", "es"),
        ("non ha", "it"),
        ("geen", "nl"),
        ("não", "pt"),
    ],
)
def test_a_denial_is_heard_in_each_language(text: str, language: str) -> None:
    assert denies(text, language)
