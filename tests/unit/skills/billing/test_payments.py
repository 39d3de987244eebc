"""Where a payment stands, and a link to pay with."""

import pytest

from tests.unit.skills.house import House, asked, ready, refused, text


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("ACC-026", ["INV-7048", "8 October 2026", "22 November 2026", "read-only", "1 business day"]),
        ("ACC-004", ["11 November 2026", "day 9", "25 November 2026", "2 December 2026"]),
        ("ACC-027", ["read-only at present", "11 December 2026"]),
        ("ACC-003", ["Nothing is unpaid", "3 November 2026"]),
    ],
)
async def test_says_how_it_stands_and_what_comes_next(house: House, account: str, words: list[str]) -> None:
    done = await house.do("payment_status", account)
    told = text(done)
    assert [word for word in words if word not in told] == []
    assert len(done.sentences) <= 5


async def test_nothing_was_ever_billed(house: House) -> None:
    assert "Nothing is unpaid" in text(await house.do("payment_status", "ACC-033"))


async def test_the_only_unpaid_invoice_is_the_one(house: House) -> None:
    proposal = await house.ask("send_payment_link", "ACC-026")
    assert dict(ready(proposal).rows)["To pay"] == "€5,724.00, tax included"
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert dict(outcome.done.receipt)["Link"].startswith("https://pay.")


async def test_nothing_to_pay(house: House) -> None:
    proposal = await house.ask("send_payment_link", "ACC-003")
    assert refused(proposal).code == "nothing_to_pay"
    assert proposal.decision is None


async def test_an_employee_sees_nothing_of_billing(house: House) -> None:
    person = house.customer("ACC-003", roles=frozenset({"Employee"}))
    for skill in ("payment_status", "send_payment_link", "find_invoices", "explain_charge", "find_double_charge"):
        proposal = await house.ask(skill, person)
        assert proposal.denied, skill


async def test_more_time_needs_a_number_of_days(house: House) -> None:
    assert asked(await house.ask("extend_payment", "ACC-004", "we need time")).slot == "days"
