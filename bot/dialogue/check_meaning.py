"""Whether one sentence follows from another: the same figures with the same names, nothing added, turned or left out."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from bot.dialogue.check_binding import Setting, bound_to_names
from bot.dialogue.check_reading import Part, Reading
from bot.dialogue.check_words import OPPOSITES, STRONG, senses, strong_alike
from knowledge.claims import FIGURES, Claim, Kind
from knowledge.words import words

_LEAST = re.compile(
    r"(?:at least|minimum(?: of)?|more than|over|from|no fewer than|not less than|starting at|exceeds?)\W*$", re.I
)
_MOST = re.compile(
    r"(?:at most|up to|maximum(?: of)?|max|no more than|not more than|less than|under|fewer than|limited to|capped at"
    r"|cannot exceed)\W*$",
    re.I,
)
_AFTER_LEAST = re.compile(r"^\W*(?:\w+\W+){0,3}?(?:or (?:more|above|over)|at least|minimum|and (?:above|up|over))\b", re.I)
_AFTER_MOST = re.compile(r"^\W*(?:\w+\W+){0,3}?(?:or (?:fewer|less|below)|at most|maximum)\b", re.I)
_CONDITIONAL = re.compile(
    r"\b(?:if|unless|except|when|whenever|after|until|once|as long as|provided|before|where|without)\b", re.I
)
_OPENING = 40
_PLACED = re.compile(r"\b(?:on|for|in|with)\s+(?:the\s+)?([A-Z]\w+)")
_RANGE = re.compile(r"(?:\s\w+)?\s*(?:to|through|[-–])\s*", re.I)


def follows(said: Reading, piece: Reading, topic: frozenset[str], setting: Setting) -> str:
    """Why the sentence doesn't follow from the piece; empty when it does."""
    tests: tuple[Callable[[], str], ...] = (
        lambda: unclaimed(said.claims, piece.claims),
        lambda: _unnamed(said, piece, topic, setting),
        lambda: _uncovered(said, piece, topic, setting),
        lambda: _bounds(said, piece),
        lambda: _denied(said, piece, topic),
        lambda: _limited(said, piece),
        lambda: _conditions(said, piece),
        lambda: _strong(said, piece),
        lambda: _telling(said, piece, setting),
        lambda: _opposed(said, piece),
        lambda: _subject(said, piece, setting),
        lambda: bound_to_names(said, piece, setting),
    )
    return next((reason for test in tests if (reason := test())), "")


def unclaimed(said: Iterable[Claim], known: Iterable[Claim]) -> str:
    """The first claim that isn't among the known ones."""
    held = tuple(known)
    for claim in said:
        if not any(claim.same(each) for each in held):
            return f"{claim.value} {claim.unit}".strip() + " is not in it"
    return ""


def covered(stemmed: str, held: Iterable[str]) -> bool:
    """Whether a word, or one of like meaning, is among the stems."""
    pool = frozenset(held)
    return stemmed in pool or any(senses(stemmed) & senses(each) for each in pool)


def names_of(reading: Reading, setting: Setting) -> list[str]:
    """The names that a sentence uses, in order, without the company's own."""
    return [name for name in reading.capitals if (name in setting.names or name in reading.inside) and name not in setting.own]


def _unnamed(said: Reading, piece: Reading, topic: frozenset[str], setting: Setting) -> str:
    held = set(piece.words) | topic | {value for claim in piece.claims for value in re.findall(r"\w+", claim.value)}
    for name in names_of(said, setting):
        if name not in held and f"{name}s" not in held and name.removesuffix("s") not in held:
            return f"{name!r} is not in it"
    return ""


def _uncovered(said: Reading, piece: Reading, topic: frozenset[str], setting: Setting) -> str:
    units = {unit for claim in piece.claims for unit in claim.unit.split()}
    pathed = set(words(" ".join(claim.value for claim in piece.claims if claim.kind is Kind.PATH)))
    held = frozenset(piece.stems) | topic | units | pathed | setting.own
    for each in said.stems:
        if not covered(each, held):
            return f"{each!r} is not in it"
    return ""


def _bounds(said: Reading, piece: Reading) -> str:
    for claim in said.claims:
        if claim.kind not in (Kind.MONEY, Kind.PERCENT, Kind.NUMBER):
            continue
        mine = _bound(said.text, claim)
        theirs = {_bound(piece.text, each) for each in piece.claims if claim.same(each)}
        if mine not in theirs:
            return f"{claim.value} is a limit in one of the two and not in the other"
    return _ranges(said, piece)


def _ranges(said: Reading, piece: Reading) -> str:
    """Of a range both ends are told, or none, and no range is made of other figures."""
    theirs = _ends(piece)
    for low, high in theirs:
        ends = [any(claim.same(end) for claim in said.claims) for end in (low, high)]
        if any(ends) and not all(ends):
            return f"it gives one end of {low.value} to {high.value}"
    for low, high in _ends(said):
        if not any(low.same(one) and high.same(other) for one, other in theirs):
            return f"{low.value} to {high.value} is no range in it"
    return ""


def _ends(reading: Reading) -> list[tuple[Claim, Claim]]:
    return [
        (low, high)
        for low, high in pairwise(reading.claims)
        if low.kind is high.kind
        and (
            _RANGE.fullmatch(between := reading.text[low.end : high.start])
            or (between.strip() == "and" and reading.text[: low.start].lower().rstrip().endswith("between"))
        )
    ]


def _telling(said: Reading, piece: Reading, setting: Setting) -> str:
    """Two words taken out of a long sentence claim more than it does: "refunds are possible"."""
    whole = len(piece.stems) + len(piece.claims)
    bare = not said.claims and not names_of(said, setting) and not any(part.denies for part in said.parts)
    return "it leaves out nearly all that the evidence says" if bare and len(said.stems) <= 2 < whole - 1 else ""


def _bound(text: str, claim: Claim) -> str:
    before, after = text[: claim.start], text[claim.end :]
    if _LEAST.search(before) and not re.search(r"\bno(?:t)? (?:more than|over)\W*$", before, re.I):
        return "least"
    if _MOST.search(before):
        return "most"
    return "least" if _AFTER_LEAST.search(after) else "most" if _AFTER_MOST.search(after) else ""


def _denied(said: Reading, piece: Reading, topic: frozenset[str]) -> str:
    """Words may be asserted only where the piece asserts them, and denied only where it denies."""
    yes = frozenset[str]().union(*(part.stems | part.names for part in piece.parts if not part.denies))
    no = frozenset[str]().union(*(part.stems | part.names for part in piece.parts if part.denies))
    for part in said.parts:
        if not part.denies:
            turned = [each for each in part.stems if covered(each, no - yes) and not covered(each, yes)]
            if turned and not _said_of_denied(part, said):
                return f"it says {turned[0]!r} where the evidence denies it"
            if any(claim.kind in FIGURES and _only_denied(claim, piece) for claim in part.claims):
                return "it states a figure that the evidence denies"
        elif not no and not any(each.denies for each in piece.parts):
            return "it denies what the evidence doesn't deny"
        elif part.stems and not any(covered(each, no) for each in part.stems):
            return "it denies something else than the evidence does"
    if any(part.denies for part in piece.parts) and not any(part.denies for part in said.parts):
        shared = [each for each in said.stems if covered(each, yes)]
        if len(shared) <= len([each for each in said.stems if covered(each, no)]) and not _apart(said, piece):
            return "it leaves out what the evidence denies"
    return ""


def _said_of_denied(part: Part, said: Reading) -> bool:
    """Whether the sentence's next part carries the denial: "Starter and Enterprise plans cannot be paused"."""
    later = [each for each in said.parts if each.start > part.start]
    return bool(later) and later[0].denies and not part.claims and not re.search(r"\bbut\b", said.text, re.I)


def _only_denied(claim: Claim, piece: Reading) -> bool:
    places = [part.denies for part in piece.parts for each in part.claims if claim.same(each)]
    return bool(places) and all(places)


def _apart(said: Reading, piece: Reading) -> bool:
    """Whether all that is said stands in one part of the piece that denies nothing."""
    return any(all(covered(each, part.stems | part.names) for each in said.stems) for part in piece.parts if not part.denies)


def _limited(said: Reading, piece: Reading) -> str:
    """What "only" goes with must be kept."""
    limit = re.search(r"(?<![\w-])only\b", piece.text, re.I)
    if limit is None or "only" in said.words:
        return ""
    at = limit.start()
    behind = [each for each in words(piece.text[at + 4 :]) if not each.isdigit()]
    held = set(said.words) | {form for word in said.words for form in (word.removesuffix("s"), f"{word}s")}
    nouns = [word for word in behind[:4] if word not in ("a", "an", "the", "to", "by", "in", "on", "for", "with", "can", "where")]
    if at < len(piece.text) - 12 and nouns and nouns[0] in held:
        return ""
    before = words(piece.text[:at])
    if before and before[-1] in held and not nouns:
        return ""
    return "it leaves out the evidence's 'only'"


def _conditions(said: Reading, piece: Reading) -> str:
    conditions = [part for part in piece.parts if part.conditional]
    spoken = bool(_CONDITIONAL.search(said.text))
    outer = frozenset[str]().union(*(part.stems for part in piece.parts if not part.conditional))
    for part in conditions:
        telling = [*part.stems, *(claim.value for claim in part.claims)]
        kept = sum(covered(each, said.stems) for each in part.stems) + sum(
            any(mine.same(claim) or claim.same(mine) for mine in said.claims) for claim in part.claims
        )
        if telling and kept * 2 < len(telling) and not _alternative(part, piece):
            return "it leaves out the evidence's condition"
        lent = [each for each in said.stems if covered(each, part.stems) and not covered(each, outer)]
        if lent and not spoken and not part.denies:
            return "it asserts what is only a condition in the evidence"
    if (
        not conditions
        and _CONDITIONAL.search(said.text)
        and any(part.conditional for part in said.parts)
        and not _CONDITIONAL.search(piece.text)
    ):
        return "it makes a condition that the evidence doesn't"
    return ""


def _alternative(part: Part, piece: Reading) -> bool:
    """Whether it is one of several conditions of which each is enough."""
    spoken = piece.text[part.start : part.end].lower()
    return spoken.startswith("or ") and not re.search(
        r"\b(?:unless|except|without|not|no)\b", piece.text[: part.start].split(",")[-1], re.I
    )


def _strong(said: Reading, piece: Reading) -> str:
    held = set(piece.words)
    for word in said.words:
        if word in STRONG and not strong_alike(word) & held:
            return f"{word!r} is more than the evidence says"
    return ""


def _opposed(said: Reading, piece: Reading) -> str:
    mine, theirs = set(said.words), set(piece.words)
    for group in OPPOSITES:
        for side in group:
            others = frozenset[str]().union(*(each for each in group if each is not side))
            if mine & side and not theirs & side and theirs & others and not mine & others:
                return f"it says {sorted(mine & side)[0]!r} where the evidence says {sorted(theirs & others)[0]!r}"
    return ""


def _subject(said: Reading, piece: Reading, setting: Setting) -> str:
    """It must be about what the piece is about: its subject, and a plan or role to which the piece is limited."""
    named = names_of(piece, setting)
    leading = [name for name in named if name in piece.head_words]
    theirs = setting.theirs if {"you", "your"} & set(said.words) else frozenset[str]()
    spoken = frozenset(names_of(said, setting)) | theirs
    if leading and not spoken & set(leading):
        return f"it is about {leading[0]!r} in the evidence"
    placed = {name.lower() for name in _PLACED.findall(piece.text)} & set(named)
    if placed and not leading and not spoken & set(named):
        return f"it holds for {sorted(placed)[0]!r} in the evidence"
    about = any(covered(each, (*said.stems, *spoken)) for each in piece.head)
    leads = {claim.value for claim in said.claims} & {claim.value for claim in piece.claims if claim.start < _OPENING}
    if piece.head and not about and not leads:
        return "it doesn't say what it is about"
    order = [name for name in names_of(said, setting) if name in named]
    rest = iter(named)
    if len(set(order)) > 1 and not all(name in rest for name in order) and not _listed(said, order):
        return "its names are in another order"
    return ""


def _listed(said: Reading, order: list[str]) -> bool:
    joined = r"(?:\s*,\s*|\s+and\s+|\s+or\s+|\s*,\s*(?:and|or)\s+)(?:the\s+)?"
    return bool(re.search(joined.join(map(re.escape, order)), said.text, re.I))
