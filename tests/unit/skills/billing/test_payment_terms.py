"""More time to pay, and another payment method."""

from tests.unit.skills.house import House, asked, awaiting, codes, ready, refused, request_of, text


async def test_more_time_is_a_persons_decision(house: House) -> None:
    proposal = await house.ask("extend_payment", "ACC-004", "a week more", days=7)
    assert awaiting(proposal).approver == "support_agent"
    assert awaiting(await house.ask("extend_payment", "ACC-004", "20 days", days=20)).approver == "billing_lead"
    until = await house.ask("extend_payment", "ACC-004", "until friday", until="2026-11-27")
    assert request_of(until).values() == {"days": 7}


async def test_an_approved_extension_is_given(house: House) -> None:
    proposal = await house.ask("extend_payment", "ACC-004", "a week more", days=7)
    assert proposal.facts is not None
    outcome = await house.runner.seek_approval(request_of(proposal), awaiting(proposal), proposal.facts)
    assert outcome.approval_id
    agent = house.agent("support_agent")
    await house.approved(outcome.approval_id, agent)
    done = (await house.runner.run_approved(outcome.approval_id, agent)).done
    assert done is not None
    assert "7 more days" in text(done)


async def test_too_late_is_denied(house: House) -> None:
    assert "payment_extension_in_time" in codes(await house.ask("extend_payment", "ACC-027", "10 days", days=10))


async def test_nothing_is_owed(house: House) -> None:
    assert refused(await house.ask("extend_payment", "ACC-003", "more time", days=5)).code == "nothing_overdue"


async def test_the_code_comes_last(house: House) -> None:
    assert asked(await house.ask("change_payment_method", "ACC-003", "another way to pay")).slot == "method"
    assert asked(await house.ask("change_payment_method", "ACC-003", "a new card")).slot == "label"
    assert asked(await house.ask("change_payment_method", "ACC-003", "a new card", label="4242")).slot == "code"


async def test_with_the_code_the_card_is_replaced_and_no_number_kept(house: House) -> None:
    proven = house.customer("ACC-003").stepped_up()
    proposal = await house.ask("change_payment_method", proven, "new visa", label="4111 1111 1111 4242")
    assert request_of(proposal).values() == {"kind": "card", "label": "ending 4242"}
    assert "4111" not in str(ready(proposal))
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "card ending 4242" in text(outcome.done)


async def test_direct_debit_is_for_annual_billing(house: House) -> None:
    proven = house.customer("ACC-003").stepped_up()
    assert refused(await house.ask("change_payment_method", proven, "sepa please", label="1234")).code == "annual_only"
