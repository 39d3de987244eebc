from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from core import inbox
from core.conversation import Inbound
from core.errors import NotAllowed, NotFound
from core.people import Assurance, Principal
from core.vault import Erased, content
from memory.distil import Rooms
from memory.forget import Forget
from memory.tables import memories
from tests.unit.memory.conftest import ADA, BEN, NOON, VISITOR, ref, text
from tests.unit.memory.learning import learn


async def listed(rooms: Rooms, person: Principal = ADA, days: int = 5) -> list[str]:
    return [each.text for each in await Forget(rooms).listing(person, now=NOON + timedelta(days=days))]


async def near(rooms: Rooms, words: str) -> list[str]:
    vector = rooms.embedder.embed([words])[0].tolist()
    return [each.id for each in rooms.vectors.nearest("halcyon", ["CON-1", "CON-2", "account:ACC-001"], vector, 10)]


async def test_customers_see_what_is_remembered_of_them_and_since_when(rooms: Rooms) -> None:
    learned = await learn(rooms, "We run three bakeries in Leeds.", "business")
    await learn(rooms, "I prefer phone calls.", "preference", by=BEN)
    (line,) = await Forget(rooms).listing(ADA, now=NOON)
    assert (line.memory_id, line.text, line.since, line.source_id) == (
        learned.new[0],
        "We run three bakeries in Leeds.",
        NOON,
        "m1",
    )
    assert await listed(rooms, days=400) == []


async def test_a_memory_is_forgotten_with_those_it_replaced(rooms: Rooms) -> None:
    old = await learn(rooms, "We have 20 staff.", "business")
    new = await learn(rooms, "We have 34 staff.", "business", days=1)
    await learn(rooms, "We run three bakeries in Leeds.", "business", days=2)
    await Forget(rooms).forget(ADA, new.new[0], now=NOON)
    assert await listed(rooms) == ["We run three bakeries in Leeds."]
    assert not {*old.new, *new.new} & set(await near(rooms, "We have 34 staff"))
    assert await rooms.database.read(lambda conn: conn.execute(select(func.count()).select_from(memories)).scalar()) == 1


async def test_nobody_forgets_for_somebody_else(rooms: Rooms) -> None:
    learned = await learn(rooms, "We run three bakeries in Leeds.", "business")
    for other in (BEN, replace(ADA, contact_id="CON-3")):
        with pytest.raises(NotFound):
            await Forget(rooms).forget(other, learned.new[0], now=NOON)
    for stranger in (VISITOR, replace(ADA, assurance=Assurance.CLAIMED)):
        with pytest.raises(NotAllowed):
            await Forget(rooms).listing(stranger, now=NOON)
        with pytest.raises(NotAllowed):
            await Forget(rooms).forget_all(stranger, now=NOON)
    assert await listed(rooms) == ["We run three bakeries in Leeds."]


async def test_all_is_forgotten_of_one_and_nothing_of_others(rooms: Rooms) -> None:
    await learn(rooms, "We run three bakeries in Leeds.", "business")
    await learn(rooms, "I prefer e-mail.", "preference", days=1)
    kept = await learn(rooms, "I prefer phone calls.", "preference", by=BEN)
    assert await Forget(rooms).forget_all(ADA, now=NOON) == 2
    assert await listed(rooms) == []
    assert await listed(rooms, BEN) == ["I prefer phone calls."]
    assert await near(rooms, "I prefer phone calls. bakeries e-mail") == [*kept.new]
    assert await Forget(rooms).forget_all(ADA, now=NOON) == 0


async def test_what_has_expired_is_swept_away(rooms: Rooms) -> None:
    await learn(rooms, "Our office is closed for repairs.", "situation")
    await learn(rooms, "I prefer e-mail.", "preference")
    assert await Forget(rooms).sweep(now=NOON + timedelta(days=31)) == 1
    assert await listed(rooms) == ["I prefer e-mail."]


async def test_a_forgotten_text_cannot_be_opened(rooms: Rooms) -> None:
    await learn(rooms, "We run three bakeries in Leeds.", "business")
    content_id = await rooms.database.read(lambda conn: conn.execute(select(memories.c.content_id)).scalar_one())
    await Forget(rooms).forget_all(ADA, now=NOON)
    with pytest.raises(Erased):
        await rooms.database.read(lambda conn: rooms.vault.open(conn, content_id))


async def test_an_erased_person_leaves_no_readable_word(rooms: Rooms) -> None:
    def arrive(conn: Connection, who: Principal, words: str, number: int) -> str:
        inbound = Inbound(ref=ref(), message_id=f"m{number}", sender=who, text=words, received_at=NOON)
        row = inbox.accept(conn, rooms.vault, rooms.journal, inbound)
        talk = rooms.threads.open_or_create(conn, ref(), who, at=NOON, correlation_id="k")
        inbox.place(conn, row.row_id, talk.id, talk.lane)
        rooms.threads.append(conn, talk.tenant, talk.id, text(words, author_id=who.person_id, message_id=f"m{number}"))
        return talk.id

    await rooms.database.write(lambda conn: arrive(conn, VISITOR, "canary before", 1))
    talk_id = await rooms.database.write(lambda conn: arrive(conn, ADA, "canary after", 2))
    await learn(rooms, "I always prefer the canary view.", "preference")
    await learn(rooms, "I always prefer the sparrow view.", "preference", by=BEN)
    for _ in range(2):
        await Forget(rooms).erase("halcyon", "CON-1", now=NOON)

    def readable(conn: Connection) -> list[str]:
        ids = list(conn.execute(select(content.c.id)).scalars())
        return [words for words in rooms.vault.open_many(conn, ids).values() if words and "canary" in words]

    assert await rooms.database.read(readable) == []
    assert not (await rooms.database.read(lambda conn: rooms.threads.get(conn, "halcyon", talk_id))).open
    assert await listed(rooms, BEN) == ["I always prefer the sparrow view."]
    assert await near(rooms, "canary view") == await near(rooms, "sparrow view")


async def test_a_device_that_two_people_share_is_erased_for_one_alone(rooms: Rooms) -> None:
    together = replace(BEN, id=ADA.id)
    await learn(rooms, "I always prefer the canary view.", "preference")
    await learn(rooms, "I always prefer the sparrow view.", "preference", by=together, days=1)
    await Forget(rooms).erase("halcyon", "CON-1", now=NOON)
    assert await listed(rooms, together) == ["I always prefer the sparrow view."]
