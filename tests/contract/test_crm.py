"""What every CRM adapter has to keep."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import BadInput, Conflict, NotFound
from skills.crm.port import Activity, ContactChange, Crm
from tests.contract.adapters import ADAPTERS


@pytest.fixture(params=list(ADAPTERS))
async def crm(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Crm]:
    systems = ADAPTERS[request.param](tmp_path)
    yield systems.crm
    await systems.sandbox.close()


async def test_contacts_belong_to_their_account(crm: Crm) -> None:
    account = await crm.account("ACC-007")
    contacts = await crm.contacts("ACC-007")
    assert {each.account_id for each in contacts} == {account.id}
    assert all(set(each.consent) == set(each.effective_consent) for each in contacts)
    for each in contacts:
        assert [contact for _, contact in await crm.contact_by_email(each.email)] == [each]


async def test_unknown_ids_are_not_found(crm: Crm) -> None:
    for call in (crm.account("X"), crm.contacts("X"), crm.update_contact("X", ContactChange(phone="1"), key="k")):
        with pytest.raises(NotFound):
            await call


async def test_only_what_is_named_changes(crm: Crm) -> None:
    before = (await crm.contacts("ACC-002"))[0]
    after = await crm.update_contact(before.id, ContactChange(phone="+1 503 555 0199"), key="k")
    assert (after.phone, after.email, after.consent) == ("+1 503 555 0199", before.email, before.consent)
    assert (await crm.contacts("ACC-002"))[0] == after


async def test_addresses_are_checked(crm: Crm) -> None:
    with pytest.raises(BadInput):
        await crm.update_contact("C-002-1", ContactChange(email="nonsense"), key="k")


async def test_a_key_has_one_effect_and_one_content(crm: Crm) -> None:
    activity = Activity(kind="call")
    assert await crm.log_activity("ACC-002", activity, key="k") == await crm.log_activity("ACC-002", activity, key="k")
    with pytest.raises(Conflict):
        await crm.log_activity("ACC-003", activity, key="k")
