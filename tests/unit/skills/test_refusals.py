"""A refusal is told in approved words, filled in with what the error knows, and never in the error's own."""

import pytest

from core.errors import BadInput, Conflict, NotFound, RapportError
from skills.refusals import code_of, refusal


def test_an_errors_data_fills_the_sentence() -> None:
    error = Conflict("staff words", code="seats_under_use", in_use=41)
    assert refusal("billing", error, {}).text == "41 seats are in use. Archive some people first, or keep at least that many."


def test_days_and_prerequisites_are_spelled_out() -> None:
    error = Conflict("", code="paused_lately", possible_from="2027-06-01")
    assert "1 June 2027" in refusal("billing", error, {}).text
    error = Conflict("", code="prerequisite_unmet", prerequisites=["time_tracking_days>=90"])
    assert "90 days of time-tracking data" in refusal("billing", error, {"addon": "Analytics"}).text


@pytest.mark.parametrize("error", [Conflict("secret cap of 100", code="never_heard_of"), Conflict("", code="seats_under_use")])
def test_what_has_no_words_or_lacks_a_value_is_told_generally(error: RapportError) -> None:
    assert refusal("billing", error, {}).text == "Your account doesn't allow that as it stands, so I haven't changed anything."


def test_codes() -> None:
    assert code_of(BadInput("", code="x")) == "x"
    assert code_of(NotFound("")) == "not_found"
