"""What every surface does alike: it shows each thing once, brings it up to date, and never repeats what may have arrived."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.database import Database
from core.errors import NotSent, Unclear
from handoff.desk.posts import DeskPosts
from handoff.desk.views import ApprovalView, Arrived, CaseView, LineKind, LineView
from tests.contract.surfaces import SURFACES, Stage
from tests.fakes.clock import NOON

CASE = CaseView(
    id="c" * 32,
    conversation_id="d" * 32,
    correlation_id="k1",
    state="waiting",
    customer="Helen Ashdown",
    account="Brightwater Care Homes",
    account_id="ACC-001",
    plan="Business",
    channel="Web chat",
    language="en",
    assurance="verified",
    reason="Asked for a person",
    priority=3,
    mood=-0.4,
    summary=("Wants to talk about an invoice.",),
    tried=("Find invoices: done",),
    first_words="I want a person",
    opened_at=NOON,
    due_at=NOON + timedelta(hours=1),
    overdue=False,
)
CLAIMED = replace(CASE, state="claimed", owner_id="sam", owner="Sam Okafor", claimed_at=NOON)
LINE = LineView(
    position=3, kind=LineKind.AGENT, author="Sam Okafor", text="We look into your invoice.", at=NOON, arrived=Arrived.WAITING
)
APPROVAL = ApprovalView(
    id="a" * 32,
    title="Refund",
    customer="Helen Ashdown",
    account="Brightwater Care Homes",
    account_id="ACC-001",
    conversation_id=CASE.conversation_id,
    case_id=CASE.id,
    rows=(("Amount", "$400.00"),),
    evidence=(("Plan", "Business"),),
    rules=("Refund cap",),
    reasons=("Above the cap.",),
    role="billing_lead",
    requested_by="Helen Ashdown, through the assistant",
    requested_at=NOON,
    expires_at=NOON + timedelta(days=1),
    state="open",
)


@pytest.fixture
async def posts() -> AsyncIterator[DeskPosts]:
    database = Database.open("sqlite://")
    database.create_all()
    yield DeskPosts(database, "halcyon", FixedClock(NOON))
    await database.close()


@pytest.fixture(params=SURFACES)
async def stage(request: pytest.FixtureRequest, posts: DeskPosts) -> AsyncIterator[Stage]:
    made = SURFACES[request.param](posts)
    yield made
    await made.close()


class TestSurface:
    async def test_a_case_is_shown_once_also_after_a_restart(self, stage: Stage) -> None:
        await stage.surface.show_case(CASE)
        before = stage.sendings()
        await stage.surface.show_case(CASE)
        later = await stage.again()
        await later.surface.show_case(CASE)
        assert len(stage.seen()) == 1
        assert stage.sendings() == before

    async def test_a_claimed_case_says_who_has_it_in_the_same_place(self, stage: Stage) -> None:
        await stage.surface.show_case(CASE)
        await stage.surface.show_case(CLAIMED)
        (seen,) = stage.seen()
        assert "Sam Okafor" in seen.text

    async def test_a_case_that_is_over_has_no_buttons(self, stage: Stage) -> None:
        await stage.surface.show_case(CLAIMED)
        assert stage.seen()[0].buttons
        over = replace(CLAIMED, state="resolved", closed_at=NOON + timedelta(hours=1), outcome="Settled.")
        await stage.surface.show_case(over)
        (seen,) = stage.seen()
        assert not seen.buttons

    async def test_a_line_is_added_once_and_its_tick_changes(self, stage: Stage) -> None:
        await stage.surface.show_case(CLAIMED)
        await stage.surface.show_line(CLAIMED, LINE)
        await stage.surface.show_line(CLAIMED, LINE)
        waiting, sendings = [each.text for each in stage.seen()], stage.sendings()
        assert len(waiting) == 2
        await stage.surface.show_line(CLAIMED, replace(LINE, arrived=Arrived.DELIVERED))
        assert len(stage.seen()) == 2
        assert stage.sendings() == sendings + 1
        assert [each.text for each in stage.seen()] != waiting

    async def test_a_decided_approval_loses_its_buttons(self, stage: Stage) -> None:
        await stage.surface.show_approval(APPROVAL)
        assert len(stage.seen()[0].buttons) >= 2
        decided = replace(APPROVAL, state="executed", decided_by="Bea", decided_at=NOON, result="Approved and carried out.")
        await stage.surface.show_approval(decided)
        (seen,) = stage.seen()
        assert not seen.buttons

    async def test_what_was_certainly_not_sent_is_sent_when_it_is_shown_again(self, stage: Stage) -> None:
        stage.fail("not_sent")
        with pytest.raises(NotSent):
            await stage.surface.show_case(CASE)
        assert not stage.seen()
        await stage.surface.show_case(CASE)
        assert len(stage.seen()) == 1

    async def test_what_may_have_arrived_is_never_posted_twice(self, stage: Stage, posts: DeskPosts) -> None:
        stage.fail("unclear")
        with pytest.raises(Unclear):
            await stage.surface.show_case(CASE)
        for surface in (stage.surface, (await stage.again()).surface):
            try:
                await surface.show_case(CASE)
            except Unclear:
                continue
        assert len(stage.seen()) == 1
        listed = await posts.unsettled()
        found = await posts.find(stage.surface.name, "case", CASE.id)
        assert listed or (found is not None and found.shown)
