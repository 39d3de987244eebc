"""How codes read to agents."""

import pytest

from handoff.desk.words import (
    channel_in_words,
    consent_in_words,
    health_in_words,
    reason_in_words,
    rows_of,
    skill_title,
    step_in_words,
    three_lines,
)
from handoff.triage import OWN_REASONS, REASONS


@pytest.mark.parametrize("reason", [*REASONS, *OWN_REASONS])
def test_every_reason_has_words_of_its_own(reason: str) -> None:
    assert reason_in_words(reason) != reason
    assert "_" not in reason_in_words(reason)


def test_steps_bear_the_titles_of_their_skills() -> None:
    assert step_in_words("find_invoices: done") == "Find invoices: done"
    assert step_in_words("refund_payment: action.started") == "Refund: begun, not known whether it was done"
    assert step_in_words("something_new: odd_end") == "Something new: odd end"
    assert skill_title("give_credit") == "Account credit"


def test_a_summary_has_three_lines_at_most_and_loses_nothing() -> None:
    assert three_lines("one\n\ntwo") == ("one", "two")
    assert three_lines("one\ntwo\nthree\nfour") == ("one", "two", "three four")
    assert three_lines("") == ()


def test_arguments_read_as_amounts_units_and_words() -> None:
    assert rows_of({"invoice_id": "INV-1", "amount_minor": 40_000, "currency": "EUR", "basis": "first_monthly"}) == (
        ("Invoice", "INV-1"),
        ("Amount", "€400.00"),
        ("Basis", "first monthly"),
    )
    assert rows_of({"granted_usd_minor_90d": 4_000, "dispute": False, "discount_percent": 10, "save_offers_12m": 1}) == (
        ("Given for the same cause in 90 days", "$40.00"),
        ("Dispute or chargeback open", "no"),
        ("Discount", "10 %"),
        ("Offers to stay in 12 months", "1"),
    )
    assert rows_of({"currency": "GBP", "seats": None}) == (("Currency", "GBP"), ("Seats", "none"))


def test_health_names_what_is_wrong() -> None:
    assert health_in_words([("T-1", "P3", "open")], (), [0.2]) == "Healthy: nothing urgent is open."
    assert health_in_words([("T-1", "P1", "open"), ("T-2", "P2", "solved")], ("VIP", "Payment failed"), []) == (
        "At risk: P1 T-1 is open, payment failed."
    )
    assert health_in_words([], (), [-0.8]) == "Strained: upset in a recent case."


def test_channels_and_consent() -> None:
    assert channel_in_words("web_chat") == "Web chat"
    assert consent_in_words({"email": "opted_in", "sms": "opted_out", "phone": "none_recorded"}) == (
        ("Email", "agreed"),
        ("Text message", "said no"),
        ("Phone", "never asked"),
    )
