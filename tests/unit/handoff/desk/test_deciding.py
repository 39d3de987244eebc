"""Approvals with their exact arguments, decided once by those who may."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.errors import Conflict, NotAllowed, NotFound
from tests.fakes.desk_house import BEAS, HELENS, NEILS, SAMS, DeskHouse


@pytest.fixture
async def desk() -> AsyncIterator[DeskHouse]:
    made = DeskHouse()
    yield made
    await made.close()


async def test_an_approval_shows_arguments_rules_and_who_asked(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    approval_id = await desk.approval(talk)
    (shown,) = await desk.deciding.waiting(BEAS)
    assert (shown.id, shown.title, shown.role, shown.case_id) == (approval_id, "Refund", "billing_lead", case_id)
    assert shown.rows == (("Invoice", "INV-77"), ("Amount", "$400.00"))
    assert (shown.rules, shown.reasons) == (("Refund cap",), ("Above the cap of 100 USD.",))
    assert shown.evidence == (("Plan", "business"), ("Amount", "$400.00"))
    assert shown.requested_by == "Helen Ashdown, through the assistant"
    assert shown.open


async def test_nobody_is_offered_what_they_may_not_decide(desk: DeskHouse) -> None:
    talk, _ = await desk.claimed()
    approval_id = await desk.approval(talk, BEAS)
    assert await desk.deciding.waiting(SAMS) == []
    assert await desk.deciding.waiting(BEAS) == []
    assert (await desk.deciding.approval(approval_id, SAMS)).requested_by == "Bea Lindqvist"
    with pytest.raises(NotAllowed, match="their own request"):
        await desk.deciding.decide(approval_id, BEAS, approve=True)
    with pytest.raises(NotAllowed):
        await desk.deciding.decide(approval_id, NEILS, approve=True)
    with pytest.raises(NotAllowed):
        await desk.deciding.waiting(HELENS)
    with pytest.raises(NotFound):
        await desk.deciding.approval("none", SAMS)


async def test_it_is_decided_once_and_those_who_watch_are_woken(desk: DeskHouse) -> None:
    talk, _ = await desk.claimed()
    approval_id = await desk.approval(talk)
    desk.woken.clear()
    decided = await desk.deciding.decide(approval_id, BEAS, approve=True)
    assert (decided.state, decided.decided_by, decided.open) == ("granted", "Bea Lindqvist", False)
    assert decided.result
    assert desk.house.executed == [approval_id]
    assert desk.woken == [talk.lane]
    with pytest.raises(Conflict):
        await desk.deciding.decide(approval_id, BEAS, approve=False)


async def test_a_late_approval_has_expired(desk: DeskHouse) -> None:
    talk, _ = await desk.claimed()
    approval_id = await desk.approval(talk)
    desk.house.clock.advance(timedelta(days=2))
    shown = await desk.deciding.approval(approval_id, BEAS)
    assert (shown.state, shown.result) == ("expired", "Nobody decided in time.")
    assert await desk.deciding.waiting(BEAS) == []


async def test_an_erased_request_shows_no_arguments(desk: DeskHouse) -> None:
    talk, _ = await desk.claimed()
    approval_id = await desk.approval(talk)
    await desk.house.database.write(lambda conn: desk.house.vault.destroy(conn, tenant="halcyon", person="C-001-1"))
    assert (await desk.deciding.approval(approval_id, BEAS)).rows == ()
