"""A sentence taken apart for comparison: its claims, its words, its capitalised names, and its parts with what each denies."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.dialogue.check_words import small
from knowledge.claim_words import denies
from knowledge.claims import Claim, Kind, blanked, claims, folded
from knowledge.words import stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_JOINT = re.compile(
    r"[;:()–—]|,(?!\d)|(?<!\w)(?:but|while|whereas|although|though|or|and|because|so that|where|which|nor|than)(?!\w)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?<!\w)(?:if|unless|except|when|whenever|after|until|once(?! in| a| per|\W*$)|as long as|provided|before"
    r"|without)(?!\w)|^with\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?<!\w)(?:is|are|was|were|can|cannot|could|may|must|has|have|had|will|would|does|do|did|costs?|allows?|keeps?|includes?|adds?"
    r"|comes?|lasts?|gets?|gives?|needs?|works?|runs?|takes?|pays?|earns?|arrives?|uses?|starts?|ends?|locks?|frees?|makes?|shows?"
    r"|means|exists?|mails?|counts?|offers?|covers?|limits?|answers?|returns?|supports?|requires?|\w+n['’]t)(?!\w)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s+(?:on|for|in)\s+[A-Z]|\s*,|\s+(?:and|to|or)\s+\d|\s*[-–]\s*\d")
_PERIODS = {"monthly": "monthly", "annual": "annual", "annually": "annual", "yearly": "annual"}
_PERIOD = re.compile(r"\b(?:monthly|annual|annually|yearly)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch between two joints. `periods`: monthly or annual billing; `conditional`: it says when the rest holds."""

    start: int
    end: int
    stems: frozenset[str]
    names: frozenset[str]
    periods: frozenset[str]
    claims: tuple[Claim, ...]
    denies: bool
    conditional: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A sentence, folded. `capitals` are its words with a capital, `inside` those of them that don't begin it."""

    text: str
    claims: tuple[Claim, ...]
    words: tuple[str, ...]
    stems: tuple[str, ...]
    capitals: tuple[str, ...]
    inside: frozenset[str]
    parts: tuple[Part, ...]
    head: frozenset[str]
    head_words: frozenset[str]


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """Takes a sentence apart."""
    whole = folded(text).replace("’", "'")
    found = _with_units(whole, claims(whole))
    bare = blanked(whole, found)
    tokens = list(_WORD.finditer(bare))
    capitals = [(token.group().removesuffix("'s").lower(), token.start()) for token in tokens if _named(token.group())]
    first = tokens[0].start() if tokens else 0
    verb = _VERB.search(bare)
    head = bare[: verb.start()] if verb and verb.start() else bare
    return Reading(
        text=whole,
        claims=found,
        words=tuple(token.group().lower() for token in tokens),
        stems=_stems(bare),
        capitals=tuple(name for name, _ in capitals),
        inside=frozenset(name for name, at in capitals if at != first),
        parts=_parts(bare, found, capitals),
        head=frozenset(_stems(head)),
        head_words=frozenset(token.group().lower() for token in _WORD.finditer(head)),
    )


def _with_units(text: str, found: Sequence[Claim]) -> tuple[Claim, ...]:
    """In "30 calls on Starter, 120 on Team" and "5 to 10 days" the bare figures have the unit of the others."""
    units = {claim.unit for claim in found if claim.kind is Kind.NUMBER and claim.unit}
    if len(units) != 1:
        return tuple(found)
    (unit,) = units
    return tuple(
        replace(claim, unit=unit) if claim.kind is Kind.NUMBER and not claim.unit and _LISTED.match(text, claim.end) else claim
        for claim in found
    )


def _named(token: str) -> bool:
    return token[0].isupper() and token not in ("I", "I'm", "I've", "I'll", "I'd", "OK")


def _stems(text: str) -> tuple[str, ...]:
    """The stems of the words that say something, each once, in order."""
    found = [match.group().lower().removesuffix("'s") for match in _WORD.finditer(text)]
    return tuple(dict.fromkeys(stem(word) for word in found if not small(word) and not word.endswith("n't")))


def _parts(bare: str, found: Sequence[Claim], capitals: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    cuts = [0, *sorted({match.start() for joint in (_JOINT, _CONDITION) for match in joint.finditer(bare)} - {0}), len(bare)]
    parts: list[Part] = []
    conditional = False
    for start, end in itertools.pairwise(cuts):
        text = bare[start:end]
        if not text.strip():
            continue
        begins = bool(_CONDITION.match(bare, start))
        conditional = begins or (conditional and not re.match(r"[,;:]", text))
        parts.append(
            Part(
                start=start,
                end=end,
                stems=frozenset(_stems(text)),
                names=frozenset(name for name, at in capitals if start <= at < end),
                periods=frozenset(_PERIODS[word.lower()] for word in re.findall(_PERIOD, text)),
                claims=tuple(claim for claim in found if start <= claim.start < end),
                denies=denies(text),
                conditional=conditional,
            )
        )
    return tuple(parts)
