"""A text as the heads see it: its sentence vector, its hashed words and letters, its concepts and the kinds of value in it."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.models.embedded import concepts, terms
from bot.models.embedded.language import detect
from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.slots import Reading
from core.embedding import Embedder
from knowledge.glossary import gloss

Floats = NDArray[np.float32]
WORD_BUCKETS = 1 << 15
LETTER_BUCKETS = 1 << 15
LONGEST = 1500
VALUE_KINDS = (
    "money",
    "percent",
    "currency",
    "addon",
    "billing",
    "term_months",
    "date",
    "time",
    "invoice",
    "email",
    "phone",
    "code",
    "seats",
)
ANY_DAY = date(2026, 1, 1)

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|[?!%€$£]")


@dataclass(frozen=True, kw_only=True)
class View:
    """One text. `words` and `letters` map hash buckets to counts; `concepts` and `values` are places in their lists."""

    text: str
    language: str
    english: str
    vector: Floats
    words: Mapping[int, float]
    letters: Mapping[int, float]
    concepts: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Makes views. Texts in another language are glossed into English word by word before they are looked at."""

    embedder: Embedder
    lexicon: Lexicon

    def views(self, texts: Sequence[str], languages: Sequence[str] = ()) -> list[View]:
        """The views of `texts`, embedded in one batch."""
        cut = [text[:LONGEST] for text in texts]
        spoken = list(languages) or [detect(text, self.lexicon.own_words()) for text in cut]
        english = [text if language == "en" else gloss(text, language) for text, language in zip(cut, spoken, strict=True)]
        vectors = np.asarray(self.embedder.embed(english), dtype=np.float32)
        return [self._view(*row) for row in zip(cut, spoken, english, vectors, strict=True)]

    def _view(self, text: str, language: str, english: str, vector: Floats) -> View:
        both = text if english == text else f"{text} | {english}"
        return View(
            text=text,
            language=language,
            english=english,
            vector=vector,
            words=_hashed(_word_grams(english), WORD_BUCKETS),
            letters=_hashed(_letter_grams(english), LETTER_BUCKETS),
            concepts=tuple(concepts.concepts_of(both)),
            values=tuple(self._values(text)),
        )

    def _values(self, text: str) -> Iterable[int]:
        reading = Reading(text=text, today=ANY_DAY, lexicon=self.lexicon)
        for place, kind in enumerate(VALUE_KINDS):
            if reading.has(kind):
                yield place
        if terms.find_plans(text, self.lexicon):
            yield len(VALUE_KINDS)


def _word_grams(text: str) -> Iterable[str]:
    words = _WORD.findall(text.lower().replace("’", "'"))
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))


def _letter_grams(text: str) -> Iterable[str]:
    for word in _WORD.findall(text.lower().replace("’", "'")):
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            yield from (padded[at : at + size] for at in range(len(padded) - size + 1))


def _hashed(grams: Iterable[str], buckets: int) -> dict[int, float]:
    counts: dict[int, float] = {}
    for gram in grams:
        bucket = zlib.crc32(gram.encode()) & (buckets - 1)
        counts[bucket] = counts.get(bucket, 0.0) + 1.0
    return counts
