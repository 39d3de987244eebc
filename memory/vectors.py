"""The port to where memories' vectors are kept, and its double in memory. Vectors, opaque ids and whose they are; no text."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Vector = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A memory's vector. `audience` is the person's id, or `account:` and the account's for facts about the business."""

    id: str
    audience: str
    vector: Vector


@dataclass(frozen=True, kw_only=True)
class Near:
    """A memory that is close to what was asked, by cosine similarity (1 is the same)."""

    id: str
    similarity: float


class VectorStore(Protocol):
    """Keeps vectors by tenant. Safe to use from several threads; calls block."""

    def add(self, tenant: str, items: Sequence[Item]) -> None:
        """Adds items; one with a known id replaces it."""
        ...

    def nearest(self, tenant: str, audiences: Sequence[str], vector: Vector, limit: int) -> list[Near]:
        """The nearest items of these audiences and no others, the nearest first."""
        ...

    def remove(self, tenant: str, ids: Sequence[str]) -> None:
        """Takes items out of every later answer. What the disk still holds of them goes with the next `rebuild`."""
        ...

    def rebuild(self, tenant: str, keep: Sequence[str]) -> None:
        """Writes the tenant's store anew with these ids alone, and removes the old one from disk."""
        ...

    def close(self) -> None: ...


class MemoryVectors:
    """The double: exact and in memory."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Item]] = {}
        self._lock = threading.Lock()

    def add(self, tenant: str, items: Sequence[Item]) -> None:
        with self._lock:
            self._items.setdefault(tenant, {}).update({item.id: item for item in items})

    def nearest(self, tenant: str, audiences: Sequence[str], vector: Vector, limit: int) -> list[Near]:
        with self._lock:
            mine = [item for item in self._items.get(tenant, {}).values() if item.audience in audiences]
        found = [Near(id=item.id, similarity=cosine(item.vector, vector)) for item in mine]
        return sorted(found, key=lambda near: (-near.similarity, near.id))[:limit]

    def remove(self, tenant: str, ids: Sequence[str]) -> None:
        with self._lock:
            for item_id in ids:
                self._items.get(tenant, {}).pop(item_id, None)

    def rebuild(self, tenant: str, keep: Sequence[str]) -> None:
        with self._lock:
            kept = frozenset(keep)
            self._items[tenant] = {name: item for name, item in self._items.get(tenant, {}).items() if name in kept}

    def close(self) -> None:
        """Nothing to let go of."""


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of the angle between two vectors; 0 when either is empty."""
    length = math.sqrt(sum(float(x) * float(x) for x in one)) * math.sqrt(sum(float(y) * float(y) for y in other))
    return sum(float(x) * float(y) for x, y in zip(one, other, strict=True)) / length if length else 0.0
