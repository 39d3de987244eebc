"""Finds the sections that answer a question, in any of eleven languages, and says how likely they do."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from core.conversation import Citation
from core.database import Database
from core.embedding import Embedder
from core.language import Source
from knowledge import keywords, shelf
from knowledge.articles import Passage
from knowledge.clauses import clauses
from knowledge.glossary import gloss, guess
from knowledge.index import ASKED, SECTION, SENTENCE, Lookup, Near, VectorIndex, Vectors
from knowledge.keywords import Readers
from knowledge.learned import Learner
from knowledge.scoring import Coverage, Evidence, Findings, Weights, answerable, judged, rank, weights
from knowledge.words import content, stems

DEPTHS = {ASKED: 200, SENTENCE: 80, SECTION: 60}
KEYWORD_DEPTH = 60
LONGEST_QUERY = 2000
WORD_WEIGHT = 0.35
CLEAR = 0.4
CONTEXT = 0.5
SAME_ENGLISH = "en"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A section found. `passages` are its sentences, the fittest first, with a score each; `clause` is what it was found for.

    `leads`: it is the best for the question, or for one of the things that are asked.
    """

    section: str
    article: str
    title: str
    heading: str
    audience: str
    updated: date | None
    start: int
    end: int
    text: str
    clause: str
    score: float
    leads: bool
    parts: Mapping[str, float]
    passages: tuple[tuple[Passage, float], ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """Hits, best first, the probability that they answer, and what was looked for (`glossed`: in English, word by word)."""

    hits: tuple[Hit, ...] = ()
    answerable: float = 0.0
    language: str = SAME_ENGLISH
    glossed: str = ""
    features: Mapping[str, float] = field(default_factory=dict[str, float])

    def sources(self) -> tuple[Source, ...]:
        """The sentences as sources to answer from: the hits' order, within a hit the fittest first."""
        return tuple(
            Source(text=passage.text, citation=cited(passage), score=hit.score + score, leads=hit.leads)
            for hit in self.hits
            for passage, score in hit.passages
        )


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One clause after the indexes were asked: how it was worded, its vectors, the ranking and its features."""

    text: str
    english: str
    vectors: Vectors
    coverage: Coverage
    ranked: tuple[Evidence, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict[str, float])
    answerable: float = 0.0


class Search:
    """Hybrid search: questions asked, sentences and sections by vector, words by keyword index, fused and ranked by section."""

    def __init__(
        self,
        *,
        database: Database,
        index: VectorIndex,
        embedder: Embedder,
        fitted: Weights | None = None,
        learned: Path | None = None,
    ) -> None:
        """`learned` is the folder that keeps what was learned of the articles; without it that is learned at every start."""
        self._database = database
        self._index = index
        self._embedder = embedder
        self._fitted = fitted or weights()
        self._learner = Learner(database=database, index=index, embedder=embedder.name, folder=learned)

    async def prepare(self, tenant: str) -> None:
        """Learns what is asked of the articles, so that the first question needn't wait for it."""
        await self._learner.of(tenant)

    async def find(
        self, query: str, *, tenant: str, audience: frozenset[str], limit: int = 5, language: str | None = None
    ) -> Found:
        """The sections that fit `query`, best first, only of `tenant` and for `audience`.

        Without `language` it is guessed. A message that asks several things gets the best section for each among its hits.
        """
        text = " ".join(query[:LONGEST_QUERY].split())
        if not text or not audience:
            return Found()
        language = language or guess(text)
        readers = Readers(tenant=tenant, audience=audience)
        looked = await self.look(query[:LONGEST_QUERY], readers, language)
        chosen = _chosen(looked, limit)
        ids = [evidence.section for _, evidence in chosen]
        shelved = await self._database.read(partial(shelf.sections, readers=readers, ids=ids))
        leading = {evidence.section for _, evidence in _firsts(looked)}
        hits = await asyncio.to_thread(self._hits, tenant, chosen, shelved)
        hits = [replace(hit, leads=hit.section in leading) for hit in hits]
        best = max(looked, key=lambda clause: clause.answerable)
        return Found(
            hits=tuple(hits),
            answerable=best.answerable if hits else 0.0,
            language=language,
            glossed=gloss(text, language),
            features=best.features,
        )

    async def look(self, query: str, readers: Readers, language: str) -> list[Looked]:
        """Asks the indexes for the whole query and for each of its clauses. The first is the whole."""
        whole = " ".join(query.split())
        texts = list(dict.fromkeys([whole, *clauses(query)]))
        english = [gloss(text, language) for text in texts]
        learned = await self._learner.of(readers.tenant)
        vectors, near = await asyncio.to_thread(self._nearest, readers, texts, english)
        words = await self._database.read(partial(_keywords, readers=readers, queries=english))
        found = [_Found(near=near[i], words=words[i], vectors=vectors[[i, len(texts) + i]]) for i in range(len(texts))]
        likely = [learned.scores(each.vectors, readers.audience) for each in found]
        return [self._judge(texts[i], english[i], found[i], likely[i]) for i in range(len(texts))]

    def _nearest(
        self, readers: Readers, texts: Sequence[str], english: Sequence[str]
    ) -> tuple[Vectors, list[dict[str, list[list[Near]]]]]:
        """Vectors of all wordings, and for each text what is near to either wording."""
        vectors: Vectors = self._embedder.embed([*texts, *english])
        count = len(texts)
        vectors = _in_context(vectors, count)
        rows = vectors if list(texts) != list(english) else vectors[:count]
        near: list[dict[str, list[list[Near]]]] = [{} for _ in texts]
        for kind, depth in DEPTHS.items():
            lookup = Lookup(tenant=readers.tenant, audience=readers.audience, kind=kind, limit=depth)
            for row, found in enumerate(self._index.nearest(lookup, rows)):
                near[row % count].setdefault(kind, []).append(found)
        return vectors, near

    def _judge(self, text: str, english: str, found: "_Found", learned: Mapping[str, float]) -> Looked:
        ranked = rank(Findings(near=found.near, words=found.words.found, learned=learned), self._fitted)
        looked = Looked(text=text, english=english, vectors=found.vectors, coverage=found.words.coverage)
        if not ranked:
            return looked
        features = judged(ranked, found.words.coverage, foreign=text != english)
        return replace(looked, ranked=tuple(ranked), features=features, answerable=answerable(features, self._fitted))

    def _hits(self, tenant: str, chosen: "_Chosen", shelved: Mapping[str, shelf.Shelved]) -> list[Hit]:
        points = [f"{key}/{i}" for key, kept in shelved.items() for i in range(len(kept.section.passages))]
        vectors = self._index.vectors(tenant, SENTENCE, points)
        return [
            _hit(clause, evidence, shelved[evidence.section], vectors)
            for clause, evidence in chosen
            if evidence.section in shelved
        ]


@dataclass(frozen=True, kw_only=True)
class _Words:
    found: list[tuple[str, float]]
    coverage: Coverage


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What the indexes gave for one clause."""

    near: dict[str, list[list[Near]]]
    words: _Words
    vectors: Vectors


_Chosen = Sequence[tuple[Looked, Evidence]]


def _in_context(vectors: Vectors, count: int) -> Vectors:
    """The vectors of clauses drawn towards that of the whole message, which says what "it" is."""
    whole = np.repeat(vectors[[0, count]], count, axis=0)
    mixed = vectors + CONTEXT * whole
    return (mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def cited(passage: Passage) -> Citation:
    """The passage as a citation."""
    return Citation(article=passage.article, heading=passage.heading, start=passage.start, end=passage.end, quote=passage.quote)


def _keywords(conn: Connection, readers: Readers, queries: Sequence[str]) -> list[_Words]:
    sections = shelf.count(conn, readers)
    if not sections:
        return [_Words(found=[], coverage=Coverage(holders={}, sections=0)) for _ in queries]
    return [
        _Words(
            found=keywords.find(conn, readers, query, limit=KEYWORD_DEPTH),
            coverage=Coverage(holders=keywords.holders(conn, readers, content(query)), sections=sections),
        )
        for query in queries
    ]


def _firsts(looked: Sequence[Looked]) -> list[tuple[Looked, Evidence]]:
    """The best section of each clause that seems to have an answer, in the order asked; else the best of the whole."""
    whole, parts = looked[0], looked[1:]
    firsts = [(clause, clause.ranked[0]) for clause in parts if clause.ranked and clause.answerable >= CLEAR]
    best = max((evidence.score for _, evidence in firsts), default=0.0)
    if whole.ranked and (not firsts or whole.ranked[0].score > best):
        firsts.insert(0, (whole, whole.ranked[0]))
    return firsts


def _chosen(looked: Sequence[Looked], limit: int) -> list[tuple[Looked, Evidence]]:
    """What leads, then the rest by score; each section once."""
    scored = [(clause, evidence) for clause in looked for evidence in clause.ranked]
    scored.sort(key=lambda pair: -pair[1].score)
    found: dict[str, tuple[Looked, Evidence]] = {}
    for clause, evidence in [*_firsts(looked), *scored]:
        found.setdefault(evidence.section, (clause, evidence))
    return list(found.values())[:limit]


def _hit(clause: Looked, evidence: Evidence, kept: shelf.Shelved, vectors: Mapping[str, Vectors]) -> Hit:
    part = kept.section
    return Hit(
        section=kept.id,
        article=kept.article,
        title=kept.title,
        heading=part.heading,
        audience=kept.audience,
        updated=kept.updated,
        start=part.start,
        end=part.end,
        text=part.text,
        clause=clause.text,
        score=evidence.score,
        leads=False,
        parts={**evidence.parts, "fused": evidence.fused},
        passages=_fittest(clause, kept, vectors),
    )


def _fittest(clause: Looked, kept: shelf.Shelved, vectors: Mapping[str, Vectors]) -> tuple[tuple[Passage, float], ...]:
    wanted = stems(clause.english)
    scored: list[tuple[Passage, float]] = []
    for number, passage in enumerate(kept.section.passages):
        vector = vectors.get(f"{kept.id}/{number}")
        cosine = float((clause.vectors @ vector).max()) if vector is not None else 0.0
        shared = len(wanted & stems(passage.text)) / len(wanted) if wanted else 0.0
        scored.append((passage, cosine + WORD_WEIGHT * shared))
    return tuple(sorted(scored, key=lambda pair: -pair[1]))
