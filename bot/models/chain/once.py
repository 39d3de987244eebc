"""Sees to it that nothing is said twice when one model goes on where another broke off."""

import re
from collections.abc import Iterable

from core.conversation import Citation, Sentence

WORD = re.compile(r"[^\W_]+(?:[.,][^\W_]+)*")
NEARLY = 0.75
SAME_SOURCE = 0.4
COVERED = 0.5


class Once:
    """The sentences said so far. Those of the model that speaks now may resemble each other, but never be the same.

    `moved_on` is called when the next model takes over: what it says must be more than other words for what was said.
    """

    def __init__(self, already: Iterable[Sentence] = ()) -> None:
        self._earlier: list[Sentence] = []
        self._now: list[Sentence] = []
        self._exact = {_plain(each.original or each.text) for each in already}

    @property
    def said(self) -> tuple[Sentence, ...]:
        """What was let through, in order."""
        return (*self._earlier, *self._now)

    def moved_on(self) -> None:
        self._earlier += self._now
        self._now = []

    def lets(self, sentence: Sentence, *, quotes: bool) -> bool:
        """Whether a sentence is new; if so it counts as said. `quotes`: it is a quotation, so a known place says nothing new."""
        plain = _plain(sentence.text)
        if plain in self._exact or any(_repeats(sentence, each, quotes=quotes) for each in self._earlier):
            return False
        if quotes and self._covered(sentence):
            return False
        self._exact.add(plain)
        self._now.append(sentence)
        return True

    def _covered(self, sentence: Sentence) -> bool:
        known = [each for earlier in self._earlier for each in earlier.citations]
        return bool(sentence.citations) and all(any(_covers(old, new) for old in known) for new in sentence.citations)


def _repeats(new: Sentence, old: Sentence, *, quotes: bool) -> bool:
    alike = _alike(new.text, old.text)
    same_place = bool(new.citations) and all(any(_covers(one, each) for one in old.citations) for each in new.citations)
    return alike >= NEARLY or (same_place and (quotes or alike >= SAME_SOURCE))


def _covers(old: Citation, new: Citation) -> bool:
    """Whether at least half of the new span lies in the old one."""
    if old.article != new.article:
        return False
    shared = min(old.end, new.end) - max(old.start, new.start)
    return shared >= COVERED * max(new.end - new.start, 1)


def _alike(one: str, other: str) -> float:
    """The share of words in common, 0 to 1; different figures make it 0."""
    first, second = _words(one), _words(other)
    if _figures(first) != _figures(second) or not first | second:
        return 0.0
    return len(first & second) / len(first | second)


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))


def _figures(words: set[str]) -> set[str]:
    return {word for word in words if any(each.isdigit() for each in word)}


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))
