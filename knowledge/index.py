"""The port to a vector index, and a double that keeps everything in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

ASKED = "asked"
SENTENCE = "sentence"
SECTION = "section"


@dataclass(frozen=True, kw_only=True)
class Point:
    """What a vector stands for: a question asked (`asked`), a `sentence`, or a whole `section`. No text, ids only.

    The id is unique within its kind. `version` names the article as it was when taken in; all its points come and go together.
    """

    id: str
    audience: str
    kind: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Near:
    """A point found, and its cosine to what was looked for."""

    id: str
    cosine: float


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """What is looked for and who may see it. An audience not named in `audience` is not searched at all."""

    tenant: str
    audience: frozenset[str]
    kind: str
    limit: int


class VectorIndex(Protocol):
    """Vectors by tenant. Calls block; they may come from many threads. Raises `core.errors.Unavailable`."""

    def put(self, tenant: str, points: Sequence[Point], vectors: Vectors) -> None:
        """Adds points, one row of `vectors` each. A point of the same id is replaced."""
        ...

    def drop(self, tenant: str, versions: Sequence[str]) -> None:
        """Takes out all points of these versions; unknown ones are no error."""
        ...

    def nearest(self, lookup: Lookup, vectors: Vectors) -> list[list[Near]]:
        """For each row the nearest points of the kind, best first, at most `limit`."""
        ...

    def vectors(self, tenant: str, kind: str, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of these points; unknown ones are left out."""
        ...

    def versions(self, tenant: str) -> dict[str, int]:
        """How many points each version has."""
        ...

    def erase(self, tenant: str) -> None:
        """Takes out all that the tenant has."""
        ...


class MemoryIndex:
    """Exact search over arrays in memory: for tests, and to check other indexes against."""

    def __init__(self) -> None:
        self._points: dict[str, dict[tuple[str, str], tuple[Point, Vectors]]] = {}

    def put(self, tenant: str, points: Sequence[Point], vectors: Vectors) -> None:
        kept = self._points.setdefault(tenant, {})
        kept.update({(point.kind, point.id): (point, vector) for point, vector in zip(points, vectors, strict=True)})

    def drop(self, tenant: str, versions: Sequence[str]) -> None:
        gone = set(versions)
        kept = self._points.get(tenant, {})
        self._points[tenant] = {key: value for key, value in kept.items() if value[0].version not in gone}

    def nearest(self, lookup: Lookup, vectors: Vectors) -> list[list[Near]]:
        allowed = [
            (point.id, vector)
            for point, vector in self._points.get(lookup.tenant, {}).values()
            if point.audience in lookup.audience and point.kind == lookup.kind
        ]
        if not allowed:
            return [[] for _ in vectors]
        cosines = np.atleast_2d(vectors) @ np.stack([vector for _, vector in allowed]).T
        order = np.argsort(-cosines, axis=1, kind="stable")[:, : lookup.limit]
        return [
            [Near(id=allowed[column][0], cosine=float(cosines[row, column])) for column in [int(i) for i in columns]]
            for row, columns in enumerate(order)
        ]

    def vectors(self, tenant: str, kind: str, ids: Sequence[str]) -> dict[str, Vectors]:
        kept = self._points.get(tenant, {})
        return {key: kept[kind, key][1] for key in ids if (kind, key) in kept}

    def versions(self, tenant: str) -> dict[str, int]:
        counted: dict[str, int] = {}
        for point, _ in self._points.get(tenant, {}).values():
            counted[point.version] = counted.get(point.version, 0) + 1
        return counted

    def erase(self, tenant: str) -> None:
        self._points.pop(tenant, None)
