"""Words of other languages put into English, so that a question finds articles written in English.

A gloss is not a translation: each known word becomes its English one, the rest stay as they are, the order is kept.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

LANGUAGES = ("da", "de", "es", "fr", "it", "nl", "no", "pl", "pt", "sv")
LONGEST_PHRASE = 4
SHORTEST_REST = 4
LINKS = ("s", "es", "n", "en", "e")
CERTAIN = 0.6
ACCENTS = re.compile(r"[áàâäãåąçćéèêëęíìîïłñńóòôöõøœæśúùûüýźżß¿¡]", re.IGNORECASE)

_ENGLISH_WORDS = """
the a an and or not no is are was i we you your our my what how much many long often when where who why which can may must want
have has get do does did for with without of to from in on at if after before only also more all every again back new last next
it this that there be been they them their he she his her us me will would should could am as by about up out so than then too
very just any some one two three
"""
ENGLISH = frozenset(_ENGLISH_WORDS.split())

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|\S", re.UNICODE)
_FOLDS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "’": "'"})


@dataclass(frozen=True, kw_only=True)
class Glossary:
    """One language: whole words and phrases, and stems, each as spelled and folded to plain lower-case letters."""

    language: str
    words: dict[str, str]
    stems: dict[str, str]

    def word(self, text: str) -> str | None:
        """The English for one word: as it stands, by its longest stem, or part by part when it is a compound."""
        if text in self.words:
            return self.words[text]
        for length in range(len(text), 1, -1):
            english = self.stems.get(text[:length]) or (self.words.get(text[:length]) if length > SHORTEST_REST else None)
            if english and (text[:length] in self.stems or self._rest(text[length:])):
                rest = self._rest(text[length:])
                return f"{english} {rest}" if rest and rest != english else english
        return None

    def _rest(self, text: str) -> str | None:
        """The English for the last part of a compound, behind a linking letter or none."""
        for link in ("", *LINKS):
            part = text.removeprefix(link)
            if len(part) < SHORTEST_REST or (link and part == text):
                continue
            if part in self.words:
                return self.words[part]
            for length in range(len(part), SHORTEST_REST - 1, -1):
                if part[:length] in self.stems:
                    return self.stems[part[:length]]
        return None


def fold(text: str) -> str:
    """Lower case without accents, so that "cuánto" and "Cuanto" are one word."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_FOLDS)


def gloss(text: str, language: str) -> str:
    """`text` with every known word of `language` in English. English, and languages without a glossary, come back as they are."""
    if language not in LANGUAGES:
        return text
    return " ".join(english for english, _ in _glossed(text, glossary(language)) if english)


def guess(text: str) -> str:
    """The language whose words cover `text` best, `en` when none does clearly. For short texts whose language isn't told."""
    if not text.isascii() and not ACCENTS.search(text):
        return "en"
    covered = {language: _coverage(text, glossary(language)) for language in LANGUAGES}
    best = max(covered, key=lambda language: covered[language])
    return best if covered[best] >= CERTAIN and covered[best] > _english(text) else "en"


@lru_cache(maxsize=len(LANGUAGES))
def glossary(language: str) -> Glossary:
    """The glossary of a language, read once."""
    path = resources.files("knowledge").joinpath("glossary", f"{language}.toml")
    words: dict[str, str] = {}
    stems: dict[str, str] = {}
    for english, forms in tomllib.loads(path.read_text("utf-8"))["words"].items():
        for form in forms.split():
            plain = form.rstrip("*").replace("_", " ").replace("'", " ")
            into = stems if form.endswith("*") else words
            into[plain] = english
            into.setdefault(fold(plain), english)
    return Glossary(language=language, words=words, stems=stems)


def _tokens(text: str) -> list[str]:
    return [part for token in _WORD.findall(text) for part in re.split(r"['’]", token) if part]


def _glossed(text: str, of: Glossary) -> list[tuple[str, bool]]:
    """The English of each word or phrase in order, and whether it was known."""
    tokens = _tokens(text)
    spelled = [token.casefold() for token in tokens]
    folded = [fold(token) for token in tokens]
    out: list[tuple[str, bool]] = []
    at = 0
    while at < len(tokens):
        length, english = _phrase(spelled, folded, at, of)
        out.append((english if english is not None else tokens[at], english is not None))
        at += length
    return out


def _phrase(spelled: Sequence[str], folded: Sequence[str], at: int, of: Glossary) -> tuple[int, str | None]:
    """How many words from `at` on were put into English, and what they are: as spelled, else without accents."""
    for length in range(min(LONGEST_PHRASE, len(folded) - at), 1, -1):
        english = of.words.get(" ".join(folded[at : at + length]))
        if english is not None:
            return length, english
    return 1, of.words.get(spelled[at]) or of.word(folded[at])


def _coverage(text: str, of: Glossary) -> float:
    known = [found for english, found in _glossed(text, of) if any(letter.isalpha() for letter in english)]
    return sum(known) / len(known) if known else 0.0


def _english(text: str) -> float:
    words = [fold(token) for token in _tokens(text) if token.isalpha()]
    return sum(word in ENGLISH for word in words) / len(words) if words else 0.0
