"""Vectors kept on disk, so that a restart embeds only what is new; and a small embedder that needs no model."""

import hashlib
import re
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.embedding import Embedder

Vectors = NDArray[np.float32]
ASKED_AT_ONCE = 500


class VectorCache:
    """An embedder in front of another, which is asked for each text once. For published texts and examples only.

    The file holds the SHA-256 of the model's name and the text, and the vector: no text. It may be deleted at any time.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._store = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._store.execute("PRAGMA journal_mode = WAL")
        self._store.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")

    def embed(self, texts: Sequence[str]) -> Vectors:
        keys = [hashlib.sha256(f"{self.name}\0{text}".encode()).digest() for text in texts]
        known = self._read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = np.asarray(self._embedder.embed(list(missing.values())), dtype=np.float32)
            fresh = dict(zip(missing, made, strict=True))
            self._write(fresh)
            known |= fresh
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self.dimensions), dtype=np.float32)

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        with self._lock:
            for at in range(0, len(keys), ASKED_AT_ONCE):
                part = keys[at : at + ASKED_AT_ONCE]
                marks = ",".join("?" * len(part))
                for key, value in self._store.execute(f"SELECT key, value FROM vector WHERE key IN ({marks})", part):
                    found[key] = np.frombuffer(value, dtype=np.float32)
        return found

    def _write(self, vectors: dict[bytes, Vectors]) -> None:
        rows = [(key, vector.tobytes()) for key, vector in vectors.items()]
        with self._lock:
            self._store.execute("BEGIN IMMEDIATE")
            self._store.executemany("INSERT OR REPLACE INTO vector (key, value) VALUES (?, ?)", rows)
            self._store.execute("COMMIT")


class HashEmbedder:
    """A double for tests: words and their three-letter pieces, each hashed to a direction. Alike spelling, alike vectors."""

    def __init__(self, dimensions: int = 256) -> None:
        self.name = f"hash/{dimensions}"
        self.dimensions = dimensions
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                padded = f"<{word}>"
                for piece in [padded, *(padded[i : i + 3] for i in range(len(padded) - 2))]:
                    digest = hashlib.sha256(piece.encode()).digest()
                    vectors[row, int.from_bytes(digest[:4], "big") % self.dimensions] += 1.0 if digest[4] & 1 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
