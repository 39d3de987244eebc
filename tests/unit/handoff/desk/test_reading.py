"""Cases, threads and customers as agents read them, over real rooms."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import BadInput, NotAllowed, NotFound
from core.people import Tenant
from handoff.desk.views import Arrived, LineKind
from tests.fakes.clock import NOON
from tests.fakes.desk_house import BEAS, HELENS, NEILS, SAMS, DeskHouse


@pytest.fixture
async def desk() -> AsyncIterator[DeskHouse]:
    made = DeskHouse()
    yield made
    await made.close()


async def test_a_case_says_who_why_how_and_what_was_tried(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    case = await desk.reading.case(case_id, BEAS)
    assert (case.customer, case.account, case.plan, case.channel) == (
        "Helen Ashdown",
        "Brightwater Care Homes",
        "Business",
        "Web chat",
    )
    assert (case.reason, case.tried, case.mood) == ("Asked for a person", ("Find invoices: done",), -0.6)
    assert len(case.summary) == 3
    assert (case.state, case.owner, case.owner_id, case.assurance) == ("claimed", "Sam Okafor", "sam", "verified")
    assert case.conversation_id == talk.id
    assert case.due_at > case.opened_at
    assert not case.overdue


async def test_an_overdue_case_says_so(desk: DeskHouse) -> None:
    case_id = await desk.hand_over(await desk.talk())
    desk.house.clock.advance(timedelta(days=2))
    assert (await desk.reading.case(case_id, SAMS)).overdue


async def test_a_pending_approval_and_open_promises_stand_on_the_case(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    approval_id = await desk.approval(talk)
    preview = await desk.replies.preview(case_id, SAMS, "We'll call you back by 17:00.")
    await desk.replies.send(preview.token, SAMS, preview.text)
    case = await desk.reading.case(case_id, SAMS)
    assert case.pending_approval == approval_id
    (promise,) = case.promises
    assert (promise.made_by, promise.state) == ("Sam Okafor", "open")
    assert promise.due_at is not None


async def test_lines_are_whole_with_ticks_and_go_on_behind_a_position(desk: DeskHouse) -> None:
    talk = await desk.talk()
    await desk.write(talk, "Hello")
    await desk.say(talk, "Refunds take a week.", "Ask any time.")
    case_id = await desk.hand_over(talk)
    await desk.work.claim(case_id, SAMS)
    await desk.work.note(case_id, SAMS, "Careful here")
    desk.arrivals.states[talk.id] = {2: Arrived.DELIVERED, 3: Arrived.WAITING}
    lines = await desk.reading.lines(case_id, SAMS)
    assert [line.kind for line in lines] == [
        LineKind.CUSTOMER,
        LineKind.BOT,
        LineKind.NOTICE,
        LineKind.NOTICE,
        LineKind.INTERNAL_NOTE,
    ]
    assert (lines[0].author, lines[1].text, lines[1].arrived) == (
        "Helen Ashdown",
        "Refunds take a week. Ask any time.",
        Arrived.WAITING,
    )
    assert await desk.reading.lines(case_id, SAMS, lines[-2].position) == [lines[-1]]


async def test_the_queue_is_for_all_and_mine_for_the_holder(desk: DeskHouse) -> None:
    _, mine = await desk.claimed()
    desk.house.clock.advance(timedelta(minutes=1))
    urgent = await desk.hand_over(await desk.talk("c2", replace(HELENS, id="v2", contact_id=None)), reason="security_incident")
    assert [case.id for case in await desk.reading.queue(NEILS)] == [urgent, mine]
    assert [case.id for case in await desk.reading.mine(SAMS)] == [mine]
    assert await desk.reading.mine(BEAS) == []


async def test_only_this_desk_reads(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    for stranger in (HELENS, replace(SAMS, tenant=Tenant(id="other", region="us"))):
        with pytest.raises(NotAllowed):
            await desk.reading.case(case_id, stranger)
        with pytest.raises(NotAllowed):
            await desk.reading.customer(stranger, "ACC-001")


@pytest.mark.parametrize("wanted", ["ACC-001", "brightwater", "helen.ashdown@brightwater.example", "the case"])
async def test_a_customer_is_found_by_account_name_address_or_case(desk: DeskHouse, wanted: str) -> None:
    _, case_id = await desk.claimed()
    shown = await desk.reading.customer(SAMS, case_id if wanted == "the case" else wanted)
    assert (shown.account_id, shown.name, shown.contact) == ("ACC-001", "Brightwater Care Homes", "Helen Ashdown")
    assert shown.tickets == (("T-9 · P3", "Clock-in fails at gate 3 (open)"),)
    assert shown.memories == ("Prefers invoices by post.",)
    assert shown.health == "Strained: upset in a recent case."
    assert shown.consent == (("Email", "agreed"), ("Phone", "never asked"))
    assert shown.recent == ("20 Nov, Web chat: I was charged twice.",)


async def test_recent_conversations_say_how_they_ended(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    await desk.work.resolve(case_id, SAMS, "Refunded the second charge.")
    shown = await desk.reading.customer(SAMS, "ACC-001")
    assert shown.recent == ("20 Nov, Web chat: resolved by Sam Okafor: Refunded the second charge.",)


async def test_several_that_fit_are_named_and_nobody_is_not_found(desk: DeskHouse) -> None:
    with pytest.raises(BadInput, match=r"ACC-002 \(Northgate Bakery\), ACC-003"):
        await desk.reading.customer(SAMS, "omar@northgate.example")
    for wanted in ("nobody@nowhere.example", "Nonesuch"):
        with pytest.raises(NotFound):
            await desk.reading.customer(SAMS, wanted)
    with pytest.raises(BadInput):
        await desk.reading.customer(SAMS, "  ")


async def test_a_stranger_has_no_account_to_show(desk: DeskHouse) -> None:
    talk = await desk.talk("c9", replace(HELENS, id="v9", account_id=None, contact_id=None))
    case_id = await desk.hand_over(talk, contact_name="")
    assert (await desk.reading.case(case_id, SAMS)).customer == "Somebody unknown"
    with pytest.raises(NotFound, match="isn't known"):
        await desk.reading.customer(SAMS, case_id)


async def test_an_erased_customer_leaves_the_case_without_texts(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    await desk.house.database.write(lambda conn: desk.house.vault.destroy(conn, tenant="halcyon", person="C-001-1"))
    case = await desk.reading.case(case_id, SAMS)
    assert (case.summary, case.first_words) == ((), "")
    assert (await desk.reading.lines(case_id, SAMS))[0].deleted
    assert case.opened_at == NOON
