"""Answers from the help centre: search, phrase, check every sentence, or say that nothing stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.conversation import Sentence
from core.language import LanguageModel, PhraseRequest, Source
from knowledge.search import Finding, Search

PUBLIC = frozenset({"public"})
MOST_SENTENCES = 6


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What stands: sentences that passed the check. `dropped` counts those that did not; `choices` are cases to choose from."""

    sentences: tuple[Sentence, ...]
    passages: tuple[str, ...]
    answerable: float
    dropped: int = 0
    choices: tuple[str, ...] = ()
