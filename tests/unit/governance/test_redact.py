import pytest

from governance.redact import redact, redact_event


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to helen.ashdown+x@brightwater.example now", "Write to [email] now"),
        ("ring +44 20 7946 0101 please", "ring [phone] please"),
        ("or 020 7946 0101", "or [phone]"),
        ("or (212) 555-0123.", "or [phone]."),
        ("or 212-555-0123", "or [phone]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [iban]"),
        ("DE89370400440532013000", "[iban]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("card 4111-1111-1111-1111!", "card [card]!"),
        ("my code is 493027", "my code is [code]"),
        ("493 027 is it", "[code] is it"),
    ],
)
def test_personal_values_are_masked(text: str, masked: str) -> None:
    assert redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T10:00:00.123456Z",
        "2026-11-20 10:15",
        "INV-7048 on ACC-026 for 1,234.56",
        "5f1c2b6a9d3e4f708192a3b4c5d6e7f8",
        "turn 12 took 45.678901 ms",
        "127.0.0.1:8080",
        "C-001-1",
    ],
)
def test_ids_and_times_stay(text: str) -> None:
    assert redact(text) == text


def test_an_event_is_cleaned_all_through() -> None:
    event: dict[str, object] = {
        "event": "mail to a@b.example",
        "count": 493027,
        "ok": True,
        "none": None,
        "api_token": "abc",
        "inner": {"password": ["x"], "lines": ["call +353 1 555 0100", 3]},
        "error": ValueError("bad address a@b.example"),
    }
    assert redact_event(None, "info", event) == {
        "event": "mail to [email]",
        "count": 493027,
        "ok": True,
        "none": None,
        "api_token": "[hidden]",
        "inner": {"password": "[hidden]", "lines": ["call [phone]", 3]},
        "error": "bad address [email]",
    }
