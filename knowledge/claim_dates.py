"""Dates, weekdays and times of day as they are written in a language, in one spelling."""

import re
from collections.abc import Iterator

from knowledge.claim_words import MONTHS, RELATIVE, WEEKDAYS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = r"(?P<{0}>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.|º)?"
_YEAR = r"(?:,?\s+(?:de\s+|del\s+)?(?P<{0}>(?:19|20)\d\d)(?!\d))?"
_DATES = re.compile(
    rf"(?<!\w){_DAY.format('d1')}\s+(?:of\s+|de\s+|d['’])?(?P<m1>{_MONTH})\b\.?{_YEAR.format('y1')}"
    rf"|\b(?P<m2>{_MONTH})\b\.?\s+{_DAY.format('d2')}(?!\w|[.,:]\d){_YEAR.format('y2')}"
    rf"|\b(?P<m3>{_MONTH})\b\.?\s+(?:de\s+|del\s+)?(?P<y3>(?:19|20)\d\d)\b"
    r"|\b(?P<y4>(?:19|20)\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)(?!\d)"
    r"|(?<![\w./])(?P<a>\d{1,2})(?P<mark>[./])(?P<b>\d{1,2})(?P=mark)(?P<y5>(?:19|20)\d\d)(?!\w)"
    rf"|(?<=\b(?:in|im|en|by|em|di)\s)(?P<m6>{_MONTH})\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?<![\w.:,])(?P<h1>[01]?\d|2[0-4])(?::(?P<n1>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?)"
    r"|(?<![\w.:,])(?P<h2>[01]?\d|2[0-4]):(?P<n2>[0-5]\d)(?![\d:])(?:\s?(?:Uhr|uur|h)\b)?"
    r"|(?<![\w.:,])(?P<h3>[01]?\d|2[0-4])\s?h\s?(?P<n3>[0-5]\d)\b"
    r"|(?<![\w.:,])(?P<h4>[01]?\d|2[0-4])(?:\.(?P<n4>[0-5]\d))?\s(?:Uhr|uur|heures pile|o['’]clock)\b"
    r"|\b(?P<word>noon|midday|midnight|mitternacht)\b",
    re.IGNORECASE,
)
_DAYS = re.compile(r"(?<![\w-])[^\W\d_]+(?:-feira|['’]hui)?(?![\w-])")
_CAPITAL_MONTHS = ("march", "may", "mar", "mars", "mai", "marts", "juni", "dec", "dez", "sept", "jan")

Spot = tuple[str, int, int]


def dates(text: str) -> Iterator[Spot]:
    """Dates as 2027-03-31, --03-31 without their year or 2027-03 without their day; with slashes both ways as written."""
    for match in _DATES.finditer(text):
        named = match["m1"] or match["m2"] or match["m3"] or match["m6"]
        if named and named.lower() in _CAPITAL_MONTHS and not named[0].isupper() and not (match["d1"] or match["d2"]):
            continue
        yield _date(match), match.start(), match.end()


def days(text: str) -> Iterator[Spot]:
    """Weekdays and words such as "tomorrow"."""
    for match in _DAYS.finditer(text):
        word = match.group().lower()
        if word in WEEKDAYS:
            yield f"weekday {WEEKDAYS[word]}", match.start(), match.end()
        elif word in RELATIVE:
            yield RELATIVE[word], match.start(), match.end()


def times(text: str) -> Iterator[Spot]:
    """Times of day as 09:00."""
    for match in _TIMES.finditer(text):
        yield _time(match), match.start(), match.end()


def _date(match: re.Match[str]) -> str:
    if match["a"]:
        one, two, year = int(match["a"]), int(match["b"]), match["y5"]
        if match["mark"] == "." or one > 12:
            return f"{year}-{two:02d}-{one:02d}"
        return f"{year}-{one:02d}-{two:02d}" if two > 12 else match.group()
    if match["y4"]:
        return match.group()
    named = match["m1"] or match["m2"] or match["m3"] or match["m6"]
    day, year = match["d1"] or match["d2"], match["y1"] or match["y2"] or match["y3"]
    month = f"{MONTHS[named.lower()]:02d}"
    return f"{year or '-'}-{month}" + (f"-{int(day):02d}" if day else "")


def _time(match: re.Match[str]) -> str:
    if match["word"]:
        return "12:00" if match["word"].lower() in ("noon", "midday") else "00:00"
    hour = int(match["h1"] or match["h2"] or match["h3"] or match["h4"])
    minute = int(match["n1"] or match["n2"] or match["n3"] or match["n4"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    return f"{hour:02d}:{minute:02d}"
