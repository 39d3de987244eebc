"""Accounts, contacts, quotes and activities, on the demo accounts."""

from datetime import date

import pytest

from core.money import Money
from skills.crm.port import Activity, ContactChange, QuoteDraft, QuoteLine
from skills.sandbox.company import Sandbox
from tests.unit.skills.sandbox.refusals import refused


async def test_an_account_with_its_flags(sandbox: Sandbox) -> None:
    assert (await sandbox.crm.account("ACC-012")).vip
    assert (await sandbox.crm.account("ACC-035")).business_closing
    assert (await sandbox.crm.account("ACC-037")).ownership_claim_open
    assert (await sandbox.crm.account("ACC-031")).po_number == "MV-2261"
    assert (await sandbox.crm.account("ACC-010")).same_person_as == ("C-011-1",)
    assert (await sandbox.crm.account("ACC-009")).nps is None
    with refused("unknown_account"):
        await sandbox.crm.account("ACC-999")


async def test_an_opt_out_elsewhere_counts_for_the_same_person(sandbox: Sandbox) -> None:
    owner = (await sandbox.crm.contacts("ACC-010"))[0]
    assert owner.consent["email"] == "opted_in"
    assert owner.effective_consent["email"] == "opted_out"


async def test_those_who_left_are_kept_and_known(sandbox: Sandbox) -> None:
    ralf = (await sandbox.crm.contacts("ACC-037"))[0]
    assert (ralf.active, ralf.left_on) == (False, date(2026, 11, 1))


async def test_one_address_at_two_companies(sandbox: Sandbox) -> None:
    address = (await sandbox.crm.contacts("ACC-010"))[0].email
    found = await sandbox.crm.contact_by_email(f"  {address.upper()} ")
    assert [account.id for account, _ in found] == ["ACC-010", "ACC-011"]
    assert await sandbox.crm.contact_by_email("nobody@nowhere.example") == ()


async def test_a_new_address_is_found_and_the_old_one_is_not(sandbox: Sandbox) -> None:
    old = (await sandbox.crm.contacts("ACC-002"))[0].email
    change = ContactChange(email="new@pinecrest.example", consent={"sms": "opted_in"})
    changed = await sandbox.crm.update_contact("C-002-1", change, key="k")
    assert (changed.email, changed.consent["sms"]) == ("new@pinecrest.example", "opted_in")
    assert [contact.id for _, contact in await sandbox.crm.contact_by_email("new@pinecrest.example")] == ["C-002-1"]
    assert await sandbox.crm.contact_by_email(old) == ()


@pytest.mark.parametrize(
    ("contact_id", "change", "code"),
    [
        ("C-002-1", ContactChange(email="not an address"), "bad_email"),
        ("C-002-1", ContactChange(email="abby@pinecrest.example"), "email_taken"),
        ("C-002-1", ContactChange(consent={"email": "maybe"}), "bad_consent"),
        ("C-002-1", ContactChange(consent={"pigeon": "opted_in"}), "bad_consent"),
        ("C-037-1", ContactChange(phone="+49 1"), "contact_left"),
        ("C-999-1", ContactChange(phone="+49 1"), "unknown_contact"),
    ],
)
async def test_changes_refused(sandbox: Sandbox, contact_id: str, change: ContactChange, code: str) -> None:
    with refused(code):
        await sandbox.crm.update_contact(contact_id, change, key="k")


def draft(currency: str) -> QuoteDraft:
    total = Money(50688, currency)
    return QuoteDraft(
        plan="business",
        billing="annual",
        term_months=12,
        seats=60,
        addons=(),
        lines=(QuoteLine(label="Business seats", amount=total),),
        total=total,
        valid_until=date(2026, 12, 20),
    )


async def test_a_quote_is_numbered_and_in_the_accounts_currency(sandbox: Sandbox) -> None:
    first = await sandbox.crm.save_quote("ACC-002", draft("USD"), key="a")
    second = await sandbox.crm.save_quote("ACC-002", draft("USD"), key="b")
    assert first.number != second.number
    assert first == await sandbox.crm.save_quote("ACC-002", draft("USD"), key="a")
    with refused("other_currency"):
        await sandbox.crm.save_quote("ACC-001", draft("USD"), key="c")


async def test_an_activity_is_kept_once(sandbox: Sandbox) -> None:
    activity = Activity(kind="quote_sent", contact_id="C-002-1", data={"quote": "Q-3001"})
    assert await sandbox.crm.log_activity("ACC-002", activity, key="k") == await sandbox.crm.log_activity(
        "ACC-002", activity, key="k"
    )
    with refused("key_reused"):
        await sandbox.crm.log_activity("ACC-002", Activity(kind="other"), key="k")
