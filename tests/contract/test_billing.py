"""What every billing adapter has to keep."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import BadInput, Conflict, NotFound, RapportError
from core.money import Money
from skills.billing.port import Billing, Change, CreditOrder, RefundBasis, RefundOrder, ReverseCredit, SetSeats, TakeBack
from tests.contract.adapters import ADAPTERS

CREDIT = CreditOrder(amount=Money(1000, "USD"), cause="x")
DUPLICATE = RefundOrder(invoice_id="INV-7007", amount=Money(36372, "USD"), basis=RefundBasis.DUPLICATE, cause="T-48160")


@pytest.fixture(params=list(ADAPTERS))
async def billing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Billing]:
    systems = ADAPTERS[request.param](tmp_path)
    yield systems.billing
    await systems.sandbox.close()


async def test_reads_are_stable_and_consistent(billing: Billing) -> None:
    subscription = await billing.subscription("ACC-004")
    assert subscription == await billing.subscription("ACC-004")
    invoices = await billing.invoices("ACC-004")
    assert [each.issued_on for each in invoices] == sorted(each.issued_on for each in invoices)
    assert {each.currency for each in invoices} == {subscription.currency}
    assert subscription.balance_due == Money(sum(each.balance.minor for each in invoices), subscription.currency)
    assert subscription.dunning is not None
    assert subscription.dunning.invoice_id in subscription.overdue


async def test_unknown_accounts_are_not_found(billing: Billing) -> None:
    for call in (billing.subscription("X"), billing.invoices("X"), billing.preview("X", SetSeats(seats=5))):
        with pytest.raises(NotFound):
            await call


async def test_preview_and_apply_agree(billing: Billing) -> None:
    change = SetSeats(seats=100)
    preview = await billing.preview("ACC-002", change)
    receipt = await billing.apply("ACC-002", change, key="k")
    assert receipt.lines == preview.lines
    assert receipt.effective_on == preview.effective_on
    assert receipt.amount == preview.due_now_with_tax


@pytest.mark.parametrize(("account_id", "change"), [("ACC-023", SetSeats(seats=251)), ("ACC-003", SetSeats(seats=40))])
async def test_preview_and_apply_refuse_alike(billing: Billing, account_id: str, change: Change) -> None:
    codes: list[object] = []
    for call in (billing.preview(account_id, change), billing.apply(account_id, change, key="k")):
        with pytest.raises(Conflict) as caught:
            await call
        codes.append(caught.value.data["code"])
    assert codes[0] == codes[1]


async def test_a_key_has_one_effect(billing: Billing) -> None:
    receipts = await asyncio.gather(*(billing.refund("ACC-003", DUPLICATE, key="k") for _ in range(4)))
    assert len({each.number for each in receipts}) == 1
    assert [len(each.refunds) for each in await billing.invoices("ACC-003")] == [0, 0, 1]


async def test_a_key_with_other_content_is_a_conflict(billing: Billing) -> None:
    await billing.credit("ACC-002", CREDIT, key="k")
    with pytest.raises(Conflict) as caught:
        await billing.credit("ACC-002", CreditOrder(amount=Money(2000, "USD"), cause="x"), key="k")
    assert caught.value.data["code"] == "key_reused"


async def test_never_more_back_than_was_paid_and_never_in_another_currency(billing: Billing) -> None:
    over = RefundOrder(invoice_id="INV-7007", amount=Money(36373, "USD"), basis=RefundBasis.DUPLICATE, cause="x")
    with pytest.raises(Conflict):
        await billing.refund("ACC-003", over, key="a")
    other = RefundOrder(invoice_id="INV-7007", amount=Money(100, "EUR"), basis=RefundBasis.DUPLICATE, cause="x")
    with pytest.raises(BadInput):
        await billing.refund("ACC-003", other, key="b")


async def test_receipts_say_how_to_undo_them(billing: Billing) -> None:
    credit = await billing.credit("ACC-002", CREDIT, key="credit")
    assert credit.undo == "ReverseCredit"
    await billing.apply("ACC-002", ReverseCredit(number=credit.number), key="undo_credit")
    seats = await billing.apply("ACC-002", SetSeats(seats=100), key="seats")
    assert seats.undo == "TakeBack"
    await billing.apply("ACC-002", TakeBack(number=seats.number), key="undo_seats")
    after = await billing.subscription("ACC-002")
    assert (after.seats_bought, after.credit_balance.minor) == (60, 0)


async def test_refusals_carry_a_code_and_a_message(billing: Billing) -> None:
    with pytest.raises(RapportError) as caught:
        await billing.apply("ACC-002", SetSeats(seats=1000), key="k")
    assert caught.value.data["code"] == "above_plan_maximum"
    assert caught.value.message.endswith(".")
