"""Whether a number follows from records and the customer's own figures by the sum that the customer asked for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

MOST = 300
NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_FIGURE = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|(?<![\w.,-])\d{1,12}(?:\.\d{1,6})?(?![\w-])")
_PERCENT = re.compile(r"(?<![\w.,-])(\d{1,3}(?:\.\d{1,4})?) ?(?:%|per ?cent\b)", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\b(?:difference|minus|less|remaining|the rest|left over|too (?:much|little)|over-?paid|under-?paid)\b", re.IGNORECASE
)
_SUM = re.compile(r"\b(?:total|sum|altogether|together|combined)\b", re.IGNORECASE)
_AVERAGE = re.compile(r"\b(?:average|mean)\b", re.IGNORECASE)
_SHARE = re.compile(r"\b(?:split|half|halve|divided?|share|each of us)\b", re.IGNORECASE)
_TIMES = re.compile(r"\b(?:times|twice|double|multiplied)\b|\d ?[x×]", re.IGNORECASE)
_PLUS = re.compile(r"\b(?:plus|fee|additional|on top)\b|\+", re.IGNORECASE)
_CENT = Decimal("0.01")
_WHOLE = Decimal(100)
_TWO = Decimal(2)


def reckoned(value: Decimal, words: str, records: Sequence[Sequence[str]]) -> bool:
    """Whether the value comes out. `words` are the customer's own, `records` what one field or one result holds, each."""
    sets = [[Decimal(each) for each in texts if NUMBER.fullmatch(each)][:MOST] for texts in records]
    numbers = sorted({abs(each) for listed in sets for each in listed})[:MOST]
    percents = [Decimal(found[1]) for found in _PERCENT.finditer(words)]
    said = [Decimal(found[0].replace(",", "")) for found in _FIGURE.finditer(_PERCENT.sub(" ", words))]
    found = [*_parts(numbers, percents), *_pairs(words, numbers, said), *_wholes(words, sets)]
    if _PLUS.search(words):
        found += [each + more for each in found for more in said]
    wanted = abs(value).quantize(_CENT)
    return any(each.quantize(_CENT) == wanted for each in found)


def _parts(numbers: Iterable[Decimal], percents: Iterable[Decimal]) -> Iterator[Decimal]:
    for number in numbers:
        for percent in percents:
            part = number * percent / _WHOLE
            yield from (part, number + part, abs(number - part))


def _pairs(words: str, numbers: Sequence[Decimal], said: Sequence[Decimal]) -> Iterator[Decimal]:
    """A record's number and a figure of the customer's; two records only where they asked for a difference without a figure."""
    halves = re.search(r"\b(?:half|halve|twice|double)\b", words, re.IGNORECASE)
    by = [*said, *([_TWO] if halves else [])]
    if _DIFFERENCE.search(words):
        yield from (abs(one - other) for one in numbers for other in said)
        if not said and len(numbers) == int(_TWO):
            yield abs(numbers[0] - numbers[1])
    if _SHARE.search(words):
        yield from (number / other for number in numbers for other in by if other)
    if _TIMES.search(words):
        yield from (number * other for number in numbers for other in by)


def _wholes(words: str, sets: Iterable[Sequence[Decimal]]) -> Iterator[Decimal]:
    for listed in sets:
        if len(listed) > 1 and _SUM.search(words):
            yield abs(sum(listed, Decimal()))
        if len(listed) > 1 and _AVERAGE.search(words):
            yield abs(sum(listed, Decimal()) / len(listed))
