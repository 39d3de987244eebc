import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from core.database import Database, Instant, Json
from core.errors import BadInput, Unavailable
from core.writer import Writer

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20), unique=True, nullable=False),
    Column("at", Instant),
    Column("data", Json),
)


def add(name: str, **more: object):
    def write(conn: Connection) -> str:
        conn.execute(insert(THINGS).values(name=name, **more))
        return name

    return write


def count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(THINGS)).scalar_one()


@pytest.fixture(params=["file", "memory"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database.open("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'deep' / 'a.db'}")
    await opened.write(THINGS.create)
    yield opened
    await opened.close()


async def test_many_writers_each_get_their_own_result(database: Database) -> None:
    names = [f"n{number}" for number in range(100)]
    assert await asyncio.gather(*(database.write(add(name)) for name in names)) == names
    assert await database.read(count) == 100


async def test_a_write_that_raises_undoes_its_own_rows_alone(database: Database) -> None:
    def half(conn: Connection) -> None:
        add("lost")(conn)
        raise BadInput("Stop here.")

    results = await asyncio.gather(
        database.write(add("one")), database.write(half), database.write(add("two")), return_exceptions=True
    )
    assert results[0] == "one"
    assert isinstance(results[1], BadInput)
    assert results[2] == "two"
    assert await database.read(count) == 2


async def test_a_broken_constraint_reaches_its_caller(database: Database) -> None:
    await database.write(add("same"))
    with pytest.raises(IntegrityError):
        await database.write(add("same"))
    assert await database.read(count) == 1


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    east = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    await database.write(add("x", at=east, data={"b": [1, None, "é"]}))
    row = await database.read(lambda conn: conn.execute(select(THINGS)).one())
    assert row.at == east
    assert row.at.tzinfo == UTC
    assert row.data == {"b": [1, None, "é"]}


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises((BadInput, StatementError), match="zone"):
        await database.write(add("x", at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the fault under test


async def test_rows_are_durable_and_the_file_is_in_write_ahead_mode(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    await database.write(THINGS.create)
    await database.write(add("kept"))
    modes = await database.write(
        lambda conn: (conn.exec_driver_sql("PRAGMA journal_mode").scalar(), conn.exec_driver_sql("PRAGMA synchronous").scalar())
    )
    assert modes == ("wal", 2)
    await database.close()
    again = Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    assert await again.read(count) == 1
    await again.close()


async def test_reading_connections_cannot_write(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    await database.write(THINGS.create)
    with pytest.raises(OperationalError, match="readonly"):
        await database.read(add("x"))
    await database.close()


async def test_a_locked_database_is_waited_for_and_then_reported(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    await database.write(THINGS.create)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    with database.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 1")
    writer = Writer(database.engine, locked_limit_s=0.0)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked by another program"):
        await asyncio.wrap_future(writer.submit(add("x")))
    other.execute("ROLLBACK")
    assert await asyncio.wrap_future(writer.submit(add("x"))) == "x"
    writer.close()
    other.close()
    await database.close()


async def test_a_lost_transaction_fails_its_whole_group_and_the_writer_lives_on(database: Database) -> None:
    def lose(conn: Connection) -> None:
        add("half")(conn)
        conn.exec_driver_sql("ROLLBACK")
        raise BadInput("The disk is full.")

    results = await asyncio.gather(database.write(add("one")), database.write(lose), return_exceptions=True)
    assert isinstance(results[1], Unavailable)
    assert await database.write(add("after")) == "after"
    survivors = await database.read(lambda conn: set(conn.execute(select(THINGS.c.name)).scalars()))
    assert survivors == ({"one", "after"} if results[0] == "one" else {"after"})


async def test_what_was_asked_before_closing_is_written(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    await database.write(THINGS.create)
    tasks = [asyncio.create_task(database.write(add(f"n{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*tasks)) == 5
    with pytest.raises(Unavailable, match="closed"):
        await database.write(add("late"))


async def test_a_cancelled_write_leaves_the_others_alone(database: Database) -> None:
    task = asyncio.create_task(database.write(add("cancelled")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.write(add("kept")) == "kept"


def test_other_systems_are_refused() -> None:
    with pytest.raises(BadInput, match="mysql"):
        Database.open("mysql://localhost/x")
