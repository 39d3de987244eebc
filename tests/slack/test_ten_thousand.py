"""Slack delivers again, late, at once, over a crash, and sometimes not the original: each event is answered once.

The figures of a whole run are those of `make test-slack-retries`: ten thousand events, and the slowest hundredth of the
acknowledgements. Here a machine that is busy with other things may be slow, so half of them must be in time.
"""

import re
from pathlib import Path

import pytest

from tests.slack.senders import MOST_COPIES, events
from tests.slack.ten_thousand import ACK_P99_MS, Plan, percentile, run, table


@pytest.mark.slow
@pytest.mark.recovery
async def test_every_event_is_answered_once_over_two_crashes(tmp_path: Path) -> None:
    plan = Plan(folder=tmp_path, events=500, kills=2)
    log = await run(plan)
    assert log.faults == [], table(log, plan)
    assert (log.answered, log.kills) == (500, 2)
    assert percentile(log.acks_ms, 0.5) < ACK_P99_MS, table(log, plan)


@pytest.mark.slow
async def test_a_server_that_forgets_what_it_has_seen_is_found_out(tmp_path: Path) -> None:
    log = await run(Plan(folder=tmp_path, events=30, kills=0, plant="forget"))
    assert log.answered < 30
    taken = [int(found[1]) for fault in log.faults if (found := re.match(r"(\d+) messages taken from 30 events", fault))]
    assert taken
    assert taken[0] > 30


def test_the_events_are_those_that_slack_sends() -> None:
    made = list(events(1_000, seed=1))
    assert made == list(events(1_000, seed=1))
    assert len({each.name for each in made}) == len({each.body["event_id"] for each in made}) == 1_000
    assert {len(each.copies) for each in made} == set(range(1, MOST_COPIES + 1))
    dropped = [each for each in made if each.copies[0] > 0]
    assert 100 < len(dropped) < 300
    assert 300 < sum(each.at_once for each in made) < 700
