"""Whether a message claims a sum that only a person may settle: an amount, however written, near words of refund or dispute."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIMIT = 1_000

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "a few": 2,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "huit": 8, "neuf": 9, "dix": 10,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
}  # fmt: skip
_NUMBER_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_SIGN = r"(?:[£$€]|usd|eur|gbp|chf|aud|cad|euros?|dollars?|pounds?|quid|bucks|francs?|franken|libras)"
_NAMED = (
    "invoice",
    "order",
    "ticket",
    "no",
    "no.",
    "number",
    "nr",
    "nr.",
    "rechnung",
    "facture",
    "factura",
    "case",
    "#",
    "in",
    "since",
)
_THOUSAND = r"(?P<thousand>k\b|grand\b|thousand\b|tausend\b|mille\b|mil\b)"
_GROUPED = r"\d{1,3}(?:[.,' ’]\d{3})+(?:[.,]\d{1,2})?"
_FILE = Path(__file__).parent / "triage_rules.toml"


@dataclass(frozen=True, kw_only=True)
class _Words:
    """The patterns: amounts in figures and in words, and the words that make them a claim or none of ours."""

    amount: re.Pattern[str]
    in_words: re.Pattern[str]
    claims: re.Pattern[str]
    not_ours: re.Pattern[str]


@cache
def _words() -> _Words:
    data: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["money"]
    counted = "|".join(data["counted"])
    figures = rf"(?P<before>{_SIGN})?\s?(?<![\w.,%#:/-])(?P<digits>{_GROUPED}|\d+(?:[.,]\d{{1,2}})?)\s?"
    marks = rf"{_THOUSAND}?\s?(?P<after>{_SIGN}\b|€)?(?P<not>\s?(?:{counted}))?"
    written = rf"\b(?P<number>{_NUMBER_WORD})(?: and a half)? {_THOUSAND}(?! (?:{counted}))"
    return _Words(
        amount=re.compile(figures + marks, re.IGNORECASE),
        in_words=re.compile(written, re.IGNORECASE),
        claims=_any(data["claims"]),
        not_ours=_any(data["not_ours"]),
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b", re.IGNORECASE)


def large_claim(text: str) -> str | None:
    """The sum that is claimed, as written; None when nothing above the limit is."""
    words = _words()
    if not words.claims.search(text) or words.not_ours.search(text):
        return None
    for found in words.amount.finditer(text):
        if not found["not"] and _value(found) >= LIMIT and not _bare_year(found):
            return found[0].strip()
    for found in words.in_words.finditer(text):
        if _WORDS[found["number"].lower()] * 1_000 >= LIMIT:
            return found[0]
    return None


def _value(found: re.Match[str]) -> float:
    digits = found["digits"]
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,' ’]\d{3})+)(?:[.,](\d{1,2}))?", digits)
    value = float(re.sub(r"\D", "", grouped[1])) if grouped else float(digits.replace(",", "."))
    return value * 1_000 if found["thousand"] else value


def _bare_year(found: re.Match[str]) -> bool:
    """Whether the number may as well be a year, an invoice's number or a time: nothing marks it as money."""
    if found["before"] or found["after"] or found["thousand"] or re.search(r"[.,' ’]", found["digits"]):
        return False
    before = found.string[: found.start("digits")].rstrip().lower()
    named = before.endswith(_NAMED)
    return named or len(found["digits"]) > 6 or 1990 <= int(float(found["digits"])) <= 2099
