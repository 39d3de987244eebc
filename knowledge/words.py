"""English words as search and checks see them: content words, without the small words of grammar, cut to their stems."""

import re
import unicodedata

_SMALL_WORDS = """
a about after again all also am an and any are as at back be been before but by can could did do does doing done during each every
few for from get gets getting got had has have having he her here hers him his how i if in into is it its itself just last long
many may me might more most much must my need next no nor not now of often on once one only or other our ours out over own please
she should so some such than that the their theirs them then there these they this those three through to too two under until up
us very want wants was we were what when where whether which while who whom whose why will with would yes you your yours
"""
_NEGATIONS = "no not never none nobody nothing cannot without neither nor isn doesn won"
SMALL = frozenset(_SMALL_WORDS.split())
NEGATIONS = frozenset(_NEGATIONS.split())

_WORD = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*", re.IGNORECASE)
_ENDINGS = ("ingly", "edly", "ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s", "ly")
SHORTEST_STEM = 3


def stem(word: str) -> str:
    """A word without its commonest endings: "cancelled" and "cancels" come near to "cancel"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            cut = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            return cut[:-1] if len(cut) > SHORTEST_STEM and cut[-1] == cut[-2] and cut[-1] not in "ls" else cut
    return word


def words(text: str) -> list[str]:
    """The words and numbers of a text in lower case and without accents, in order."""
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return [match.group().lower() for match in _WORD.finditer(text)]


def content(text: str) -> list[str]:
    """The words that carry meaning, in order, each once. All words when a text has only small ones."""
    found = words(text)
    telling = [word for word in found if word not in SMALL and (len(word) > 1 or word.isdigit())]
    return list(dict.fromkeys(telling or found))


def stems(text: str) -> set[str]:
    """The stems of a text's content words."""
    return {stem(word) for word in content(text)}
