from datetime import datetime, timedelta

import pytest

from core.errors import BadInput, Conflict
from core.events import Event
from handoff.case_book import CLAIMED, PROMISED, RESOLVED, WAITING
from handoff.promises import BROKEN, DROPPED, KEPT, OPEN, NewTime, Promise, Promises, alert_at
from tests.unit.handoff.conftest import BEA, DESK, FRIDAY_NOON, SAM, House

HOUR = timedelta(hours=1)


def promised(house: House, text: str = "We'll write.", by: str = "sam", due: datetime | None = FRIDAY_NOON + 4 * HOUR) -> Promise:
    return house.promises.record(house.conn, house.talk(), text, made_by=by, at=house.now, due_at=due)


def done(house: House, skill: str, outcome: str = "done", account: str | None = "ACC-001") -> None:
    """A skill reports how it went, somewhere else in the account."""
    event = Event(
        type="action.finished",
        tenant="halcyon",
        at=house.now,
        correlation_id="k2",
        conversation_id="elsewhere",
        account_id=account,
        data={"skill": skill, "outcome": outcome},
    )
    house.journal.append(house.conn, event)


def test_who_made_it_sees_to_it_and_the_bots_is_the_queues(house: House) -> None:
    assert promised(house).owner == "sam"
    assert promised(house, by="bot").owner is None


def test_a_skills_promise_brings_its_own_time_and_reads_in_words(house: House) -> None:
    made = promised(house, "callback:CB-7:2026-11-20T16:30:00+00:00", by="bot", due=None)
    assert (made.text, made.due_at) == ("Call back (CB-7)", FRIDAY_NOON + 4.5 * HOUR)


def test_without_a_time_it_is_due_when_the_desk_answers_at_the_latest(house: House) -> None:
    promises = Promises(house.vault, house.journal, DESK)
    made = promises.record(house.conn, house.talk(), "We'll write.", made_by="bot", at=house.now, due_at=None)
    assert made.due_at == DESK.due(house.now, 3, None, None)


@pytest.mark.parametrize(("length", "before"), [(8 * HOUR, 2 * HOUR), (0.5 * HOUR, HOUR / 4), (0.1 * HOUR, 0.1 * HOUR)])
def test_it_is_due_soon_a_quarter_of_its_time_before_and_at_least_15_minutes(length: timedelta, before: timedelta) -> None:
    assert alert_at(FRIDAY_NOON, FRIDAY_NOON + length) == FRIDAY_NOON + length - before


def test_it_is_alerted_once_and_broken_once(house: House) -> None:
    made = promised(house)
    house.later(hours=2, minutes=59)
    assert house.cases.keeping.tend(house.conn, house.now) == []
    house.later(minutes=1)
    assert [each.id for each in house.cases.keeping.tend(house.conn, house.now)] == [made.id]
    assert house.cases.keeping.tend(house.conn, house.now) == []
    house.later(hours=1, seconds=1)
    (broken,) = house.cases.keeping.tend(house.conn, house.now)
    assert broken.state == BROKEN
    assert house.cases.keeping.tend(house.conn, house.now) == []
    assert house.events("promise.alerted", "promise.broken") == ["promise.alerted", "promise.broken"]


def test_what_the_skill_behind_it_did_keeps_it(house: House) -> None:
    made = promised(house, "We will refund you by Friday.")
    done(house, "refund_payment")
    assert house.cases.keeping.tend(house.conn, house.now) == [], "done before it was promised"
    house.later(minutes=1)
    done(house, "give_credit")
    done(house, "refund_payment", outcome="failed")
    done(house, "refund_payment", account="ACC-002")
    assert house.cases.keeping.tend(house.conn, house.now) == []
    done(house, "refund_payment")
    assert [(each.id, each.state) for each in house.cases.keeping.tend(house.conn, house.now)] == [(made.id, KEPT)]


def test_another_time_opens_it_again_and_its_reason_is_sealed(house: House) -> None:
    made = promised(house)
    house.later(hours=5)
    house.cases.keeping.tend(house.conn, house.now)
    later = NewTime(due_at=house.now + 8 * HOUR, reason="The canary is ill", by="bea")
    moved = house.promises.move(house.conn, "halcyon", made.id, later, at=house.now)
    assert (moved.state, moved.due_at, moved.alert_at) == (OPEN, house.now + 8 * HOUR, house.now + 6 * HOUR)
    (event,) = house.journal.find(house.conn, "halcyon", "promise.moved")
    assert "canary" not in str(event)
    assert house.vault.open(house.conn, event.content_ids[0]) == "The canary is ill"
    house.later(hours=6)
    assert [each.id for each in house.cases.keeping.tend(house.conn, house.now)] == [made.id], "alerted anew"


def test_it_is_not_moved_into_the_past_nor_once_it_is_kept(house: House) -> None:
    made = promised(house)
    with pytest.raises(BadInput):
        house.promises.move(house.conn, "halcyon", made.id, NewTime(due_at=house.now, reason="x", by="sam"), at=house.now)
    house.cases.keeping.keep(house.conn, "halcyon", made.id, house.now)
    with pytest.raises(Conflict):
        house.promises.hand(house.conn, "halcyon", made.id, "bea", by="sam", at=house.now)


def test_what_was_no_promise_is_dropped(house: House) -> None:
    made = promised(house)
    assert house.promises.drop(house.conn, "halcyon", made.id, house.now).state == DROPPED
    assert house.promises.open_in(house.conn, "halcyon", made.conversation_id) == []


def waiting(house: House) -> tuple[str, Promise]:
    """A case that Sam is done with but for a promise."""
    case_id = house.claimed()
    house.cases.reply_to_customer(house.conn, case_id, SAM, "We'll call you back by 16:00 today.", at=house.now)
    resolved = house.cases.resolve(house.conn, case_id, SAM, "Explained.", at=house.now)
    assert resolved.case.state == PROMISED
    return case_id, resolved.open_promises[0]


def test_a_case_that_waits_for_a_promise_is_resolved_once_that_is_kept(house: House) -> None:
    case_id, made = waiting(house)
    assert house.events("case.resolved", "case.promised") == ["case.promised"]
    house.cases.keeping.keep(house.conn, "halcyon", made.id, house.now)
    assert house.cases.get(house.conn, "halcyon", case_id).state == RESOLVED
    assert house.events("case.resolved") == ["case.resolved"]


def test_it_comes_back_to_its_owner_when_that_is_due(house: House) -> None:
    case_id, _ = waiting(house)
    house.later(hours=3, minutes=1)
    house.cases.keeping.tend(house.conn, house.now)
    case = house.cases.get(house.conn, "halcyon", case_id)
    assert (case.state, case.agent_id, case.closed_at) == (CLAIMED, "sam", None)
    assert house.cases.reply_to_customer(house.conn, case_id, SAM, "Calling you now.", at=house.now)


def test_it_comes_back_into_the_queue_when_somebody_else_sees_to_it(house: House) -> None:
    case_id, made = waiting(house)
    house.promises.hand(house.conn, "halcyon", made.id, "bea", by="sam", at=house.now)
    house.later(hours=5)
    house.cases.keeping.tend(house.conn, house.now)
    assert house.cases.get(house.conn, "halcyon", case_id).state == WAITING
    assert house.cases.claim(house.conn, case_id, BEA, at=house.now).agent_id == "bea"


def test_while_the_customer_is_in_another_conversation_there_only_the_alert_tells(house: House) -> None:
    case_id, _ = waiting(house)
    house.talk()
    house.later(hours=5)
    assert house.cases.keeping.tend(house.conn, house.now)
    assert house.cases.get(house.conn, "halcyon", case_id).state == PROMISED


def test_a_conversation_left_idle_leaves_its_promise_to_the_queue(house: House) -> None:
    talk = house.talk()
    made = promised(house, by="bot")
    house.threads.end(house.conn, talk.tenant, talk.id, at=house.now, reason="idle")
    house.later(hours=5)
    assert [each.id for each in house.cases.keeping.tend(house.conn, house.now)][-1:] == [made.id]
    assert [each.id for each in house.promises.listed(house.conn, "halcyon", BROKEN)] == [made.id]
