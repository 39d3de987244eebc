"""Where rows live: SQLite by default, PostgreSQL when one process is not enough, the same tables on both.

On SQLite one thread owns the only writing connection. It takes whatever writes are waiting, runs each in a savepoint of one
transaction and commits once, so that many callers share the cost of making their rows durable.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    StaticPool,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import BadInput, Unavailable
from core.writer import Writer

T = TypeVar("T")

READERS = 4
POSTGRES_CONNECTIONS = 16
BUSY_TIMEOUT_MS = 5_000

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC and given back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise BadInput("A time without a zone can't be stored: give an aware datetime.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Runs functions of a connection in transactions, off the event loop. Open one with `Database.open`."""

    def __init__(self, engine: Engine, readers: Engine, writer: Writer | None) -> None:
        self.engine = engine
        self._readers = readers
        self._writer = writer
        workers = READERS if writer else POSTGRES_CONNECTIONS
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="database")

    @classmethod
    def open(cls, url: str) -> Self:
        """Opens `sqlite:///path`, `sqlite://` (in memory, one connection) or `postgresql+psycopg://...`."""
        target = make_url(url)
        if target.get_backend_name() == "postgresql":
            engine = create_engine(target, pool_size=POSTGRES_CONNECTIONS, max_overflow=0, pool_pre_ping=True)
            return cls(engine, engine, None)
        if target.get_backend_name() != "sqlite":
            raise BadInput(f"Rapport can't store in {target.get_backend_name()}: give a sqlite or postgresql+psycopg address.")
        if target.database in (None, "", ":memory:"):
            engine = create_engine(target, poolclass=StaticPool, connect_args={"check_same_thread": False})
            _prepare(engine, begin="BEGIN IMMEDIATE")
            return cls(engine, engine, Writer(engine))
        Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(target)
        readers = create_engine(target, pool_size=READERS, max_overflow=0)
        _prepare(engine, begin="BEGIN IMMEDIATE")
        _prepare(readers, begin="BEGIN")
        return cls(engine, readers, Writer(engine))

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Runs `fn` in a transaction and returns once it is durable. What it raises undoes its own rows alone.

        Raises `Unavailable` when the database stays locked. A caller that is cancelled while waiting may still have written.
        """
        if self._writer:
            return await asyncio.wrap_future(self._writer.submit(fn))
        return await self._in_thread(partial(self._transact, fn))

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Runs `fn` over a consistent view of all that was committed before."""
        if self._writer and self._readers is self.engine:
            return await asyncio.wrap_future(self._writer.submit(fn))
        return await self._in_thread(partial(self._view, fn))

    def write_blocking(self, fn: Callable[[Connection], T]) -> T:
        """The same as `write` for threads and commands that have no event loop."""
        return self._writer.submit(fn).result() if self._writer else self._transact(fn)

    def create_all(self) -> None:
        """Creates the tables of every room imported so far. For tests and scratch databases; others migrate."""
        self.write_blocking(metadata.create_all)

    async def close(self) -> None:
        """Commits what waits, then lets go of all connections."""
        await asyncio.to_thread(self.close_blocking)

    def close_blocking(self) -> None:
        """The same as `close` without an event loop."""
        if self._writer:
            self._writer.close()
        self._threads.shutdown()
        self._readers.dispose()
        self.engine.dispose()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        try:
            running = asyncio.get_running_loop().run_in_executor(self._threads, call)
        except RuntimeError as error:
            raise Unavailable("The database is closed: start Rapport again.") from error
        return await running

    def _transact(self, fn: Callable[[Connection], T]) -> T:
        try:
            with self.engine.begin() as connection:
                return fn(connection)
        except OperationalError as error:
            raise Unavailable("The database can't be reached: see that it runs, then try again.") from error

    def _view(self, fn: Callable[[Connection], T]) -> T:
        try:
            with self._readers.connect() as connection:
                return fn(connection)
        except OperationalError as error:
            if "locked" not in str(error) and not error.connection_invalidated:
                raise
            raise Unavailable("The database is busy: try again in a moment.") from error


def _prepare(engine: Engine, *, begin: str) -> None:
    """Sets the pragmas on every connection and lets SQLAlchemy, not the driver, begin transactions."""

    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        if begin == "BEGIN":
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
