"""Running: decided again, journalled before it is tried, done once, and told truthfully when nobody knows."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from core.action import ActionRequest, Allow, Argument, Effect, NeedsApproval
from core.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from core.money import Money
from skills.arguments import default
from skills.billing.port import CreatePaymentLink, RefundBasis, RefundOrder
from skills.catalogue import by_id, find
from skills.contract import Context, Done, Limits, Ready, Skill, Slots
from skills.outcomes import Outcome, Status, outcomes
from skills.run import Runner
from skills.sandbox.faults import Fault, FaultKind
from skills.wording import say
from tests.unit.skills.house import TALK, House, awaiting, request_of, text

ALWAYS = None


async def credit_of(house: House) -> Money:
    return (await house.ports.billing.subscription("ACC-016")).credit_balance


async def small_credit(house: House) -> ActionRequest:
    return request_of(await house.ask("give_credit", "ACC-016", "45 euro"))


async def types(house: House) -> list[str]:
    return [event.type for event in await house.events()]


async def test_a_second_confirmation_gives_the_same_outcome_and_no_second_effect(house: House) -> None:
    request = await small_credit(house)
    first, second = await house.runner.run(request, TALK), await house.runner.run(request, TALK)
    assert first.done is not None
    assert second.done is not None
    assert (first.repeated, second.repeated) == (False, True)
    assert (first.done.sentences, first.done.receipt) == (second.done.sentences, second.done.receipt)
    assert first.done.result == second.done.result
    assert await credit_of(house) == Money(4500, "EUR")
    assert (await types(house)).count("action.started") == 1


async def test_two_at_once_have_one_effect(house: House) -> None:
    request = await small_credit(house)
    outcomes = await asyncio.gather(*(house.runner.run(request, TALK) for _ in range(5)))
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    assert await credit_of(house) == Money(4500, "EUR")
    assert (await types(house)).count("action.finished") == 1


async def test_applied_and_then_timed_out_is_done_once(house: House) -> None:
    request = await small_credit(house)
    house.sandbox.faults.set("billing.credit", Fault(kind=FaultKind.FAIL_AFTER))
    outcome = await house.runner.run(request, TALK)
    assert outcome.status is Status.DONE
    assert await credit_of(house) == Money(4500, "EUR")


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.GARBAGE, FaultKind.FAIL_BEFORE])
async def test_passing_trouble_is_ridden_out(house: House, kind: FaultKind) -> None:
    request = await small_credit(house)
    house.sandbox.faults.set("billing.credit", Fault(kind=kind, times=2))
    assert (await house.runner.run(request, TALK)).status is Status.DONE
    assert await credit_of(house) == Money(4500, "EUR")


async def test_a_conflict_fails_and_sets_the_money_free(house: House) -> None:
    request = await small_credit(house)
    house.sandbox.faults.set("billing.credit", Fault(kind=FaultKind.CONFLICT))
    outcome = await house.runner.run(request, TALK)
    assert (outcome.status, outcome.code, outcome.uncertain) == (Status.FAILED, "changed_meanwhile", False)
    again = await house.runner.run(request, TALK)
    assert (again.status, again.repeated) == (Status.FAILED, True)
    assert isinstance((await house.ask("give_credit", "ACC-016", "45 euro")).decision, Allow)


async def test_when_nobody_knows_it_says_so_and_finishes_later_with_the_same_key(house: House) -> None:
    request = await small_credit(house)
    house.sandbox.faults.set("billing.credit", Fault(kind=FaultKind.FAIL_AFTER, times=ALWAYS))
    outcome = await house.runner.run(request, TALK)
    assert (outcome.status, outcome.uncertain, outcome.handoff) == (Status.FAILED, True, "policy")
    assert "don't repeat it" in outcome.told[0].text
    blocked = await house.ask("give_credit", "ACC-016", "45 euro")
    assert isinstance(blocked.decision, NeedsApproval)
    house.sandbox.faults.clear()
    assert (await house.runner.run(request, TALK)).status is Status.DONE
    assert await credit_of(house) == Money(4500, "EUR")


async def test_what_nobody_could_finish_in_a_day_is_left_to_a_person(house: House) -> None:
    request = await small_credit(house)
    house.sandbox.faults.set("billing.credit", Fault(kind=FaultKind.FAIL_BEFORE, times=ALWAYS))
    await house.runner.run(request, TALK)
    house.sandbox.faults.clear()
    house.clock.advance(timedelta(hours=25))
    outcome = await house.runner.run(request, TALK)
    assert (outcome.status, outcome.code) == (Status.FAILED, "uncertain")
    assert (await credit_of(house)).minor == 0


async def test_a_system_that_was_never_asked_leaves_nothing_behind(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await small_credit(house)

    async def busy(self: Runner, skill: Skill, work: object) -> Done:
        raise Unavailable("full", code="busy", tried=False)

    with monkeypatch.context() as patch:
        patch.setattr(Runner, "_try", busy)
        outcome = await house.runner.run(request, TALK)
    assert (outcome.status, outcome.code, outcome.uncertain) == (Status.FAILED, "busy", False)
    assert "Nothing was changed" in outcome.told[0].text
    assert (await house.runner.run(request, TALK)).status is Status.DONE


async def test_when_the_facts_cannot_be_worked_out_nothing_is_tried(house: House) -> None:
    request = request_of(await house.ask("refund_payment", "ACC-003", "refund"))
    lane = house.proposer.lanes.of("refund_payment", find("refund_payment").limits)
    lane.rate.tokens = -10_000
    outcome = await house.runner.run(request, TALK)
    assert (outcome.status, outcome.code, outcome.uncertain) == (Status.FAILED, "rate_limited", False)
    assert "action.started" not in await types(house)


class Crash(Exception):
    """The process dies here."""


async def test_a_crash_between_the_effect_and_its_record_is_made_good(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await small_credit(house)

    async def die(self: Runner, outcome: Outcome, *, reserved: bool) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Runner, "_finish", die)
        with pytest.raises(Crash):
            await house.runner.run(request, TALK)
    assert await credit_of(house) == Money(4500, "EUR")
    outcome = await house.runner.run(request, TALK)
    assert outcome.status is Status.DONE
    assert await credit_of(house) == Money(4500, "EUR")
    assert (await types(house)).count("action.decided") == 2


async def test_a_crash_before_the_effect_is_made_good(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await small_credit(house)

    async def die(self: Runner, skill: Skill, work: object) -> Done:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Runner, "_try", die)
        with pytest.raises(Crash):
            await house.runner.run(request, TALK)
    assert (await credit_of(house)).minor == 0
    assert (await house.runner.run(request, TALK)).status is Status.DONE
    assert await credit_of(house) == Money(4500, "EUR")


async def test_the_key_of_something_else_is_refused(house: House) -> None:
    request = await small_credit(house)
    await house.runner.run(request, TALK)
    other: dict[str, Argument] = {**request.arguments, "amount_minor": default(100)}
    with pytest.raises(Conflict):
        await house.runner.run(replace(request, arguments=other), TALK)


async def test_two_small_credits_at_once_do_not_both_pass(house: House) -> None:
    first, second = await small_credit(house), await small_credit(house)
    outcomes = await asyncio.gather(house.runner.run(first, TALK), house.runner.run(second, TALK))
    assert sorted(outcome.status for outcome in outcomes) == [Status.AWAITING_APPROVAL, Status.DONE]
    assert await credit_of(house) == Money(4500, "EUR")


async def test_policy_decides_again_on_fresh_facts(house: House) -> None:
    request = request_of(await house.ask("add_seats", "ACC-003", "5 more", quantity=5))
    await house.do("cancel_plan", "ACC-003")
    outcome = await house.runner.run(replace(request, skill="pause_plan", arguments={"months": default(1)}), TALK)
    assert outcome.status is Status.REFUSED
    assert outcome.decision is not None


async def seek(house: House) -> tuple[ActionRequest, str]:
    proposal = await house.ask("refund_payment", "ACC-003", "refund")
    assert proposal.facts is not None
    outcome = await house.runner.seek_approval(request_of(proposal), awaiting(proposal), proposal.facts)
    assert outcome.approval_id is not None
    assert (outcome.status, outcome.role) == (Status.AWAITING_APPROVAL, "billing_lead")
    return request_of(proposal), outcome.approval_id


async def test_an_approval_executes_once(house: House) -> None:
    _, approval = await seek(house)
    lead = house.agent("billing_lead")
    await house.approved(approval, lead)
    first, second = await house.runner.run_approved(approval, lead), await house.runner.run_approved(approval, lead)
    assert first.done is not None
    assert (first.repeated, second.repeated) == (False, True)
    refunds = (await house.ports.billing.invoices("ACC-003"))[-1].refunds
    assert len(refunds) == 1
    assert "approval.executed" in await types(house)


async def test_nothing_runs_unapproved(house: House) -> None:
    _, approval = await seek(house)
    lead = house.agent("billing_lead")
    with pytest.raises(Conflict):
        await house.runner.run_approved(approval, lead)
    await house.approved(approval, lead, approve=False)
    with pytest.raises(Conflict):
        await house.runner.run_approved(approval, lead)
    assert not (await house.ports.billing.invoices("ACC-003"))[-1].refunds


async def test_the_role_must_be_enough(house: House) -> None:
    _, approval = await seek(house)
    with pytest.raises(NotAllowed):
        await house.runner.run_approved(approval, house.agent("support_agent"))


async def test_an_expired_approval_is_worth_nothing(house: House) -> None:
    _, approval = await seek(house)
    lead = house.agent("billing_lead")
    await house.approved(approval, lead)
    house.clock.advance(timedelta(days=4))
    with pytest.raises(Conflict):
        await house.runner.run_approved(approval, lead)


async def test_an_approval_does_not_help_when_the_facts_have_changed(house: House) -> None:
    _, approval = await seek(house)
    lead = house.agent("billing_lead")
    await house.approved(approval, lead)
    order = RefundOrder(invoice_id="INV-7007", amount=Money(36372, "USD"), basis=RefundBasis.DUPLICATE, cause="x")
    await house.ports.billing.refund("ACC-003", order, key="by hand")
    outcome = await house.runner.run_approved(approval, lead)
    assert (outcome.status, outcome.code) == (Status.REFUSED, "refund_window")


async def test_a_confirmation_that_needs_approval_by_now_asks_for_it(house: House) -> None:
    request = await small_credit(house)
    await house.do("give_credit", "ACC-016", "20 euro")
    outcome = await house.runner.run(request, TALK)
    assert (outcome.status, outcome.role) == (Status.AWAITING_APPROVAL, "support_agent")


class Nothing(BaseModel):
    """No arguments."""


async def nothing(context: Context, slots: Slots) -> Ready:
    return Ready(arguments={})


def made(execute: object, **changes: object) -> Skill:
    """A skill of one's own under a known id."""
    return replace(
        find("request_export"), arguments=Nothing, result=Nothing, prepare=nothing, execute=execute, facts=None, **changes
    )


async def test_the_start_is_on_record_before_the_first_try(house: House) -> None:
    seen: list[str] = []

    async def look(context: Context, arguments: BaseModel, key: str) -> Done:
        seen.extend(await types(house))
        return Done(result=Nothing(), sentences=(say("skills.unavailable"),))

    house.catalogue = {**by_id(), "request_export": made(look)}
    house.runner = replace(house.runner, catalogue=house.catalogue)
    skill = house.catalogue["request_export"]
    proposal = await house.runner.prepare(skill, house.context(house.customer("ACC-003")), {}, TALK)
    await house.confirm(proposal)
    assert seen[-1] == "action.started"
    started = (await house.events("action.started"))[0]
    assert started.data["key"] == request_of(proposal).idempotency_key


async def test_a_skill_reaches_no_further_than_its_scopes(house: House) -> None:
    async def overreach(context: Context, arguments: BaseModel, key: str) -> Done:
        await context.ports.billing.apply("ACC-026", CreatePaymentLink(invoice_id="INV-7048"), key=key)
        raise AssertionError

    skill = made(overreach, scopes=frozenset({"billing:read"}))
    house.runner = replace(house.runner, catalogue={"request_export": skill})
    proposal = await house.runner.prepare(skill, house.context(house.customer("ACC-003")), {}, TALK)
    outcome = await house.confirm(proposal)
    assert (outcome.status, outcome.code) == (Status.FAILED, "not_allowed")


async def test_a_hanging_skill_does_not_hold_up_another(house: House) -> None:
    async def hang(context: Context, arguments: BaseModel, key: str) -> Done:
        await asyncio.Event().wait()
        raise AssertionError

    skill = made(hang, limits=Limits(deadline_s=0.2, tries=1))
    house.runner = replace(house.runner, catalogue={**by_id(), "request_export": skill})
    proposal = await house.runner.prepare(skill, house.context(house.customer("ACC-003")), {}, TALK)
    hanging = asyncio.create_task(house.confirm(proposal))
    assert "Team" in text(await house.do("get_account", "ACC-003"))
    assert not hanging.done()
    outcome = await hanging
    assert (outcome.status, outcome.uncertain) == (Status.FAILED, True)


async def test_unknown_skills_and_unfit_arguments(house: House) -> None:
    request = await small_credit(house)
    with pytest.raises(NotFound):
        await house.runner.run(replace(request, skill="make_coffee"), TALK)
    with pytest.raises(NotFound):
        await house.runner.run(replace(request, effect=Effect.READ), TALK)
    unfit = replace(request, arguments={**request.arguments, "amount_minor": default("much")})
    with pytest.raises(BadInput):
        await house.runner.run(unfit, TALK)
    assert (await credit_of(house)).minor == 0


async def test_what_was_said_is_kept_sealed(house: House) -> None:
    request = await small_credit(house)
    await house.runner.run(request, TALK)

    kept = await house.database.read(lambda conn: str(conn.execute(select(outcomes)).all()))
    assert "45.00" not in kept
    assert "account credit" not in kept
