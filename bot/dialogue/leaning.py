"""What a short question means after the one before it: "and for Business?" after a price, or one of the topics just named."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from bot.dialogue.state import DialogueState
from core.language import Act, Understanding
from knowledge.words import SMALL, content, stem, stems

MOST_WORDS = 8
MOST_CARRIED = 6
FEW_TELLING = 2
CLOSE = 0.8
LONG_WORD = re.compile(r"[^\W\d_]{7,}")
OPENS = re.compile(
    r"^\W*(?:(?:ok|okay|hm+|well|oh|so|ja|oui|sí)\W+)?(?:and|or|but|what about|how about"
    r"|und|oder|aber|et|ou|mais|y|o|pero|og|en|e)\b",
    re.IGNORECASE,
)
LEANS = re.compile(
    r"\b(?:it|its|that|this|they|them|those|these|one|there|then|das|es|dies\w*|dann|damit|ça|cela|ceci|eso|esto|ello|det|dat|dit)\b",
    re.IGNORECASE,
)
FILLING = re.compile(r"^\W*(?:(?:ok|okay|hm+|well|oh|so|and|or|but|und|et|y|og|en|e)\b\W*)+", re.IGNORECASE)
NUMBERED = {
    0: re.compile(r"\b(?:first|1st|1|erste\w*|premi[eè]re?|primer[oa]?)\b", re.IGNORECASE),
    1: re.compile(r"\b(?:second|2nd|2|zweite\w*|deuxi[eè]me|segund[oa])\b", re.IGNORECASE),
    2: re.compile(r"\b(?:third|3rd|3|last|dritte\w*|letzte\w*|troisi[eè]me|derni[eè]re?|tercer[oa]?|últim[oa])\b", re.IGNORECASE),
}


def question_of(text: str, understood: Understanding, state: DialogueState, names: Collection[str]) -> str:
    """The question that a message asks, with what it leaves to the one before it or to the topics just named."""
    if understood.language == "en":
        text = respelled(text, names)
    agreed = understood.act is Act.AFFIRM and state.top is None
    return chosen(text, state.choices, agreed=agreed) or in_full(text, state.last_question, names)


def in_full(text: str, before: str, names: Collection[str] = ()) -> str:
    """`text` with what it leaves to the question `before` it; itself when it stands alone.

    One of `names` (things of one kind, such as plans) takes the place of another that was asked about; else the telling words of
    the earlier question are added.
    """
    if not before or not leans(text):
        return text
    named, named_before = _named(text, names), _named(before, names)
    bare = FILLING.sub("", text).strip()
    if len(named) == 1 and len(named_before) == 1 and not _others(bare, named):
        return re.sub(rf"\b{re.escape(named_before[0])}\b", named[0], before, flags=re.IGNORECASE)
    told = stems(text)
    if named_before and not named and _others(bare, ()):
        carried = named_before
    else:
        dropped = {name.lower() for name in named_before} if named else set[str]()
        carried = [word for word in content(before) if word not in dropped and not stems(word) <= told]
    return " ".join([bare.rstrip("?!. "), *carried[:MOST_CARRIED]]) + "?"


def respelled(text: str, names: Collection[str]) -> str:
    """`text` with names that are nearly spelled right put right ("buisness")."""
    known = {name.lower() for name in names}

    def mend(match: re.Match[str]) -> str:
        word = match[0].lower()
        near = [] if word in known or stem(word) in known else get_close_matches(word, known, n=1, cutoff=CLOSE)
        return near[0] if near else match[0]

    return LONG_WORD.sub(mend, text)


def leans(text: str) -> bool:
    """Whether a message is short and goes on with what came before."""
    if len(text.split()) > MOST_WORDS:
        return False
    telling = sum(word not in SMALL for word in content(text))
    return (telling <= FEW_TELLING + 1 and bool(OPENS.search(text))) or (telling <= FEW_TELLING and bool(LEANS.search(text)))


def chosen(text: str, choices: Sequence[str], *, agreed: bool = False) -> str | None:
    """The choice that a message names, by its words or its place; with a yes the only one."""
    if not choices:
        return None
    if agreed and len(choices) == 1:
        return choices[0]
    if len(text.split()) > MOST_WORDS:
        return None
    told = stems(text)
    fits = [each for each in choices if told and told <= stems(each)]
    if len(fits) == 1:
        return fits[0]
    placed = [choices[place] for place, words in NUMBERED.items() if place < len(choices) and words.search(text)]
    return placed[0] if len(placed) == 1 and len(told) <= FEW_TELLING else None


def _named(text: str, names: Collection[str]) -> list[str]:
    found = [match[0] for name in names if (match := re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE))]
    return list(dict.fromkeys(found))


def _others(text: str, named: Sequence[str]) -> set[str]:
    """The telling words besides names and words such as "plan"."""
    return stems(text) - stems(" ".join(named)) - stems("plan plans for price tarif für pour formule para what about")
