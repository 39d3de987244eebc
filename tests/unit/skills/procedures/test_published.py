"""What is live is what was published: an edited text isn't, and a version never changes."""

from datetime import UTC, datetime

import pytest

from core.database import Database
from core.errors import Conflict
from core.journal import Journal
from governance.registry import Registry
from skills.procedures.published import Shelf, bodies

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BODY = bodies()["card_declined"]
NEWER = BODY.replace("version = 1", "version = 2")


@pytest.fixture
def shelf() -> Shelf:
    journal = Journal()
    return Shelf(journal, Registry(journal))


@pytest.fixture
async def database() -> Database:
    made = Database.open("sqlite://")
    made.create_all()
    return made


async def test_a_newer_version_takes_the_place_of_the_older(database: Database, shelf: Shelf) -> None:
    await database.write(lambda conn: shelf.publish(conn, "t", BODY, by="ann", now=NOW))
    await database.write(lambda conn: shelf.publish(conn, "t", NEWER, by="ann", now=NOW))
    live = await database.read(lambda conn: shelf.live(conn, "t"))
    states = await database.read(lambda conn: [each.state for each in shelf.editions(conn, "t")])
    await database.close()
    assert live["card_declined"].version == 2
    assert states == ["retired", "published"]


async def test_a_published_version_keeps_its_text(database: Database, shelf: Shelf) -> None:
    await database.write(lambda conn: shelf.publish(conn, "t", BODY, by="ann", now=NOW))
    with pytest.raises(Conflict):
        await database.write(lambda conn: shelf.publish(conn, "t", BODY + "\n# changed\n", by="ann", now=NOW))
    await database.close()


async def test_the_shipped_texts_are_put_down_once_and_leave_newer_ones(database: Database, shelf: Shelf) -> None:
    first = await database.write(lambda conn: shelf.stock(conn, "t", {"card_declined": BODY}, NOW))
    await database.write(lambda conn: shelf.publish(conn, "t", NEWER, by="ann", now=NOW))
    again = await database.write(lambda conn: shelf.stock(conn, "t", {"card_declined": BODY}, NOW))
    live = await database.read(lambda conn: shelf.live(conn, "t"))
    await database.close()
    assert (first, again) == (["card_declined"], [])
    assert live["card_declined"].version == 2
