"""Plans and seats, on the demo accounts."""

from datetime import date, timedelta

import pytest

from core.clock import FixedClock
from core.money import Money
from skills.billing.port import ChangePlan, CreditOrder, SeatsAtRenewal, SetSeats
from skills.sandbox.company import Sandbox
from tests.unit.skills.sandbox.refusals import refused


async def test_upgrade_is_at_once_and_credits_unused_days(sandbox: Sandbox) -> None:
    change = ChangePlan(plan="team", seats=28)
    preview = await sandbox.billing.preview("ACC-038", change)
    assert preview.effective_on == date(2026, 11, 20)
    assert [line.amount.minor for line in preview.lines] == [151200, 26880, -68452, -21062]
    assert preview.due_now == Money(88566, "GBP")
    assert preview.due_now_with_tax == Money(106279, "GBP")
    receipt = await sandbox.billing.apply("ACC-038", change, key="up")
    after = await sandbox.billing.subscription("ACC-038")
    assert (after.plan, after.seats_bought, after.renewal_date) == ("team", 28, date(2027, 11, 20))
    issued = (await sandbox.billing.invoices("ACC-038"))[-1]
    assert (issued.id, issued.total, issued.status) == (receipt.invoice_id, preview.due_now_with_tax, "paid")


async def test_preview_changes_nothing(sandbox: Sandbox) -> None:
    before = await sandbox.billing.subscription("ACC-038")
    await sandbox.billing.preview("ACC-038", ChangePlan(plan="team"))
    assert await sandbox.billing.subscription("ACC-038") == before


async def test_upgrade_uses_credit_and_leaves_the_rest(sandbox: Sandbox) -> None:
    await sandbox.billing.credit("ACC-038", CreditOrder(amount=Money(5000, "GBP"), cause="goodwill"), key="c")
    await sandbox.billing.apply("ACC-038", ChangePlan(plan="team"), key="up")
    issued = (await sandbox.billing.invoices("ACC-038"))[-1]
    assert issued.credit_used == Money(5000, "GBP")
    assert issued.settled == issued.total - Money(5000, "GBP")
    assert (await sandbox.billing.subscription("ACC-038")).credit_balance.minor == 0


async def test_what_waits_for_the_next_invoice_goes_onto_it(sandbox: Sandbox) -> None:
    await sandbox.billing.apply("ACC-002", SetSeats(seats=65), key="seats")
    assert [line.amount.minor for line in (await sandbox.billing.subscription("ACC-002")).pending_charges] == [1750, 250]
    preview = await sandbox.billing.preview("ACC-002", ChangePlan(plan="team", billing="annual"))
    assert {1750, 250} <= {line.amount.minor for line in preview.lines}


async def test_seats_are_raised_to_the_new_plans_minimum_and_step(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-028", ChangePlan(plan="business"))
    assert "seats_rounded" in dict(preview.warnings)
    assert preview.recurring_after == Money(25 * 1100, "USD")
    assert (await sandbox.billing.preview("ACC-021", ChangePlan(plan="team"))).recurring_after == Money(46 * 560 * 12, "USD")


async def test_a_trial_becomes_a_customer(sandbox: Sandbox) -> None:
    await sandbox.billing.apply("ACC-033", ChangePlan(plan="team", billing="monthly"), key="buy")
    after = await sandbox.billing.subscription("ACC-033")
    assert (after.status, after.plan, after.seats_bought, after.ends_on) == ("active", "team", 27, None)
    assert after.balance_due == Money(27 * 560, "GBP") + Money(27 * 112, "GBP")


async def test_an_ended_trial_can_buy_while_its_data_is_kept(sandbox: Sandbox, clock: FixedClock) -> None:
    await sandbox.billing.preview("ACC-034", ChangePlan(plan="business", billing="annual"))
    clock.advance(timedelta(days=21))
    with refused("trial_data_deleted"):
        await sandbox.billing.preview("ACC-034", ChangePlan(plan="business", billing="annual"))


async def test_downgrade_waits_for_the_end_of_the_period(sandbox: Sandbox, clock: FixedClock) -> None:
    receipt = await sandbox.billing.apply("ACC-014", ChangePlan(plan="team"), key="down")
    assert receipt.effective_on == date(2026, 12, 9)
    assert (await sandbox.billing.subscription("ACC-014")).plan == "business"
    clock.advance(timedelta(days=19))
    assert (await sandbox.billing.subscription("ACC-014")).plan == "team"


async def test_downgrade_says_what_is_lost(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-014", ChangePlan(plan="team"))
    assert {"integrations_unknown", "history_hidden"} <= set(dict(preview.warnings))


@pytest.mark.parametrize(
    ("account_id", "change", "code"),
    [
        ("ACC-004", ChangePlan(plan="team"), "payment_due"),
        ("ACC-008", ChangePlan(plan="team"), "above_plan_maximum"),
        ("ACC-013", ChangePlan(plan="team"), "over_plan_limits"),
        ("ACC-002", ChangePlan(plan="starter"), "above_plan_maximum"),
        ("ACC-002", ChangePlan(plan="team"), "no_change"),
        ("ACC-002", ChangePlan(plan="team_2024"), "plan_closed"),
        ("ACC-040", ChangePlan(plan="team_2024", billing="annual"), "plan_closed"),
        ("ACC-002", ChangePlan(plan="gold"), "unknown_plan"),
        ("ACC-023", ChangePlan(plan="enterprise", billing="monthly"), "billing_not_sold"),
        ("ACC-006", ChangePlan(plan="business", billing="monthly"), "annual_until_renewal"),
        ("ACC-002", ChangePlan(plan="business", seats=40), "seats_under_use"),
        ("ACC-003", ChangePlan(plan="business", seats=45), "fewer_seats_later"),
        ("ACC-032", ChangePlan(plan="team"), "ended"),
        ("ACC-035", ChangePlan(plan="enterprise"), "cancelling"),
    ],
)
async def test_plan_changes_refused(sandbox: Sandbox, account_id: str, change: ChangePlan, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, change)


async def test_enterprise_comes_on_annual_billing_with_its_add_ons(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-023", ChangePlan(plan="enterprise"))
    assert preview.recurs == "year"
    assert {"annual_only", "addon_included"} <= set(dict(preview.warnings))
    assert preview.recurring_after == Money(250 * 1120 * 12, "GBP")


async def test_monthly_to_annual_is_at_once_and_back_only_at_renewal(sandbox: Sandbox) -> None:
    assert (await sandbox.billing.preview("ACC-002", ChangePlan(plan="team", billing="annual"))).effective_on == date(
        2026, 11, 20
    )
    later = await sandbox.billing.preview("ACC-006", ChangePlan(plan="team", billing="monthly"))
    assert (later.effective_on, later.due_now.minor) == (date(2027, 6, 18), 0)


async def test_a_published_discount_goes_along(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-015", ChangePlan(plan="business"))
    assert preview.recurring_after == Money(40 * 880 * 12 * 75 // 100, "USD")


async def test_ten_team_seats_with_half_a_month_left(sandbox: Sandbox) -> None:
    preview = await sandbox.billing.preview("ACC-002", SetSeats(seats=70))
    assert [line.amount for line in preview.lines] == [Money(3500, "USD"), Money(500, "USD")]
    assert (preview.due_now.minor, preview.next_invoice.minor) == (0, 4000)


async def test_fifty_and_more_is_invoiced_the_same_day(sandbox: Sandbox) -> None:
    below = await sandbox.billing.preview("ACC-002", SetSeats(seats=72))
    above = await sandbox.billing.preview("ACC-002", SetSeats(seats=73))
    assert (below.due_now.minor, below.next_invoice.minor) == (0, 4800)
    assert (above.due_now.minor, above.next_invoice.minor) == (5200, 0)


@pytest.mark.parametrize(
    ("account_id", "seats", "code"),
    [
        ("ACC-023", 251, "above_plan_maximum"),
        ("ACC-028", 9, "below_plan_minimum"),
        ("ACC-014", 97, "bad_seat_step"),
        ("ACC-003", 40, "seats_under_use"),
        ("ACC-037", 150, "seats_under_use"),
        ("ACC-003", 48, "no_change"),
        ("ACC-033", 55, "trial"),
        ("ACC-032", 10, "ended"),
    ],
)
async def test_seats_refused(sandbox: Sandbox, account_id: str, seats: int, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, SetSeats(seats=seats))


async def test_fewer_seats_wait_for_the_next_period_or_term(sandbox: Sandbox, clock: FixedClock) -> None:
    monthly = await sandbox.billing.apply("ACC-003", SetSeats(seats=45), key="less")
    annual = await sandbox.billing.apply("ACC-010", SeatsAtRenewal(seats=34), key="renewal")
    assert (monthly.effective_on, annual.effective_on) == (date(2026, 12, 3), date(2027, 2, 2))
    assert (await sandbox.billing.subscription("ACC-010")).seats_at_renewal == 34
    clock.advance(timedelta(days=13))
    assert (await sandbox.billing.subscription("ACC-003")).seats_bought == 45


async def test_fewer_seats_need_notice_to_the_day(sandbox: Sandbox, clock: FixedClock) -> None:
    await sandbox.billing.preview("ACC-001", SeatsAtRenewal(seats=415))
    clock.advance(timedelta(days=1))
    with refused("notice_passed"):
        await sandbox.billing.preview("ACC-001", SeatsAtRenewal(seats=415))


async def test_bought_seats_end_the_grace(sandbox: Sandbox) -> None:
    await sandbox.billing.apply("ACC-017", SetSeats(seats=345), key="grace")
    assert (await sandbox.billing.subscription("ACC-017")).grace is None
