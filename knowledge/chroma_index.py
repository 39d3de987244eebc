"""Chroma as the vector index: our own vectors and opaque ids, no text, no telemetry, no network.

A tenant has one collection for each audience and kind. A search opens only the collections of the audiences that it names, so
that the filter is the address of the query itself; a `where` over one mixed collection costs thirty times as much.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from core.errors import Unavailable
from knowledge.index import ASKED, SECTION, SENTENCE, Lookup, Near, Point, Vectors

T = TypeVar("T")

AUDIENCES = ("public", "internal")
KINDS = (ASKED, SENTENCE, SECTION)
BATCH = 2000
HNSW = {"hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200, "max_neighbors": 16}}


class ChromaIndex:
    """The vector index on disk in `path`. One process at a time owns the folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opening = threading.Lock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}

    def warm(self) -> None:
        """Loads Chroma and opens the folder."""
        self._told(lambda: self._open().heartbeat())

    def put(self, tenant: str, points: Sequence[Point], vectors: Vectors) -> None:
        rows: dict[tuple[str, str], list[int]] = {}
        for row, point in enumerate(points):
            rows.setdefault((point.audience, point.kind), []).append(row)
        for (audience, kind), chosen in rows.items():
            collection = self._told(lambda a=audience, k=kind: self._collection(tenant, a, k, make=True))
            for at in range(0, len(chosen), BATCH):
                part = chosen[at : at + BATCH]
                ids = [points[row].id for row in part]
                about = [{"tenant": tenant, "audience": audience, "kind": kind, "version": points[row].version} for row in part]
                self._told(lambda c=collection, i=ids, a=about, p=part: c.upsert(ids=i, embeddings=vectors[p], metadatas=a))

    def drop(self, tenant: str, versions: Sequence[str]) -> None:
        if not versions:
            return
        for collection in self._all(tenant):
            self._told(lambda c=collection: c.delete(where={"version": {"$in": list(versions)}}))

    def nearest(self, lookup: Lookup, vectors: Vectors) -> list[list[Near]]:
        found: list[list[Near]] = [[] for _ in vectors]
        for audience in AUDIENCES:
            if audience not in lookup.audience:
                continue
            collection = self._told(lambda a=audience: self._collection(lookup.tenant, a, lookup.kind))
            if collection is None:
                continue
            answer: Any = self._told(
                lambda c=collection: c.query(query_embeddings=vectors, n_results=lookup.limit, include=["distances"])
            )
            for row, (ids, distances) in enumerate(zip(answer["ids"], answer["distances"], strict=True)):
                pairs = zip(ids, distances, strict=True)
                found[row].extend(Near(id=key, cosine=1.0 - float(distance)) for key, distance in pairs)
        return [sorted(row, key=lambda near: -near.cosine)[: lookup.limit] for row in found]

    def vectors(self, tenant: str, kind: str, ids: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        if not ids:
            return found
        for audience in AUDIENCES:
            collection = self._told(lambda a=audience: self._collection(tenant, a, kind))
            if collection is not None:
                answer: Any = self._told(lambda c=collection: c.get(ids=list(ids), include=["embeddings"]))
                found |= dict(zip(answer["ids"], np.asarray(answer["embeddings"], dtype=np.float32), strict=True))
        return found

    def versions(self, tenant: str) -> dict[str, int]:
        counted: dict[str, int] = {}
        for collection in self._all(tenant):
            answer: Any = self._told(lambda c=collection: c.get(include=["metadatas"]))
            for about in answer["metadatas"]:
                counted[about["version"]] = counted.get(about["version"], 0) + 1
        return counted

    def erase(self, tenant: str) -> None:
        for audience in AUDIENCES:
            for kind in KINDS:
                name = _name(tenant, audience, kind)
                if self._told(lambda a=audience, k=kind: self._collection(tenant, a, k)) is not None:
                    self._told(lambda n=name: self._open().delete_collection(n))
                    self._collections.pop(name, None)

    def _all(self, tenant: str) -> list[Any]:
        every = [self._told(lambda a=a, k=k: self._collection(tenant, a, k)) for a in AUDIENCES for k in KINDS]
        return [collection for collection in every if collection is not None]

    def _collection(self, tenant: str, audience: str, kind: str, *, make: bool = False) -> Any:
        """The collection, None when there is none and `make` is false."""
        name = _name(tenant, audience, kind)
        if name in self._collections:
            return self._collections[name]
        client = self._open()
        if not make and name not in {collection.name for collection in client.list_collections()}:
            return None
        about = {"tenant": tenant, "audience": audience, "kind": kind}
        self._collections[name] = client.get_or_create_collection(
            name, metadata=about, embedding_function=None, configuration=HNSW
        )
        return self._collections[name]

    def _open(self) -> Any:
        with self._opening:
            if self._client is None:
                import chromadb
                from chromadb.config import Settings

                self._path.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(str(self._path), settings=Settings(anonymized_telemetry=False))
            return self._client

    def _told(self, call: Callable[[], T]) -> T:
        """Runs a call of Chroma, whose errors have no base of their own but `ChromaError`."""
        from chromadb.errors import ChromaError

        try:
            return call()
        except (ChromaError, OSError) as error:
            cause = type(error).__name__
            raise Unavailable(f"The vector index in {self._path} can't be used ({cause}): ingest again.") from error


def _name(tenant: str, audience: str, kind: str) -> str:
    return f"knowledge-{hashlib.sha256(tenant.encode()).hexdigest()[:16]}-{audience}-{kind}"
