"""Pausing, leaving, coming back, renewing and the trial, on the demo accounts."""

from datetime import date, timedelta

import pytest

from core.clock import FixedClock
from core.money import Money
from skills.billing.port import (
    Cancel,
    Change,
    ExtendTrial,
    Pause,
    Reactivate,
    Renew,
    SeatsAtRenewal,
    SetSeats,
    Status,
    UndoCancel,
)
from skills.sandbox.company import Sandbox
from tests.unit.skills.sandbox.refusals import refused


async def test_a_pause_costs_a_fifth_of_the_seats(sandbox: Sandbox, clock: FixedClock) -> None:
    change = Pause(months=2, start=date(2027, 1, 1))
    preview = await sandbox.billing.preview("ACC-018", change)
    assert preview.recurring_after == Money(4900, "USD")
    assert "addon_price_unknown" in dict(preview.warnings)
    await sandbox.billing.apply("ACC-018", change, key="pause")
    assert (await sandbox.billing.subscription("ACC-018")).status is Status.ACTIVE
    clock.advance(timedelta(days=50))
    assert (await sandbox.billing.subscription("ACC-018")).status is Status.PAUSED
    with refused("paused"):
        await sandbox.billing.preview("ACC-018", SetSeats(seats=40))
    clock.advance(timedelta(days=60))
    assert (await sandbox.billing.subscription("ACC-018")).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("account_id", "change", "code"),
    [
        ("ACC-025", Pause(months=1), "paused_lately"),
        ("ACC-018", Pause(months=4), "outside_limits"),
        ("ACC-018", Pause(months=0), "outside_limits"),
        ("ACC-018", Pause(months=1, start=date(2026, 11, 1)), "in_the_past"),
        ("ACC-009", Pause(months=1), "pause_not_sold"),
        ("ACC-006", Pause(months=1), "pause_not_sold"),
        ("ACC-036", Pause(months=1), "pause_not_sold"),
        ("ACC-035", Pause(months=1), "cancelling"),
    ],
)
async def test_pauses_refused(sandbox: Sandbox, account_id: str, change: Pause, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, change)


async def test_the_next_pause_begins_twelve_months_after_the_last(sandbox: Sandbox) -> None:
    await sandbox.billing.preview("ACC-025", Pause(months=1, start=date(2027, 6, 1)))
    with refused("paused_lately"):
        await sandbox.billing.preview("ACC-025", Pause(months=1, start=date(2027, 5, 31)))


@pytest.mark.parametrize(
    ("account_id", "ends_on"),
    [("ACC-014", date(2026, 12, 9)), ("ACC-001", date(2027, 1, 4)), ("ACC-033", date(2026, 11, 22))],
)
async def test_cancelling_ends_what_is_paid_for(sandbox: Sandbox, account_id: str, ends_on: date) -> None:
    receipt = await sandbox.billing.apply(account_id, Cancel(reason="cost"), key="bye")
    assert receipt.effective_on == ends_on
    assert (await sandbox.billing.subscription(account_id)).ends_on == ends_on
    assert "cancellation" in (await sandbox.outbox.messages())[0].subject


async def test_cancelling_after_the_notice_deadline_ends_a_term_later(sandbox: Sandbox, clock: FixedClock) -> None:
    clock.advance(timedelta(days=1))
    preview = await sandbox.billing.preview("ACC-001", Cancel())
    assert preview.effective_on == date(2028, 1, 4)
    assert "notice_passed" in dict(preview.warnings)


async def test_an_ended_account_is_ended(sandbox: Sandbox, clock: FixedClock) -> None:
    await sandbox.billing.apply("ACC-014", Cancel(), key="bye")
    assert (await sandbox.billing.subscription("ACC-014")).status is Status.CANCELLING
    clock.advance(timedelta(days=19))
    assert (await sandbox.billing.subscription("ACC-014")).status is Status.ENDED
    with refused("ended"):
        await sandbox.billing.apply("ACC-014", UndoCancel(), key="too_late")


async def test_a_cancellation_can_be_undone(sandbox: Sandbox) -> None:
    await sandbox.billing.apply("ACC-035", UndoCancel(), key="stay")
    after = await sandbox.billing.subscription("ACC-035")
    assert (after.status, after.ends_on) == (Status.ACTIVE, None)
    with refused("active"):
        await sandbox.billing.apply("ACC-035", UndoCancel(), key="twice")
    with refused("ended"):
        await sandbox.billing.apply("ACC-032", Cancel(), key="ended")


async def test_reactivating_within_sixty_days(sandbox: Sandbox, clock: FixedClock) -> None:
    clock.advance(timedelta(days=10))
    receipt = await sandbox.billing.apply("ACC-032", Reactivate(), key="back")
    assert receipt.amount == Money(9 * 400, "USD")
    after = await sandbox.billing.subscription("ACC-032")
    assert (after.status, after.seats_bought) == (Status.ACTIVE, 9)


async def test_reactivating_too_late_or_while_active(sandbox: Sandbox, clock: FixedClock) -> None:
    with refused("active"):
        await sandbox.billing.preview("ACC-002", Reactivate())
    clock.advance(timedelta(days=11))
    with refused("outside_window"):
        await sandbox.billing.preview("ACC-032", Reactivate())


@pytest.mark.parametrize(
    ("account_id", "change", "code"),
    [
        ("ACC-007", Renew(), "outside_renewal_window"),
        ("ACC-002", Renew(), "no_term"),
        ("ACC-035", Renew(), "cancelling"),
        ("ACC-001", Renew(term_months=18), "term_not_sold"),
        ("ACC-010", Renew(seats=32), "seats_under_use"),
        ("ACC-001", Renew(seats=417), "bad_seat_step"),
    ],
)
async def test_renewals_refused(sandbox: Sandbox, account_id: str, change: Change, code: str) -> None:
    with refused(code):
        await sandbox.billing.preview(account_id, change)


async def test_early_renewal_opens_to_the_day(sandbox: Sandbox, clock: FixedClock) -> None:
    clock.instant = clock.instant.replace(year=2027, month=5, day=3)
    with refused("outside_renewal_window"):
        await sandbox.billing.preview("ACC-007", Renew())
    clock.advance(timedelta(days=1))
    assert (await sandbox.billing.preview("ACC-007", Renew())).effective_on == date(2027, 9, 1)


async def test_the_new_term_starts_when_the_old_one_ends(sandbox: Sandbox, clock: FixedClock) -> None:
    await sandbox.billing.apply("ACC-010", Renew(term_months=24, seats=34), key="sign")
    with refused("no_change"):
        await sandbox.billing.apply("ACC-010", Renew(), key="twice")
    clock.instant = clock.instant.replace(year=2027, month=2, day=2)
    after = await sandbox.billing.subscription("ACC-010")
    assert (after.term_months, after.seats_bought, after.renewal_date) == (24, 34, date(2029, 2, 2))


async def test_contracts_renew_by_themselves_for_a_year(sandbox: Sandbox, clock: FixedClock) -> None:
    await sandbox.billing.apply("ACC-010", SeatsAtRenewal(seats=36), key="less")
    clock.instant = clock.instant.replace(year=2027, month=3, day=1)
    after = await sandbox.billing.subscription("ACC-010")
    assert (after.contract_start, after.renewal_date, after.seats_bought) == (date(2027, 2, 2), date(2028, 2, 2), 36)


async def test_a_trial_is_extended_by_a_week_and_once_more_but_no_third_time(sandbox: Sandbox) -> None:
    with refused("outside_limits"):
        await sandbox.billing.apply("ACC-033", ExtendTrial(days=14), key="long")
    receipt = await sandbox.billing.apply("ACC-033", ExtendTrial(), key="once")
    assert receipt.expires_on == date(2026, 11, 29)
    again = await sandbox.billing.apply("ACC-033", ExtendTrial(), key="twice")
    assert again.expires_on == date(2026, 12, 6)
    with refused("extension_used"):
        await sandbox.billing.apply("ACC-033", ExtendTrial(), key="thrice")
    with refused("trial_ended"):
        await sandbox.billing.apply("ACC-034", ExtendTrial(), key="over")
