import re
from datetime import UTC, datetime
from itertools import product

import pytest

from handoff.hours import Hours, parse_hours
from handoff.triage import OWN_REASONS, REASONS
from handoff.wording import Situation, handed_over, languages, told

OFFICE = parse_hours({"mon-fri": "09:00-17:00"}, "Europe/London")
OPEN, SHUT = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)
EVERY = sorted(languages())
CHANGES = ("joined", "transferred", "requeued", "returned", "resolved")


def test_the_four_languages_are_there() -> None:
    assert set(EVERY) == {"en", "de", "fr", "es"}


@pytest.mark.parametrize(("reason", "language"), list(product([*REASONS, *OWN_REASONS], EVERY)))
def test_every_reason_is_told_whole_in_every_language(reason: str, language: str) -> None:
    for now, ahead in ((OPEN, 0), (OPEN, 1), (OPEN, 7), (SHUT, 0)):
        message = handed_over(reason, language, Situation(now=now, hours=OFFICE, ahead=ahead))
        assert message.endswith(".")
        assert "{" not in message


def test_a_reason_of_its_own_has_its_own_words() -> None:
    situation = Situation(now=OPEN, hours=OFFICE)
    assert len({handed_over(reason, "en", situation) for reason in REASONS}) == len(REASONS)


def test_in_hours_the_place_in_the_queue_is_told_and_no_time() -> None:
    said = [handed_over("negotiation", "en", Situation(now=OPEN, hours=OFFICE, ahead=ahead)) for ahead in (0, 1, 4)]
    assert "next in line" in said[0]
    assert "One conversation is ahead" in said[1]
    assert "4 conversations are ahead" in said[2]
    assert not any(re.search(r"minute|hour|\d:\d", each) for each in said)


@pytest.mark.parametrize(("language", "day"), [("en", "Monday"), ("de", "Montag"), ("fr", "lundi"), ("es", "lunes")])
def test_out_of_hours_the_next_opening_and_a_call_back_are_told(language: str, day: str) -> None:
    message = handed_over("asked_for_human", language, Situation(now=SHUT, hours=OFFICE))
    assert day in message
    assert "09:00 (Europe/London)" in message


def test_a_desk_without_hours_promises_none() -> None:
    message = handed_over("asked_for_human", "en", Situation(now=OPEN, hours=Hours(zone="UTC", weekdays={})))
    assert "isn't here right now. Your case is open" in message


def test_danger_is_answered_with_the_emergency_number() -> None:
    for language, words in (("en", "emergency number"), ("de", "Notruf"), ("fr", "d'urgence"), ("es", "emergencias")):
        assert words in handed_over("vulnerable_person", language, Situation(now=OPEN, hours=OFFICE))


def test_other_languages_get_english_and_variants_their_language() -> None:
    assert told("joined", "tlh", "Sam") == "Sam has joined the conversation."
    assert told("joined", "de-AT", "Sam") == "Sam ist jetzt im Gespräch."


@pytest.mark.parametrize(("what", "language"), list(product(CHANGES, EVERY)))
def test_every_change_of_hands_names_the_person(what: str, language: str) -> None:
    assert told(what, language, "Sam").startswith("Sam ")
