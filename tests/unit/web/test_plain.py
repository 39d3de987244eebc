from dataclasses import dataclass
from datetime import UTC, datetime

from bot.console.plain import plain
from handoff.desk.views import Arrived


@dataclass(frozen=True)
class Inner:
    at: datetime
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outer:
    inner: Inner
    arrived: Arrived
    by_name: dict[str, int]
    nothing: None = None


def test_views_become_json_to_any_depth() -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    found = plain(Outer(Inner(at, (("Amount", "$20"),)), Arrived.FAILED, {"wrong": 2}))
    assert found == {
        "inner": {"at": "2026-11-20T12:00:00+00:00", "rows": [["Amount", "$20"]]},
        "arrived": "failed",
        "by_name": {"wrong": 2},
        "nothing": None,
    }
    assert type(found["arrived"]) is str
