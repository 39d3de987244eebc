from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.errors import BadInput, Conflict, NotAllowed
from handoff.desk.promising import DeskPromises, concerned
from tests.fakes.desk_house import BEAS, NEILS, NOON, SAMS, DeskHouse


@pytest.fixture
async def desk() -> AsyncIterator[DeskHouse]:
    made = DeskHouse()
    yield made
    await made.close()


@pytest.fixture
def promising(desk: DeskHouse) -> DeskPromises:
    return DeskPromises(desk.rooms, desk.views)


async def said(desk: DeskHouse, case_id: str, words: str) -> str:
    """Sam promises something; the promise's id."""
    preview = await desk.replies.preview(case_id, SAMS, words)
    await desk.replies.send(preview.token, SAMS, words)
    return (await desk.views.one(case_id)).promises[-1].id


async def tend(desk: DeskHouse, **step: float) -> None:
    desk.house.clock.advance(timedelta(**step))
    await desk.house.database.write(lambda conn: desk.house.cases.keeping.tend(conn, desk.house.clock.now()))


async def test_they_are_listed_by_how_they_stand_with_who_sees_to_them(desk: DeskHouse, promising: DeskPromises) -> None:
    _, case_id = await desk.claimed()
    await said(desk, case_id, "We'll call you back by 16:00 today.")
    assert [each.owner for each in (await promising.lists(BEAS)).open] == ["Sam Okafor"]
    await tend(desk, hours=3, minutes=30)
    (soon,) = (await promising.lists(SAMS)).soon
    assert (soon.customer, soon.case_id, soon.owner_id) == ("Helen Ashdown · Brightwater Care Homes", case_id, "sam")
    assert await promising.pressing(SAMS) == 1
    assert await promising.pressing(BEAS) == 1, "a lead's are all"
    await promising.hand_to(soon.id, SAMS, "bea")
    assert await promising.pressing(SAMS) == 0
    await tend(desk, hours=1)
    assert [each.id for each in (await promising.lists(SAMS)).broken] == [soon.id]
    await promising.keep(soon.id, BEAS)
    assert [each.id for each in (await promising.lists(SAMS)).kept] == [soon.id]


async def test_moving_suggests_words_and_tells_nobody(desk: DeskHouse, promising: DeskPromises) -> None:
    _, case_id = await desk.claimed()
    promise_id = await said(desk, case_id, "We'll call you back by 16:00 today.")
    before = len(await desk.views.lines(case_id))
    moved = await promising.move(promise_id, SAMS, NOON + timedelta(days=1), "Nobody is in")
    assert "call you back by 16:00" in moved.suggestion
    assert "21 Nov, 12:00 UTC" in moved.suggestion
    assert "Nobody is in" not in moved.suggestion
    assert len(await desk.views.lines(case_id)) == before
    with pytest.raises(BadInput):
        await promising.move(promise_id, SAMS, NOON + timedelta(days=2), " ")


async def test_auditors_read_and_settle_nothing(desk: DeskHouse, promising: DeskPromises) -> None:
    _, case_id = await desk.claimed()
    promise_id = await said(desk, case_id, "We'll call you back by 16:00 today.")
    assert (await promising.lists(NEILS)).open
    with pytest.raises(NotAllowed):
        await promising.keep(promise_id, NEILS)


async def test_resolving_settles_each_promise_as_answered(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    kept = await said(desk, case_id, "We'll call you back by 16:00 today.")
    left = await said(desk, case_id, "We'll write to you by 17:00 today.")
    with pytest.raises(Conflict, match="settled meanwhile"):
        await desk.work.resolve(case_id, SAMS, "Done.", promises={"other": "kept"})
    case = await desk.work.resolve(case_id, SAMS, "Done.", promises={kept: "kept", left: "bea"})
    assert case.state == "promised"
    assert [(each.id, each.owner_id) for each in case.promises] == [(left, "bea")]


async def test_with_every_promise_kept_it_is_resolved(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    kept = await said(desk, case_id, "We'll call you back by 16:00 today.")
    assert (await desk.work.resolve(case_id, SAMS, "Done.", promises={kept: "kept"})).state == "resolved"


def test_the_owner_or_whoever_holds_the_case_is_told_and_the_leads(desk: DeskHouse) -> None:
    assert concerned(desk.rooms.roster, "sam", "bea") == ["sam", "bea"]
    assert concerned(desk.rooms.roster, None, "sam") == ["sam", "bea"]
    assert concerned(desk.rooms.roster, None, None) == ["bea"]
