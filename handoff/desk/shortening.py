"""Makes a draft shorter by leaving out whole sentences; never one that bears the answer, or a condition or price of it."""

import re
from collections.abc import Sequence

from core.conversation import Sentence
from knowledge.clauses import clauses
from knowledge.glossary import gloss
from knowledge.words import NEGATIONS, stems, words

_CONDITIONS = (
    "unless except if only but however otherwise must cannot until within before after provided minimum maximum least most always"
    " limit limited required needs instead"
)
CONDITIONS = frozenset(_CONDITIONS.split())
FIGURE = re.compile(r"\d|[$€£%]")
LEANS = re.compile(
    r"^\W*(?:it|its|this|that|these|those|they|them|he|she|such|then|otherwise|however|but|so|also|and|or|in that case"
    r"|das|dies|diese|es|sie|dann|sonst|cela|ceci|il|elle|ils|elles|alors|sinon|esto|eso|entonces)\b",
    re.IGNORECASE,
)


def shortened(question: str, sentences: Sequence[Sentence], language: str = "en") -> tuple[Sentence, ...]:
    """The sentences that carry the answer, in their order and unchanged; all of them when none can be spared.

    For each thing that is asked the fittest sentence stays, and with it whatever qualifies it: what states a condition, an
    exception or a figure of the same article or record, what it leans on, and what leans on it.
    """
    chosen = _fittest(question, sentences, language)
    anchors = {anchor for place in chosen for anchor in _anchors(sentences[place])}
    for place, sentence in enumerate(sentences):
        about = _anchors(sentence)
        related = not about or bool(about & anchors)
        if (_qualifies(sentence) and related) or _own(sentence):
            chosen.add(place)
    return tuple(sentences[place] for place in sorted(_leaning(chosen, sentences)))


def _fittest(question: str, sentences: Sequence[Sentence], language: str) -> set[int]:
    """The best sentence for each thing that is asked."""
    found: set[int] = set()
    bearing = [place for place, sentence in enumerate(sentences) if _anchors(sentence)] or list(range(len(sentences)))
    for part in clauses(question):
        wanted = stems(gloss(part, language))
        scores = {place: _score(wanted, sentences[place]) for place in bearing}
        if scores:
            found.add(max(bearing, key=lambda place: (scores[place], -place)))
    return found


def _score(wanted: set[str], sentence: Sentence) -> float:
    """How many of the question's words it has, of its own or in what it quotes."""
    held = stems(" ".join([sentence.text, *(each.quote for each in sentence.citations)]))
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _qualifies(sentence: Sentence) -> bool:
    """Whether it states a condition, an exception, a denial or a figure, itself or in what it stands on."""
    text = " ".join([sentence.text, *(each.quote for each in sentence.citations)])
    return bool(FIGURE.search(text)) or bool(set(words(text)) & (CONDITIONS | NEGATIONS))


def _own(sentence: Sentence) -> bool:
    """Whether it is approved wording: a frame, a question, a rule, a reason. Those are short and stay."""
    return bool(sentence.approved) and not sentence.citations and not sentence.record_ids


def _anchors(sentence: Sentence) -> frozenset[str]:
    """What it stands on: articles and records."""
    return frozenset([*(each.article for each in sentence.citations), *sentence.record_ids])


def _leaning(chosen: set[int], sentences: Sequence[Sentence]) -> set[int]:
    """With each sentence that begins with "it" or "otherwise" the one before it, which says what is meant."""
    found = set(chosen)
    for place in sorted(chosen, reverse=True):
        at = place
        while at > 0 and LEANS.match(sentences[at].text):
            at -= 1
            found.add(at)
    return found
