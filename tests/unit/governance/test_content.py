"""What text that is passed on tells besides."""

import pytest

from core.action import Argument, Origin, Provenance
from governance.content import told_by


def told(text: str) -> frozenset[str]:
    return told_by([Argument(value=text, provenance=Provenance(origin=Origin.MODEL, source_id="model"), content=True)])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("4237-4252-7456-2574", "card"),
        ("Pay with 4111 1111 1111 1111 please", "card"),
        ("credit_card_number: 4237425274562574", "card"),
        ("Send it to GB82 WEST 1234 5698 7654 32", "bank_account"),
        ("bank account: 0789765432", "bank_account"),
        ("Emma, passport_number: HGK137803", "identity_number"),
        ("ID number 123456789", "identity_number"),
        ("The password is hunter2", "password"),
        ("Your security code: 463820", "code"),
        ("463820", "code"),
        ("Hi Mark, it was good to hear from you. 463820", "code"),
        ("Secret key is 1a7b3d.", "key"),
    ],
)
def test_numbers_passwords_and_codes_are_seen(text: str, kind: str) -> None:
    assert kind in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "Stay at Luxury Palace, address: 1 Rue de la Paix, 75002 Paris, France, from January 1st to January 5th.",
        "The meeting is on 2024-05-26 at 10:00.",
        "Invoice INV-2026-0001 of 1,200.00 dollars is paid.",
        "I forgot my password and can't get in.",
        "Error 500123 comes up whenever we open a board, about 20 times a day.",
    ],
)
def test_ordinary_text_tells_nothing(text: str) -> None:
    assert told(text) == frozenset()
