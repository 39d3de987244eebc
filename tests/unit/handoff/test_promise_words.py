from datetime import UTC, datetime

import pytest

from handoff.promise_words import found_in

FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def on(day: int, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("We'll call you back by 5 pm.", on(20, 17)),
        ("I'll get back to you by 9:30.", on(21, 9, 30)),
        ("A colleague will ring you tomorrow at 14:00.", on(21, 14)),
        ("We will send the invoice today.", on(20)),
        ("I will let you know by Monday.", on(23)),
        ("I'm going to follow up on Friday.", on(27)),
        ("We'll reply within 2 hours.", on(20, 12)),
        ("Someone will check within three days.", on(23, 10)),
        ("We'll confirm within 2 business days.", on(24, 10)),
        ("Our team will look into it.", None),
        ("Wir rufen Sie morgen um 14:00 zurück.", on(21, 14)),
        ("Wir melden uns innerhalb von 2 Stunden.", on(20, 12)),
        ("Nous vous rappellerons demain.", on(21)),
        ("Je vous enverrai la facture avant 17h.", on(20, 17)),
        ("Le llamaremos mañana a las 9:00.", on(21, 9)),
    ],
)
def test_a_promise_is_found_with_its_time(text: str, due: datetime | None) -> None:
    (found,) = found_in(text, FRIDAY)
    assert (found.text, found.due_at) == (text, due)


@pytest.mark.parametrize(
    "text",
    [
        "Could you call us back?",
        "You can send it today.",
        "We will not call you.",
        "I called you yesterday.",
        "Shall we call you tomorrow?",
        "The export is sent at 5 pm.",
        "Please reply by Monday.",
    ],
)
def test_what_is_no_promise_is_not_found(text: str) -> None:
    assert found_in(text, FRIDAY) == []


def test_each_sentence_is_read_on_its_own() -> None:
    found = found_in("Thanks for waiting. We'll call you back by 5 pm. I'll send the form tomorrow.", FRIDAY)
    assert [each.due_at for each in found] == [on(20, 17), on(21)]


def test_times_are_on_the_customers_clock() -> None:
    (found,) = found_in("We'll call you back by 5 pm.", FRIDAY, "America/New_York")
    assert found.due_at == on(20, 22)
