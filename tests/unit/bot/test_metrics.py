"""What is counted of calls to models."""

from bot.metrics import Metrics
from bot.models.chain.spending import Spending
from core.charging import ModelCall
from core.clock import FixedClock
from core.database import Database
from tests.fakes.clock import NOON

CALL = ModelCall(
    provider="claude",
    model="large",
    role="dialogue",
    operation="converse",
    outcome="ok",
    input_tokens=1_000,
    output_tokens=50,
    cached=600,
    cost_micros=2_500,
    first_ms=300.0,
)


async def test_every_call_that_is_recorded_is_counted() -> None:
    metrics, database = Metrics(), Database.open("sqlite://")
    database.create_all()
    spending = Spending(database=database, clock=FixedClock(NOON), tenant="halcyon", seen=metrics.called)
    for _ in range(2):
        spending.record(None, CALL)
    await spending.close()
    await database.close()
    assert {
        'rapport_model_calls_total{model="large",operation="converse",outcome="ok",provider="claude"} 2.0',
        'rapport_model_tokens_total{kind="input",model="large",provider="claude"} 2000.0',
        'rapport_model_tokens_total{kind="cached",model="large",provider="claude"} 1200.0',
        'rapport_model_tokens_total{kind="output",model="large",provider="claude"} 100.0',
        'rapport_model_cost_usd_total{model="large",provider="claude"} 0.005',
        'rapport_model_first_seconds_bucket{le="0.5",model="large",provider="claude"} 2.0',
    } <= set(metrics.render().decode().splitlines())
