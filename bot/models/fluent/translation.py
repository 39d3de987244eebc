"""Whether a translation kept what must not change: figures, codes, addresses and names."""

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.sentences import spans

LONGEST_FACTOR = 4
ROOM = 60

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)\]>]+|\bwww\.[^\s)\]>]+")
_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])\w+(?:-\w+)*|(?<!\w)[A-Z]{2,}(?!\w)|<[A-Z_]+\d*>|\[[A-Z_]+\d*\]")
_COUNTED = re.compile(r"\d+(?:st|nd|rd|th|s|h|pm|am|x|k|min)", re.IGNORECASE)
_FIGURE = re.compile(r"(?<!\d)\d{1,3}(?:[\u00a0\u202f\u2009 ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*")
_SIGN = re.compile(r"[$€£%]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Saturdays Sundays Christmas Easter"
_LANGUAGES = "English German French Spanish Danish Dutch Italian Portuguese Polish Swedish Norwegian Finnish"
_PLACES = "Europe European Germany France Spain Denmark Netherlands Italy"
_TRANSLATED = frozenset(f"I Internet Web Mr Mrs Ms {_MONTHS} {_DAYS} {_LANGUAGES} {_PLACES}".split())
_FREE_CODES = frozenset(["VAT", "FAQ", "EU", "UK", "US", "USA", "AM", "PM", "OK", "ID", "HR", "IT", "CEO", "AI"])


def lost(text: str, translated: str) -> str:
    """What of `text` isn't in its translation, or was added to it; empty when everything that counts was kept."""
    if not translated.strip() or "\n" in translated.strip():
        return "the text itself"
    if len(translated) > LONGEST_FACTOR * len(text) + ROOM:
        return "its length"
    if Counter(_ADDRESS.findall(text)) != Counter(_ADDRESS.findall(translated)):
        return "addresses"
    if _figures(text) != _figures(translated):
        return "figures"
    if Counter(_SIGN.findall(text)) != Counter(_SIGN.findall(translated)):
        return "currency and percent signs"
    gone = [each for each in (*_codes(text), *_names(text)) if each not in translated]
    return ", ".join(gone)


def kept(texts: Sequence[str], translated: Sequence[str]) -> list[str]:
    """What each text lost, by its number from 1; empty when all kept everything. One for another count."""
    if len(texts) != len(translated):
        return [f"there must be {len(texts)} texts, not {len(translated)}"]
    pairs = enumerate(zip(texts, translated, strict=True), 1)
    return [f"text {number}: {what}" for number, (text, other) in pairs if (what := lost(text, other))]


def _figures(text: str) -> Counter[str]:
    return Counter(_canonical(match.group()) for match in _FIGURE.finditer(_ADDRESS.sub(" ", text)))


def _canonical(figure: str) -> str:
    """A figure in one spelling: "1,500", "1.500" and "1 500" alike, "35,00" like "35.00"."""
    parts = re.split(r"[^\d]", figure)
    marks = re.findall(r"[^\d]", figure)
    if len(parts) == 1:
        return figure
    decimal = len(parts[-1]) != 3 or (len(marks) > 1 and marks[-1] != marks[0])
    if len(parts) > 2 and len(set(marks)) == 1 and decimal:
        return "/".join(parts)
    if not decimal:
        return "".join(parts)
    fraction = parts[-1].rstrip("0")
    return "".join(parts[:-1]) + (f".{fraction}" if fraction else "")


def _codes(text: str) -> list[str]:
    found = _CODE.findall(_ADDRESS.sub(" ", text))
    return [each for each in found if each not in _FREE_CODES and not _COUNTED.fullmatch(each)]


def _names(text: str) -> list[str]:
    """Words with a capital within a sentence, which English gives to names."""
    found: list[str] = []
    for start, end in spans(text):
        for match in list(_WORD.finditer(text[start:end]))[1:]:
            word = re.split(r"['’]", match.group())[0]
            if word[0].isupper() and not word.isupper() and word not in _TRANSLATED:
                found.append(word)
    return found
