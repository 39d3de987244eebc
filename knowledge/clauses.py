"""A message cut into the questions that it asks."""

import re

MOST_CLAUSES = 4
SHORTEST_WORDS = 3

_STOPS = re.compile(r"(?<=[?!;\n])\s+|(?<=[a-z0-9)]\.)\s+(?=[A-Z¿¡\"'(])|\n+|;\s*")
_ASKS = r"how|what|when|where|who|why|which|can|could|do|does|did|is|are|will|would|may|should"
_ANNOUNCED = re.compile(
    r"^.{0,40}?\b(?:two|three|2|3|a few|a couple of|some|zwei|drei|deux|trois|dos|tres)\s+(?:\w+\s+)?"
    r"(?:questions?|things?|fragen|dinge|choses|preguntas|cosas)\b[^:]{0,20}:\s*",
    re.IGNORECASE,
)
_LEANING = re.compile(r"\b(?:it|its|that|this|they|them|those|these|one|there)\b", re.IGNORECASE)
_JOINTS = re.compile(rf"(?:,\s*(?:and|or|but)\s+|\s+and\s+|,\s+)(?:also\s+)?(?=(?:{_ASKS})\s)", re.IGNORECASE)


def clauses(text: str) -> list[str]:
    """The parts that can be asked by themselves, at most 4; the whole text alone when it asks one thing."""
    found = [part.strip() for stop in _STOPS.split(_ANNOUNCED.sub("", text)) for part in _joined(stop)]
    long_enough = [part for part in found if len(part.split()) >= SHORTEST_WORDS]
    return long_enough[:MOST_CLAUSES] if len(long_enough) > 1 else [text.strip()]


def _joined(text: str) -> list[str]:
    """Cuts before "and how ...", when every part is long enough to stand and the later ones don't lean on the first."""
    parts = _JOINTS.split(text)
    stands = all(len(part.split()) >= SHORTEST_WORDS for part in parts) and not any(map(_LEANING.search, parts[1:]))
    return parts if stands else [text]
