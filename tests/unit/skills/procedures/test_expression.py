"""Conditions are read and worked out, and never run as code."""

import pytest

from core.action import Scalar
from core.errors import BadInput
from skills.procedures.expression import holds, parse

SCOPE: dict[str, Scalar] = {"seats": 12, "plan": "team", "look.owed_minor": 0, "sure": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seats > 10 and plan == 'team'", True),
        ("not sure or look.owed_minor > 0", False),
        ("plan in ['starter', 'team']", True),
        ("plan not in ['starter', 'team']", False),
        ("(seats < 10 or seats >= 12) and sure", True),
        ("missing == none", True),
        ("missing > 3", False),
        ("plan > 3", False),
    ],
)
def test_a_condition_is_worked_out(text: str, expected: bool) -> None:
    assert holds(parse(text), SCOPE) is expected


@pytest.mark.parametrize(
    "text", ["", "seats >", "seats = 3", "__import__('os')", "seats.a.b", "plan in []", "(seats", "seats 3", "(" * 50 + "seats"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)
