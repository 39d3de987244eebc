"""Numbers as they are written in a language: digits with that language's separators, and number words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from knowledge.claim_words import ARTICLES, NUMBERS

_DIGITS = r"\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,’']\d+)*"
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_SHORT = {"k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number and where it stands. `loose`: the word may be an article ("a", "one of them")."""

    value: Decimal
    start: int
    end: int
    loose: bool = False


def exact(value: Decimal) -> str:
    """A number in one spelling: 7 for 7.00."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(digits: str, language: str = "en") -> Decimal:
    """The value of digits with separators. A lone comma with three digits behind it separates thousands in English only."""
    text = re.sub(r"[\u00a0\u202f '’]", "", digits)
    points, commas = text.count("."), text.count(",")
    if points and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
    elif points + commas != 1:
        decimal = ""
    else:
        mark = "." if points else ","
        grouping = "," if language == "en" else "."
        thousands = mark == grouping and len(text.split(mark)[1]) == 3 and not text.startswith("0")
        decimal = "" if thousands else mark
    if decimal != ".":
        text = text.replace(".", "")
    return Decimal(text.replace(",", "." if decimal == "," else ""))


def numbers(text: str, language: str = "en") -> Iterator[Number]:
    """The numbers of a text, in order. English is read beside any other language, for what stays untranslated."""
    at = 0
    for match in _pattern(language).finditer(text):
        if match.start() < at:
            continue
        if match["digits"]:
            yield _written(match, language)
        else:
            found = _spelled(match["words"], language)
            if found is not None:
                loose = match["words"].lower() in ARTICLES
                yield Number(value=found, start=match.start("words"), end=match.end("words"), loose=loose)
        at = match.end()


def _written(match: re.Match[str], language: str) -> Number:
    scale = (match["scale"] or "").strip().lower()
    factor = _SCALES.get(scale) or _SHORT.get(scale, 1)
    digits = match["digits"]
    if language == "en" and " " in digits:
        digits = digits.replace(" ", "")
    return Number(value=read(digits, language) * factor, start=match.start("digits"), end=match.end())


def _spelled(words: str, language: str) -> Decimal | None:
    known = NUMBERS.get(language, NUMBERS["en"])
    whole, current = Decimal(0), Decimal(0)
    for word in re.split(r"[\s-]+", words.lower()):
        if word in ("and", "a"):
            continue
        if word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            whole += (current or 1) * _SCALES[word]
            current = Decimal(0)
        elif word in known:
            current += known[word]
        else:
            return None
    return whole + current


@cache
def _pattern(language: str) -> re.Pattern[str]:
    grouped = _DIGITS if language != "en" else r"\d+(?:[.,]\d+)*"
    known = "|".join(sorted(NUMBERS.get(language, NUMBERS["en"]), key=len, reverse=True))
    spelled = rf"(?:{known})"
    if language == "en":
        scale = "hundred|thousand|million"
        spelled = rf"(?:{known}|{scale}|a (?={scale}))(?:(?:[\s-]+|\s+and\s+)(?:{known}|{scale}))*"
    return re.compile(
        rf"(?<![\w.,])(?P<digits>{grouped})(?P<scale>k|m|\s(?:thousand|million))?(?![\w]|[.,]\d)|(?<![\w-])(?P<words>{spelled})(?![\w-])",
        re.IGNORECASE,
    )
