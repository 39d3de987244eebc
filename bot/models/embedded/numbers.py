"""Numbers as customers write them: digits in any national style, `k` and `grand`, and words in four languages."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

DIGITS = re.compile(
    r"(?<![\w.,/-])(?P<body>\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
    r"(?P<suffix>\s?(?:k|K|tsd|Tsd|grand|mille|mil)\b)?(?![\w]*\d)"
)
MULTIPLIERS = {
    "hundred": 100,
    "thousand": 1000,
    "grand": 1000,
    "k": 1000,
    "dozen": 12,
    "hundert": 100,
    "tausend": 1000,
    "dutzend": 12,
    "cents": 100,
    "mille": 1000,
    "mil": 1000,
    "douzaine": 12,
    "docena": 12,
    "docenas": 12,
    "tsd": 1000,
}
OTHER_WORDS = {
    "eins": 1,
    "quatre-vingts": 80,
    "quatre vingts": 80,
    "soixante et onze": 71,
    "cent": 100,
    "cien": 100,
    "couple of": 2,
    "a couple of": 2,
}
FILE = Path(__file__).with_name("numbers.toml")
WEAK = {"one", "a", "an", "ein", "eine", "einen", "un", "une", "uno", "una", "een", "en"}


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number in a text. `weak` marks a word that is more often an article or a pronoun than a count."""

    value: Decimal
    start: int
    end: int
    weak: bool = False

    @property
    def whole(self) -> int | None:
        """The value as an int, or None when it has a fraction."""
        return int(self.value) if self.value == self.value.to_integral_value() else None


def find_numbers(text: str) -> list[Number]:
    """All numbers of `text` in order, without overlaps. Digits win over words."""
    found = [_of_digits(match) for match in DIGITS.finditer(text)]
    spoken = not _first_words().isdisjoint(re.findall(r"[^\W\d_]+", text.lower()))
    for match in _words_pattern().finditer(text) if spoken else ():
        number = _of_words(match)
        if not any(each.start < number.end and number.start < each.end for each in found):
            found.append(number)
    return sorted(found, key=lambda number: number.start)


def parse_digits(written: str) -> Decimal:
    """Reads '1.200,50', '1,680', '12.400', '5,30' and the like.

    With two kinds of separator the last is the decimal one; with one kind, three digits after each make it a thousands one.
    """
    body = re.sub(r"[\s'’\u00a0\u202f]", "", written)
    if "." in body and "," in body:
        decimal = max(body.rfind("."), body.rfind(","))
        return Decimal(re.sub(r"[.,]", "", body[:decimal]) + "." + body[decimal + 1 :])
    separator = "." if "." in body else ","
    parts = body.split(separator)
    if len(parts) > 2 or (len(parts) == 2 and len(parts[1]) == 3 and parts[0] != "0"):
        return Decimal("".join(parts))
    return Decimal(".".join(parts))


def _of_digits(match: re.Match[str]) -> Number:
    value = parse_digits(match["body"])
    suffix = (match["suffix"] or "").strip().lower()
    value *= MULTIPLIERS.get(suffix, 1)
    return Number(value=value, start=match.start(), end=match.end())


def _of_words(match: re.Match[str]) -> Number:
    written = re.sub(r"\s+", " ", match[0].lower())
    value = _half_dozen(written)
    if value is None:
        value = _compose(written)
    return Number(value=Decimal(value), start=match.start(), end=match.end(), weak=written in WEAK)


def _half_dozen(written: str) -> int | None:
    return 6 if written in ("half a dozen", "half dozen", "ein halbes dutzend", "media docena") else None


def _compose(written: str) -> int:
    """Adds up simple numbers and multipliers: 'two hundred and fifty', 'nine grand'."""
    simple = _simple()
    if written in simple:
        return simple[written]
    total, group = 0, 0
    for word in _split(written):
        if word in MULTIPLIERS:
            group = max(group, 1) * MULTIPLIERS[word]
            if MULTIPLIERS[word] == 1000:
                total, group = total + group, 0
        else:
            group += simple.get(word, 1 if word in WEAK else 0)
    return total + group


def _split(written: str) -> list[str]:
    """Words of a composed number, longest simple number first ('forty two thousand' is 'forty two', 'thousand')."""
    simple = _simple()
    rest, words = written.replace(" and ", " ").split(" "), list[str]()
    while rest:
        size = next((size for size in (3, 2) if " ".join(rest[:size]) in simple and len(rest) >= size), 1)
        words.append(" ".join(rest[:size]))
        rest = rest[size:]
    return words


@cache
def _simple() -> Mapping[str, int]:
    """Every spelled number below 100 with its value, hyphenated and spaced."""
    spelled: dict[str, int] = {}
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for language, join in (("en", _english), ("de", _german), ("fr", _french), ("es", _spanish)):
        ones: list[str] = tables[language]["ones"].split()
        tens = {int(value): word for value, word in tables[language]["tens"].items()}
        for value, word in enumerate(ones):
            spelled.setdefault(word, value)
        for value, word in tens.items():
            spelled[word] = value
            join(spelled, ones, value, word)
    return spelled | OTHER_WORDS


def _english(spelled: dict[str, int], ones: list[str], tens: int, word: str) -> None:
    for value in range(1, 10):
        spelled[f"{word}-{ones[value]}"] = spelled[f"{word} {ones[value]}"] = tens + value


def _german(spelled: dict[str, int], ones: list[str], tens: int, word: str) -> None:
    for spelling in (word, word.replace("ß", "ss")):
        spelled[spelling] = tens
        for value in range(1, 10):
            spelled[f"{ones[value]}und{spelling}"] = tens + value


def _french(spelled: dict[str, int], ones: list[str], tens: int, word: str) -> None:
    for value in range(1, 20 if tens in (60, 80) else 10):
        spelled[f"{word}-{ones[value]}"] = spelled[f"{word} {ones[value]}"] = tens + value
    spelled[f"{word} et un"] = spelled[f"{word}-et-un"] = tens + 1


def _spanish(spelled: dict[str, int], ones: list[str], tens: int, word: str) -> None:
    for value in range(1, 10):
        spelled[f"{word} y {ones[value]}"] = tens + value


@cache
def _first_words() -> frozenset[str]:
    """Words that a written number can begin with: most texts have none, and needn't be searched."""
    spelled = [*_simple(), *MULTIPLIERS, *WEAK, "half", "media"]
    return frozenset(re.findall(r"[^\W\d_]+", word)[0] for word in spelled)


@cache
def _words_pattern() -> re.Pattern[str]:
    simple = "|".join(re.escape(word) for word in sorted(_simple(), key=len, reverse=True))
    multiplier = "|".join(sorted(MULTIPLIERS, key=len, reverse=True))
    article = r"(?:a|an|ein|eine|une|una)"
    return re.compile(
        rf"(?<![\w-])(?:half a dozen|half dozen|ein halbes dutzend|media docena"
        rf"|(?:(?:{simple})|{article})\s+(?:{multiplier})(?:\s+(?:{multiplier}))?(?:\s+(?:and\s+)?(?:{simple}))?"
        rf"|(?:{simple})|ein|eine|einen|une|un|una|een)(?!\w|-(?!odd|ish|plus|person|seat))",
        re.IGNORECASE,
    )
