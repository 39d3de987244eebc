from datetime import UTC, datetime

import pytest

from core.errors import BadInput
from handoff.sla import parse_desk, priority_of
from tests.unit.handoff.conftest import DESK

FRIDAY_FIVE = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("plan", "zone", "priority", "due"),
    [
        (None, None, 3, datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("starter", "Asia/Tokyo", 3, datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("business", None, 3, datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("Business", None, 1, datetime(2026, 11, 20, 18, tzinfo=UTC)),
        ("business", "America/New_York", 3, datetime(2026, 11, 20, 21, tzinfo=UTC)),
        ("enterprise", None, 1, datetime(2026, 11, 20, 17, 15, tzinfo=UTC)),
    ],
)
def test_the_first_reply_is_due_by_plan_zone_and_urgency(plan: str, zone: str, priority: int, due: datetime) -> None:
    assert DESK.due(FRIDAY_FIVE, priority, plan, zone) == due


def test_danger_comes_first_and_large_customers_one_step_ahead() -> None:
    assert priority_of("vulnerable_person") == priority_of("security_incident") == 1
    assert priority_of("legal_or_regulator") == priority_of("legal_or_regulator", plan="enterprise") == 2
    assert priority_of("asked_for_human") == priority_of("something_new") == 3
    assert priority_of("asked_for_human", plan="Enterprise") == priority_of("negotiation", vip=True) == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"usual": {"hours": {"mon": "09:00-17:00"}}},
        {"usual": {"first_reply_minutes": 5}},
        {"usual": {"hours": {"mon": "09:00-17:00"}, "first_reply_minutes": "soon"}},
        {"usual": {"hours": {"mon": "09:00-17:00"}, "first_reply_minutes": 5}, "plans": {"team": 3}},
    ],
)
def test_a_desk_that_lacks_something_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        parse_desk(data)
