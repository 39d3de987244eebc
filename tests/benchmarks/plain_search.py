"""The peer of `make bench-understanding`: quote the three sentences that vectors and TF-IDF, fused by rank, put first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.embedding import Embedder
from knowledge.articles import decode, parse
from tests.benchmarks.scoring import ANSWERABLE, Line, strings_hold

QUOTED = 3
DAMPING = 60


def sentences_of(folder: Path) -> list[str]:
    """Every sentence of the public articles."""
    found: list[str] = []
    for file in sorted(folder.rglob("*.md")):
        article = parse(decode(file.read_bytes(), str(file)), file=str(file))
        found += [passage.text for section in article.sections for passage in section.passages]
    return found


def share_right(questions: Sequence[Line], sentences: Sequence[str], embedder: Embedder) -> float:
    """The share of answerable questions whose strings stand in the three sentences; citations and the rest aren't asked for."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    asked = [question for question in questions if question["kind"] in ANSWERABLE]
    texts = [str(question["q"]) for question in asked]
    words: Any = TfidfVectorizer(sublinear_tf=True)
    known: Any = words.fit_transform(list(sentences))
    alike = np.asarray((words.transform(texts) @ known.T).toarray(), dtype=np.float64)
    near = np.asarray(embedder.embed(texts) @ embedder.embed(sentences).T, dtype=np.float64)
    right = 0
    for question, row in zip(asked, _fused(near) + _fused(alike), strict=True):
        best = [sentences[int(place)] for place in np.argsort(-row)[:QUOTED]]
        right += strings_hold(question, " ".join(best))
    return right / len(asked)


def _fused(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each score's share by its rank in its row."""
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    return 1.0 / (DAMPING + ranks)
