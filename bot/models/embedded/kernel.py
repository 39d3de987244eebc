"""A classifier that is fitted in one step and knows its own leave-one-out errors, from which its probabilities are calibrated.

Regularised least squares over a sum of kernels: closeness of sentence vectors, raised by shared concepts, plus shared words,
letters and kinds of value. The leave-one-out prediction of a row is y - a / diag(inverse) (Rifkin and Lippert, 2007).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.models.embedded import concepts
from bot.models.embedded.views import LETTER_BUCKETS, VALUE_KINDS, WORD_BUCKETS, View
from core.errors import Unavailable

Floats = NDArray[np.float32]
BIAS = 0.2
FEW_ROWS = 4


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What is classified: one or more texts seen from their angles, and a few numbers beside them (each about 0 to 1)."""

    views: tuple[View, ...]
    extra: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a head looks at its samples. `angles` weighs the views; `balance` 1 counts every class alike, 0 every row alike."""

    angles: tuple[float, ...] = (1.0,)
    words: float = 0.25
    letters: float = 0.25
    values: float = 0.1
    concepts: float = 1.0
    extra: float = 0.3
    sharpness: float = 1.0
    ridge: float = 0.3
    balance: float = 0.0
    prior: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, kw_only=True)
class Head:
    """A fitted head. `scores` are raw; `probabilities` are calibrated on leave-one-out predictions."""

    labels: tuple[str, ...]
    shape: Shape
    vectors: tuple[Floats, ...]
    touched: tuple[Floats, ...]
    rarity: Floats
    dual: Floats
    primal: Floats
    scale: float
    offsets: Floats

    def scores(self, samples: Sequence[Sample]) -> Floats:
        """Raw scores, one row a sample, one column a label."""
        total = np.full((len(samples), len(self.labels)), 0.0, dtype=np.float32) + BIAS * self.dual.sum(axis=0)
        for angle, weight in enumerate(self.shape.angles):
            close = self._closeness(samples, angle)
            total = total + weight * _times(close, self.dual)
        for row, sample in enumerate(samples):
            places, values = sparse_row(sample, self.shape, self.rarity)
            total[row] += values @ self.primal[places]
        return total.astype(np.float32)

    def probabilities(self, samples: Sequence[Sample]) -> Floats:
        """Calibrated probabilities, one row a sample."""
        return softmax(self.scores(samples) * self.scale + self.offsets)

    def _closeness(self, samples: Sequence[Sample], angle: int) -> Floats:
        vectors = np.stack([sample.views[angle].vector for sample in samples])
        touched = concept_rows([sample.views[angle] for sample in samples], self.rarity)
        return closeness(_times(vectors, self.vectors[angle].T), _times(touched, self.touched[angle].T), self.shape)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A head with its leave-one-out scores and probabilities, row by row as it was given them."""

    head: Head
    left_out: Floats
    left_out_probabilities: Floats


def fit(samples: Sequence[Sample], labels: Sequence[str], shape: Shape) -> Fitted:
    """Fits a head. Needs two labels at least; takes about n^3 / 3 steps for n samples."""
    names = tuple(sorted(set(labels)))
    place = np.array([names.index(label) for label in labels])
    rarity = _rarity(samples)
    rows = _sparse(samples, shape, rarity)
    vectors = tuple(np.stack([sample.views[angle].vector for sample in samples]) for angle in range(len(shape.angles)))
    touched = tuple(concept_rows([sample.views[angle] for sample in samples], rarity) for angle in range(len(shape.angles)))
    gram = np.asarray((rows @ rows.T).todense(), dtype=np.float32) + np.float32(BIAS)
    for angle, weight in enumerate(shape.angles):
        gram += weight * closeness(vectors[angle] @ vectors[angle].T, touched[angle] @ touched[angle].T, shape)
    targets = np.where(place[:, None] == np.arange(len(names)), 1.0, -1.0).astype(np.float32)
    dual, left_out = _solve(gram, targets, shape)
    scale, offsets = _calibrate(left_out, place, _weights(place, names, shape))
    head = Head(
        labels=names,
        shape=shape,
        vectors=vectors,
        touched=touched,
        rarity=rarity,
        dual=dual,
        primal=np.asarray(rows.T @ dual, dtype=np.float32),
        scale=scale,
        offsets=offsets,
    )
    return Fitted(head=head, left_out=left_out, left_out_probabilities=softmax(left_out * scale + offsets))


def closeness(cosines: Floats, shared: Floats, shape: Shape) -> Floats:
    """The kernel of one angle: near vectors count, and more so with concepts in common."""
    return np.exp(2 * shape.sharpness * (cosines - 1)) * (1 + shape.concepts * shared)


def concept_rows(views: Sequence[View], rarity: Floats) -> Floats:
    """Concepts as unit rows, rare ones heavier. A text without any is a row of zeros."""
    rows = np.zeros((len(views), len(concepts.names())), dtype=np.float32)
    for row, view in enumerate(views):
        if view.concepts:
            rows[row, list(view.concepts)] = rarity[_CONCEPTS_AT : _CONCEPTS_AT + rows.shape[1]][list(view.concepts)]
            rows[row] /= max(float(np.linalg.norm(rows[row])), 1e-6)
    return rows


def sparse_row(sample: Sample, shape: Shape, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The sparse part of a sample: places and values. Each block is of length one before it is weighted."""
    places: list[int] = []
    values: list[float] = []
    for weight, view in zip(shape.angles, sample.views, strict=True):
        for counts, shift, share in ((view.words, 0, shape.words), (view.letters, WORD_BUCKETS, shape.letters)):
            heights = [(1 + math.log(count)) * float(rarity[shift + bucket]) for bucket, count in counts.items()]
            length = math.sqrt(sum(height * height for height in heights)) or 1.0
            places += [shift + bucket for bucket in counts]
            values += [height / length * math.sqrt(weight * share) for height in heights]
        places += [_VALUES_AT + place for place in view.values]
        values += [math.sqrt(weight * shape.values)] * len(view.values)
    places += [_EXTRA_AT + place for place in range(len(sample.extra))]
    values += [number * math.sqrt(shape.extra) for number in sample.extra]
    return np.array(places, dtype=np.int64), np.array(values, dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    """Rows of positive numbers that add up to one."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)


_VALUES_AT = WORD_BUCKETS + LETTER_BUCKETS
_EXTRA_AT = _VALUES_AT + len(VALUE_KINDS) + 1
MOST_EXTRA = 16
_SPARSE_WIDTH = _EXTRA_AT + MOST_EXTRA
_CONCEPTS_AT = _VALUES_AT


def _times(rows: Floats, table: Floats) -> Floats:
    """A matrix product. For a few rows it stays on one thread, because waiting for others costs more than it saves."""
    if len(rows) <= FEW_ROWS:
        return np.einsum("ij,jk->ik", rows, table)
    return rows @ table


def _rarity(samples: Sequence[Sample]) -> Floats:
    """Inverse document frequencies of words, letters and concepts, one after the other."""
    seen = np.zeros(_VALUES_AT + len(concepts.names()), dtype=np.float32)
    for sample in samples:
        view = sample.views[0]
        seen[list(view.words)] += 1
        seen[[WORD_BUCKETS + bucket for bucket in view.letters]] += 1
        seen[[_CONCEPTS_AT + place for place in view.concepts]] += 1
    return (np.log((1 + len(samples)) / (1 + seen)) + 1).astype(np.float32)


def _sparse(samples: Sequence[Sample], shape: Shape, rarity: Floats) -> Any:
    """The sparse rows as one scipy matrix."""
    from scipy.sparse import csr_matrix

    rows = [sparse_row(sample, shape, rarity) for sample in samples]
    starts = np.concatenate([[0], np.cumsum([len(places) for places, _ in rows])])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return cast(Any, csr_matrix)((values, places, starts), shape=(len(rows), _SPARSE_WIDTH))


def _solve(gram: Floats, targets: Floats, shape: Shape) -> tuple[Floats, Floats]:
    """The dual weights and the leave-one-out scores."""
    sizes = (targets > 0).sum(axis=0)
    own = sizes[targets.argmax(axis=1)] / sizes.mean()
    gram[np.diag_indices_from(gram)] += (shape.ridge * own**shape.balance).astype(np.float32)
    inverse = _inverse(gram)
    dual = inverse @ targets
    return dual.astype(np.float32), (targets - dual / np.diag(inverse)[:, None]).astype(np.float32)


def _inverse(gram: Floats) -> Floats:
    """The inverse of a symmetric positive matrix, by Cholesky's method and in place."""
    from scipy.linalg import lapack

    factor, failed = cast(Any, lapack).spotrf(gram, lower=0, overwrite_a=1)
    if failed:
        raise Unavailable("The examples can't be told apart: look for a label whose examples are all the same text.")
    half, _ = cast(Any, lapack).spotri(factor, lower=0, overwrite_c=1)
    return cast(Floats, np.triu(half) + np.triu(half, 1).T)


def _weights(place: NDArray[Any], names: Sequence[str], shape: Shape) -> NDArray[np.float64]:
    """Row weights for calibration: as the classes come, or as often as `prior` says that they are met in use."""
    if not shape.prior:
        return np.ones(len(place))
    counts = np.bincount(place, minlength=len(names))
    wanted = np.array([shape.prior.get(name, 1.0) for name in names])
    return (wanted / counts)[place] * len(place) / wanted.sum()


def _calibrate(scores: Floats, place: NDArray[Any], weights: NDArray[np.float64]) -> tuple[float, Floats]:
    """One scale and one offset a class that make the softmax of the scores likeliest."""
    from scipy import optimize

    raw, rows = scores.astype(np.float64), np.arange(len(place))
    truth = np.zeros(raw.shape)
    truth[rows, place] = 1.0

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scale, offsets = math.exp(parameters[0]), parameters[1:]
        logits = raw * scale + offsets
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        slope = (np.exp(logs) - truth) * weights[:, None] / len(rows)
        value = -float((logs[rows, place] * weights).mean()) + 0.001 * float(offsets @ offsets)
        return value, np.concatenate([[float((slope * raw).sum()) * scale], slope.sum(axis=0) + 0.002 * offsets])

    start = np.concatenate([[math.log(3.0)], np.zeros(raw.shape[1])])
    found = cast(Any, optimize).minimize(loss, start, jac=True, method="L-BFGS-B")
    return math.exp(float(found.x[0])), np.asarray(found.x[1:], dtype=np.float32)
