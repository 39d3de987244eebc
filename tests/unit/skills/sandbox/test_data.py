"""The demo files agree with the rules that the sandbox computes by."""

import json
from datetime import date

import pytest

from core.clock import FixedClock
from skills.billing.port import DunningStage
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from tests.unit.skills.sandbox.conftest import FOLDER

ROWS = {row["id"]: row for row in json.loads((FOLDER / "accounts.json").read_text(encoding="utf-8"))["accounts"]}


def test_forty_accounts_without_notes(data: CompanyData) -> None:
    assert len(data.accounts) == 40
    assert all("notes" not in row for row in ROWS.values())


@pytest.mark.parametrize("account_id", list(ROWS))
async def test_computed_values_agree_with_the_files(sandbox: Sandbox, clock: FixedClock, account_id: str) -> None:
    row = ROWS[account_id]
    found = await sandbox.billing.subscription(account_id)
    assert (found.notice_deadline.isoformat() if found.notice_deadline else None) == row["notice_deadline"]
    assert found.yearly_value.minor == row["yearly_value_minor"]
    assert list(found.included_addons) == row["included_addons"]
    days = (found.renewal_date - clock.now().date()).days if found.renewal_date else None
    assert days == row["days_to_renewal"]


@pytest.mark.parametrize("account_id", list(ROWS))
async def test_days_of_collection_agree_with_the_files(sandbox: Sandbox, account_id: str) -> None:
    stated = [
        invoice.get("days_since_first_failure") or invoice.get("days_overdue")
        for invoice in ROWS[account_id]["invoices"]
        if invoice["status"] != "paid"
    ]
    dunning = (await sandbox.billing.subscription(account_id)).dunning
    assert ([dunning.day] if dunning else []) == stated


@pytest.mark.parametrize("account_id", list(ROWS))
async def test_invoices_add_up(sandbox: Sandbox, account_id: str) -> None:
    for invoice in await sandbox.billing.invoices(account_id):
        assert sum(line.amount.minor for line in invoice.lines) == invoice.subtotal.minor
        assert invoice.subtotal + invoice.tax == invoice.total


@pytest.mark.parametrize(
    ("account_id", "stage", "next_retry", "next_stage_on"),
    [
        ("ACC-004", DunningStage.BANNER, date(2026, 11, 25), date(2026, 12, 2)),
        ("ACC-026", DunningStage.REMINDING, None, date(2026, 11, 22)),
        ("ACC-027", DunningStage.READ_ONLY, None, date(2026, 12, 11)),
    ],
)
async def test_collection_stages(
    sandbox: Sandbox, account_id: str, stage: DunningStage, next_retry: date | None, next_stage_on: date
) -> None:
    dunning = (await sandbox.billing.subscription(account_id)).dunning
    assert dunning is not None
    assert (dunning.stage, dunning.next_retry, dunning.next_stage_on) == (stage, next_retry, next_stage_on)


async def test_situations_of_single_accounts(sandbox: Sandbox) -> None:
    subscription = sandbox.billing.subscription
    grace = (await subscription("ACC-017")).grace
    assert grace is not None
    assert (grace.seats, grace.until) == (5, date(2026, 11, 26))
    assert (await subscription("ACC-032")).reactivate_until == date(2026, 11, 30)
    assert (await subscription("ACC-034")).reactivate_until == date(2026, 12, 10)
    assert (await subscription("ACC-039")).chargeback_open
    assert (await subscription("ACC-024")).prerequisites.owner_two_factor is True
    assert (await subscription("ACC-006")).prerequisites.owner_two_factor is None
    assert not [row for row in ROWS if (await subscription(row)).history.credits]


def test_conversations_belong_to_active_contacts_and_are_in_order() -> None:
    conversations = json.loads((FOLDER / "conversations.json").read_text(encoding="utf-8"))["conversations"]
    assert len(conversations) >= 25
    for each in conversations:
        contacts = {contact["id"]: contact for contact in ROWS[each["account"]]["contacts"]}
        assert contacts[each["contact"]]["active"]
        moments = [message["at"] for message in each["messages"]]
        assert moments == sorted(moments)
        assert each["ended_at"] < "2026-11-20"
