"""Idempotency and atomicity, in memory and in a file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.money import Money
from skills.billing.port import Cancel, CreditOrder, SetSeats
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from skills.sandbox.sqlite_store import SqliteStore
from skills.sandbox.store import MemoryStore, SandboxStore, StoreSession
from tests.unit.skills.sandbox.refusals import refused

CREDIT = CreditOrder(amount=Money(1000, "USD"), cause="x")


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SandboxStore]:
    made: SandboxStore = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "sandbox.db", tenant="halcyon")
    yield made
    await made.close()


async def test_what_fails_leaves_nothing(store: SandboxStore) -> None:
    def half(session: StoreSession) -> None:
        session.put("mail", "1", "text")
        assert session.get("mail", "1") == "text"
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        await store.run(half)
    assert await store.run(lambda session: (session.get("mail", "1"), session.all("mail"))) == (None, [])


async def test_order_is_that_of_the_first_writing(store: SandboxStore) -> None:
    def write(session: StoreSession) -> list[str]:
        for record_id, body in (("b", "1"), ("a", "2"), ("b", "3")):
            session.put("mail", record_id, body)
        return session.all("mail")

    assert await store.run(write) == ["3", "2"]


async def test_numbers_are_given_once(store: SandboxStore) -> None:
    runs = (store.run(lambda session: session.next_number("receipt", 5)) for _ in range(10))
    assert sorted(await asyncio.gather(*runs)) == list(range(5, 15))


async def test_the_same_key_gives_the_same_receipt(data: CompanyData, clock: FixedClock, store: SandboxStore) -> None:
    sandbox = Sandbox.over(data, clock, store)
    receipts = await asyncio.gather(*(sandbox.billing.credit("ACC-002", CREDIT, key="k") for _ in range(5)))
    assert len({each.number for each in receipts}) == 1
    assert (await sandbox.billing.subscription("ACC-002")).credit_balance == Money(1000, "USD")


async def test_a_key_with_other_content_is_refused(data: CompanyData, clock: FixedClock, store: SandboxStore) -> None:
    sandbox = Sandbox.over(data, clock, store)
    await sandbox.billing.credit("ACC-002", CREDIT, key="k")
    for account_id, order in (("ACC-002", CreditOrder(amount=Money(1001, "USD"), cause="x")), ("ACC-003", CREDIT)):
        with refused("key_reused"):
            await sandbox.billing.credit(account_id, order, key="k")
    with refused("key_reused"):
        await sandbox.billing.apply("ACC-002", SetSeats(seats=70), key="k")


async def test_a_refused_order_does_not_spend_its_key(data: CompanyData, clock: FixedClock, store: SandboxStore) -> None:
    sandbox = Sandbox.over(data, clock, store)
    with refused("other_currency"):
        await sandbox.billing.credit("ACC-016", CREDIT, key="k")
    await sandbox.billing.credit("ACC-002", CREDIT, key="k")


async def test_keys_and_effects_outlive_a_restart(data: CompanyData, clock: FixedClock, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sandbox.db"
    first = Sandbox.kept(data, clock, path, tenant="halcyon")
    before = await first.billing.apply("ACC-014", Cancel(), key="bye")
    await first.close()
    second = Sandbox.kept(data, clock, path, tenant="halcyon")
    assert await second.billing.apply("ACC-014", Cancel(), key="bye") == before
    assert (await second.billing.subscription("ACC-014")).status == "cancelling"
    assert len(await second.outbox.messages()) == 1
    with refused("cancelling"):
        await second.billing.apply("ACC-014", Cancel(), key="another")
    await second.close()


async def test_tenants_do_not_see_each_other(data: CompanyData, clock: FixedClock, tmp_path: Path) -> None:
    one = Sandbox.kept(data, clock, tmp_path / "sandbox.db", tenant="one")
    two = Sandbox.kept(data, clock, tmp_path / "sandbox.db", tenant="two")
    await one.billing.credit("ACC-002", CREDIT, key="k")
    assert (await two.billing.subscription("ACC-002")).credit_balance.minor == 0
    await one.close()
    await two.close()


async def test_sandboxes_of_the_same_files_share_nothing(data: CompanyData, clock: FixedClock) -> None:
    one, two = Sandbox.fresh(data, clock), Sandbox.fresh(data, clock)
    await one.billing.apply("ACC-002", SetSeats(seats=70), key="k")
    assert (await two.billing.subscription("ACC-002")).seats_bought == 60
    assert data.accounts["ACC-002"].seats_bought == 60
