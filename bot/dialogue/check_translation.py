"""Whether a translation says neither more nor less in figures, names, links and denials than the English does."""

import re
from collections import Counter

from bot.dialogue.check_forbidden import forbidden
from handoff.promise_forms import promises
from knowledge.claim_words import LANGUAGES, UNITS, denies
from knowledge.claims import Claim, Kind, claims, folded

SHORTEST, LONGEST, SLACK = 0.4, 2.2, 24
_LITERAL = frozenset({Kind.LINK, Kind.CODE, Kind.PATH})
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_QUESTION = re.compile(r"[?？]\s*$")
_PARTIAL_DENIAL = re.compile(
    r"\bnot only\b|\bno more than\b|\bno longer\b|\bno later\b|\bno\s?\.\s?\d|\bonly\b|\bunless\b|\bnothing\b", re.I
)


def keeps(english: str, other: str, language: str) -> bool:
    """Whether the translation can be told. A language whose figures aren't known here only takes sentences without any."""
    source, target = folded(english), folded(other).strip()
    if not target or "\n" in target or forbidden(other, literal=True) or not _sane(source, target):
        return False
    if " ".join(source.lower().split()) == " ".join(target.lower().split()):
        return False
    if language not in LANGUAGES:
        return not claims(source) and not claims(target) and not denies(source)
    return (
        _same_figures(source, target, language)
        and _same_names(source, target)
        and _same_denial(source, target, language)
        and bool(_QUESTION.search(source)) == bool(_QUESTION.search(target))
        and not (promises(target) and not promises(source))
    )


def _sane(source: str, target: str) -> bool:
    return SHORTEST * len(source) - SLACK <= len(target) <= LONGEST * len(source) + SLACK


def _same_figures(source: str, target: str, language: str) -> bool:
    """Every claim of the one is in the other as often. A code or a link is taken over as it stands."""
    said, told = claims(source), claims(target, language)
    if any(claim.kind in _LITERAL and source[claim.start : claim.end].strip() not in target for claim in said):
        return False
    if any(claim.kind is Kind.LINK and claim.value not in source.lower() for claim in told):
        return False
    mine, theirs = (
        Counter(_key(claim) for claim in said if _counts(claim)),
        Counter(_key(claim) for claim in told if _counts(claim)),
    )
    if set(mine) != set(theirs) and not _loose(set(mine) ^ set(theirs)):
        return False
    return _same_units(said, told)


def _counts(claim: Claim) -> bool:
    return claim.kind not in _LITERAL


def _key(claim: Claim) -> tuple[str, str]:
    return (str(claim.kind), claim.value)


def _loose(keys: set[tuple[str, str]]) -> bool:
    """Whether all that is left is a "one" or "once", which another language may say by an article or a word of its own."""
    return all(key == (str(Kind.NUMBER), "1") for key in keys)


def _same_units(said: tuple[Claim, ...], told: tuple[Claim, ...]) -> bool:
    """Where both name a unit of time, it is the same: eight hours are not eight days."""
    units = set(UNITS.values())
    for claim in said:
        mine = claim.unit.split()[-1:] if claim.kind is Kind.NUMBER else []
        theirs = [each.unit.split()[-1] for each in told if _key(each) == _key(claim) and each.unit]
        if mine and mine[0] in units and theirs and mine[0] not in theirs:
            return False
    return True


def _same_names(source: str, target: str) -> bool:
    """Words with a capital inside an English sentence are names, and stay, but for months and weekdays."""
    spans = [(claim.start, claim.end) for claim in claims(source)]
    for match in list(_WORD.finditer(source))[1:]:
        word = match.group()
        inside = any(start <= match.start() < end for start, end in spans)
        if word[0].isupper() and not inside and word not in _TRANSLATED and not _after_stop(source, match.start()):
            stem = word.removesuffix("'s").removesuffix("’s")
            if stem.lower() not in target.lower():
                return False
    return True


def _after_stop(text: str, at: int) -> bool:
    return bool(re.search(r"[.!?:]\s+[\"'“(]*$", text[:at]))


_TRANSLATED = frozenset(
    [
        "I",
        "I'm",
        "I've",
        "I'd",
        "I'll",
        "I’m",
        "I’ve",
        "I’d",
        "I’ll",
        "OK",
        "English",
        "German",
        "French",
        "Spanish",
        "Italian",
        "Dutch",
        "Portuguese",
        "AI",
    ]
)


def _same_denial(source: str, target: str, language: str) -> bool:
    if denies(source) == denies(target, language):
        return True
    return bool(_PARTIAL_DENIAL.search(source))
