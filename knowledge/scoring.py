"""How well sections fit a question, and how likely it is that they answer it. Pure arithmetic over what the indexes found."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from knowledge.index import ASKED, SECTION, SENTENCE, Near

RRF_CONSTANT = 60
CANDIDATES = 30
BEST_ASKED = 3
RANKED = ("asked", "asked_best", "learned", "section", "sentence", "keyword")
NEAREST = 3
RIVALS = 5
MOST_WORDS = 10
FURTHEST = 3.0
FROM_NOTHING = ("learned", "keyword")
JUDGED = (
    *("score", "asked", "asked_best", "learned", "sentence", "section"),
    *("covered", "covered_near", "unknown", "missing", "words", "margin", "lead", "kin", "foreign"),
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for one section. `parts` has the features named in `RANKED`, `fused` the reciprocal rank fusion."""

    section: str
    parts: Mapping[str, float]
    fused: float
    score: float


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the indexes gave for one question: by kind of point a list for each wording of it, and sections by keyword."""

    near: Mapping[str, Sequence[Sequence[Near]]]
    words: Sequence[tuple[str, float]]
    learned: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """For each content word of the question the sections that hold it, out of `sections` in all."""

    holders: Mapping[str, frozenset[str]]
    sections: int

    def weight(self, word: str) -> float:
        """How telling a word is: the rarer, the more; one that no section holds tells most."""
        return math.log(1 + (self.sections + 1) / (len(self.holders[word]) + 0.5))

    def covered(self, section: str) -> float:
        """The share of the question's meaning, by weight, that the section's words hold."""
        total = sum(self.weight(word) for word in self.holders)
        held = sum(self.weight(word) for word, sections in self.holders.items() if section in sections)
        return held / total if total else 0.0

    def unknown(self) -> float:
        """The share of content words that no section holds."""
        return sum(not sections for sections in self.holders.values()) / len(self.holders) if self.holders else 0.0


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What was fitted: a weight for each ranking feature, and the logistic model of answerability (mean, scale, weight)."""

    ranking: Mapping[str, float]
    intercept: float
    answerable: Mapping[str, tuple[float, float, float]]
    fitted_on: str


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The fitted numbers beside the code."""
    raw = json.loads(resources.files("knowledge").joinpath("weights.json").read_text("utf-8"))
    return Weights(
        ranking=raw["ranking"],
        intercept=raw["intercept"],
        answerable={name: (float(triple[0]), float(triple[1]), float(triple[2])) for name, triple in raw["answerable"].items()},
        fitted_on=raw["fitted_on"],
    )


def rank(findings: Findings, fitted: Weights) -> list[Evidence]:
    """The sections that anything speaks for, best first, at most 30."""
    asked, asked_best = _asked(findings.near.get(ASKED, ()))
    features = {
        "asked": asked,
        "asked_best": asked_best,
        "learned": findings.learned,
        "section": _best(findings.near.get(SECTION, ())),
        "sentence": _best(findings.near.get(SENTENCE, ())),
        "keyword": _normalised(findings.words),
    }
    fused = _fused([features[name] for name in ("asked", "learned", "section", "sentence", "keyword")])
    chosen = sorted(fused, key=lambda section: -fused[section])[:CANDIDATES]
    floors = {name: min(values.values(), default=0.0) if name not in FROM_NOTHING else 0.0 for name, values in features.items()}
    found: list[Evidence] = []
    for section in chosen:
        parts = {name: values.get(section, floors[name]) for name, values in features.items()}
        score = sum(fitted.ranking[name] * parts[name] for name in RANKED)
        found.append(Evidence(section=section, parts=parts, fused=fused[section], score=score))
    return sorted(found, key=lambda evidence: -evidence.score)


def judged(ranked: Sequence[Evidence], coverage: Coverage, *, foreign: bool) -> dict[str, float]:
    """The features from which answerability is judged, for the first of `ranked`, which is not empty.

    `missing` counts the question's content words that the section lacks, `margin` is the lead over the next article, `lead`
    over the mean of the next five sections, `kin` how many of the first five sections are of the same article.
    """
    best = ranked[0]
    article = article_of(best.section)
    others = [evidence.score for evidence in ranked if article_of(evidence.section) != article]
    next_ones = [evidence.score for evidence in ranked[1 : 1 + RIVALS]]
    count = len(coverage.holders)
    return {
        **{name: best.parts[name] for name in ("asked", "asked_best", "learned", "sentence", "section")},
        "score": best.score,
        "covered": coverage.covered(best.section),
        "covered_near": max(coverage.covered(evidence.section) for evidence in ranked[:NEAREST]),
        "unknown": coverage.unknown(),
        "missing": float(min(MOST_WORDS, sum(best.section not in sections for sections in coverage.holders.values()))),
        "words": float(min(MOST_WORDS, count)),
        "margin": best.score - others[0] if others else best.score,
        "lead": best.score - sum(next_ones) / len(next_ones) if next_ones else best.score,
        "kin": float(sum(article_of(evidence.section) == article for evidence in ranked[:RIVALS])),
        "foreign": float(foreign),
    }


def answerable(features: Mapping[str, float], fitted: Weights) -> float:
    """The probability that the help centre answers the question."""
    total = fitted.intercept
    for name, (mean, scale, weight) in fitted.answerable.items():
        total += weight * max(-FURTHEST, min(FURTHEST, (features[name] - mean) / scale))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def article_of(section: str) -> str:
    """The article that a section id belongs to."""
    return section.partition("@")[0]


def section_of(point: str) -> str:
    """The section that a point's id belongs to."""
    return point.rpartition("/")[0]


def _asked(lists: Sequence[Sequence[Near]]) -> tuple[dict[str, float], dict[str, float]]:
    """For each section its nearest question, and the mean of its three nearest, over the wordings the better."""
    nearest: dict[str, float] = {}
    means: dict[str, float] = {}
    for found in lists:
        floor = found[-1].cosine if found else 0.0
        cosines: dict[str, list[float]] = {}
        for near in found:
            cosines.setdefault(section_of(near.id), []).append(near.cosine)
        for section, values in cosines.items():
            best = [*values[:BEST_ASKED], *[floor] * (BEST_ASKED - len(values))]
            nearest[section] = max(nearest.get(section, -1.0), values[0])
            means[section] = max(means.get(section, -1.0), sum(best) / BEST_ASKED)
    return nearest, means


def _best(lists: Sequence[Sequence[Near]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for found in lists:
        for near in found:
            section = section_of(near.id)
            best[section] = max(best.get(section, -1.0), near.cosine)
    return best


def _normalised(words: Sequence[tuple[str, float]]) -> dict[str, float]:
    top = max((value for _, value in words), default=0.0)
    return {section: value / top if top > 0 else 0.0 for section, value in words}


def _fused(rankings: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Reciprocal rank fusion: each ranking gives 1 / (60 + place) to what it holds."""
    fused: dict[str, float] = {}
    for ranking in rankings:
        for place, section in enumerate(sorted(ranking, key=lambda key: -ranking[key]), start=1):
            fused[section] = fused.get(section, 0.0) + 1 / (RRF_CONSTANT + place)
    return fused
