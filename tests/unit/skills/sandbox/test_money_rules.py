"""Refunds, credits and their reversal, on the demo accounts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.money import Money
from skills.billing.port import AddAddon, CreditOrder, RefundBasis, RefundOrder, ReverseCredit, ReverseRefund, SetSeats, TakeBack
from skills.sandbox.company import Sandbox
from tests.unit.skills.sandbox.refusals import refused


def order(invoice_id: str, minor: int, currency: str, basis: RefundBasis) -> RefundOrder:
    return RefundOrder(invoice_id=invoice_id, amount=Money(minor, currency), basis=basis, cause="T-1")


DUPLICATE = order("INV-7007", 36372, "USD", RefundBasis.DUPLICATE)


@pytest.mark.parametrize(
    ("account_id", "wanted", "last_day"),
    [
        ("ACC-028", order("INV-7052", 12600, "USD", RefundBasis.FIRST_MONTHLY), date(2026, 11, 26)),
        ("ACC-029", order("INV-7053", 1494000, "EUR", RefundBasis.FIRST_ANNUAL), date(2026, 11, 24)),
        ("ACC-030", order("INV-7054", 221760, "USD", RefundBasis.ANNUAL_RENEWAL), date(2026, 11, 24)),
        ("ACC-003", DUPLICATE, date(2027, 5, 2)),
    ],
)
async def test_windows_are_open_to_the_day(
    sandbox: Sandbox, clock: FixedClock, account_id: str, wanted: RefundOrder, last_day: date
) -> None:
    clock.instant = datetime(last_day.year, last_day.month, last_day.day, 23, tzinfo=UTC) + timedelta(days=1)
    with refused("outside_window"):
        await sandbox.billing.refund(account_id, wanted, key="late")
    clock.advance(timedelta(days=-1))
    assert (await sandbox.billing.refund(account_id, wanted, key="in_time")).amount == wanted.amount


@pytest.mark.parametrize(
    ("account_id", "wanted", "code"),
    [
        ("ACC-003", order("INV-7007", 36373, "USD", RefundBasis.DUPLICATE), "over_refund"),
        ("ACC-003", order("INV-7007", 36372, "EUR", RefundBasis.DUPLICATE), "other_currency"),
        ("ACC-003", order("INV-7007", 0, "USD", RefundBasis.DUPLICATE), "bad_amount"),
        ("ACC-003", order("INV-7006", 36372, "USD", RefundBasis.DUPLICATE), "no_refund_basis"),
        ("ACC-003", order("INV-7052", 100, "USD", RefundBasis.DUPLICATE), "unknown_invoice"),
        ("ACC-002", order("INV-7004", 48000, "USD", RefundBasis.FIRST_MONTHLY), "no_refund_basis"),
        ("ACC-006", order("INV-7012", 100, "GBP", RefundBasis.ANNUAL_RENEWAL), "outside_window"),
        ("ACC-007", order("INV-7014", 100, "EUR", RefundBasis.ANNUAL_RENEWAL), "no_refund_basis"),
        ("ACC-028", order("INV-7052", 12601, "USD", RefundBasis.FIRST_MONTHLY), "over_refund"),
    ],
)
async def test_refunds_refused(sandbox: Sandbox, account_id: str, wanted: RefundOrder, code: str) -> None:
    with refused(code):
        await sandbox.billing.refund(account_id, wanted, key="no")


async def test_a_duplicate_goes_back_once(sandbox: Sandbox) -> None:
    assert (await sandbox.billing.subscription("ACC-003")).dispute_open
    await sandbox.billing.refund("ACC-003", DUPLICATE, key="one")
    with refused("no_refund_basis"):
        await sandbox.billing.refund("ACC-003", DUPLICATE, key="two")
    invoice = (await sandbox.billing.invoices("ACC-003"))[-1]
    assert invoice.refundable == invoice.total
    assert not (await sandbox.billing.subscription("ACC-003")).dispute_open


async def test_parts_never_add_up_to_more_than_was_paid(sandbox: Sandbox) -> None:
    await sandbox.billing.refund("ACC-028", order("INV-7052", 10000, "USD", RefundBasis.FIRST_MONTHLY), key="a")
    with refused("over_refund"):
        await sandbox.billing.refund("ACC-028", order("INV-7052", 2601, "USD", RefundBasis.FIRST_MONTHLY), key="b")
    await sandbox.billing.refund("ACC-028", order("INV-7052", 2600, "USD", RefundBasis.FIRST_MONTHLY), key="c")


async def test_a_credit_lapses_after_twelve_months(sandbox: Sandbox, clock: FixedClock) -> None:
    credit = CreditOrder(amount=Money(4500, "EUR"), cause="incident")
    receipt = await sandbox.billing.credit("ACC-016", credit, key="credit")
    assert receipt.expires_on == date(2027, 11, 20)
    assert (await sandbox.billing.subscription("ACC-016")).credit_balance == Money(4500, "EUR")
    clock.instant = datetime(2027, 11, 20, 10, tzinfo=UTC)
    assert (await sandbox.billing.subscription("ACC-016")).credit_balance.minor == 0


@pytest.mark.parametrize(
    ("account_id", "minor", "currency", "code"),
    [("ACC-016", 100, "USD", "other_currency"), ("ACC-016", -1, "EUR", "bad_amount"), ("ACC-032", 100, "USD", "no_billing")],
)
async def test_credits_refused(sandbox: Sandbox, account_id: str, minor: int, currency: str, code: str) -> None:
    with refused(code):
        await sandbox.billing.credit(account_id, CreditOrder(amount=Money(minor, currency), cause="x"), key="no")


async def test_an_unused_credit_can_be_reversed_and_a_used_one_not(sandbox: Sandbox) -> None:
    credit = CreditOrder(amount=Money(1000, "USD"), cause="x")
    first = await sandbox.billing.credit("ACC-002", credit, key="first")
    await sandbox.billing.apply("ACC-002", ReverseCredit(number=first.number), key="back")
    assert (await sandbox.billing.subscription("ACC-002")).credit_balance.minor == 0
    with refused("unknown_credit"):
        await sandbox.billing.apply("ACC-002", ReverseCredit(number=first.number), key="again")
    second = await sandbox.billing.credit("ACC-002", credit, key="second")
    await sandbox.billing.apply("ACC-002", SetSeats(seats=100), key="spend")
    with refused("credit_used"):
        await sandbox.billing.apply("ACC-002", ReverseCredit(number=second.number), key="used")


async def test_a_refund_can_be_stopped_on_its_day(sandbox: Sandbox, clock: FixedClock) -> None:
    receipt = await sandbox.billing.refund("ACC-003", DUPLICATE, key="one")
    await sandbox.billing.apply("ACC-003", ReverseRefund(number=receipt.number), key="stop")
    again = await sandbox.billing.refund("ACC-003", DUPLICATE, key="two")
    clock.advance(timedelta(days=1))
    with refused("too_late"):
        await sandbox.billing.apply("ACC-003", ReverseRefund(number=again.number), key="late")
    with refused("unknown_refund"):
        await sandbox.billing.apply("ACC-003", ReverseRefund(number="RC-1"), key="none")


async def test_changes_are_taken_back_last_first(sandbox: Sandbox) -> None:
    before = await sandbox.billing.subscription("ACC-002")
    seats = await sandbox.billing.apply("ACC-002", SetSeats(seats=80), key="seats")
    addon = await sandbox.billing.apply("ACC-002", AddAddon(addon="priority_support"), key="addon")
    with refused("changed_since"):
        await sandbox.billing.apply("ACC-002", TakeBack(number=seats.number), key="wrong_order")
    await sandbox.billing.apply("ACC-002", TakeBack(number=addon.number), key="back_addon")
    await sandbox.billing.apply("ACC-002", TakeBack(number=seats.number), key="back_seats")
    assert await sandbox.billing.subscription("ACC-002") == before
    assert len(await sandbox.billing.invoices("ACC-002")) == 3


async def test_what_was_reversed_out_of_turn_does_not_come_back(sandbox: Sandbox) -> None:
    credit = await sandbox.billing.credit("ACC-002", CreditOrder(amount=Money(1000, "USD"), cause="x"), key="credit")
    seats = await sandbox.billing.apply("ACC-002", SetSeats(seats=62), key="seats")
    await sandbox.billing.apply("ACC-002", ReverseCredit(number=credit.number), key="back")
    with refused("changed_since"):
        await sandbox.billing.apply("ACC-002", TakeBack(number=seats.number), key="restore")


async def test_taking_back_leaves_tickets_and_refuses_other_days_and_numbers(sandbox: Sandbox, clock: FixedClock) -> None:
    from skills.helpdesk.port import NewTicket

    seats = await sandbox.billing.apply("ACC-002", SetSeats(seats=80), key="seats")
    ticket = await sandbox.helpdesk.open_ticket("ACC-002", NewTicket(subject="Hello", area="seats"), key="t")
    await sandbox.billing.apply("ACC-002", TakeBack(number=seats.number), key="back")
    assert (await sandbox.helpdesk.ticket(ticket.id)).subject == "Hello"
    with refused("unknown_receipt"):
        await sandbox.billing.apply("ACC-002", TakeBack(number="RC-1"), key="none")
    again = await sandbox.billing.apply("ACC-002", SetSeats(seats=80), key="again")
    with refused("unknown_receipt"):
        await sandbox.billing.apply("ACC-003", TakeBack(number=again.number), key="other_account")
    clock.advance(timedelta(days=1))
    with refused("too_late"):
        await sandbox.billing.apply("ACC-002", TakeBack(number=again.number), key="late")
