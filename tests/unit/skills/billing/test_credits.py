"""Account credit: in the account's currency, counted in dollars, never cash."""

from typing import Any

import pytest

from core.action import Allow
from core.money import Money
from tests.unit.skills.house import House, asked, awaiting, codes, ready, request_of, text


@pytest.mark.parametrize("said", ["45 euro for the outage", "€45 for our trouble", "we'd like 45 EUR"])
async def test_a_small_credit_is_given_in_any_writing(house: House, said: str) -> None:
    proposal = await house.ask("give_credit", "ACC-016", said)
    assert isinstance(proposal.decision, Allow)
    assert request_of(proposal).values()["amount_minor"] == 4500
    assert proposal.facts is not None
    assert proposal.facts.amount_usd_minor == 4860
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "€45 of account credit" in text(outcome.done)
    assert (await house.ports.billing.subscription("ACC-016")).credit_balance == Money(4500, "EUR")


@pytest.mark.parametrize(
    ("said", "slots", "approver"),
    [("55 dollars", {}, "support_agent"), ("120 dollars", {"amount": 12000}, "billing_lead"), ("$1,680", {}, "finance")],
)
async def test_larger_ones_need_a_person(house: House, said: str, slots: dict[str, Any], approver: str) -> None:
    assert awaiting(await house.ask("give_credit", "ACC-013", said, **slots)).approver == approver


async def test_splitting_gains_nothing(house: House) -> None:
    await house.do("give_credit", "ACC-013", "40 dollars")
    assert awaiting(await house.ask("give_credit", "ACC-013", "40 dollars")).approver == "support_agent"


async def test_cash_is_not_promised(house: House) -> None:
    proposal = await house.ask("give_credit", "ACC-016", "45 euro to our bank account")
    assert "can't be paid out" in ready(proposal).intro[0].text


async def test_asks_how_much_and_in_the_accounts_currency(house: House) -> None:
    assert asked(await house.ask("give_credit", "ACC-016", "some credit please")).slot == "amount"
    assert "EUR" in asked(await house.ask("give_credit", "ACC-016", "45 dollars")).question


async def test_an_incident_that_is_named_is_the_cause(house: House) -> None:
    proposal = await house.ask("give_credit", "ACC-016", "€20 for INC-1117")
    assert request_of(proposal).values()["cause"] == "incident:INC-1117"


async def test_a_credit_can_be_taken_back(house: House) -> None:
    proposal = await house.ask("give_credit", "ACC-016", "45 euro")
    await house.confirm(proposal)
    await house.runner.compensate(request_of(proposal))
    assert (await house.ports.billing.subscription("ACC-016")).credit_balance.minor == 0


async def test_the_assistant_gives_nothing_of_its_own_accord(house: House) -> None:
    from skills.facts import Talk

    proposal = await house.ask("give_credit", "ACC-016", "45 euro", talk=Talk(correlation_id="k1", raised_by="bot"))
    assert "money_asked_for" in codes(proposal)
