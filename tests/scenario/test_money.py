"""Credits and refunds, from the wish to the receipt: confirmed once, decided by those who may, and told honestly."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from core.conversation import EntryKind
from core.errors import BadInput, Conflict, NotAllowed
from core.language import Act
from governance.approvals import ApprovalState, approvals
from governance.ledger import grants
from skills.sandbox.faults import Fault, FaultKind
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet
from tests.scenario.story import Story

CREDIT = "Please give me a credit of 20 USD for yesterday."
TWICE = "I was charged twice in November."


async def set_aside(story: Story) -> list[tuple[int, str]]:
    rows = await story.house.database.read(lambda conn: conn.execute(select(grants.c.usd_minor, grants.c.state)).all())
    return [(row.usd_minor, row.state) for row in rows]


async def asks_for_refund(meet: Meet) -> Story:
    """A double charge was found and its refund waits for the billing lead."""
    story = await meet("ACC-003")
    reply = await story.asks_for(TWICE, "find_double_charge")
    assert reply.handoff is not None
    return story


async def refunded(story: Story) -> int:
    """What went back for the invoice that was paid twice."""
    invoices = await story.house.ports.billing.invoices("ACC-003")
    return sum(back.amount.minor for each in invoices if each.id == "INV-7007" for back in each.refunds)


async def test_a_small_credit_is_given_once_however_often_it_is_pressed(meet: Meet) -> None:
    story = await meet("ACC-003")
    proposed = await story.asks_for(CREDIT, "give_credit", {"amount": "20 USD"})
    assert proposed.card is not None
    assert [(each.decision, each.outcome) for each in proposed.actions] == [("allow", "proposed")]
    assert await story.credits() == []
    done = await story.presses()
    assert [each.outcome for each in done.actions] == ["done"]
    assert done.receipt is not None
    again = await story.presses()
    assert again.sentences[0].approved == "card.closed"
    assert again.actions == ()
    assert await story.credits() == [2000]
    assert await set_aside(story) == [(2000, "confirmed")]
    kinds = [each.kind for each in await story.entries()]
    assert (kinds.count(EntryKind.CARD), kinds.count(EntryKind.RECEIPT)) == (1, 1)
    types = await story.event_types()
    assert types.count("action.started") == types.count("action.finished") == 1


async def test_a_yes_in_words_confirms_and_a_no_leaves_everything_as_it_is(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for(CREDIT, "give_credit", {"amount": "20 USD"})
    declined = await story.says_no()
    assert [each.outcome for each in declined.actions] == ["cancelled"]
    assert await story.credits() == []
    await story.asks_for("Then 10 USD, please.", "give_credit", {"amount": "10 USD"})
    assert (await story.says_yes()).actions[0].outcome == "done"
    assert await story.credits() == [1000]


async def test_credits_add_up_and_what_passes_the_assistants_limit_needs_a_person(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 40 USD, please.", "give_credit", {"amount": "40 USD"})
    await story.presses()
    reply = await story.asks_for("And another 20 USD.", "give_credit", {"amount": "20 USD"})
    assert [(each.decision, each.outcome) for each in reply.actions] == [("needs_approval", "awaiting_approval")]
    assert reply.handoff is not None
    assert reply.handoff.reason == "money_over_limit"
    assert await story.credits() == [4000]
    await story.world.decide("support_agent", True)
    assert await story.credits() == [4000, 2000]


async def test_a_double_charge_is_found_and_its_refund_released_by_the_billing_lead(meet: Meet) -> None:
    story = await meet("ACC-003")
    reply = await story.asks_for(TWICE, "find_double_charge")
    assert [(each.skill, each.outcome) for each in reply.actions] == [
        ("find_double_charge", "done"),
        ("refund_payment", "awaiting_approval"),
    ]
    assert "INV-7007" in reply.text
    approval = await story.approval()
    assert (approval.role, approval.state) == ("billing_lead", ApprovalState.OPEN)
    assert await refunded(story) == 0
    await story.world.decide("billing_lead", True)
    assert (await story.approval()).state is ApprovalState.EXECUTED
    assert await refunded(story) > 0
    told = await story.notices()
    assert any("INV-7007" in each for each in told)
    assert (await story.conversation()).with_bot
    assert (await story.case()) is None
    after = await story.says("How long do refunds take to arrive?")
    assert not after.silent


async def test_the_customer_hears_a_refusal_and_the_assistant_is_back(meet: Meet) -> None:
    story = await asks_for_refund(meet)
    await story.world.decide("billing_lead", False)
    assert (await story.approval()).state is ApprovalState.REFUSED
    assert await refunded(story) == 0
    assert any("didn't approve" in each for each in await story.notices())
    assert (await story.conversation()).with_bot


async def test_neither_the_wrong_role_nor_the_one_who_asked_may_approve(meet: Meet) -> None:
    story = await asks_for_refund(meet)
    for role in ("support_agent", "account_manager"):
        with pytest.raises(BadInput, match="no approval is open"):
            await story.world.decide(role, True)
    approval = await story.approval()
    asker = story.world.customer
    insider = replace(story.agent("Bea", "billing_lead"), contact_id=asker.contact_id)
    for impostor in (asker, insider, story.agent("Sam", "support_agent")):
        with pytest.raises(NotAllowed):
            await story.house.approving.decide(approval.id, impostor, approve=True)
    assert await refunded(story) == 0


async def test_two_who_decide_at_once_have_one_effect(meet: Meet) -> None:
    story = await asks_for_refund(meet)
    approval = await story.approval()
    bea, finn = story.agent("Bea", "billing_lead"), story.agent("Finn", "finance")
    await story.house.approving.decide(approval.id, bea, approve=True)
    back = await refunded(story)
    with pytest.raises(Conflict):
        await story.house.approving.decide(approval.id, finn, approve=True)
    assert await refunded(story) == back


async def test_an_approval_that_nobody_gives_expires_and_the_customer_is_told(meet: Meet) -> None:
    story = await asks_for_refund(meet)
    story.wait(hours=25)
    with pytest.raises(Conflict, match="expired"):
        await story.house.approving.decide((await story.approval()).id, story.agent("Bea", "billing_lead"), approve=True)
    assert await story.house.approving.expire(story.tenant) == 1
    assert (await story.approval()).state is ApprovalState.EXPIRED
    assert any("Nobody decided" in each for each in await story.notices())
    assert await story.case() is not None
    assert await story.house.approving.expire(story.tenant) == 0
    assert await refunded(story) == 0


async def test_what_was_approved_is_what_is_run(meet: Meet) -> None:
    """An approval whose stored arguments were changed afterwards executes nothing."""
    story = await asks_for_refund(meet)
    approval = await story.approval()
    other = update(approvals).where(approvals.c.id == approval.id).values(arguments_hash="0" * 64)
    await story.house.database.write(lambda conn: conn.execute(other))
    with pytest.raises(Conflict):
        await story.house.approving.decide(approval.id, story.agent("Bea", "billing_lead"), approve=True)
    assert await refunded(story) == 0


async def test_an_approval_is_worth_nothing_once_the_ground_is_gone(meet: Meet) -> None:
    """Policy decides again on fresh facts: the duplicate's window has closed between wish and yes."""
    story = await asks_for_refund(meet)
    approval = await story.approval()
    longer = update(approvals).where(approvals.c.id == approval.id).values(expires_at=approval.expires_at.replace(year=2028))
    await story.house.database.write(lambda conn: conn.execute(longer))
    story.wait(days=200)
    await story.house.approving.decide(approval.id, story.agent("Bea", "billing_lead"), approve=True)
    assert await refunded(story) == 0
    assert any("can't be refunded" in each for each in await story.notices())


async def test_a_customer_who_writes_while_an_approval_is_open_is_seen_by_people(meet: Meet) -> None:
    story = await asks_for_refund(meet)
    silent = await story.says("Is there any news?")
    assert silent.silent
    assert silent.text == ""
    assert silent.handoff is not None
    assert (silent.handoff.reason, bool(silent.handoff.message)) == ("money_over_limit", True)
    assert "Is there any news?" in [each.body.get("text") for each in await story.entries(internal=True)]
    await story.world.decide("billing_lead", True)
    assert not (await story.says("Thanks!", Meant(intent="none", act=Act.THANKS))).silent


async def test_the_system_takes_an_approved_refund_whose_answer_was_lost_no_second_time(meet: Meet) -> None:
    """The refund went through and its answer didn't come: people keep the case, and nothing is paid twice."""
    story = await asks_for_refund(meet)
    story.company.faults.set("billing.refund", Fault(kind=FaultKind.FAIL_AFTER, times=None))
    await story.world.decide("billing_lead", True)
    back = await refunded(story)
    assert back > 0
    assert any("a colleague checks it" in each for each in await story.notices())
    assert (await story.open_case()).state == "waiting"
    assert not (await story.conversation()).with_bot
    assert [state for _, state in await set_aside(story)] == ["reserved"]


async def test_a_granted_approval_that_a_crash_cut_off_is_taken_up(meet: Meet) -> None:
    story = await asks_for_refund(meet)
    approval, bea = await story.approval(), story.agent("Bea", "billing_lead")
    decide, now = story.house.approvals.decide, story.clock.now()
    await story.house.database.write(lambda conn: decide(conn, approval.id, bea, True, now))
    assert await story.house.approving.take_up(story.tenant) == 0
    story.wait(minutes=3)
    assert await story.house.approving.take_up(story.tenant) == 1
    assert await story.house.approving.take_up(story.tenant) == 0
    assert await refunded(story) > 0
    assert (await story.conversation()).with_bot


async def test_an_approver_from_sales_can_speak_on_what_they_decided(meet: Meet) -> None:
    story = await meet("ACC-020")
    reply = await story.asks_for("8% off and we sign for a year", "grant_discount", {"percent": 8})
    assert reply.handoff is not None
    assert reply.handoff.reason == "negotiation"
    approval = await story.approval()
    assert approval.role == "account_manager"
    await story.house.approving.decide(approval.id, story.agent("Ada", "account_manager"), approve=True)
    told = " ".join(await story.notices())
    assert "Nothing about your present price changes" in told
    assert (await story.subscription()).discount is None
    quotes = story.company.store
    kept = await quotes.run(lambda session: list(session.all("quote")))
    assert len(kept) == 1
    assert "8% of seats" in kept[0]


async def test_a_second_extension_of_a_trial_is_given_by_a_support_agent(meet: Meet) -> None:
    story = await meet("ACC-033")
    await story.asks_for("Can we try a week longer?", "extend_trial")
    await story.presses()
    first = (await story.subscription()).ends_on
    reply = await story.asks_for("One more week, please.", "extend_trial")
    assert [each.decision for each in reply.actions] == ["needs_approval"]
    await story.world.decide("support_agent", True)
    second = (await story.subscription()).ends_on
    assert first is not None
    assert second is not None
    assert (second - first).days == 7
    third = await story.asks_for("And one more?", "extend_trial")
    assert [(each.decision, each.outcome) for each in third.actions] == [("deny", "refused")]
