"""A week of calls to models, counted as the chain counts them, and a chain with one provider that is left alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection, insert

from bot.models.chain.spending import Spending
from bot.rooms import Allowance, ModelLine
from core.charging import Charge, ModelCall
from core.clock import FixedClock
from governance.registry import Registry
from knowledge.answer_cache import asked_for
from skills.procedures.published import Shelf, bodies
from tests.fakes.web_house import TENANT, House

CLAUDE = ModelLine(
    name="claude",
    provider="claude",
    models={"dialogue": "claude-large", "draft": "claude-large", "distil": "claude-little", "judge": "claude-large"},
    small="claude-little",
    trusted=False,
)
OWN = ModelLine(
    name="own",
    provider="own",
    models={"dialogue": "own-model"},
    trusted=True,
    ready=False,
    rests_s=24.0,
    unpriced=("own-model",),
)
EMBEDDED = ModelLine(name="embedded", provider="embedded-1", models={"dialogue": "embedded-1"}, embedded=True)
LIMITS = Allowance(spent_today=44_000, day=20_000_000, conversation=500_000, turn=None, when_spent="small")

LARGE = ModelCall(
    provider="claude",
    model="claude-large",
    role="dialogue",
    operation="converse",
    outcome="ok",
    input_tokens=4_000,
    output_tokens=120,
    cached=3_000,
    cost_micros=11_000,
    took_ms=2_400.0,
    first_ms=480.0,
)
SMALL = ModelCall(
    provider="embedded-1", model="embedded-1", role="dialogue", operation="understand", outcome="ok", took_ms=9.0, first_ms=None
)


@dataclass
class ShownChain:
    """`bot.rooms.Models` as told."""

    lines: Sequence[ModelLine] = (CLAUDE, OWN, EMBEDDED)
    limits: Allowance = LIMITS
    embedded: str = "embedded-1"
    asked: int = field(default=0)

    async def chain(self) -> Sequence[ModelLine]:
        self.asked += 1
        return self.lines

    async def allowance(self) -> Allowance:
        return self.limits


async def counted(house: House, conversation_id: str = "talk-1") -> ShownChain:
    """Fills the house's records; today: four turns, three of them without a large model, and two failures."""
    clock = FixedClock(house.wall.now() - timedelta(days=1))
    spending = Spending(database=house.database, clock=clock, tenant=TENANT.id)
    spending.record(_turn("before", conversation_id), LARGE)
    clock.advance(timedelta(days=1))
    for number in range(4):
        spending.record(_turn(f"turn-{number}", conversation_id), SMALL)
    asked = _turn("turn-0", conversation_id)
    for first in (320.0, 410.0, 2_900.0):
        spending.record(asked, replace(LARGE, first_ms=first))
    spending.record(asked, replace(LARGE, outcome="overloaded", cost_micros=0, output_tokens=0, cached=0, first_ms=None))
    spending.record(asked, replace(LARGE, outcome="rate_limited", cost_micros=0, output_tokens=0, cached=0, first_ms=None))
    spending.record(_turn("turn-9", "other", tenant="elsewhere"), LARGE)
    await spending.close()
    await house.database.write(lambda conn: _live(conn, house))
    return ShownChain()


def _turn(turn_id: str, conversation_id: str, tenant: str = TENANT.id) -> Charge:
    return Charge(tenant=tenant, conversation_id=conversation_id, turn_id=turn_id)


def _live(conn: Connection, house: House) -> None:
    registry, now = Registry(house.journal), house.clock.now()
    for kind, version in (("prompt.dialogue", "2:0a1b2c3d4e5f"), ("prompt.dialogue", "3:f5e4d3c2b1a0"), ("policy", "a1b2c3")):
        registry.record(conn, TENANT.id, kind, version, now)
    shelf = Shelf(house.journal, registry)
    name, body = next(iter(bodies().items()))
    shelf.stock(conn, TENANT.id, {name: body}, now)
    day = house.wall.now().date().isoformat()
    conn.execute(insert(asked_for).values(tenant=TENANT.id, day=day, asked=8, hits=2))
