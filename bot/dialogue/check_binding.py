"""Whether a figure is said of the name, period or role of which the evidence says it."""

import re
from dataclasses import dataclass

from bot.dialogue.check_reading import Part, Reading
from knowledge.claims import FIGURES, Claim, Kind

_FOR = re.compile(r"\bfor\s+$")
_RATE = re.compile(
    r"(?:\s*(?:,\s*(?:or|and)?|or|and)\s*[$€£]?\d[\d.,]*(?:\s?(?:usd|eur|gbp|dollars?|euros?|pounds?))?)*"
    r"\s*((?:(?:for\s+)?(?:per|a|an|each|every)\s+[a-z]+\s*)+)",
    re.IGNORECASE,
)
_FIGURES_LISTED = re.compile(r"\d\S*(?:\s\w+)?\s*(?:,|\band\b|\bor\b)\s*[^\s\d]?\d", re.IGNORECASE)
_EACH = re.compile(r"(?:per|a|an|each|every)\s+([a-z]+)", re.IGNORECASE)
_ONE = re.compile(r"\b(?:a|an|each|every|one|per)\s(?:\w+\s)?(seat|location|kiosk|user|message|call)\b", re.IGNORECASE)
_AS_WELL = {"year": "year|annual", "month": "month", "seat": "seat|user|person|people", "user": "user|seat"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What holds in a whole check: words known to be names, names of the company itself, the plan words of this customer."""

    names: frozenset[str]
    own: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()


def bound_to_names(said: Reading, piece: Reading, setting: Setting) -> str:
    """A figure belongs to the name, period or role beside which the piece states it."""
    if "respectively" in piece.words and said.text.lower() != piece.text.lower():
        return "the evidence lists figures and names apart"
    for part in said.parts:
        for claim in part.claims:
            if claim.kind in FIGURES and not any(
                _beside(claim, part, place, said, piece, setting) for place in _places(claim, piece)
            ):
                return f"{claim.value} belongs to something else in the evidence"
            if claim.kind in FIGURES and _narrower(claim, said, piece):
                return f"it leaves out for what {claim.value} holds"
            if claim.kind is Kind.MONEY and (left_out := _unrated(claim, said, piece)):
                return f"it leaves out that {claim.value} is for each {left_out}"
    return ""


def _unrated(claim: Claim, said: Reading, piece: Reading) -> str:
    """For each of what a price is ("a seat costs ... per month"), where the sentence leaves it out and the piece never does."""
    missing: list[str] = []
    for each in piece.claims:
        rate = _RATE.match(piece.text, each.end) if claim.same(each) else None
        lacking = [
            noun
            for noun in [*_ONE.findall(piece.text[: each.start]), *(_EACH.findall(rate[1]) if rate else [])]
            if not re.search(rf"\b(?:{_AS_WELL.get(noun.lower(), re.escape(noun))})", said.text, re.IGNORECASE)
        ]
        if claim.same(each) and not lacking:
            return ""
        missing += lacking
    return missing[0] if missing else ""


def _narrower(claim: Claim, said: Reading, piece: Reading) -> bool:
    """Whether each place of the figure holds "for" a code that the sentence leaves out: "within 15 minutes for P1"."""
    parts = [piece.parts[place] for place in _places(claim, piece)]
    codes = [
        {each.value for each in part.claims if each.kind is Kind.CODE and _FOR.search(piece.text[: each.start])} for part in parts
    ]
    spoken = {each.value for each in said.claims if each.kind is Kind.CODE}
    return bool(codes) and all(held and not held & spoken for held in codes)


def _places(claim: Claim, piece: Reading) -> list[int]:
    return [number for number, part in enumerate(piece.parts) if any(claim.same(each) for each in part.claims)]


def _beside(claim: Claim, part: Part, place: int, said: Reading, piece: Reading, setting: Setting) -> bool:
    there = piece.parts[place]
    wanted = _marks(part, setting)
    if not wanted:
        wanted = _all_marks(said, setting) if len(said.claims) == 1 else set[str]()
    if not wanted and {"you", "your"} & set(said.words):
        wanted = _all_marks(piece, setting) & setting.theirs
    owned = _marks(there, setting)
    if place + 1 < len(piece.parts) and not piece.parts[place + 1].claims and not owned:
        following = piece.parts[place + 1]
        owned |= _marks(following, setting)
    for mark in wanted:
        rivals = [other for other in owned if _rivals(mark, other) and not _together(mark, other, piece)]
        if mark not in owned and rivals and not _shared(mark, place, piece):
            return False
        if mark not in owned and not _earlier(mark, place, piece, setting) and mark in _all_marks(piece, setting):
            return False
    return True


def _shared(mark: str, place: int, piece: Reading) -> bool:
    """Whether a name stands in the same run of names: "Team, Business and Enterprise" after one figure."""
    ahead = [part for part in piece.parts[place + 1 :]]
    for part in ahead:
        if part.claims:
            return False
        if mark in part.names:
            return True
    return False


def _earlier(mark: str, place: int, piece: Reading, setting: Setting) -> bool:
    """Whether the mark was named before the figure, and no rival of it since; or behind it before the next figure."""
    for part in reversed(piece.parts[: place + 1]):
        marks = _marks(part, setting)
        rivals = [other for other in marks if _rivals(mark, other)]
        if mark in marks or (rivals and all(_together(mark, other, piece) for other in rivals)):
            return True
        if rivals:
            return False
    return _shared(mark, place, piece)


def _together(mark: str, other: str, piece: Reading) -> bool:
    """Whether two names lead the piece as one list, "Team and Business customers", with no list of figures to go with it."""
    joined = r"(?:\s*,\s*(?:and\s|or\s)?|\s(?:and|or)\s)(?:\w+(?:\s*,\s*(?:and\s|or\s)?|\s(?:and|or)\s))?"
    listed = re.match(rf"\W*(?:{mark}{joined}{other}|{other}{joined}{mark})\b", piece.text, re.IGNORECASE)
    return bool(listed) and not _FIGURES_LISTED.search(piece.text)


def _marks(part: Part, setting: Setting) -> set[str]:
    """Names, and words that stand for one of several: monthly or annual."""
    return {name for name in part.names if name in setting.names and name not in setting.own} | part.periods


def _all_marks(piece: Reading, setting: Setting) -> set[str]:
    return {mark for part in piece.parts for mark in _marks(part, setting)}


def _rivals(one: str, other: str) -> bool:
    periods = {"monthly", "annual"}
    return (one in periods) == (other in periods) and one != other
