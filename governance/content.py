"""What text that is passed on tells besides: numbers, passwords and codes that nobody hands out without having written them."""

import re
from collections.abc import Iterable, Iterator, Mapping

from core.action import Argument, Origin

_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_GROUPED = re.compile(r"(?<![\d-])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z\d]){11,30}\b")
_NAMED: Mapping[str, re.Pattern[str]] = {
    "card": re.compile(r"\b(?:credit|debit|bank)?[ _-]?card\b[^\n.;]{0,24}?\d[\d -]{10,}", re.IGNORECASE),
    "bank_account": re.compile(
        r"\b(?:iban|account|kontonummer|konto|sort code)(?:[ _-]?(?:number|no))?\b[^\n.;]{0,24}?[A-Z\d]*\d{6,}", re.IGNORECASE
    ),
    "identity_number": re.compile(
        r"\b(?:passport|id|identity|ssn|social security|tax|licen[cs]e|ausweis|reisepass)[ _-]?(?:card|no|num(?:ber)?|nummer)?\b"
        r"[^\n.;\w]{0,6}(?:is )?(?=[A-Z\d-]*\d{4})[A-Z\d-]{6,}",
        re.IGNORECASE,
    ),
    "password": re.compile(
        r"\b(?:password|passwort|passphrase|pin|mot de passe|contrase\u00f1a)\b\s*(?:is|ist|:|=)\s*\S+", re.IGNORECASE
    ),
    "code": re.compile(
        r"\b(?:code|otp|verification|security code)\b[^\n.;\d]{0,24}\d{4,10}\b|\A\D{0,80}(?<!\d)\d{6}\.?\s*\Z", re.IGNORECASE
    ),
    "key": re.compile(r"\b(?:secret|api|access|private)[ _-]?(?:key|token)\b\s*(?:is|:|=)?\s*(?=\S*\d)\S{5,}", re.IGNORECASE),
}
_LINK = re.compile(
    r"(?:https?://|\bwww\.)\S+|\b(?:[\w-]+\.)+(?:com|net|org|io|ly|info|example|co|app|dev|ru|cn|xyz)/\S+", re.IGNORECASE
)
_IBAN_REST = 1
BROUGHT = frozenset({Origin.TOOL, Origin.DOCUMENT})


def told_by(arguments: Iterable[Argument]) -> frozenset[str]:
    """The kinds of such values in the arguments' texts; a link only where somebody else's text brought it."""
    given = [(each.value, each.provenance.origin) for each in arguments if isinstance(each.value, str)]
    kinds = {kind for text, _ in given for kind in _told(text)}
    linked = any(origin in BROUGHT and _LINK.search(text) for text, origin in given)
    return frozenset(kinds | {"link"} if linked else kinds)


def _told(text: str) -> Iterator[str]:
    if _GROUPED.search(text) or any(_is_card(each[0]) for each in _CARD.finditer(text)):
        yield "card"
    if any(_is_iban(each[0]) for each in _IBAN.finditer(text)):
        yield "bank_account"
    yield from (kind for kind, pattern in _NAMED.items() if pattern.search(text))


def _is_card(written: str) -> bool:
    """Whether the last figure checks the others, as card numbers have it."""
    figures = [int(each) for each in written if each.isdecimal()]
    doubled = [each if place % 2 == 0 else sum(divmod(2 * each, 10)) for place, each in enumerate(reversed(figures))]
    return sum(doubled) % 10 == 0


def _is_iban(written: str) -> bool:
    plain = written.replace(" ", "")
    moved = "".join(str(int(each, 36)) for each in plain[4:] + plain[:4])
    return int(moved) % 97 == _IBAN_REST
