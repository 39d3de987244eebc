from functools import partial

import pytest

from core.action import Origin
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from governance.request_text import request_from_text
from handoff.desk.views import Verdict
from skills.facts import Switches
from skills.sandbox.faults import Fault, FaultKind
from tests.fakes.copilot_house import PERSON, Begin, Copilot
from tests.fakes.model import Meant


async def credited(copilot: Copilot, amount: str = "20") -> str:
    """The id of a prepared credit."""
    made = await copilot.actions.prepare(copilot.case_id, copilot.sam, "give_credit", {"amount": amount})
    return made.id


async def test_what_the_customer_asked_for_is_offered_with_its_values(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Five more seats, please.", "add_seats", {"quantity": 5})
    offered = await copilot.actions.offered(copilot.case_id, copilot.sam)
    assert [(each.skill, each.verdict) for each in offered] == [("add_seats", Verdict.ALLOW)]
    assert ("Seats", "48 now, 53 then") in offered[0].rows
    assert {each.name: each.value for each in offered[0].fields}["quantity"] == "5"


async def test_the_same_is_offered_until_the_customer_writes_again(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Five more seats, please.", "add_seats", {"quantity": 5})
    first = await copilot.actions.offered(copilot.case_id, copilot.sam)
    again = await copilot.actions.offered(copilot.case_id, copilot.sam)
    assert [each.id for each in first] == [each.id for each in again]
    await copilot.hears("Show me my invoices.", "find_invoices")
    later = await copilot.actions.offered(copilot.case_id, copilot.sam)
    assert "find_invoices" in {each.skill for each in later}


async def test_what_policy_kept_from_the_bot_is_offered_to_the_agent(begin: Begin) -> None:
    copilot = await begin(handed=False)
    await copilot.story.asks_for("Refund me the second payment.", "refund_payment")
    copilot.case_id = (await copilot.story.open_case()).id
    await copilot.story.claims(copilot.sam)
    await copilot.hears("Hello, is anybody there?")
    offered = await copilot.actions.offered(copilot.case_id, copilot.sam)
    assert offered[0].skill == "refund_payment"
    assert "policy kept it back" in offered[0].why


async def test_a_call_back_is_offered_to_nobody_who_is_being_talked_to(begin: Begin) -> None:
    copilot = await begin(handed=False)
    copilot.story.model.meanings[PERSON] = Meant(intent="book_callback")
    await copilot.hand_over()
    await copilot.hears("Hello?", meant=Meant(intent="none"))
    assert await copilot.actions.offered(copilot.case_id, copilot.sam) == []
    await copilot.hears("Ring me instead.", "book_callback")
    offered = await copilot.actions.offered(copilot.case_id, copilot.sam)
    assert [each.skill for each in offered] == ["book_callback"]


async def test_an_action_runs_once_and_the_same_id_gives_the_same_outcome(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot)
    ran = await copilot.actions.run(action_id, copilot.sam)
    assert ran.state == "done"
    assert "$20 of account credit" in ran.result
    assert ("Amount", "$20.00") in ran.receipt
    again = await copilot.actions.run(action_id, copilot.sam)
    assert again == ran
    assert await copilot.story.credits() == [2000]
    assert len(await copilot.events("action.started")) == 1


async def test_what_was_done_already_is_not_offered_again_but_may_be_prepared(begin: Begin) -> None:
    copilot = await begin()
    await copilot.actions.run(await credited(copilot), copilot.sam)
    before = await copilot.story.credits()
    await copilot.hears("Thank you for the 20 dollars of credit", "give_credit", {"amount": 2000})
    assert "give_credit" not in {each.skill for each in await copilot.actions.offered(copilot.case_id, copilot.sam)}
    assert await copilot.story.credits() == before


async def test_what_was_done_is_told_to_everybody_at_the_desk(begin: Begin) -> None:
    copilot = await begin()
    first, second = await credited(copilot), await credited(copilot, "80")
    await credited(copilot, "30")
    await copilot.actions.run(first, copilot.sam)
    copilot.story.wait(minutes=1)
    await copilot.actions.ask_approval(second, copilot.sam)
    done = await copilot.actions.done(copilot.case_id, copilot.auditor)
    assert [(each.by, each.action.id, each.action.state) for each in done] == [("Sam", first, "done"), ("Sam", second, "asked")]
    assert done[0].at < done[1].at
    with pytest.raises(NotAllowed):
        await copilot.actions.done(copilot.case_id, copilot.story.world.customer)


async def test_the_customer_is_not_told_by_itself(begin: Begin) -> None:
    copilot = await begin()
    before = len(await copilot.story.entries())
    await copilot.actions.run(await credited(copilot), copilot.sam)
    assert len(await copilot.story.entries()) == before


async def test_an_agent_acts_on_their_own_authority_for_the_contact(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot, "80")
    asked = await copilot.actions.ask_approval(action_id, copilot.sam)
    assert (asked.state, asked.approver) == ("asked", "support_agent")
    approval = await copilot.story.approval()
    assert approval.requested_by == "sam"
    text = await copilot.rooms.database.read(lambda conn: copilot.rooms.vault.open(conn, approval.request_id))
    request = request_from_text(text)
    assert request.principal.contact_id == copilot.story.world.customer.contact_id
    assert request.raised_by == "agent"
    assert request.arguments["amount_minor"].provenance.origin is Origin.AGENT


async def test_nobody_approves_what_they_asked_for_and_the_outcome_shows(begin: Begin) -> None:
    copilot = await begin()
    asked = await copilot.actions.ask_approval(await credited(copilot, "80"), copilot.sam)
    assert asked.approval_id is not None
    with pytest.raises(NotAllowed):
        await copilot.story.house.approving.decide(asked.approval_id, copilot.sam, approve=True)
    assert "waits" in asked.result
    await copilot.story.house.approving.decide(asked.approval_id, copilot.bea, approve=True)
    assert await copilot.story.credits() == [8000]
    shown = await copilot.actions.shown(asked.id, copilot.tenant)
    assert shown is not None
    assert shown.result == "It was approved and carried out."


async def test_asking_twice_is_one_request_and_running_it_asks_too(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot, "80")
    first = await copilot.actions.run(action_id, copilot.sam)
    second = await copilot.actions.ask_approval(action_id, copilot.sam)
    assert first.approval_id == second.approval_id
    assert len(await copilot.story.approvals()) == 1
    assert await copilot.story.credits() == []


async def test_what_needs_no_approval_is_not_asked_for(begin: Begin) -> None:
    copilot = await begin()
    with pytest.raises(Conflict, match="run it"):
        await copilot.actions.ask_approval(await credited(copilot), copilot.sam)


async def test_a_missing_value_is_asked_for_and_filled_in(begin: Begin) -> None:
    copilot = await begin()
    asked = await copilot.actions.prepare(copilot.case_id, copilot.sam, "give_credit", {})
    assert asked.verdict is Verdict.ASK
    assert asked.question
    with pytest.raises(BadInput, match="missing"):
        await copilot.actions.run(asked.id, copilot.sam)
    filled = await copilot.actions.prepare(copilot.case_id, copilot.sam, "give_credit", {"amount": "€25"})
    assert filled.verdict is Verdict.ASK
    assert "USD" in filled.question
    filled = await copilot.actions.prepare(copilot.case_id, copilot.sam, "give_credit", {"amount": "25"})
    assert filled.verdict is Verdict.ALLOW


async def test_a_changed_value_is_the_agents_and_the_others_stay_the_customers(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("A credit of $80, please.", "give_credit", {"amount": 8000, "currency": "USD"})
    (first,) = await copilot.actions.offered(copilot.case_id, copilot.sam)
    values = {each.name: each.value for each in first.fields}
    assert values == {"amount": "80.00 USD", "currency": "USD"}
    origins: list[Origin] = []
    for amount in ("80.00 USD", "90"):
        made = await copilot.actions.prepare(copilot.case_id, copilot.sam, "give_credit", values | {"amount": amount})
        asked = await copilot.actions.ask_approval(made.id, copilot.sam)
        approval = next(each for each in await copilot.story.approvals() if each.id == asked.approval_id)
        text = await copilot.rooms.database.read(partial(copilot.rooms.vault.open, content_id=approval.request_id))
        origins.append(request_from_text(text).arguments["amount_minor"].provenance.origin)
    assert origins == [Origin.CUSTOMER, Origin.AGENT]


async def test_a_field_shows_what_will_be_done_whatever_was_typed(begin: Begin) -> None:
    copilot = await begin()
    made = await copilot.actions.prepare(copilot.case_id, copilot.sam, "refund_payment", {"amount": "100 USD"})
    assert {each.name: each.value for each in made.fields} == {"invoice": "INV-7007", "amount": "363.72 USD"}


async def test_a_prepared_action_holds_for_an_hour(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot)
    copilot.story.wait(minutes=61)
    with pytest.raises(Conflict, match="prepare it anew"):
        await copilot.actions.run(action_id, copilot.sam)
    await credited(copilot)
    assert await copilot.actions.shown(action_id, copilot.tenant) is None


async def test_policy_decides_again_when_it_is_run(begin: Begin) -> None:
    copilot = await begin()
    first, second = await credited(copilot, "30"), await credited(copilot, "40")
    await copilot.actions.run(first, copilot.sam)
    later = await copilot.actions.run(second, copilot.sam)
    assert (later.state, later.verdict) == ("asked", Verdict.NEEDS_APPROVAL)
    assert await copilot.story.credits() == [3000]


async def test_only_who_holds_the_case_may_act(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot)
    with pytest.raises(NotAllowed, match="Sam holds this case"):
        await copilot.actions.offered(copilot.case_id, copilot.bea)
    with pytest.raises(NotAllowed, match="colleague prepared"):
        await copilot.actions.run(action_id, copilot.bea)
    with pytest.raises(NotAllowed, match="desk"):
        await copilot.actions.offered(copilot.case_id, copilot.auditor)
    await copilot.story.gives_back(copilot.sam)
    with pytest.raises(Conflict):
        await copilot.actions.run(action_id, copilot.sam)
    assert await copilot.story.credits() == []


async def test_what_only_the_customer_can_do_and_what_is_no_action_is_refused(begin: Begin) -> None:
    copilot = await begin()
    with pytest.raises(NotAllowed, match="Only the customer"):
        await copilot.actions.prepare(copilot.case_id, copilot.sam, "change_payment_method", {"method": "card"})
    for skill in ("raise_offer", "send_code", "no_such_skill"):
        with pytest.raises(NotFound):
            await copilot.actions.prepare(copilot.case_id, copilot.sam, skill, {})


async def test_a_strangers_account_is_nobodys(begin: Begin) -> None:
    copilot = await begin(None)
    with pytest.raises(BadInput, match="verify"):
        await copilot.actions.prepare(copilot.case_id, copilot.sam, "give_credit", {"amount": "20"})


async def test_what_the_contact_may_not_ask_for_says_so(begin: Begin) -> None:
    manager, owner = await begin("ACC-002", "C-002-2"), await begin("ACC-002")
    warned, plain = [
        await each.actions.prepare(each.case_id, each.sam, "give_credit", {"amount": "20"}) for each in (manager, owner)
    ]
    assert [each for each in warned.reasons if "may not ask for this" in each]
    assert not plain.reasons


async def test_what_may_have_happened_is_unsettled_and_settles_when_it_is_run_again(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot)
    copilot.story.company.faults.set("billing.credit", Fault(kind=FaultKind.FAIL_AFTER, times=None))
    ran = await copilot.actions.run(action_id, copilot.sam)
    assert ran.state == "unsettled"
    assert ran.result
    copilot.story.company.faults.clear()
    again = await copilot.actions.run(action_id, copilot.sam)
    assert again.state == "done"
    assert await copilot.story.credits() == [2000]


async def test_what_never_reached_its_system_may_be_run_again(begin: Begin) -> None:
    copilot = await begin()
    made = await copilot.actions.prepare(copilot.case_id, copilot.sam, "add_seats", {"quantity": "5"})
    copilot.story.company.faults.set("billing.preview", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    ran = await copilot.actions.run(made.id, copilot.sam)
    assert ran.state == "proposed"
    assert "Nothing was changed" in ran.result
    copilot.story.company.faults.clear()
    assert (await copilot.actions.run(made.id, copilot.sam)).state == "done"
    assert (await copilot.story.subscription()).seats_bought == 53


async def test_what_policy_denies_at_last_is_failed_with_the_reason(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot)
    off = Switches(kill_switch=True)
    object.__setattr__(copilot.rooms.runner.proposer, "switches", lambda: off)
    ran = await copilot.actions.run(action_id, copilot.sam)
    assert (ran.state, ran.verdict) == ("failed", Verdict.DENY)
    assert "kill switch" in ran.result
    assert await copilot.story.credits() == []


async def test_nothing_personal_is_in_the_rows(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("A credit of $20 for Zanzibar, please.", "give_credit", {"amount": 2000})
    await copilot.actions.offered(copilot.case_id, copilot.sam)
    rows = await copilot.rooms.database.read(lambda conn: conn.exec_driver_sql("select * from prepared_actions").all())
    assert rows
    assert "20.00" not in str(rows)


async def test_what_was_done_in_a_case_is_read_by_everybody_at_the_desk(begin: Begin) -> None:
    copilot = await begin()
    action_id = await credited(copilot)
    assert await copilot.actions.done(copilot.case_id, copilot.auditor) == []
    ran = await copilot.actions.run(action_id, copilot.sam)
    (done,) = await copilot.actions.done(copilot.case_id, copilot.auditor)
    assert (done.by, done.action, done.at) == ("Sam", ran, copilot.story.clock.now())
    with pytest.raises(NotAllowed):
        await copilot.actions.done(copilot.case_id, copilot.story.world.customer)
