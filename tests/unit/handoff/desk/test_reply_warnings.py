"""What agents are warned of before a text goes to a customer."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.desk.promise_views import Promised
from handoff.desk.reply_warnings import VERBATIM, WROTE, Situation, promised_in_words, repeats, secret, warnings_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOTE = "They threatened to leave last year, so be careful with the price and don't mention the outage."


def test_a_plain_reply_has_no_warnings() -> None:
    assert warnings_of("Your invoice is attached.", Situation(notes=[NOTE])) == ()


def test_all_warnings_come_in_order() -> None:
    text = f"Hello. {NOTE} Your password is hunter2."
    found = warnings_of(text, Situation(notes=[NOTE], wrote=True))
    assert found[0] == WROTE
    assert "internal note" in found[1]
    assert "password" in found[2]
    assert len(found) == 3


def test_a_promise_says_by_when_and_whose_it_is() -> None:
    promises = [Promised(text="We'll call.", due_at=NOON), Promised(text="We'll write.", due_at=None)]
    first, second = promised_in_words(promises)
    assert first == "This is a promise, yours to keep by 20 Nov, 12:00 UTC: “We'll call.”"
    assert second == "This is a promise, yours to keep: “We'll write.”"


@pytest.mark.parametrize(
    ("text", "is_secret"),
    [
        ("Card 4111 1111 1111 1111 was charged", True),
        ("Order 4111 1111 1111 1112", False),
        ("IBAN DE89 3704 0044 0532 0130 00", True),
        ("The API key is abc123", True),
        ("Use sk-live12345678", True),
        ("You can reset your password in the settings.", False),
        ("Invoice INV-77 of 400", False),
    ],
)
def test_secrets(text: str, is_secret: bool) -> None:
    assert secret(text) is is_secret


def test_eight_words_in_a_row_are_a_repeat_whatever_case_and_punctuation() -> None:
    assert repeats("Well: THEY threatened, to leave last year so be careful!", [NOTE])
    assert not repeats("They threatened to leave last year", [NOTE])


def test_a_short_note_repeats_only_as_a_whole() -> None:
    assert repeats("Hi, owner is about to leave us, sorry.", ["Owner is about to leave us"])
    assert not repeats("Thank you so much", ["Thank you"])


@given(st.lists(st.sampled_from(NOTE.split()), max_size=VERBATIM - 1))
def test_fewer_words_than_that_never_repeat_a_long_note(words: list[str]) -> None:
    assert not repeats(" ".join(words), [NOTE])
