"""Which intent a text has: a skill's, a question for the help centre, or something that nobody here can serve.

Two heads: one tells skills, questions and the rest apart, one tells the skills from each other. Both are fitted on the examples
that the skills declare, so that a new skill is understood once it has some.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.models.embedded import training
from bot.models.embedded.kernel import Fitted, Floats, Head, Sample, Shape, fit
from bot.models.embedded.store import HeadStore, key_of
from bot.models.embedded.views import View, Viewer
from core.language import IntentSpec

SKILL, QUESTION, OUT_OF_SCOPE = "skill", "question", "out_of_scope"
ROUTES = Shape(concepts=0.5, balance=0.3, prior={SKILL: 0.45, QUESTION: 0.38, OUT_OF_SCOPE: 0.17})
SKILLS = Shape(sharpness=1.5)
MOST_QUESTIONS = 2_400
LEAST = 0.01


@dataclass(frozen=True, kw_only=True)
class IntentHeads:
    """The fitted heads. Either may be missing when there is nothing to tell apart."""

    names: tuple[str, ...]
    routes: Head | None
    skills: Head | None
    trust: tuple[float, float] = (1.0, 0.0)

    def judge(self, views: Sequence[View]) -> list[dict[str, float]]:
        """For each text the probability of each intent, of `question` and of `out_of_scope`; they add up to one."""
        samples = [Sample(views=(view,)) for view in views]
        routes = _named(self.routes, samples) if self.routes else [{QUESTION: 1.0} for _ in samples]
        skills = _named(self.skills, samples) if self.skills else [dict.fromkeys(self.names[:1], 1.0) for _ in samples]
        return [_joined(route, skill) for route, skill in zip(routes, skills, strict=True)]

    def confidence(self, probability: float) -> float:
        """How often the first choice with this probability is right."""
        scale, offset = self.trust
        return 1 / (1 + math.exp(-(scale * _log_odds(probability) + offset)))


@dataclass(frozen=True, kw_only=True)
class IntentExamples:
    """What the heads are fitted on. `hard` questions look like requests and are all kept; of the others a fixed share is."""

    intents: tuple[IntentSpec, ...]
    questions: tuple[str, ...]
    hard: tuple[str, ...] = ()
    unserved: tuple[str, ...] = ()

    @classmethod
    def of(cls, intents: Sequence[IntentSpec], questions: Sequence[str], hard: Sequence[str] = ()) -> "IntentExamples":
        """Takes out what is named twice; of very many questions every n-th in alphabetical order is kept."""
        taken = {text for intent in intents for text in intent.examples} | set(hard)
        plain = sorted({text for text in questions if text and text not in taken})
        step = max(1, math.ceil(len(plain) / MOST_QUESTIONS))
        return cls(
            intents=tuple(intents), questions=tuple(plain[::step]), hard=tuple(hard), unserved=tuple(training.out_of_scope())
        )

    def key(self, embedder: str) -> str:
        named = [text for intent in self.intents for text in (intent.name, intent.description, *intent.examples)]
        return key_of(embedder, repr((ROUTES, SKILLS)), named, self.questions, self.hard, self.unserved)


def fit_intents(examples: IntentExamples, viewer: Viewer, store: HeadStore) -> IntentHeads:
    """The heads for these examples, from the store or fitted anew."""
    names = tuple(intent.name for intent in examples.intents)
    key = examples.key(viewer.embedder.name)
    routes, skills = store.load("routes", key), store.load("skills", key)
    trust = store.load("trust", key)
    if routes is not None and trust is not None and (skills is not None or len(names) < 2):
        return IntentHeads(names=names, routes=routes, skills=skills, trust=(trust.scale, float(trust.offsets[0])))
    fitted = _fit(examples, viewer)
    for name, head in (("routes", fitted.routes), ("skills", fitted.skills)):
        if head is not None:
            store.save(name, key, head)
    if fitted.routes is not None:
        store.save("trust", key, _as_head(fitted.trust))
    return fitted


def fit_both(examples: IntentExamples, viewer: Viewer) -> "Both":
    """Fits the heads and keeps the leave-one-out results beside them."""
    labelled = [(text, intent.name) for intent in examples.intents for text in dict.fromkeys(intent.examples) if text]
    others = [(text, QUESTION) for text in (*examples.hard, *examples.questions)]
    others += [(text, OUT_OF_SCOPE) for text in examples.unserved]
    samples = [Sample(views=(view,)) for view in viewer.views([text for text, _ in (*labelled, *others)])]
    routes = [*(SKILL for _ in labelled), *(label for _, label in others)]
    return Both(
        labels=[label for _, label in (*labelled, *others)],
        texts=[text for text, _ in (*labelled, *others)],
        samples=samples,
        routes=fit(samples, routes, ROUTES) if len(set(routes)) > 1 else None,
        skills=fit(samples[: len(labelled)], [label for _, label in labelled], SKILLS) if len(examples.intents) > 1 else None,
    )


@dataclass(frozen=True, kw_only=True)
class Both:
    """Both heads as fitted, with the rows that they were fitted on: skills first."""

    labels: list[str]
    texts: list[str]
    samples: list[Sample]
    routes: Fitted | None
    skills: Fitted | None

    def left_out(self) -> list[dict[str, float]]:
        """For each row what the heads say of it when they haven't seen it."""
        if self.routes is None:
            return []
        routes = _rows(self.routes.head.labels, self.routes.left_out_probabilities)
        known = _rows(self.skills.head.labels, self.skills.left_out_probabilities) if self.skills else []
        new = _named(self.skills.head, self.samples[len(known) :]) if self.skills else []
        only = next((label for label in self.labels if label not in (QUESTION, OUT_OF_SCOPE)), None)
        skills = [*known, *new] if self.skills else [{only: 1.0} if only else {} for _ in routes]
        return [_joined(route, skill) for route, skill in zip(routes, skills, strict=True)]


def _fit(examples: IntentExamples, viewer: Viewer) -> IntentHeads:
    names = tuple(intent.name for intent in examples.intents)
    both = fit_both(examples, viewer)
    return IntentHeads(
        names=names,
        routes=both.routes.head if both.routes else None,
        skills=both.skills.head if both.skills else None,
        trust=trust_of(both),
    )


def trust_of(both: Both) -> tuple[float, float]:
    """Two numbers that turn the first choice's probability into how often such a choice is right (Platt's scaling)."""
    rows = both.left_out()
    if not rows:
        return (1.0, 0.0)
    first = [max(row, key=lambda name: row[name]) for row in rows]
    right = np.array([float(choice == label) for choice, label in zip(first, both.labels, strict=True)])
    odds = np.array([_log_odds(row[choice]) for row, choice in zip(rows, first, strict=True)])
    counts = {kind: sum(_kind(label) == kind for label in both.labels) for kind in ROUTES.prior}
    weights = np.array([ROUTES.prior[_kind(label)] / counts[_kind(label)] for label in both.labels])
    return _platt(odds, right, weights / weights.sum())


def _platt(odds: np.ndarray, right: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Newton's method for a logistic regression on one number."""
    rows = np.stack([odds, np.ones_like(odds)], axis=1)
    parameters = np.array([1.0, 0.0])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(rows @ parameters, -30, 30)))
        slope = rows.T @ (weights * (right - chance)) - 0.001 * (parameters - np.array([1.0, 0.0]))
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + 0.001 * np.eye(2)
        parameters = parameters + np.linalg.solve(bend, slope)
    return float(max(parameters[0], 0.05)), float(parameters[1])


def _joined(route: Mapping[str, float], skill: Mapping[str, float]) -> dict[str, float]:
    joined = {name: probability * route.get(SKILL, 0.0) for name, probability in skill.items()}
    return joined | {QUESTION: route.get(QUESTION, 0.0), OUT_OF_SCOPE: route.get(OUT_OF_SCOPE, 0.0)}


def _named(head: Head, samples: Sequence[Sample]) -> list[dict[str, float]]:
    return _rows(head.labels, head.probabilities(samples)) if samples else []


def _rows(labels: Sequence[str], probabilities: Floats) -> list[dict[str, float]]:
    return [dict(zip(labels, (float(each) for each in row), strict=True)) for row in probabilities]


def _kind(label: str) -> str:
    return label if label in (QUESTION, OUT_OF_SCOPE) else SKILL


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _as_head(trust: tuple[float, float]) -> Head:
    """Two numbers in the same kind of file as the heads."""
    nothing = np.zeros((1, 1), dtype=np.float32)
    return Head(
        labels=("trust",),
        shape=Shape(angles=()),
        vectors=(),
        touched=(),
        rarity=nothing,
        dual=nothing,
        primal=nothing,
        scale=trust[0],
        offsets=np.array([trust[1]], dtype=np.float32),
    )
