"""The keys under which personal content is encrypted, in a file of their own that ordinary backups leave out.

Keys are made in batches ahead of need, so that a new visitor costs no extra write to disk. A key belongs to nobody until content
names it; destroying it overwrites it in the file.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

from core.errors import Unavailable

KEY_BYTES = 32
SPARES = 64
CACHED = 50_000


class KeyRing:
    """Hands out 256-bit keys by id, and destroys them for good. May be used from several threads and processes."""

    def __init__(self, path: Path | None = None) -> None:
        """Opens or creates the file at `path`; without one the keys live in memory."""
        self._lock = threading.Lock()
        self._cache: dict[str, bytes] = {}
        self._spares: list[str] = []
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=10.0)
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute("CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, key BLOB NOT NULL)")
        self._version = self._data_version()

    def fresh(self) -> str:
        """The id of a key that nobody has used, durable already."""
        with self._lock:
            if not self._spares:
                self._spares = self._make(SPARES)
            return self._spares.pop()

    def get(self, key_id: str) -> bytes | None:
        """The key, or None once it was destroyed."""
        with self._lock:
            version = self._data_version()
            if version != self._version or len(self._cache) > CACHED:
                self._cache.clear()
                self._version = version
            if key_id not in self._cache:
                row = self._db.execute("SELECT key FROM keys WHERE id = ?", (key_id,)).fetchone()
                if row is None:
                    return None
                self._cache[key_id] = bytes(row[0])
            return self._cache[key_id]

    def destroy(self, key_ids: Iterable[str]) -> None:
        """Overwrites and removes these keys. What was encrypted under them can't be read again, by anyone."""
        with self._lock:
            gone = list(key_ids)
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("DELETE FROM keys WHERE id = ?", [(key_id,) for key_id in gone])
            self._db.execute("COMMIT")
            for key_id in gone:
                self._cache.pop(key_id, None)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _make(self, count: int) -> list[str]:
        made = {secrets.token_hex(12): secrets.token_bytes(KEY_BYTES) for _ in range(count)}
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO keys (id, key) VALUES (?, ?)", list(made.items()))
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise Unavailable(f"The key file can't be written ({error}): see that the disk has room, then try again.") from error
        self._cache.update(made)
        return list(made)

    def _data_version(self) -> int:
        """A number that changes when another process has written to the file."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])
