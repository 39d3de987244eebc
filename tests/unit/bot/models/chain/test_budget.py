import asyncio

import pytest

from bot.models.chain.budget import Budget, Limits
from bot.models.provider import Fault, ProviderFailed
from core.charging import Charge, ModelCall
from tests.unit.bot.models.chain.conftest import TENANT, Surroundings

TURN = Charge(tenant=TENANT, conversation_id="c1", turn_id="t1")


def spend(around: Surroundings, micros: int, charge: Charge = TURN) -> None:
    call = ModelCall(provider="p", model="large", role="dialogue", operation="converse", outcome="ok", cost_micros=micros)
    around.spending.record(charge, call)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits.of_usd(day=0.001), "models.budget.tenant_day_usd"),
        (Limits.of_usd(conversation=0.001), "models.budget.conversation_usd"),
        (Limits.of_usd(turn=0.001), "models.budget.turn_usd"),
    ],
)
async def test_each_limit_stops_calls_and_says_which(around: Surroundings, limits: Limits, words: str) -> None:
    budget = around.budget(limits)
    (await budget.reserve(TURN, 10)).release()
    spend(around, 999)
    (await budget.reserve(TURN, 10)).release()
    spend(around, 1)
    assert not budget.admits(TURN)
    with pytest.raises(ProviderFailed, match=words) as caught:
        await budget.reserve(TURN, 10)
    assert caught.value.fault is Fault.SPENT
    (await budget.reserve(TURN, 0)).release()


async def test_other_turns_conversations_and_tenants_have_their_own(around: Surroundings) -> None:
    budget = around.budget(Limits.of_usd(day=0.002, conversation=0.001, turn=0.001))
    await around.spending.prepare(around.spending.keys(TURN).values())
    spend(around, 1_000)
    assert not budget.admits(TURN)
    assert budget.admits(Charge(tenant=TENANT, conversation_id="c2", turn_id="t2"))
    spend(around, 1_000)
    assert not budget.admits(Charge(tenant=TENANT, conversation_id="c2", turn_id="t2"))
    assert budget.admits(Charge(tenant="other", conversation_id="c1", turn_id="t1"))


async def test_turns_at_once_go_over_by_one_call_at_most(around: Surroundings) -> None:
    budget, cost = around.budget(Limits(day=1_000)), 300

    async def one(number: int) -> int:
        charge = Charge(tenant=TENANT, conversation_id=f"c{number}", turn_id=f"t{number}")
        try:
            held = await budget.reserve(charge, cost)
        except ProviderFailed:
            return 0
        await asyncio.sleep(0)
        spend(around, cost, charge)
        held.release()
        held.release()
        return cost

    assert sum(await asyncio.gather(*(one(number) for number in range(50)))) == 1_200
    assert not budget.admits(TURN)


async def test_a_call_in_flight_holds_its_likely_cost_until_it_ends(around: Surroundings) -> None:
    budget = around.budget(Limits(day=1_000))
    held = await budget.reserve(TURN, 1_000)
    assert not budget.admits(TURN)
    held.release()
    assert budget.admits(TURN)


async def test_the_small_model_has_the_last_fifth(around: Surroundings) -> None:
    budget = around.budget(Limits(day=1_000), "small")
    await around.spending.prepare(around.spending.keys(TURN).values())
    spend(around, 800)
    assert not budget.admits(TURN)
    assert budget.admits(TURN, small=True)
    spend(around, 200)
    assert not budget.admits(TURN, small=True)


async def test_what_was_spent_before_a_restart_counts(around: Surroundings) -> None:
    spend(around, 1_000)
    await around.spending.flush()
    fresh = Budget(spending=around.spending, limits=Limits(day=1_000))
    with pytest.raises(ProviderFailed):
        await fresh.reserve(TURN, 1)


async def test_without_limits_nothing_is_read_or_held(around: Surroundings) -> None:
    budget = around.budget(Limits())
    await budget.reserve(TURN, 10**9)
    assert budget.admits(TURN)
