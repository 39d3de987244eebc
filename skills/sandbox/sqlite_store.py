"""The sandbox company's own SQLite file. It is somebody else's system, so it shares nothing with Rapport's database."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from skills.sandbox.store import StoreSession

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, kind, id)
)
"""


class SqliteSession:
    """One open transaction of one tenant."""

    def __init__(self, connection: sqlite3.Connection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant

    def get(self, kind: str, record_id: str) -> str | None:
        query = "SELECT body FROM record WHERE tenant = ? AND kind = ? AND id = ?"
        row = self._connection.execute(query, (self._tenant, kind, record_id)).fetchone()
        return row[0] if row else None

    def put(self, kind: str, record_id: str, body: str) -> None:
        self._connection.execute(
            "INSERT INTO record (tenant, kind, id, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (tenant, kind, id) DO UPDATE SET body = excluded.body",
            (self._tenant, kind, record_id, body),
        )

    def all(self, kind: str) -> list[str]:
        query = "SELECT body FROM record WHERE tenant = ? AND kind = ? ORDER BY place"
        return [row[0] for row in self._connection.execute(query, (self._tenant, kind))]

    def next_number(self, series: str, first: int) -> int:
        number = int(self.get("number", series) or first - 1) + 1
        self.put("number", series, str(number))
        return number


class SqliteStore:
    """Keeps everything in one file; every operation is one immediate, durable transaction."""

    def __init__(self, path: Path, *, tenant: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._tenant = tenant
        self._one_at_a_time = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(SCHEMA)

    async def run(self, work: Callable[[StoreSession], T]) -> T:
        return await asyncio.to_thread(self._transact, work)

    async def close(self) -> None:
        with self._one_at_a_time:
            self._connection.close()

    def _transact(self, work: Callable[[StoreSession], T]) -> T:
        with self._one_at_a_time, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            return work(SqliteSession(self._connection, self._tenant))
