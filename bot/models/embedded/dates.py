"""Dates in a text, in the ways that customers write them, relative to a given day."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache

from bot.models.embedded.found import Found
from bot.models.embedded.numbers import find_numbers

MONTHS: Mapping[int, str] = {
    1: r"jan(?:uary|uar|vier)?|enero|januari|gennaio|styczeń|janeiro",
    2: r"feb(?:ruary|ruar|rero|ruari)?|febr|février|fevrier|febbraio|fevereiro",
    3: r"mar(?:ch|s|zo|ço)?|märz|maerz|maart|marts",
    4: r"apr(?:il|ile)?|avril|abril",
    5: r"may|mai|mayo|mei|maj|maggio|maio",
    6: r"june?|juni|juin|junio|giugno|junho",
    7: r"july?|juli|juillet|julio|luglio|julho",
    8: r"aug(?:ust|ustus)?|août|aout|agosto",
    9: r"sept?(?:ember|embre|tiembre|iembre)?|settembre|setembro",
    10: r"oct(?:ober|obre|ubre)?|oktober|okt|ottobre|outubro",
    11: r"nov(?:ember|embre|iembre|embro)?",
    12: r"dec(?:ember)?|dez(?:ember)?|décembre|decembre|dic(?:iembre|embre)?|dezembro",
}
WEEKDAYS: Mapping[int, str] = {
    0: r"monday|mon|montag|lundi|lunes|maandag|mandag|lunedì",
    1: r"tuesday|tue|tues|dienstag|mardi|martes|dinsdag|tirsdag|martedì",
    2: r"wednesday|wed|mittwoch|mercredi|miércoles|woensdag|onsdag|mercoledì",
    3: r"thursday|thu|thurs|donnerstag|jeudi|jueves|donderdag|torsdag|giovedì",
    4: r"friday|fri|freitag|vendredi|viernes|vrijdag|fredag|venerdì",
    5: r"saturday|samstag|sonnabend|samedi|sábado|zaterdag|lørdag|sabato",
    6: r"sunday|sonntag|dimanche|domingo|zondag|søndag|domenica",
}
NEAR: Mapping[str, int] = {
    r"the day after tomorrow|übermorgen|après-demain|pasado mañana": 2,
    r"tomorrow|morgen früh|demain|mañana|i morgen|domani": 1,
    r"today|tonight|heute|aujourd'hui|hoy|vandaag|i dag|oggi": 0,
    r"yesterday|gestern|hier soir|ayer|gisteren|i går|ieri": -1,
}
ISO = re.compile(r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b")
NUMERIC = re.compile(r"(?<![\d.,/])(\d{1,2})([./])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d/])\.?")
AFTER_DAYS = re.compile(
    r"\s*(?P<unit>days?|weeks?|tagen?|wochen?|jours?|semaines?|días?|semanas?|dagen|weken|dage|uger)\b(?P<ago>\s+ago)?",
    re.IGNORECASE,
)
BEFORE_DAYS = re.compile(r"\b(?P<word>in|within|dans|en|innerhalb von|over|om|for|vor|il y a|hace)\s+$", re.IGNORECASE)
PAST = re.compile(
    r"\b(?:was|were|had|did|didn't|couldn't|could punch|broke|went|paid|charged|happened|got|came|lost|failed|last|ago|since"
    r"|war|hatte|wurde"
    r"|konnte\w*|était|avait|a été|fue|pagué|cobraron|past|rebuilt)\b",
    re.IGNORECASE,
)
AMBIGUOUS = frozenset({"may", "march", "mar", "mars", "dec", "jan", "mai", "maj", "mei", "sept", "okt", "august"})
MONTH_BEFORE = re.compile(
    r"\b(?:in|from|until|till|by|since|of|next|last|and|to|through|this|end|im|ab|bis|seit|und|en|de|depuis|et|desde|hasta|y"
    r"|fra|og|van|tot|da|a)\s+$",
    re.IGNORECASE,
)
END_OF_MONTH = re.compile(
    r"\b(?:the )?end of (?:the|this) month|ende (?:des|dieses) monats|fin (?:du|de ce) mois|fin de mes\b", re.IGNORECASE
)
DAY_ALONE = re.compile(
    r"\b(?:on|by|from|until|till|since|am|zum) (?:the |den )?(?P<day>[12]?\d|3[01])(?:st|nd|rd|th|\.)(?!\s*\d)", re.IGNORECASE
)
NEXT_MONTH = re.compile(
    r"\b(?:next month|nächsten monat|le mois prochain|el mes que viene|el próximo mes|næste måned|volgende maand)\b",
    re.IGNORECASE,
)


def find_dates(text: str, today: date) -> list[Found]:
    """Dates as ISO text, in order. Without a year the nearest fitting one is meant: past when the words tell of the past."""
    past = bool(PAST.search(text))
    found: list[Found] = []
    for finder in (_iso, _spelled, _numeric, _named_days, _counted, _months_alone):
        for each in finder(text, today, past):
            if not any(each.overlaps(other) for other in found):
                found.append(each)
    return sorted(found, key=lambda each: each.start)


def _iso(text: str, today: date, past: bool) -> list[Found]:
    return _valid((match, _date(int(match[1]), int(match[2]), int(match[3]))) for match in ISO.finditer(text))


def _spelled(text: str, today: date, past: bool) -> list[Found]:
    """'11 February', 'Feb 11th 2026', 'le 3 mars', '1. Januar', '3 de mayo'."""
    pairs: list[tuple[re.Match[str], date | None]] = []
    for pattern in (_day_month(), _month_day()):
        for match in pattern.finditer(text):
            month = _month_of(match["month"])
            pairs.append((match, _with_year(int(match["day"]), month, match["year"], today, past)))
    return _valid(pairs)


def _numeric(text: str, today: date, past: bool) -> list[Found]:
    """'11.02.2026', '11/2', '3.4.': the day first, unless that can't be."""
    pairs: list[tuple[re.Match[str], date | None]] = []
    for match in NUMERIC.finditer(text):
        first, second, year = int(match[1]), int(match[3]), match[4]
        if year is None and match[2] == "." and not match[0].endswith("."):
            continue
        day, month = (second, first) if second > 12 >= first else (first, second)
        pairs.append((match, _with_year(day, month, year, today, past)))
    return _valid(pairs)


def _named_days(text: str, today: date, past: bool) -> list[Found]:
    pairs: list[tuple[re.Match[str], date | None]] = []
    for words, step in NEAR.items():
        pairs += [
            (match, today + timedelta(days=step)) for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE)
        ]
    for weekday, words in WEEKDAYS.items():
        for match in re.finditer(rf"\b(?P<last>last |letzten |dernier )?(?:{words})\b(?: dernier| pasado)?", text, re.IGNORECASE):
            ahead = (weekday - today.weekday()) % 7 or 7
            pairs.append((match, today + timedelta(days=ahead - 7 if match["last"] else ahead)))
    for match in END_OF_MONTH.finditer(text):
        pairs.append((match, _first_of_next(today) - timedelta(days=1)))
    pairs += [(match, _first_of_next(today)) for match in NEXT_MONTH.finditer(text)]
    for match in DAY_ALONE.finditer(text):
        first = today.replace(day=1) if int(match["day"]) >= today.day or past else _first_of_next(today)
        pairs.append((match, _date(first.year, first.month, int(match["day"]))))
    return _valid(pairs)


def _counted(text: str, today: date, past: bool) -> list[Found]:
    """'in two weeks', '10 days ago', 'vor 3 Tagen'."""
    found: list[Found] = []
    for number in find_numbers(text):
        unit = AFTER_DAYS.match(text, number.end)
        before = BEFORE_DAYS.search(text[: number.start])
        whole = number.whole
        if unit is None or whole is None or whole > 1000 or not (unit["ago"] or before):
            continue
        back = bool(unit["ago"]) or bool(before and before["word"].lower() in ("vor", "il y a", "hace"))
        if not back and before and before["word"].lower() == "for":
            continue
        weeks = unit["unit"][0].lower() in "w" or unit["unit"].lower().startswith(("sem", "uge"))
        days = whole * (7 if weeks else 1)
        day = today + timedelta(days=-days if back else days)
        found.append(Found(value=day.isoformat(), start=before.start() if before else number.start, end=unit.end()))
    return found


def _months_alone(text: str, today: date, past: bool) -> list[Found]:
    """'January and February', 'from March': the first day of the month. 'may' and 'mar' in small letters are other words."""
    found: list[Found] = []
    for match in _month_pattern().finditer(text):
        if not _names_a_month(text, match):
            continue
        day = _with_year(1, _month_of(match["month"]), match["year"], today, past)
        if day is not None:
            found.append(Found(value=day.isoformat(), start=match.start(), end=match.end()))
    return found


def named_months(text: str) -> list[Found]:
    """Runs of months named without a day, as how many they are: 'January and February' and 'Jan to Feb' are 2."""
    matches = [match for match in _month_pattern().finditer(text) if _names_a_month(text, match)]
    days = [*_day_month().finditer(text), *_month_day().finditer(text)]
    alone = [match for match in matches if not any(day.start() <= match.start() < day.end() for day in days)]
    if not alone:
        return []
    months = [_month_of(match["month"]) for match in alone]
    between = text[alone[0].end() : alone[-1].start()].lower()
    count = len(dict.fromkeys(months))
    if len(alone) == 2 and re.search(r"\b(?:to|till|until|through|bis|à|jusqu|hasta|a|til|tot)\b|[-–]", between):
        count = (months[-1] - months[0]) % 12 + 1
    return [Found(value=count, start=alone[0].start(), end=alone[-1].end())]


def _names_a_month(text: str, match: re.Match[str]) -> bool:
    """Whether 'may', 'march' and the like stand for the month: no day before them, and a word in small letters has a "
    "preposition."""
    before = text[max(0, match.start() - 12) : match.start()]
    if re.search(r"\d(?:st|nd|rd|th|\.)?\s+$", before):
        return False
    return match["month"] not in AMBIGUOUS or bool(MONTH_BEFORE.search(before))


def _with_year(day: int, month: int, year: str | None, today: date, past: bool) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    candidate = _date(today.year, month, day)
    if candidate is None:
        return None
    if past and candidate > today:
        return _date(today.year - 1, month, day)
    if not past and candidate < today:
        return _date(today.year + 1, month, day)
    return candidate


def _first_of_next(today: date) -> date:
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _valid(pairs: Iterable[tuple[re.Match[str], date | None]]) -> list[Found]:
    return [Found(value=day.isoformat(), start=match.start(), end=match.end()) for match, day in pairs if day is not None]


@cache
def _month_names() -> str:
    return "|".join(f"(?:{names})" for names in MONTHS.values())


@cache
def _day_month() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:of |de |d')?(?P<month>{_month_names()})\b\.?,?(?:\s+(?:de "
        rf"|del )?(?P<year>20\d\d))?",
        re.IGNORECASE,
    )


@cache
def _month_day() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?P<month>{_month_names()})\b\.?\s+(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:seats?|people|users?"
        rf"|:))(?:,?\s+(?P<year>20\d\d))?",
        re.IGNORECASE,
    )


@cache
def _month_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?P<month>{_month_names()})\b(?:\s+(?P<year>20\d\d))?", re.IGNORECASE)


def _month_of(name: str) -> int:
    return next(month for month, names in MONTHS.items() if re.fullmatch(names, name, re.IGNORECASE))
