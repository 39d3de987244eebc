"""Payment methods, unpaid invoices, offers to stay, details, links, exports and moves, on the demo accounts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.money import Money
from skills.billing.port import (
    ApplySaveOffer,
    Change,
    ChangeBillingDetails,
    CreatePaymentLink,
    CreateReferralLink,
    ExtendPayment,
    ReplacePaymentMethod,
    RequestExport,
    RequestRegionMove,
    SetSeats,
)
from skills.sandbox.company import Sandbox
from tests.unit.skills.sandbox.refusals import refused

CARD = ReplacePaymentMethod(kind="card", label="ending 4242")


async def test_a_new_card_retries_what_failed(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-004", CARD)
    assert (preview.due_now.minor, preview.due_now_with_tax) == (0, Money(172656, "USD"))
    await sandbox.billing.apply("ACC-004", CARD, key="card")
    after = await sandbox.billing.subscription("ACC-004")
    assert (after.dunning, after.overdue, after.payment_label) == (None, (), "ending 4242")
    assert (await sandbox.billing.invoices("ACC-004"))[-1].status == "paid"


async def test_direct_debit_and_transfer_where_they_are_accepted(sandbox: Sandbox) -> None:
    await sandbox.billing.preview("ACC-008", ReplacePaymentMethod(kind="direct_debit"))
    await sandbox.billing.preview("ACC-008", ReplacePaymentMethod(kind="bank_transfer"))


@pytest.mark.parametrize(
    ("account_id", "change", "code"),
    [
        ("ACC-002", ReplacePaymentMethod(kind="direct_debit"), "annual_only"),
        ("ACC-002", ReplacePaymentMethod(kind="cheque"), "unknown_payment_method"),
        ("ACC-038", ReplacePaymentMethod(kind="bank_transfer"), "below_transfer_minimum"),
        ("ACC-002", ExtendPayment(days=5), "nothing_overdue"),
        ("ACC-004", ExtendPayment(days=31), "outside_limits"),
        ("ACC-004", ExtendPayment(days=0), "outside_limits"),
        ("ACC-027", ExtendPayment(days=5), "too_late"),
        ("ACC-015", ApplySaveOffer(percent=10, months=3), "existing_discount"),
        ("ACC-025", ApplySaveOffer(percent=15, months=3), "outside_limits"),
        ("ACC-025", ApplySaveOffer(percent=10, months=6), "outside_limits"),
        ("ACC-009", ApplySaveOffer(percent=10, months=3), "outside_limits"),
        ("ACC-032", ApplySaveOffer(percent=10, months=3), "ended"),
        ("ACC-002", CreatePaymentLink(invoice_id="INV-7004"), "nothing_to_pay"),
        ("ACC-002", CreatePaymentLink(invoice_id="INV-7010"), "unknown_invoice"),
        ("ACC-028", CreateReferralLink(), "not_enough_paid_months"),
        ("ACC-026", CreateReferralLink(), "overdue_balance"),
        ("ACC-033", CreateReferralLink(), "trial"),
        ("ACC-032", RequestExport(), "read_only_over"),
        ("ACC-002", RequestRegionMove(region="EU"), "plan_not_eligible"),
        ("ACC-005", RequestRegionMove(region="US"), "no_change"),
        ("ACC-005", RequestRegionMove(region="MARS"), "unknown_region"),
        ("ACC-012", RequestRegionMove(region="AU"), "addon_region_excluded"),
        ("ACC-008", RequestRegionMove(region="US"), "fee_unknown_in_currency"),
        ("ACC-001", ChangeBillingDetails(name="New", reissue_invoice_id="INV-7001"), "outside_window"),
        ("ACC-002", ChangeBillingDetails(po_number="PO-1"), "po_not_accepted"),
    ],
)
async def test_refused(sandbox: Sandbox, account_id: str, change: Change, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, change)


async def test_more_time_to_pay_moves_what_follows(sandbox: Sandbox) -> None:
    receipt = await sandbox.billing.apply("ACC-004", ExtendPayment(days=10), key="time")
    assert receipt.effective_on == date(2026, 12, 12)
    after = await sandbox.billing.subscription("ACC-004")
    assert after.dunning is not None
    assert (after.dunning.next_stage_on, after.dunning.extended_until) == (date(2026, 12, 12), date(2026, 12, 12))
    assert after.history.payment_extensions == (date(2026, 11, 20),)


async def test_a_save_offer_once_in_twelve_months(sandbox: Sandbox, clock: FixedClock) -> None:
    offer = ApplySaveOffer(percent=10, months=3)
    preview = await sandbox.billing.preview("ACC-025", offer)
    assert preview.recurring_before - preview.recurring_after == Money(4900, "USD")
    await sandbox.billing.apply("ACC-025", offer, key="stay")
    clock.instant = datetime(2027, 3, 10, 10, tzinfo=UTC)
    assert (await sandbox.billing.subscription("ACC-025")).discount is None
    with refused("save_offer_used"):
        await sandbox.billing.preview("ACC-025", offer)
    clock.instant = datetime(2027, 11, 20, 10, tzinfo=UTC)
    await sandbox.billing.preview("ACC-025", offer)


async def test_a_save_offer_on_annual_billing_comes_off_the_next_invoice(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-006", ApplySaveOffer(percent=10, months=3))
    assert preview.next_invoice == Money(-(85 * 450 * 3) // 10, "GBP")


async def test_a_payment_link_is_mailed_to_the_billing_contacts(sandbox: Sandbox) -> None:
    receipt = await sandbox.billing.apply("ACC-026", CreatePaymentLink(invoice_id="INV-7048"), key="link")
    mails = await sandbox.outbox.messages()
    contacts = {each.email for each in await sandbox.crm.contacts("ACC-026")}
    assert {each.to for each in mails} == contacts
    assert receipt.link is not None
    assert receipt.link in mails[0].body
    assert receipt.amount == Money(572400, "EUR")


async def test_a_referral_link_is_valid_for_ninety_days(sandbox: Sandbox) -> None:
    receipt = await sandbox.billing.apply("ACC-015", CreateReferralLink(), key="refer")
    assert receipt.expires_on == date(2027, 2, 18)


async def test_paid_months(sandbox: Sandbox) -> None:
    months = {
        each: (await sandbox.billing.subscription(each)).paid_months for each in ("ACC-011", "ACC-028", "ACC-027", "ACC-033")
    }
    assert months == {"ACC-011": 5, "ACC-028": 1, "ACC-027": 11, "ACC-033": 0}


async def test_an_export_within_a_day_for_a_week(sandbox: Sandbox) -> None:
    receipt = await sandbox.billing.apply("ACC-035", RequestExport(), key="export")
    assert receipt.ready_by == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert receipt.expires_on == date(2026, 11, 28)


async def test_a_move_of_region_once_a_year(sandbox: Sandbox, clock: FixedClock) -> None:
    move = RequestRegionMove(region="EU")
    receipt = await sandbox.billing.apply("ACC-005", move, key="move")
    assert receipt.amount == Money(50000, "USD")
    clock.advance(timedelta(days=14))
    assert (await sandbox.crm.account("ACC-005")).data_region == "EU"
    with refused("moved_lately"):
        await sandbox.billing.preview("ACC-005", RequestRegionMove(region="US"))
    assert (await sandbox.billing.preview("ACC-036", move)).due_now.minor == 0


async def test_an_invoice_is_reissued_within_ninety_days(sandbox: Sandbox) -> None:
    change = ChangeBillingDetails(name="Pinecrest LLC", reissue_invoice_id="INV-7004")
    assert (await sandbox.billing.apply("ACC-002", change, key="again")).invoice_id == "INV-7004"
    await sandbox.billing.apply("ACC-031", ChangeBillingDetails(po_number="MV-9"), key="po")
    assert (await sandbox.crm.account("ACC-031")).po_number == "MV-9"


async def test_a_failing_card_leaves_a_new_invoice_open(sandbox: Sandbox) -> None:
    await sandbox.billing.apply("ACC-004", SetSeats(seats=140), key="more")
    assert [each.status for each in await sandbox.billing.invoices("ACC-004")][-1] == "open"
