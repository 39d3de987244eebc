"""A linear map from a question's vector to the sections, learned from the questions that are asked of them."""

import asyncio
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from core.database import Database
from knowledge import shelf
from knowledge.index import ASKED, SECTION, SENTENCE, VectorIndex, Vectors

VERSION = "1"
STEPS = 300
BATCH = 512
RATE = 0.09
DECAY = 1e-5
SPREAD = 10.0
SEED = 11
CHUNK = 500
FURTHEST = 12.0
KEPT_DEPTH = 60


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What was learned: a column of `weights` for each section. `key` names the articles that it was learned from."""

    key: str
    sections: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    weights: Vectors = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))

    def scores(self, vectors: Vectors, audience: frozenset[str]) -> dict[str, float]:
        """The likeliest sections for a question in one or more wordings, 1 for certain down to 0; only those for `audience`."""
        columns = [place for place, each in enumerate(self.audiences) if each in audience]
        if not columns:
            return {}
        raised = vectors @ self.weights[:, columns]
        raised = raised - raised.max(axis=1, keepdims=True)
        chances = (raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))).max(axis=0)
        best = np.argsort(-chances)[:KEPT_DEPTH]
        return {self.sections[columns[int(at)]]: 1 + max(float(chances[at]), -FURTHEST) / FURTHEST for at in best}


class Learner:
    """Keeps what was learned of each tenant's articles and learns anew when they change; files it in `folder` if there is one."""

    def __init__(self, *, database: Database, index: VectorIndex, embedder: str, folder: Path | None = None) -> None:
        self._database = database
        self._index = index
        self._folder = folder
        self._embedder = embedder
        self._known: dict[str, Learned] = {}
        self._lock = asyncio.Lock()

    async def of(self, tenant: str) -> Learned:
        """What is learned of the articles as they are now. Some seconds after a change, else at once."""
        key = await self._database.read(lambda conn: _key(conn, tenant, self._embedder))
        known = self._known.get(tenant)
        if known is not None and known.key == key:
            return known
        async with self._lock:
            known = self._known.get(tenant)
            if known is None or known.key != key:
                parts = await self._database.read(lambda conn: _parts(conn, tenant))
                known = await asyncio.to_thread(self._learned, tenant, key, parts)
                self._known[tenant] = known
        return known

    def _learned(self, tenant: str, key: str, parts: Sequence["_Part"]) -> Learned:
        file = self._folder / f"{hashlib.sha256(tenant.encode()).hexdigest()[:8]}-{key}.npz" if self._folder else None
        filed = _load(file, key) if file else None
        if filed is not None:
            return filed
        found = learn(key, parts, {kind: self._vectors(tenant, kind, parts) for kind in (ASKED, SENTENCE, SECTION)})
        if file:
            _save(file, found)
        return found

    def _vectors(self, tenant: str, kind: str, parts: Sequence["_Part"]) -> dict[str, Vectors]:
        ids = [point for part in parts for point in part.points(kind)]
        found: dict[str, Vectors] = {}
        for first in range(0, len(ids), CHUNK):
            found.update(self._index.vectors(tenant, kind, ids[first : first + CHUNK]))
        return found


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A section, and how many points of each kind it has."""

    id: str
    audience: str
    counts: Mapping[str, int]

    def points(self, kind: str) -> list[str]:
        return [f"{self.id}/{at}" for at in range(self.counts[kind])]


def learn(key: str, parts: Sequence[_Part], vectors: Mapping[str, Mapping[str, Vectors]]) -> Learned:
    """Fits the map by softmax regression, from the sections' means as a start."""
    rows: list[Vectors] = []
    labels: list[int] = []
    for place, part in enumerate(parts):
        held = [vectors[kind][point] for kind in vectors for point in part.points(kind) if point in vectors[kind]]
        rows += held
        labels += [place] * len(held)
    if not rows:
        return Learned(key=key)
    truth = np.array(labels)
    weights = _fitted(np.stack(rows).astype(np.float32), truth, len(parts))
    return Learned(key=key, sections=tuple(p.id for p in parts), audiences=tuple(p.audience for p in parts), weights=weights)


def _fitted(rows: Vectors, truth: NDArray[np.int64], count: int) -> Vectors:
    """Adam over small batches; the same numbers give the same map."""
    weights = np.zeros((rows.shape[1], count), dtype=np.float32)
    for place in range(count):
        if (truth == place).any():
            weights[:, place] = rows[truth == place].mean(axis=0) * SPREAD
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    chooser = np.random.default_rng(SEED)
    for step in range(1, STEPS + 1):
        batch = chooser.choice(len(rows), min(BATCH, len(rows)))
        raised = rows[batch] @ weights
        chances = np.exp(raised - raised.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(batch)), truth[batch]] -= 1
        slope = rows[batch].T @ chances / len(batch) + DECAY * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope * slope
        pace = RATE * min(1.0, 3 * (1 - step / STEPS))
        weights -= pace * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-6)
    return weights.astype(np.float32)


def _key(conn: Connection, tenant: str, embedder: str) -> str:
    versions = conn.execute(select(shelf.article.c.version).where(shelf.article.c.tenant == tenant)).scalars()
    return hashlib.sha256("\n".join([VERSION, embedder, *sorted(versions)]).encode()).hexdigest()[:16]


def _parts(conn: Connection, tenant: str) -> list[_Part]:
    return [
        _Part(
            id=shelf.section_id(version, number),
            audience=article.audience,
            counts={SECTION: 1, SENTENCE: len(part.passages), ASKED: len(part.asked) + _translated(part.asked)},
        )
        for version, article in shelf.all_articles(conn, tenant)
        for number, part in enumerate(article.sections)
        if not article.introduces(number)
    ]


def _translated(asked: Sequence[str]) -> int:
    return sum(shelf.in_english(question) != question for question in asked)


def _load(file: Path, key: str) -> Learned | None:
    """What was filed, or nothing when it can't be read: it is learned again then."""
    try:
        with np.load(file, allow_pickle=False) as held:
            return Learned(
                key=key,
                sections=tuple(str(each) for each in held["sections"]),
                audiences=tuple(str(each) for each in held["audiences"]),
                weights=held["weights"].astype(np.float32),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _save(file: Path, learned: Learned) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new.npz")
    np.savez(fresh, sections=np.array(learned.sections), audiences=np.array(learned.audiences), weights=learned.weights)
    fresh.replace(file)
    for older in file.parent.glob(f"{file.name[:9]}*.npz"):
        if older != file:
            older.unlink(missing_ok=True)
