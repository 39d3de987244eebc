"""Money, percentages and currencies in a text."""

import re
from collections.abc import Sequence

from bot.models.embedded.found import Found
from bot.models.embedded.numbers import Number, find_numbers

BEFORE = {"$": "USD", "€": "EUR", "£": "GBP", "us$": "USD", "usd": "USD", "eur": "EUR", "gbp": "GBP"}
AFTER = re.compile(
    r"\s?(?:(?P<USD>\$|usd\b|us dollars?\b|dollars?\b|bucks?\b|dólares\b|dollari\b|dollar\b)"
    r"|(?P<EUR>€|eur\b|euros?\b)|(?P<GBP>£|gbp\b|pounds?\b|quid\b|sterling\b|pfund\b|livres?\b|libras?\b|ponden\b))",
    re.IGNORECASE,
)
LEADING = re.compile(r"(us\$|usd|eur|gbp|\$|€|£)\s?$", re.IGNORECASE)
CURRENCY_WORD = re.compile(
    r"(?P<USD>\$|\busd\b|\bus dollars?\b|\bdollars?\b|\bbucks\b|\bdólares\b)|(?P<EUR>€|\beur\b|\beuros?\b)"
    r"|(?P<GBP>£|\bgbp\b|\bpounds?\b|\bsterling\b|\bpfund\b)",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\s?(?:%|per ?cent\b|percent\b|prozent\b|pour ?cent\b|por ciento\b|procent\b|per cento\b)", re.IGNORECASE)
GRAND = re.compile(r"(?:\d\s?k|grand|tsd)$", re.IGNORECASE)


def find_money(text: str, numbers: Sequence[Number] | None = None) -> list[Found]:
    """Amounts in minor units. Sure when a currency or 'grand' stands by; a bare number is unsure."""
    found: list[Found] = []
    for number in numbers if numbers is not None else find_numbers(text):
        if PERCENT.match(text, number.end):
            continue
        start, end, marked = _with_currency(text, number)
        sure = marked or bool(GRAND.search(text[number.start : number.end]))
        if number.weak and not sure:
            continue
        found.append(Found(value=int(number.value * 100), start=start, end=end, sure=sure))
    return found


def find_percent(text: str, numbers: Sequence[Number] | None = None) -> list[Found]:
    """Percentages, as an int when whole and as text ('7.5') otherwise."""
    found: list[Found] = []
    for number in numbers if numbers is not None else find_numbers(text):
        sign = PERCENT.match(text, number.end)
        whole = number.whole
        value: str | int = whole if whole is not None else str(number.value)
        end = sign.end() if sign else number.end
        if not number.weak or sign:
            found.append(Found(value=value, start=number.start, end=end, sure=bool(sign)))
    return found


def find_currency(text: str) -> list[Found]:
    """Currencies named or shown by their sign, as USD, EUR or GBP."""
    found: list[Found] = []
    for match in CURRENCY_WORD.finditer(text):
        found.append(Found(value=str(match.lastgroup), start=match.start(), end=match.end()))
    return found


def _with_currency(text: str, number: Number) -> tuple[int, int, bool]:
    leading = LEADING.search(text[: number.start])
    if leading:
        return leading.start(), number.end, True
    following = AFTER.match(text, number.end)
    if following:
        return number.start, following.end(), True
    return number.start, number.end, False
