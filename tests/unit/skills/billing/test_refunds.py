"""Money back goes by the record, never by what was claimed, and never without a person."""

import pytest

from core.action import Deny
from core.money import Money
from skills.contract import Ready
from skills.outcomes import Status
from tests.unit.skills.house import House, awaiting, codes, ready, refused, request_of, text


async def test_finds_the_settled_pair_and_proposes_the_refund(house: House) -> None:
    done = await house.do("find_double_charge", "ACC-003", "you charged us twice")
    assert "$363.72 was taken too much" in text(done)
    assert done.then is not None
    assert done.then.skill == "refund_payment"
    assert done.then.slots["invoice"].value == "INV-7007"


async def test_says_when_there_is_no_pair(house: House) -> None:
    assert "collected once" in text(await house.do("find_double_charge", "ACC-001", "twice?"))


@pytest.mark.parametrize(
    ("account", "minor", "basis", "approver"),
    [
        ("ACC-003", 36372, "duplicate", "billing_lead"),
        ("ACC-028", 12600, "first_monthly", "billing_lead"),
        ("ACC-029", 1494000, "first_annual", "finance"),
        ("ACC-030", None, "annual_renewal", "finance"),
    ],
)
async def test_the_record_gives_ground_and_amount(
    house: House, account: str, minor: int | None, basis: str, approver: str
) -> None:
    proposal = await house.ask("refund_payment", account, "money back please")
    values = request_of(proposal).values()
    assert values["basis"] == basis
    assert minor in (None, values["amount_minor"])
    assert awaiting(proposal).approver == approver


async def test_a_claim_gives_way_to_the_invoice(house: House) -> None:
    proposal = await house.ask("refund_payment", "ACC-003", "refund the 999 dollars", amount=99900)
    assert request_of(proposal).values()["amount_minor"] == 36372
    assert "$363.72" in ready(proposal).intro[0].text


async def test_outside_every_window_it_is_denied_with_what_is_possible(house: House) -> None:
    proposal = await house.ask("refund_payment", "ACC-001", "we want the year back")
    assert refused(proposal).code == "outside_window"
    assert any("account credit" in sentence.text for sentence in refused(proposal).sentences)
    assert isinstance(proposal.decision, Deny)
    assert "refund_window" in codes(proposal)


async def test_an_unknown_invoice_is_asked_for(house: House) -> None:
    proposal = await house.ask("refund_payment", "ACC-003", "INV-9999", invoice="INV-9999")
    assert not isinstance(proposal.prepared, Ready)


async def test_nothing_paid_nothing_back(house: House) -> None:
    assert refused(await house.ask("refund_payment", "ACC-033", "refund")).code == "nothing_paid"


async def test_the_facts_are_read_anew_when_it_is_run(house: House) -> None:
    proposal = await house.ask("refund_payment", "ACC-003", "refund")
    request = request_of(proposal)
    house.clock.instant = house.clock.instant.replace(year=2027, month=8)
    outcome = await house.runner.run(request, talk=house_talk())
    assert outcome.status is Status.REFUSED
    assert outcome.code == "refund_window"


async def test_an_approved_refund_goes_back_once(house: House) -> None:
    proposal = await house.ask("refund_payment", "ACC-003", "refund")
    lead = house.agent("billing_lead")
    assert proposal.facts is not None
    outcome = await house.runner.seek_approval(request_of(proposal), awaiting(proposal), proposal.facts)
    assert outcome.approval_id is not None
    await house.approved(outcome.approval_id, lead)
    done = await house.runner.run_approved(outcome.approval_id, lead)
    assert done.done is not None
    assert "5 to 10 business days" in text(done.done)
    invoice = (await house.ports.billing.invoices("ACC-003"))[-1]
    assert invoice.refundable == Money(36372, "USD")


def house_talk():
    from skills.facts import Talk

    return Talk(correlation_id="k1")
