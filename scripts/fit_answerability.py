"""Fits the ranking weights and the answerability model of `knowledge/weights.json` on the demo company's help centre.

    python scripts/fit_answerability.py [CACHE_DIR]

The questions in `knowledge/training/answerability.jsonl` name the sections that answer them, or none. Figures come from
five-fold cross-validation; the numbers that are kept, from all questions.
"""

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.clock import FixedClock  # noqa: E402 - the repository is not installed
from core.database import Database  # noqa: E402 - the repository is not installed
from core.journal import Journal  # noqa: E402 - the repository is not installed
from knowledge.embedder import MiniLmEmbedder  # noqa: E402 - the repository is not installed
from knowledge.index import MemoryIndex  # noqa: E402 - the repository is not installed
from knowledge.ingest import Ingest  # noqa: E402 - the repository is not installed
from knowledge.keywords import Readers  # noqa: E402 - the repository is not installed
from knowledge.scoring import JUDGED, RANKED, Evidence, Weights, answerable, judged  # noqa: E402
from knowledge.search import Looked, Search  # noqa: E402 - the repository is not installed
from knowledge.vector_cache import VectorCache  # noqa: E402 - the repository is not installed

DATA = ROOT / "knowledge" / "training" / "answerability.jsonl"
TARGET = ROOT / "knowledge" / "weights.json"
FOLDS = 5
SEED = 7
STEPS = 400
RATE = 0.3
SHARPNESS = 12.0
DECAY = 0.02

NEUTRAL = Weights(ranking=dict.fromkeys(RANKED, 1.0), intercept=0.0, answerable={}, fitted_on="")

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question, the ids of the sections that answer it, and what search made of it."""

    text: str
    language: str
    right: frozenset[str]
    looked: Looked


async def gather(cache: Path) -> list[Example]:
    """Takes the help centre in, in memory, and asks every question of it."""
    database = Database.open("sqlite://")
    database.create_all()
    embedder = VectorCache(MiniLmEmbedder(cache), cache.parent / "vectors.db")
    index = MemoryIndex()
    clock = FixedClock(datetime(2026, 11, 20, 10, tzinfo=UTC))
    ingest = Ingest(database=database, journal=Journal(), index=index, embedder=embedder, clock=clock)
    await ingest.take(ROOT / "demo" / "halcyon" / "help", tenant="demo")
    readers = Readers(tenant="demo", audience=frozenset({"public"}))
    search = Search(database=database, index=index, embedder=embedder, fitted=NEUTRAL)
    names = await database.read(_names)
    examples: list[Example] = []
    started = time.perf_counter()
    for line in DATA.read_text("utf-8").splitlines():
        row = json.loads(line)
        looked = (await search.look(row["text"], readers, row["language"]))[0]
        right = frozenset(names[name] for name in row["sections"])
        examples.append(Example(text=row["text"], language=row["language"], right=right, looked=looked))
    tell(f"{(time.perf_counter() - started) / len(examples) * 1000:.1f} ms a question")
    await database.close()
    return examples


def _names(conn: Any) -> dict[str, str]:
    from sqlalchemy import select

    from knowledge.shelf import section

    return {f"{row.article}#{row.heading}": row.id for row in conn.execute(select(section))}


def table(example: Example) -> tuple[Array, Array]:
    """The ranking features of an example's candidates, and which of them are right."""
    ranked = example.looked.ranked
    features = np.array([[evidence.parts[name] for name in RANKED] for evidence in ranked])
    return features, np.array([evidence.section in example.right for evidence in ranked], dtype=float)


def fit_ranking(examples: Sequence[Example]) -> Array:
    """Weights, non-negative, under which the right sections win a softmax among the candidates."""
    tables = [pair for example in examples if (pair := table(example))[1].any()]
    weight = np.array([1.0, 0.3, 0.5, 0.3, 0.2, 0.2])
    for _ in range(STEPS):
        gradient = np.zeros_like(weight)
        for features, right in tables:
            chance = _softmax(features @ weight * SHARPNESS)
            share = chance * right
            gradient += features.T @ (share / max(share.sum(), 1e-9) - chance)
        weight = np.maximum(weight + RATE * (gradient / len(tables) - DECAY * weight), 0.0)
    return weight


def fit_model(rows: Array, truth: Array) -> tuple[Array, Array, Array, float]:
    """Means, scales, weights and intercept of the logistic model."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model: Any = LogisticRegression(C=0.5, max_iter=2000).fit((rows - mean) / scale, truth)
    return mean, scale, model.coef_[0], float(model.intercept_[0])


def as_weights(ranking: Array, model: tuple[Array, Array, Array, float], fitted_on: str) -> Weights:
    mean, scale, weight, intercept = model
    triples = {name: (float(mean[i]), float(scale[i]), float(weight[i])) for i, name in enumerate(JUDGED)}
    by_name = {name: float(ranking[i]) for i, name in enumerate(RANKED)}
    return Weights(ranking=by_name, intercept=intercept, answerable=triples, fitted_on=fitted_on)


def reranked(example: Example, ranking: Array) -> list[Evidence]:
    features, _ = table(example)
    scores = features @ ranking
    found = [
        Evidence(section=evidence.section, parts=evidence.parts, fused=evidence.fused, score=float(score))
        for evidence, score in zip(example.looked.ranked, scores, strict=True)
    ]
    return sorted(found, key=lambda evidence: -evidence.score)


def judged_row(example: Example, ranking: Array) -> list[float]:
    """The answerability features under other ranking weights."""
    kept = example.looked
    features = judged(reranked(example, ranking), kept.coverage, foreign=kept.text != kept.english)
    return [features[name] for name in JUDGED]


def recall(examples: Sequence[Example], ordered: Callable[[Example], Sequence[str]]) -> tuple[float, float]:
    """The share of answerable questions with a right section first, and among the first three."""
    hits = [[section in example.right for section in ordered(example)[:3]] for example in examples if example.right]
    return float(np.mean([any(row[:1]) for row in hits])), float(np.mean([any(row) for row in hits]))


def by_part(name: str) -> Callable[[Example], list[str]]:
    def ordered(example: Example) -> list[str]:
        return [e.section for e in sorted(example.looked.ranked, key=lambda e: -(e.fused if name == "fused" else e.parts[name]))]

    return ordered


def report(examples: Sequence[Example], chance: Array, order: dict[int, list[str]]) -> None:
    place = {id(example): i for i, example in enumerate(examples)}
    for name in (*RANKED, "fused"):
        first, third = recall(examples, by_part(name))
        tell(f"{name:12} recall@1 {first:.3f}  recall@3 {third:.3f}")
    for label, tongues in (("held out", {True, False}), ("  English", {True}), ("  others", {False})):
        chosen = [example for example in examples if (example.language == "en") in tongues]
        first, third = recall(chosen, lambda example: order[place[id(example)]])
        tell(f"{label:12} recall@1 {first:.3f}  recall@3 {third:.3f}")
    truth = np.array([bool(example.right) for example in examples])
    for limit in (0.3, 0.4, 0.5, 0.6, 0.7):
        taken, told = (chance >= limit)[truth].mean(), (chance < limit)[~truth].mean()
        tell(f"answerable >= {limit}: {taken:.3f} of the answerable taken, {told:.3f} of the others declined")
    cut = float(np.quantile(chance[~truth], 0.9))
    tell(f"at {cut:.2f}: {(chance > cut)[truth].mean():.3f} of the answerable taken, 0.900 of the others declined")
    bins = np.minimum((chance * 10).astype(int), 9)
    error = sum(abs(truth[bins == b].mean() - chance[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    tell(f"expected calibration error {error:.3f}")


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def main() -> None:
    cache = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".cache" / "models")
    examples = [example for example in asyncio.run(gather(cache)) if example.looked.ranked]
    truth = np.array([bool(example.right) for example in examples])
    folds = np.random.default_rng(SEED).permutation(len(examples)) % FOLDS
    chance = np.zeros(len(examples))
    order: dict[int, list[str]] = {}
    for fold in range(FOLDS):
        train = [example for i, example in enumerate(examples) if folds[i] != fold]
        ranking = fit_ranking(train)
        model = fit_model(np.array([judged_row(e, ranking) for e in train]), truth[folds != fold])
        held = as_weights(ranking, model, "")
        for i in np.flatnonzero(folds == fold).tolist():
            features = dict(zip(JUDGED, judged_row(examples[i], ranking), strict=True))
            chance[i] = answerable(features, held)
            order[i] = [evidence.section for evidence in reranked(examples[i], ranking)]
    report(examples, chance, order)
    ranking = fit_ranking(examples)
    model = fit_model(np.array([judged_row(e, ranking) for e in examples]), truth)
    kept = as_weights(ranking, model, f"{datetime.now(UTC).date()} {hashlib.sha256(DATA.read_bytes()).hexdigest()[:12]}")
    body = {"fitted_on": kept.fitted_on, "ranking": kept.ranking, "intercept": kept.intercept, "answerable": kept.answerable}
    TARGET.write_text(json.dumps(body, indent=2) + "\n", "utf-8")
    tell(json.dumps(body))


if __name__ == "__main__":
    main()
