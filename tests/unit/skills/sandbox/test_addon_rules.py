"""Add-ons, on the demo accounts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.clock import FixedClock
from core.money import Money
from skills.billing.port import AddAddon, RefundBasis, RefundOrder, RemoveAddon, StartAddonTrial
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from tests.unit.skills.sandbox.refusals import refused


async def test_an_add_on_covers_every_paid_seat_for_the_rest_of_the_period(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-024", AddAddon(addon="sso_scim"))
    left, whole = 298, 365
    assert preview.due_now == Money(720 * 150 * 12, "USD").times(left, whole)
    assert preview.recurring_after - preview.recurring_before == Money(720 * 150 * 12, "USD")


@pytest.mark.parametrize(
    ("account_id", "addon", "code"),
    [
        ("ACC-009", "sso_scim", "addon_not_sold_on_plan"),
        ("ACC-002", "ai_scheduling", "addon_not_sold_on_plan"),
        ("ACC-001", "payroll_export", "addon_included"),
        ("ACC-036", "sso_scim", "addon_included"),
        ("ACC-005", "advanced_analytics", "addon_already_active"),
        ("ACC-013", "ai_scheduling", "addon_region_excluded"),
        ("ACC-006", "sso_scim", "prerequisite_unknown"),
        ("ACC-001", "advanced_analytics", "prerequisite_unknown"),
        ("ACC-033", "sso_scim", "trial"),
        ("ACC-002", "jetpack", "unknown_addon"),
    ],
)
async def test_add_ons_refused(sandbox: Sandbox, account_id: str, addon: str, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, AddAddon(addon=addon))


async def test_a_prerequisite_known_to_be_unmet_is_named(data: CompanyData, clock: FixedClock) -> None:
    doc = data.accounts["ACC-036"].model_copy(deep=True)
    doc.prerequisites.skills_coverage_percent = 79
    changed = replace(data, accounts={**data.accounts, doc.id: doc})
    sandbox = Sandbox.fresh(changed, clock)
    with refused("prerequisite_unmet"):
        await sandbox.billing.preview("ACC-036", AddAddon(addon="ai_scheduling"))


async def test_ai_scheduling_where_it_fits(sandbox: Sandbox) -> None:
    await sandbox.billing.apply("ACC-036", AddAddon(addon="ai_scheduling"), key="ai")
    assert "ai_scheduling" in (await sandbox.billing.subscription("ACC-036")).addons


async def test_flat_fee_does_not_depend_on_seats(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-002", AddAddon(addon="priority_support"))
    assert preview.due_now == Money(14900, "USD").times(15, 30)


async def test_an_add_on_ends_with_the_period(sandbox: Sandbox, clock: FixedClock) -> None:
    receipt = await sandbox.billing.apply("ACC-002", RemoveAddon(addon="payroll_export"), key="off")
    assert receipt.effective_on == date(2026, 12, 5)
    assert (await sandbox.billing.subscription("ACC-002")).addons == ("payroll_export",)
    clock.advance(timedelta(days=15))
    assert (await sandbox.billing.subscription("ACC-002")).addons == ()


@pytest.mark.parametrize(
    ("account_id", "addon", "code"),
    [("ACC-002", "sso_scim", "addon_not_active"), ("ACC-001", "payroll_export", "addon_included")],
)
async def test_removals_refused(sandbox: Sandbox, account_id: str, addon: str, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, RemoveAddon(addon=addon))


async def test_a_trial_is_given_once(sandbox: Sandbox, clock: FixedClock) -> None:
    receipt = await sandbox.billing.apply("ACC-036", StartAddonTrial(addon="ai_scheduling"), key="try")
    assert receipt.expires_on == date(2026, 12, 11)
    assert (await sandbox.billing.subscription("ACC-036")).addon_trials == (("ai_scheduling", date(2026, 12, 11)),)
    clock.advance(timedelta(days=30))
    assert (await sandbox.billing.subscription("ACC-036")).addon_trials == ()
    with refused("trial_used"):
        await sandbox.billing.apply("ACC-036", StartAddonTrial(addon="ai_scheduling"), key="again")
    with refused("no_trial"):
        await sandbox.billing.apply("ACC-024", StartAddonTrial(addon="sso_scim"), key="none")


async def test_a_new_add_on_is_refundable_for_fourteen_days(sandbox: Sandbox, clock: FixedClock) -> None:
    receipt = await sandbox.billing.apply("ACC-024", AddAddon(addon="sso_scim"), key="sso")
    invoice_id = receipt.invoice_id or ""
    order = RefundOrder(invoice_id=invoice_id, amount=receipt.amount, basis=RefundBasis.ADDON, cause="changed_mind")
    clock.advance(timedelta(days=15))
    with refused("outside_window"):
        await sandbox.billing.refund("ACC-024", order, key="late")
    clock.advance(timedelta(days=-1))
    assert (await sandbox.billing.refund("ACC-024", order, key="in_time")).amount == receipt.amount
