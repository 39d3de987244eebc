"""What a sentence claims: amounts, counts, dates, times, codes, links and menu paths, each in one spelling."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from knowledge.claim_dates import dates, days, times
from knowledge.claim_figures import Number, exact, numbers
from knowledge.claim_words import CURRENCIES, TIME_UNITS, UNITS, WORKING


class Kind(StrEnum):
    """What sort of thing is claimed."""

    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    DATE = "date"
    DAY = "day"
    TIME = "time"
    LINK = "link"
    CODE = "code"
    PATH = "path"


FIGURES = frozenset({Kind.MONEY, Kind.PERCENT, Kind.NUMBER, Kind.DATE, Kind.DAY, Kind.TIME})


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One figure or name of its kind, with its unit when it has one, and where it stands in the text (as `folded` gives it)."""

    kind: Kind
    value: str
    unit: str = ""
    start: int = 0
    end: int = 0

    def same(self, other: "Claim") -> bool:
        """Whether both claim the same thing; a date without its year, and a figure without unit, is less but not other."""
        if self.kind is not other.kind:
            return False
        if self.kind is Kind.DATE:
            return self.value == other.value or _part(self.value, other.value)
        if self.kind is Kind.PATH:
            return f" > {self.value} > " in f" > {other.value} > "
        return self.value == other.value and (not self.unit or self.unit == other.unit)


_LINK = re.compile(
    r"(?:https?://|www\.|mailto:|data:|javascript:)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:[a-z0-9][a-z0-9-]*\.)+(?:[a-z]{2,})(?:/[^\s<>\"')\]]*)?(?![\w@])",
    re.IGNORECASE,
)
_FILE_ENDINGS = ("e.g", "i.e", "a.m", "p.m")
_PATH = re.compile(r"[A-Z][\w&'’-]*(?:\s?[>›»→]\s?(?:[A-Z][\w&'’-]*(?:\s[\w&'’-]+){0,3}?(?=\s?[>›»→])|[A-Z][\w&'’-]*))+")
_CODE = re.compile(
    r"\+?\d(?:[\s()./-]?\d){7,}"
    r"|(?<![\w-])(?=[\w*+-]*\d)(?=[\w*+-]*[A-Za-z])[\w*+-]+(?:[.:-]\w+)*"
    r"|(?<![\w-])[A-Z]{2,}[\w*-]*|\b[a-z]+[A-Z]\w*|\b\d+(?:/\d+)+\b|\b\d+(?:\.\d+){2,}\b|#\d+"
)
_PLAIN_CAPITALS = frozenset(["OK", "AI", "FAQ", "PS", "FYI", "ASAP", "ID", "PDF"])
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_BEFORE = re.compile(rf"(?<!\w)(?P<sign>{_CURRENCY})\s?$", re.IGNORECASE)
_AFTER = re.compile(rf"\s?(?P<sign>{_CURRENCY})(?!\w)", re.IGNORECASE)
_PERCENT = re.compile(
    r"\s?(?:%|percent\b|per\s?cent\b|prozent\b|pour\s?cent\b|por\s?ciento\b|per\s?cento\b|procent\b)", re.IGNORECASE
)
_CENTS = re.compile(r"\s?(?:cents?|¢|pence)(?!\w)", re.IGNORECASE)
_NEXT = re.compile(r"[\s\u00a0-]*((?:[^\W\d_]+[\s-]+){0,2}?)([^\W\d_]+)")
_SINGLE = re.compile(r"\b(once|twice)\b", re.IGNORECASE)


def folded(text: str) -> str:
    """The text with full-width and similar forms in their plain shape."""
    return unicodedata.normalize("NFKC", text)


def claims(text: str, language: str = "en") -> tuple[Claim, ...]:
    """All claims of a folded text, in order."""
    found: list[Claim] = []
    rest = _take(text, found, Kind.LINK, ((_link(m), m.start(), m.end()) for m in _LINK.finditer(text) if _is_link(m)))
    rest = _take(rest, found, Kind.PATH, ((_path(m.group()), m.start(), m.end()) for m in _PATH.finditer(rest)))
    rest = _take(rest, found, Kind.DATE, dates(rest))
    rest = _take(rest, found, Kind.TIME, times(rest))
    rest = _take(rest, found, Kind.DAY, days(rest))
    rest = _money(rest, found, language)
    codes = ((m.group().lower(), m.start(), m.end()) for m in _CODE.finditer(rest) if m.group() not in _PLAIN_CAPITALS)
    rest = _take(rest, found, Kind.CODE, codes)
    found.extend(claim for number in numbers(rest, language) if (claim := _counted(rest, number)))
    if language == "en":
        found.extend(_times_counted(rest))
    return tuple(sorted(found, key=lambda claim: claim.start))


def blanked(text: str, claimed: Iterable[Claim]) -> str:
    """The text with its claims taken out."""
    for claim in claimed:
        text = text[: claim.start] + " " * (claim.end - claim.start) + text[claim.end :]
    return text


def _take(text: str, found: list[Claim], kind: Kind, spots: Iterable[tuple[str, int, int]]) -> str:
    new = [Claim(kind=kind, value=value, start=start, end=end) for value, start, end in spots]
    found.extend(new)
    return blanked(text, new)


def _money(text: str, found: list[Claim], language: str) -> str:
    new = [claim for number in numbers(text, language) if (claim := _priced(text, number))]
    found.extend(new)
    return blanked(text, new)


def _priced(text: str, number: Number) -> Claim | None:
    """The figure with the sign or word of a currency before or behind it; cents and pence are a hundredth of an unnamed one."""
    before, after = _BEFORE.search(text[: number.start]), _AFTER.match(text, number.end)
    if before:
        return _amount(before["sign"], number.value, before.start(), number.end)
    if after:
        return _amount(after["sign"], number.value, number.start, after.end())
    cents = _CENTS.match(text, number.end)
    return None if cents is None or number.loose else _amount("", number.value / 100, number.start, cents.end())


def _amount(sign: str, value: Decimal, start: int, end: int) -> Claim:
    code = CURRENCIES.get(sign.lower(), "")
    return Claim(kind=Kind.MONEY, value=f"{code} {exact(value)}".strip(), start=start, end=end)


def _counted(text: str, number: Number) -> Claim | None:
    percent = _PERCENT.match(text, number.end)
    if percent:
        return Claim(kind=Kind.PERCENT, value=exact(number.value), start=number.start, end=percent.end())
    unit, working = _unit(text, number.end)
    article = text[number.start : number.end].lower() != "one"
    if number.loose and (unit not in TIME_UNITS if article else not unit):
        return None
    return Claim(kind=Kind.NUMBER, value=exact(number.value), unit=f"{working}{unit}", start=number.start, end=number.end)


def _unit(text: str, end: int) -> tuple[str, str]:
    """The unit behind a figure, at most two words on, and whether its days or hours are working ones."""
    found = _NEXT.match(text, end)
    if not found:
        return "", ""
    for match in re.finditer(r"[^\W\d_]+", text[end : end + 40]):
        if text[end : end + match.start()].strip(" \u00a0-").count(" ") > 1:
            break
        if re.search(r"[.,;:()]", text[end : end + match.start()]):
            break
        word = match.group().lower()
        if word in UNITS:
            between = text[end : end + match.start()].lower().split()
            return UNITS[word], "working " if WORKING & set(between) else ""
    return "", ""


def _times_counted(text: str) -> Iterable[Claim]:
    for match in _SINGLE.finditer(text):
        value = "1" if match.group().lower() == "once" else "2"
        yield Claim(kind=Kind.NUMBER, value=value, unit="time", start=match.start(), end=match.end())


def _link(match: re.Match[str]) -> str:
    return re.sub(r"^(?:https?://|mailto:)(?:www\.)?", "", match.group().lower()).rstrip(".,;:!?/")


def _is_link(match: re.Match[str]) -> bool:
    text = match.group()
    return not text.lower().startswith(_FILE_ENDINGS) and bool(re.search(r"[@/:]|\.[a-z]{2,}$|\.[A-Z]{2,}$", text))


def _path(text: str) -> str:
    """A menu path in one spelling, its last step by its first word: where it ends is not always to be seen."""
    return " > ".join(part.strip().lower() for part in re.split(r"\s?[>›»→]\s?", text))


def _part(value: str, whole: str) -> bool:
    """Whether a date says less than another and nothing else: 31 March of 31 March 2027, March 2027 of it too."""
    if value.startswith("--"):
        return whole[-len(value) + 2 :] == value[2:] if len(value) == 7 else whole[4:7] == value[1:]
    return len(value) == 7 and whole.startswith(value)
