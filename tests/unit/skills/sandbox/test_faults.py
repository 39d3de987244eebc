"""Faults on demand."""

import pytest

from core.clock import FixedClock
from core.errors import Conflict, Unavailable
from core.money import Money
from skills.billing.port import CreditOrder
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from skills.sandbox.faults import Fault, FaultKind, Faults
from skills.sandbox.store import MemoryStore
from tests.unit.skills.sandbox.refusals import refused

CREDIT = CreditOrder(amount=Money(1000, "USD"), cause="x")


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [
        (FaultKind.FAIL_BEFORE, "down", Unavailable),
        (FaultKind.CONFLICT, "changed_meanwhile", Conflict),
        (FaultKind.RATE_LIMITED, "rate_limited", Unavailable),
        (FaultKind.GARBAGE, "unreadable_answer", Unavailable),
    ],
)
async def test_nothing_happens_and_then_it_works(sandbox: Sandbox, kind: FaultKind, code: str, error: type[Exception]) -> None:
    sandbox.faults.set("billing.credit", Fault(kind=kind))
    with pytest.raises(error) as caught:
        await sandbox.billing.credit("ACC-002", CREDIT, key="k")
    assert getattr(caught.value, "data")["code"] == code  # noqa: B009
    assert (await sandbox.billing.subscription("ACC-002")).credit_balance.minor == 0
    await sandbox.billing.credit("ACC-002", CREDIT, key="k")


async def test_an_effect_that_seemed_to_fail_is_there_once_after_a_retry(sandbox: Sandbox) -> None:
    sandbox.faults.set("billing.*", Fault(kind=FaultKind.FAIL_AFTER))
    with refused("timed_out"):
        await sandbox.billing.credit("ACC-002", CREDIT, key="k")
    await sandbox.billing.credit("ACC-002", CREDIT, key="k")
    assert (await sandbox.billing.subscription("ACC-002")).credit_balance == CREDIT.amount


async def test_slowness_is_slept_through_the_injected_sleep(data: CompanyData, clock: FixedClock) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    sandbox = Sandbox.over(data, clock, MemoryStore(), Faults(sleep=sleep))
    sandbox.faults.set("crm.account", Fault(kind=FaultKind.SLOW, delay_s=30, times=None))
    for _ in range(2):
        await sandbox.crm.account("ACC-002")
    await sandbox.crm.contacts("ACC-002")
    sandbox.faults.clear()
    await sandbox.crm.account("ACC-002")
    assert slept == [30, 30]


async def test_a_fault_holds_for_its_times_and_its_operation(sandbox: Sandbox) -> None:
    sandbox.faults.set("helpdesk.tickets", Fault(kind=FaultKind.FAIL_BEFORE, times=2))
    await sandbox.helpdesk.incidents()
    for _ in range(2):
        with refused("down"):
            await sandbox.helpdesk.tickets("ACC-002")
    await sandbox.helpdesk.tickets("ACC-002")
