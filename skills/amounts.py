"""Amounts of money as people write them, and what they count for in US dollars."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.money import Money
from skills.billing.pricebook import InternalTerms

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
WORDS = {
    "USD": r"usd|us dollars?|dollars?|bucks|dólares|dollari",
    "EUR": r"eur|euros?|euro'?s",
    "GBP": r"gbp|pounds?(?: sterling)?|sterling|stg|quid|pfund|livres?(?: sterling)?|libras?|sterline",
}
NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
NAMED = "|".join(f"(?P<{code}>{words})" for code, words in WORDS.items())
AMOUNT = re.compile(rf"(?P<symbol>[$€£])?\s*(?P<number>{NUMBER})\s*(?P<after>[$€£])?(?:\s*(?:{NAMED})\b)?", re.IGNORECASE)
CURRENCY = re.compile(rf"(?P<symbol>[$€£])|\b(?:{NAMED})\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A decimal amount in major units, and its currency if one was named."""

    major: Decimal
    currency: str | None


def read_amount(text: str) -> Amount | None:
    """The first amount with a currency in `text`, else the first number."""
    found = [_amount(match) for match in AMOUNT.finditer(text)]
    return next((each for each in found if each.currency), found[0] if found else None)


def currency_in(text: str) -> str | None:
    """The currency that `text` names."""
    match = CURRENCY.search(text)
    return _currency(match) if match else None


def in_usd(amount: Money, terms: InternalTerms) -> int:
    """What an amount counts for in US cents, half up."""
    cents = Decimal(amount.minor) * Decimal(terms.usd_rate(amount.currency))
    return int(cents.to_integral_value(ROUND_HALF_UP))


def _amount(match: re.Match[str]) -> Amount:
    symbol = match["symbol"] or match["after"]
    currency = SYMBOLS[symbol] if symbol else _currency(match)
    return Amount(major=_decimal(match["number"]), currency=currency)


def _currency(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    symbol = groups.get("symbol")
    if symbol:
        return SYMBOLS[symbol]
    return next((code for code in WORDS if groups.get(code)), None)


def _decimal(number: str) -> Decimal:
    """A number whose last mark, when one or two digits follow it, divides the cents."""
    head, mark, tail = max(number.rpartition("."), number.rpartition(","), key=lambda parts: len(parts[0]))
    if mark and len(tail) <= 2:
        return Decimal(f"{re.sub(r'[^0-9]', '', head)}.{tail}")
    return Decimal(re.sub(r"[^0-9]", "", number))
