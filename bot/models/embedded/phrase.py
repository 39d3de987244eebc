"""Answers made of the sources' own sentences: the section that answers best, then what else comes near, each with its citation."""

import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.models.embedded.clauses import clauses
from core.conversation import Citation, Sentence
from core.embedding import Embedder
from core.language import PhraseRequest, Source
from knowledge.glossary import gloss
from knowledge.sentences import spans
from knowledge.words import stems

FILE = Path(__file__).with_name("framing.toml")
MOST = 5
MOST_LEADING = 4
LEAST = 0.32
NEAR_BEST = 0.8
SAME = 0.6
OTHER_PLAN = 0.3
PLANS = ("starter", "team", "business", "enterprise")
FRAME = "frame.help_centre"
LONGEST_SENTENCES = 60
ROW = re.compile(r"\s\|\s")

CLOSE, WORDS, TYPE, SEARCH = 0.55, 0.25, 0.12, 0.2

KINDS: tuple[tuple[str, str, str], ...] = (
    (
        "amount",
        r"how (?:much|many)|what .{0,30}(?:cost|price|fee|rate)|price|combien|cuánto|cuántos|wie ?viele?|hvor mange"
        r"|hvad koster|hoeveel|quanto|limit|maximum|cap\b"
        r"|most|minimum|percentage|share",
        r"\d",
    ),
    (
        "time",
        r"how (?:long|often|early|late|soon|fast|far ahead)|when|what (?:time|day|date|hour)|which (?:day|date)|until|deadline"
        r"|wann|wie lange|quand|cuándo|hvornår"
        r"|wanneer|quando|days|hours",
        r"\d|\b(?:day|days|hour|hours|minute|minutes|week|month|year|monday|sunday|daily|weekly|at once|straight away"
        r"|immediately)\b",
    ),
    (
        "place",
        r"\bwhere\b|which (?:menu|page|screen|tab)|how do (?:i|we)|how can (?:i|we)|how to|wo\b|où|dónde|hvor\b|waar|dove|menú",
        r" > |settings|menu|page|app\b|address|link",
    ),
    (
        "who",
        r"\bwho\b|whom|which role|allowed to|permission|wer\b|qui\b|quién|hvem|wie mag|chi\b",
        r"\b(?:owner|owners|admin|admins|manager|managers|employee|employees|person|people|team)\b",
    ),
    (
        "whether",
        r"^(?:can|do|does|is|are|may|will|could|must|should|kann|können|ist|gibt|peut|est-ce|puedo|se puede|kan|er|is er"
        r"|si può|è)\b",
        r"\b(?:not|no|cannot|can|can't|only|must|may|is|are|includes?|available|supported|unlimited|needs?)\b",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A sentence of a source. `leads`: search holds its section for the best answer to the question or a part of it."""

    text: str
    citation: Citation
    source: int
    leads: bool

    @property
    def section(self) -> tuple[str, str]:
        return self.citation.article, self.citation.heading


def answer(request: PhraseRequest, embedder: Embedder) -> list[Sentence]:
    """The answer's sentences, in reading order within each source. Empty when no source answers.

    In a language other than the sources' English the first sentence is approved wording that says so.
    """
    found = _sentences(request.sources)
    if not found:
        return []
    english = request.question if request.language == "en" else gloss(request.question, request.language)
    asked = [part.text for part in clauses(english)] or [english]
    scores = _scores(asked if len(asked) > 1 else [english], found, request.sources, embedder)
    plan = _plans(english) or _plans(str(request.facts.get("plan", "")))
    chosen = _chosen(found, scores - OTHER_PLAN * np.array([_of_another(plan, each.text) for each in found]))
    if not chosen:
        return []
    said = [Sentence(text=found[place].text, citations=(found[place].citation,)) for place in chosen]
    return [framing(request.language), *said] if request.language != "en" else said


def framing(language: str) -> Sentence:
    """The approved sentence that introduces what is quoted."""
    return Sentence(text=_framings().get(language) or _framings()["en"], approved=FRAME)


def _sentences(sources: Sequence[Source]) -> list[Candidate]:
    """Every sentence of every source once, cited to the character."""
    found: dict[tuple[str, int], Candidate] = {}
    for place, source in enumerate(sources):
        quote = source.citation.quote
        for line in re.finditer(r"[^\n]+", quote):
            for first, last in spans(line[0]):
                begin, text = line.start() + first, line[0][first:last]
                if not re.search(r"\w{2}", text) or text.startswith("#") or ROW.search(text):
                    continue
                at = source.citation.start + begin
                citation = Citation(
                    article=source.citation.article, heading=source.citation.heading, start=at, end=at + len(text), quote=text
                )
                found.setdefault(
                    (citation.article, at), Candidate(text=text, citation=citation, source=place, leads=source.leads)
                )
    return list(found.values())[:LONGEST_SENTENCES]


def _scores(
    asked: Sequence[str], found: Sequence[Candidate], sources: Sequence[Source], embedder: Embedder
) -> NDArray[np.float64]:
    """How well each sentence (column) answers each part of the question (row)."""
    headed = [f"{each.citation.heading}: {each.text}" for each in found]
    vectors = np.asarray(embedder.embed([*asked, *(each.text for each in found), *headed]), dtype=np.float64)
    questions, rest = vectors[: len(asked)], vectors[len(asked) :]
    plain, with_heading = rest[: len(found)], rest[len(found) :]
    close = np.maximum(questions @ plain.T, questions @ with_heading.T)
    top = max((source.score for source in sources), default=1.0) or 1.0
    standing = np.array([max(sources[each.source].score, 0.0) / top for each in found])
    table = CLOSE * close + SEARCH * standing[None, :]
    for row, part in enumerate(asked):
        for column, each in enumerate(found):
            table[row, column] += WORDS * _overlap(part, f"{each.citation.heading} {each.text}") + TYPE * _fits(part, each.text)
    return table


def _overlap(question: str, text: str) -> float:
    """The share of the question's telling words that stand in the text."""
    wanted = stems(question)
    return len(wanted & stems(text)) / math.sqrt(max(len(wanted), 1) * max(len(wanted), 3)) if wanted else 0.0


def _fits(question: str, text: str) -> float:
    """Whether the text has the kind of thing that the question asks for."""
    kinds = [given for _, asked, given in KINDS if re.search(asked, question, re.IGNORECASE)]
    if not kinds:
        return 0.5
    return sum(bool(re.search(given, text, re.IGNORECASE)) for given in kinds) / len(kinds)


def _plans(text: str) -> set[str]:
    """The plans that a text names."""
    return {plan for plan in PLANS if re.search(rf"\b{plan}\b", text, re.IGNORECASE)}


def _of_another(plan: set[str], text: str) -> bool:
    """Whether a sentence is only about plans other than those in question."""
    named = _plans(text)
    return bool(plan and named) and not plan & named


def _chosen(found: Sequence[Candidate], scores: NDArray[np.float64]) -> list[int]:
    """What leads, section by section and in reading order; then the best for each part of the question and what comes near."""
    best = scores.max(axis=0)
    leading = _leading(found, best)
    rest = [int(row.argmax()) for row in scores] + [int(place) for place in np.argsort(-best)]
    near = max(LEAST, NEAR_BEST * float(best.max()))
    chosen = list(leading)
    for order, place in enumerate(rest):
        enough = LEAST if order < len(scores) and len(scores) > 1 else near
        if len(chosen) < MOST and best[place] >= enough and not _said(found, chosen, place):
            chosen.append(place)
    first = {found[place].section: rank for rank, place in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda place: (first[found[place].section], found[place].citation.start))


def _leading(found: Sequence[Candidate], best: NDArray[np.float64]) -> list[int]:
    """The sentences of the leading sections, the fittest of each first, in turns."""
    sections: dict[tuple[str, str], list[int]] = {}
    for place, each in enumerate(found):
        if each.leads:
            sections.setdefault(each.section, []).append(place)
    ranked = [sorted(places, key=lambda place: -best[place]) for places in sections.values()]
    chosen: list[int] = []
    for turn in range(MOST_LEADING):
        for places in ranked:
            if turn < len(places) and len(chosen) < MOST and not _said(found, chosen, places[turn]):
                chosen.append(places[turn])
    return chosen


def _said(found: Sequence[Candidate], chosen: Sequence[int], place: int) -> bool:
    """Whether a sentence, or one of nearly its words, is chosen already."""
    words = stems(found[place].text)
    for other in chosen:
        told = stems(found[other].text)
        if other == place or (found[other].section != found[place].section and len(words & told) >= SAME * len(words | told)):
            return True
    return False


@cache
def _framings() -> dict[str, str]:
    return {language: str(text) for language, text in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}
