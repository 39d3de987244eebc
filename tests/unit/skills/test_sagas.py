"""Change the plan and add an add-on: both, neither, or parked for a person; whatever fails, and whenever it dies."""

from collections.abc import Callable

import pytest

from core.action import ActionRequest
from core.errors import BadInput, NotFound
from skills.arguments import default
from skills.catalogue import find
from skills.contract import Ready
from skills.run import Runner
from skills.saga import Phase
from skills.sagas import Sagas
from skills.sandbox.faults import Fault, FaultKind
from tests.unit.skills.house import TALK, TENANT, House, request_of

ACCOUNT = "ACC-002"
ALWAYS = None


class Crash(Exception):
    """The process dies here."""


@pytest.fixture
def sagas(house: House) -> Sagas:
    return Sagas(house.runner, house.vault, house.journal)


async def plan(house: House, addon: str = "priority_support") -> tuple[ActionRequest, ActionRequest]:
    """Business, and an add-on on top of it."""
    first = request_of(await house.ask("change_plan", ACCOUNT, "Business", plan="business"))
    context = house.context(house.customer(ACCOUNT))
    ready = Ready(arguments={"addon": default(addon)}, facts={"permitted": True})
    return first, request_of(await house.runner.propose(find("add_addon"), context, ready, TALK))


async def state_of(house: House) -> tuple[str, bool]:
    found = await house.ports.billing.subscription(ACCOUNT)
    return found.plan, "priority_support" in found.addons


async def test_both(house: House, sagas: Sagas) -> None:
    saga = await sagas.run("s1", await plan(house), TALK)
    assert saga.state.phase is Phase.COMMITTED
    assert await state_of(house) == ("business", True)
    assert [event.type for event in await house.events("saga.started", "saga.committed")] == ["saga.started", "saga.committed"]


async def test_again_is_the_same_saga(house: House, sagas: Sagas) -> None:
    requests = await plan(house)
    await sagas.run("s1", requests, TALK)
    saga = await sagas.run("s1", requests, TALK)
    assert saga.state.phase is Phase.COMMITTED
    assert len(await house.events("saga.started")) == 1


async def test_neither_when_the_second_is_refused(house: House, sagas: Sagas) -> None:
    saga = await sagas.run("s1", await plan(house, "payroll_export"), TALK)
    assert saga.state.phase is Phase.COMPENSATED
    assert saga.state.code == "addon_included"
    assert await state_of(house) == ("team", False)


async def test_neither_when_the_first_is_refused(house: House, sagas: Sagas) -> None:
    first, second = await plan(house)
    await house.do("cancel_plan", ACCOUNT)
    saga = await sagas.run("s1", (first, second), TALK)
    assert saga.state.phase is Phase.COMPENSATED
    assert (await state_of(house))[0] == "team"


async def test_an_unanswered_step_is_taken_back_as_well(house: House, sagas: Sagas) -> None:
    requests = await plan(house)
    house.sandbox.faults.set(
        "billing.apply",
        Fault(kind=FaultKind.SLOW),
        Fault(kind=FaultKind.FAIL_AFTER, times=3),
        Fault(kind=FaultKind.SLOW, times=ALWAYS),
    )
    saga = await sagas.run("s1", requests, TALK)
    assert saga.state.phase is Phase.COMPENSATED
    assert await state_of(house) == ("team", False)


async def test_parked_when_taking_back_fails(house: House, sagas: Sagas) -> None:
    requests = await plan(house)
    house.sandbox.faults.set("billing.apply", Fault(kind=FaultKind.SLOW), Fault(kind=FaultKind.FAIL_BEFORE, times=ALWAYS))
    saga = await sagas.run("s1", requests, TALK)
    assert saga.state.phase is Phase.PARKED
    assert {request.skill for request in saga.left} == {"change_plan", "add_addon"}
    parked = (await house.events("saga.parked"))[0]
    assert parked.data["left"] == [0, 1]


async def test_parked_when_a_step_has_no_way_back(house: House, sagas: Sagas) -> None:
    link = request_of(await house.ask("create_referral_link", ACCOUNT))
    _, second = await plan(house, "payroll_export")
    saga = await sagas.run("s1", (link, second), TALK)
    assert saga.state.phase is Phase.PARKED
    assert [request.skill for request in saga.left] == ["create_referral_link"]


Die = Callable[[pytest.MonkeyPatch], None]


def before_step(patch: pytest.MonkeyPatch) -> None:
    async def die(*_: object, **__: object) -> None:
        raise Crash

    patch.setattr(Runner, "_try", die)


def after_step(patch: pytest.MonkeyPatch) -> None:
    async def die(*_: object, **__: object) -> None:
        raise Crash

    patch.setattr(Runner, "_finish", die)


@pytest.mark.parametrize("die", [before_step, after_step])
async def test_a_crash_in_a_step_is_taken_up(house: House, sagas: Sagas, monkeypatch: pytest.MonkeyPatch, die: Die) -> None:
    requests = await plan(house)
    with monkeypatch.context() as patch:
        die(patch)
        with pytest.raises(Crash):
            await sagas.run("s1", requests, TALK)
    assert await sagas.unfinished(TENANT.id) == ["s1"]
    saga = await Sagas(house.runner, house.vault, house.journal).resume(TENANT.id, "s1")
    assert saga.state.phase is Phase.COMMITTED
    assert await state_of(house) == ("business", True)
    assert await sagas.unfinished(TENANT.id) == []


async def test_a_crash_while_taking_back_is_taken_up(house: House, sagas: Sagas, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = await plan(house, "payroll_export")
    with monkeypatch.context() as patch:

        async def die(self: Runner, request: ActionRequest) -> None:
            raise Crash

        patch.setattr(Runner, "compensate", die)
        with pytest.raises(Crash):
            await sagas.run("s1", requests, TALK)
    assert (await state_of(house))[0] == "business"
    saga = await sagas.resume(TENANT.id, "s1")
    assert saga.state.phase is Phase.COMPENSATED
    assert await state_of(house) == ("team", False)
    assert len(await house.events("action.compensated")) == 1


async def test_no_saga_of_nothing_nor_of_an_unknown_id(sagas: Sagas) -> None:
    with pytest.raises(BadInput):
        await sagas.run("s1", (), TALK)
    with pytest.raises(NotFound):
        await sagas.find(TENANT.id, "s9")
