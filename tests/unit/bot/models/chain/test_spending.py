import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.models.chain import figures
from bot.models.chain.spending import Scope, Spending, model_calls
from core.charging import Charge, ModelCall
from core.errors import Unavailable
from tests.unit.bot.models.chain.conftest import TENANT, Surroundings

CALL = ModelCall(
    provider="claude", model="large", role="dialogue", operation="converse", outcome="ok", cost_micros=100, first_ms=200.0
)
TURN = Charge(tenant=TENANT, conversation_id="c1", turn_id="t1")


def again(around: Surroundings) -> Spending:
    return Spending(database=around.database, clock=around.clock, tenant=TENANT, monotonic=around.ticks)


async def all_spent(spending: Spending, charge: Charge) -> dict[Scope, int]:
    keys = spending.keys(charge)
    await spending.prepare(keys.values())
    return {scope: spending.spent(key) for scope, key in keys.items()}


async def test_sums_grow_with_each_call_and_tell_scopes_apart(around: Surroundings) -> None:
    mine, other = replace(TURN, calls=[]), Charge(tenant=TENANT, conversation_id="c2", turn_id="t2")
    await all_spent(around.spending, mine)
    around.spending.record(mine, CALL)
    around.spending.record(other, CALL)
    around.spending.record(Charge(tenant="other"), CALL)
    assert mine.calls == [CALL]
    assert await all_spent(around.spending, mine) == {Scope.DAY: 200, Scope.CONVERSATION: 100, Scope.TURN: 100}


async def test_a_restart_and_other_processes_are_known(around: Surroundings) -> None:
    around.spending.record(TURN, CALL)
    await around.spending.flush()
    fresh = again(around)
    assert (await all_spent(fresh, TURN))[Scope.DAY] == 100
    fresh.record(TURN, CALL)
    around.spending.record(TURN, CALL)
    await around.spending.flush()
    assert (await all_spent(fresh, TURN))[Scope.DAY] == 200
    around.ticks.now += 16
    assert await all_spent(fresh, TURN) == {Scope.DAY: 300, Scope.CONVERSATION: 300, Scope.TURN: 300}
    await fresh.close()


async def test_a_new_day_begins_at_nothing(around: Surroundings) -> None:
    around.spending.record(TURN, CALL)
    around.clock.advance(timedelta(hours=13))
    spent = await all_spent(around.spending, TURN)
    assert (spent[Scope.DAY], spent[Scope.CONVERSATION]) == (0, 100)


async def test_threads_lose_nothing(around: Surroundings) -> None:
    await all_spent(around.spending, TURN)
    charges = [replace(TURN, calls=[]) for _ in range(4)]

    def work(charge: Charge) -> None:
        for _ in range(200):
            around.spending.record(charge, CALL)

    threads = [threading.Thread(target=work, args=(charge,)) for charge in charges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (await all_spent(around.spending, TURN))[Scope.DAY] == 80_000
    await around.spending.flush()
    assert (
        await around.database.read(lambda conn: conn.execute(select(func.count()).select_from(model_calls)).scalar_one()) == 800
    )


async def test_rows_wait_while_the_database_is_away(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_fn: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(around.database, "write", away)
        around.spending.record(TURN, CALL)
        await around.spending.flush()
    await around.spending.flush()
    assert await around.database.read(lambda conn: conn.execute(select(func.count()).select_from(model_calls)).scalar_one()) == 1


async def test_what_nobody_is_charged_for_is_the_houses(around: Surroundings) -> None:
    around.spending.record(None, CALL)
    assert await all_spent(around.spending, Charge(tenant=TENANT)) == {Scope.DAY: 100}


async def test_a_page_sees_each_model_and_each_day(around: Surroundings) -> None:
    for number in range(20):
        turn = Charge(tenant=TENANT, conversation_id="c1", turn_id=f"t{number % 4}")
        call = replace(CALL, first_ms=float(number + 1), input_tokens=100, cached=60, outcome="cut" if number == 0 else "ok")
        around.spending.record(turn, call)
    around.spending.record(
        Charge(tenant=TENANT, turn_id="t9"), replace(CALL, provider="embedded", model="embedded", cost_micros=0)
    )
    around.spending.record(Charge(tenant="other", turn_id="t9"), CALL)
    await around.spending.flush()
    large, embedded = await around.database.read(lambda conn: figures.by_model(conn, TENANT, "2026-11-20"))
    assert (large.calls, large.failures, large.turns, large.cost_micros) == (20, 1, 4, 2_000)
    assert (large.cached_share, large.cost_per_turn) == (0.6, 500)
    assert (large.first_ms_p50, large.first_ms_p95) == (10, 19)
    assert (embedded.model, embedded.cost_micros) == ("embedded", 0)
    (day,) = await around.database.read(lambda conn: figures.by_day(conn, TENANT, "2026-11-20"))
    assert (day.calls, day.turns, day.spared, day.cost_per_turn) == (21, 5, 1, 400)
    assert await around.database.read(lambda conn: figures.by_day(conn, TENANT, "2026-11-21")) == []
    assert await around.database.write(lambda conn: figures.forget(conn, TENANT, "2026-11-21")) == 21


def test_percentiles_of_few_and_none() -> None:
    assert figures.percentile([], 0.5) is None
    assert figures.percentile([7.0], 0.95) == 7.0
