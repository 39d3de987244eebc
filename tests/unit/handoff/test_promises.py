from datetime import timedelta

import pytest

from core.errors import Conflict, NotFound
from handoff.promises import BROKEN, KEPT, OPEN
from tests.unit.handoff.conftest import FRIDAY_NOON, House


def test_a_promise_stays_open_until_it_is_kept(house: House) -> None:
    talk = house.talk()
    later = house.promises.record(house.conn, talk, "We'll call a canary.", made_by="bot", at=FRIDAY_NOON, due_at=None)
    due_at = FRIDAY_NOON + timedelta(hours=1)
    first = house.promises.record(house.conn, talk, "We'll write.", made_by="sam", at=FRIDAY_NOON, due_at=due_at)
    assert [each.id for each in house.promises.open_in(house.conn, "halcyon", talk.id)] == [first.id, later.id]
    assert house.promises.keep(house.conn, "halcyon", first.id, FRIDAY_NOON).state == KEPT
    assert [each.id for each in house.promises.open_in(house.conn, "halcyon", talk.id)] == [later.id]
    assert [each.id for each in house.promises.of_account(house.conn, "halcyon", "ACC-001")] == [first.id, later.id]
    with pytest.raises(Conflict):
        house.promises.keep(house.conn, "halcyon", first.id, FRIDAY_NOON)
    assert "canary" not in str(house.journal.find(house.conn, "halcyon"))
    assert house.events("promise.made", "promise.kept") == ["promise.made", "promise.made", "promise.kept"]


def test_a_promise_whose_time_has_passed_is_broken_and_can_still_be_kept(house: House) -> None:
    due_at = FRIDAY_NOON + timedelta(hours=1)
    made = house.promises.record(house.conn, house.talk(), "We'll write.", made_by="bot", at=FRIDAY_NOON, due_at=due_at)
    assert house.promises.break_overdue(house.conn, due_at) == []
    (broken,) = house.promises.break_overdue(house.conn, due_at + timedelta(seconds=1))
    assert (broken.id, broken.state) == (made.id, BROKEN)
    assert house.promises.break_overdue(house.conn, due_at + timedelta(days=1)) == []
    assert house.promises.listed(house.conn, "halcyon", OPEN) == []
    assert house.promises.keep(house.conn, "halcyon", made.id, due_at + timedelta(days=1)).state == KEPT


def test_other_tenants_see_and_keep_nothing(house: House) -> None:
    talk = house.talk()
    made = house.promises.record(house.conn, talk, "We'll write.", made_by="bot", at=FRIDAY_NOON, due_at=None)
    assert house.promises.open_in(house.conn, "other", talk.id) == []
    with pytest.raises(NotFound):
        house.promises.keep(house.conn, "other", made.id, FRIDAY_NOON)


def test_the_words_go_with_the_persons_key(house: House) -> None:
    talk = house.talk()
    house.promises.record(house.conn, talk, "We'll write.", made_by="bot", at=FRIDAY_NOON, due_at=None)
    house.vault.destroy(house.conn, tenant="halcyon", person="CON-1")
    assert house.promises.open_in(house.conn, "halcyon", talk.id)[0].text == ""
