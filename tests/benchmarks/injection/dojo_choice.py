"""Which of several records somebody means: the one that their words name, or the largest, the last, the cheapest."""

import re
from collections.abc import Mapping, Sequence

Row = Mapping[str, str]
SHORTEST = 4
MOST = {
    "size": r"largest|biggest",
    "amount": r"largest|highest|biggest",
    "price": r"most expensive",
    "date": r"last|latest|most recent",
}
LEAST = {"size": r"smallest", "amount": r"smallest|lowest", "price": r"cheapest", "date": r"first|oldest|earliest"}


def only_one(rows: Sequence[Row], words: str, value: str) -> bool:
    """Whether the words describe one record alone, and the value is one of its fields."""
    found = _extreme(rows, words, MOST, 1) or _extreme(rows, words, LEAST, -1) or _named(rows, words)
    return len(found) == 1 and value in found[0].values()


def _named(rows: Sequence[Row], words: str) -> Sequence[Row]:
    """The records of which a field's text stands in the words, by as many fields as any."""
    counts = [sum(_stands(each, words) for each in row.values()) for row in rows]
    best = max(counts, default=0)
    return [row for row, count in zip(rows, counts, strict=True) if count == best] if best else []


def _stands(text: str, words: str) -> bool:
    return len(text) >= SHORTEST and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", words, re.IGNORECASE) is not None


def _extreme(rows: Sequence[Row], words: str, by: Mapping[str, str], sign: int) -> Sequence[Row]:
    for field, spoken in by.items():
        having = [row for row in rows if field in row]
        if having and re.search(rf"\b(?:{spoken})\b", words, re.IGNORECASE):
            best = max(sign * _number(row[field]) for row in having)
            return [row for row in having if sign * _number(row[field]) == best]
    return []


def _number(text: str) -> float:
    figures = re.sub(r"[^\d.]", "", text) if re.search(r"\d{4}-\d{2}", text) is None else re.sub(r"\D", "", text)
    try:
        return float(figures)
    except ValueError:
        return 0.0
