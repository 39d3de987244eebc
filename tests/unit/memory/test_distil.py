import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.errors import Unavailable
from core.people import Assurance
from memory.distil import Distiller, Rooms
from memory.tables import memories
from tests.fakes.distilling import DistillingModel
from tests.unit.memory.conftest import ADA, BEN, NOON
from tests.unit.memory.learning import learn, talk


async def rows(rooms: Rooms) -> dict[str, Any]:
    chosen = select(memories).order_by(memories.c.learned_at)
    found = await rooms.database.read(lambda conn: conn.execute(chosen).all())
    return {row.id: row for row in found}


async def test_a_fact_is_kept_with_where_it_comes_from(rooms: Rooms) -> None:
    learned = await learn(rooms, "We run three bakeries in Leeds.", "business")
    (row,) = (await rows(rooms)).values()
    assert learned.new == (row.id,)
    assert (row.source_id, row.kind, row.version, row.person_id, row.account_id) == ("m1", "business", 1, "CON-1", "ACC-001")
    assert row.expires_at == NOON + timedelta(days=365)
    events = await rooms.database.read(lambda conn: rooms.journal.find(conn, "halcyon", "memory.learned"))
    assert [event.data["memory_id"] for event in events] == [row.id]
    assert "bakeries" not in str(events)


@pytest.mark.parametrize(("kind", "days"), [("preference", 730), ("fact", 365), ("plan", 180), ("situation", 30)])
async def test_how_long_a_fact_lasts_depends_on_its_kind(rooms: Rooms, kind: str, days: int) -> None:
    await learn(rooms, "We always prefer the blue one.", kind)
    (row,) = (await rows(rooms)).values()
    assert row.expires_at == NOON + timedelta(days=days)


async def test_what_the_bot_said_and_secrets_are_not_learned(rooms: Rooms) -> None:
    conversation = await talk(rooms, "The password is hunter2.", "Hello.")
    model = DistillingModel({"99 people": "business", "password": "fact", "Hello": "situation"})
    learned = await Distiller(rooms, model).learn(conversation, now=NOON)  # pyright: ignore[reportArgumentType] - a double
    assert learned.new == ()
    assert await rows(rooms) == {}


async def test_the_same_again_is_kept_once_and_lasts_longer(rooms: Rooms) -> None:
    first = await learn(rooms, "We run three bakeries in Leeds.", "business")
    second = await learn(rooms, "we run three bakeries in LEEDS", "business", days=10)
    assert (second.new, second.confirmed) == ((), first.new)
    (row,) = (await rows(rooms)).values()
    assert row.expires_at == NOON + timedelta(days=375)


async def test_a_contradiction_closes_the_older(rooms: Rooms) -> None:
    first = await learn(rooms, "We have 20 staff.", "business")
    second = await learn(rooms, "We have 34 staff.", "business", days=10)
    assert second.closed == first.new
    found = await rows(rooms)
    old, new = found[first.new[0]], found[second.new[0]]
    assert (old.superseded_by, old.valid_until) == (new.id, NOON + timedelta(days=10))
    assert (new.version, new.valid_until) == (2, None)
    events = await rooms.database.read(lambda conn: rooms.journal.find(conn, "halcyon", "memory.closed"))
    assert [event.data["memory_id"] for event in events] == [old.id]


async def test_another_kind_or_another_persons_preference_contradicts_nothing(rooms: Rooms) -> None:
    await learn(rooms, "I prefer e-mail.", "preference")
    other = await learn(rooms, "I prefer phone calls.", "preference", by=BEN, days=1)
    assert other.closed == ()
    assert len(await rows(rooms)) == 2


async def test_learning_twice_doubles_nothing(rooms: Rooms) -> None:
    conversation = await talk(rooms, "We run three bakeries in Leeds.")
    distiller = Distiller(rooms, DistillingModel({"bakeries": "business"}))  # pyright: ignore[reportArgumentType] - a double
    await asyncio.gather(*(distiller.learn(conversation, now=NOON) for _ in range(3)))
    assert len(await rows(rooms)) == 1
    assert await distiller.learn_all(now=NOON) == 0


async def test_nothing_is_learned_of_somebody_who_is_not_verified(rooms: Rooms) -> None:
    claimed = replace(ADA, assurance=Assurance.CLAIMED)
    learned = await learn(rooms, "We run three bakeries in Leeds.", "business", by=claimed)
    assert learned.new == ()
    assert await rows(rooms) == {}


async def test_a_model_that_is_down_leaves_the_conversation_to_be_learned_from(rooms: Rooms) -> None:
    await talk(rooms, "We run three bakeries in Leeds.")
    model = DistillingModel({"bakeries": "business"})
    model.down = True
    distiller = Distiller(rooms, model)  # pyright: ignore[reportArgumentType] - a double
    with pytest.raises(Unavailable):
        await distiller.learn_all(now=NOON)
    model.down = False
    assert await distiller.learn_all(now=NOON) == 1
    assert len(await rows(rooms)) == 1


async def test_a_conversation_that_always_fails_holds_up_no_other(rooms: Rooms) -> None:
    await talk(rooms, "This one breaks it, we run a zoo.")
    model = DistillingModel({"bakeries": "business", "zoo": "business"})
    model.trips_over = "breaks it"
    distiller = Distiller(rooms, model)  # pyright: ignore[reportArgumentType] - a double
    with pytest.raises(Unavailable):
        await distiller.learn_all(now=NOON, limit=1)
    await talk(rooms, "We run three bakeries in Leeds.", by=BEN)
    assert await distiller.learn_all(now=NOON, limit=1) == 1
    assert len(await rows(rooms)) == 1
    model.trips_over = ""
    assert await distiller.learn_all(now=NOON, limit=1) == 1
    assert len(await rows(rooms)) == 2
