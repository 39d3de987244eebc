"""Memories' vectors in Chroma: a store on disk for each tenant, so that erasing a person can rebuild that store alone.

A tenant's stores lie side by side as generations; a small file names the one in use. Chroma leaves what was deleted on disk, so
a rebuild writes the next generation, names it, and removes the one before.
"""

import hashlib
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from memory.vectors import Item, Near, Vector

COLLECTION = "memories"
BATCH = 1_000


class ChromaVectors:
    """A `VectorStore` under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._clients: dict[str, Any] = {}

    def add(self, tenant: str, items: Sequence[Item]) -> None:
        with self._lock:
            self._fill(self._collection(tenant), tenant, items)

    def nearest(self, tenant: str, audiences: Sequence[str], vector: Vector, limit: int) -> list[Near]:
        if not audiences or limit < 1:
            return []
        mine: dict[str, Any] = {"$and": [{"tenant": tenant}, {"audience": {"$in": list(audiences)}}]}
        with self._lock:
            collection = self._collection(tenant)
            if collection.count() == 0:
                return []
            asked = [[float(x) for x in vector]]
            found = collection.query(query_embeddings=asked, n_results=limit, where=mine, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Near(id=item_id, similarity=1.0 - float(distance)) for item_id, distance in pairs]

    def remove(self, tenant: str, ids: Sequence[str]) -> None:
        with self._lock:
            if ids:
                self._collection(tenant).delete(ids=list(ids))

    def rebuild(self, tenant: str, keep: Sequence[str]) -> None:
        with self._lock:
            kept = self._read(self._collection(tenant), keep)
            self._close(tenant)
            generation = self._generation(tenant) + 1
            client, collection = self._open(self._path(tenant, generation))
            self._fill(collection, tenant, kept)
            client.close()
            self._use(tenant, generation)
            self._sweep(tenant)

    def close(self) -> None:
        with self._lock:
            for tenant in list(self._clients):
                self._close(tenant)

    def _collection(self, tenant: str) -> Any:
        if tenant not in self._clients:
            self._sweep(tenant)
            self._clients[tenant] = self._open(self._path(tenant, self._generation(tenant)))
        return self._clients[tenant][1]

    def _open(self, path: Path) -> tuple[Any, Any]:
        import chromadb
        from chromadb.config import Settings

        path.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))
        space: dict[str, Any] = {"hnsw": {"space": "cosine"}}
        return client, client.get_or_create_collection(COLLECTION, embedding_function=None, configuration=space)  # pyright: ignore[reportArgumentType] - narrower than what Chroma reads

    def _close(self, tenant: str) -> None:
        client, _ = self._clients.pop(tenant, (None, None))
        if client is not None:
            client.close()

    def _fill(self, collection: Any, tenant: str, items: Sequence[Item]) -> None:
        for start in range(0, len(items), BATCH):
            some = items[start : start + BATCH]
            collection.upsert(
                ids=[item.id for item in some],
                embeddings=[[float(x) for x in item.vector] for item in some],
                metadatas=[{"tenant": tenant, "audience": item.audience} for item in some],
            )

    def _read(self, collection: Any, ids: Sequence[str]) -> list[Item]:
        items: list[Item] = []
        for start in range(0, len(ids), BATCH):
            found = collection.get(ids=list(ids[start : start + BATCH]), include=["embeddings", "metadatas"])
            for item_id, vector, about in zip(found["ids"], found["embeddings"], found["metadatas"], strict=True):
                items.append(Item(id=item_id, audience=str(about["audience"]), vector=[float(x) for x in vector]))
        return items

    def _name(self, tenant: str) -> str:
        return hashlib.sha256(tenant.encode()).hexdigest()[:16]

    def _path(self, tenant: str, generation: int) -> Path:
        return self._folder / f"{self._name(tenant)}-{generation}"

    def _generation(self, tenant: str) -> int:
        try:
            return int((self._folder / f"{self._name(tenant)}.generation").read_text(encoding="ascii"))
        except FileNotFoundError:
            return 1
        except ValueError as error:
            raise Unavailable(f"The memory store under {self._folder} is damaged: restore it from a backup.") from error

    def _use(self, tenant: str, generation: int) -> None:
        """Names the generation in use, in one step that survives a power cut."""
        named = self._folder / f"{self._name(tenant)}.generation"
        draft = named.with_suffix(".new")
        with draft.open("w", encoding="ascii") as file:
            file.write(str(generation))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(named)

    def _sweep(self, tenant: str) -> None:
        """Removes every generation but the one in use: those before it, and one that a rebuild didn't finish."""
        current = self._path(tenant, self._generation(tenant))
        for path in self._folder.glob(f"{self._name(tenant)}-*"):
            if path != current:
                shutil.rmtree(path)
