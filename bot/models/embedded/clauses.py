"""A message cut into the things that it says, with their offsets: sentences, and clauses that ask for something of their own."""

import re
from dataclasses import dataclass

from knowledge.sentences import spans

BREAK = re.compile(
    r";\s+|\s+[-–—]\s+|\?\s+(?:and|und|et|y|og|en|e)\s+"
    r"|(?:,|\b)\s*(?:and also|and then|also,?|plus|as well as|und außerdem|außerdem|ainsi que|et aussi|y también|además|og også"
    r"|en ook|inoltre)\s+"
    r"|,?\s+(?:and|und|et|y|og|en|e)\s+(?=(?:how|what|when|where|which|who|why|can|could|would|will|do|does|is|are|please|i|we"
    r"|our|my|the|to whom"
    r"|put|send|add|remove|cancel|tell|give|show|change|move|wie|was|wann|wo|kann|können|ich|wir|unser\w*|comment|quand|où|je"
    r"|nous|notre"
    r"|cómo|cuándo|dónde|nuestr\w+|hvordan|hvornår|vi|jeg|hoe|wanneer)\b)",
    re.IGNORECASE,
)
COMMA_QUESTION = re.compile(r",\s+(?=(?:how|what|when|where|which|who|can|does|is there|do you)\b)", re.IGNORECASE)
LEAD_IN = re.compile(
    r"^.{0,60}?\b(?:two|three|2|3|a few|a couple of|several|zwei|drei|deux|trois|dos|tres|to|tre|twee|drie|due)\s+"
    r"(?:\w+\s+)?(?:matters?|things?|questions?|points?|requests?|topics?|dinge|fragen|punkte|choses|questions|cosas|preguntas"
    r"|ting|spørgsmål"
    r"|dingen|vragen|cose|domande)\b[^:]{0,20}:\s*",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"(?:^|\s)(?:\d[.)]|[a-c]\)|(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|erstens|zweitens|primo|secundo)[,:])\s+", re.IGNORECASE
)
FEWEST_WORDS = 3
MOST_CLAUSES = 5


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A part of a message and where it begins. `announced`: the customer said that several matters come."""

    text: str
    start: int
    announced: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def clauses(text: str) -> list[Clause]:
    """The clauses of `text`, in order. A message that says one thing is one clause; very short bits stay with their neighbour."""
    lead = LEAD_IN.match(text)
    listed = lead is not None
    start = lead.end() if lead else 0
    parts: list[tuple[int, int]] = []
    for first, last in _sentences(text, start):
        parts += _cut(text, first, last, listed=listed)
    return [Clause(text=text[first:last], start=first, announced=listed) for first, last in _joined(text, parts)][:MOST_CLAUSES]


def _sentences(text: str, start: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text[start:]):
        found += [(start + line.start() + first, start + line.start() + last) for first, last in spans(line[0])]
    return found


def _cut(text: str, first: int, last: int, *, listed: bool) -> list[tuple[int, int]]:
    """Cuts one sentence; after an announcement of several matters also at plain 'and's and commas."""
    patterns = [BREAK, NUMBERED, COMMA_QUESTION]
    if listed:
        patterns.append(re.compile(r",?\s+(?:and|und|et|y|og|en|e)\s+|,\s+", re.IGNORECASE))
    cuts = sorted((match.start(), match.end()) for pattern in patterns for match in pattern.finditer(text, first, last))
    parts: list[tuple[int, int]] = []
    at = first
    for begin, end in cuts:
        if begin > at:
            parts.append((at, begin))
        at = max(at, end)
    return [*parts, (at, last)]


def _joined(text: str, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins bits that are too short to ask for anything to the part before them, or after when they come first."""
    joined: list[tuple[int, int]] = []
    carried: int | None = None
    for first, last in parts:
        begin = first if carried is None else carried
        if len(text[begin:last].split()) < FEWEST_WORDS:
            if joined:
                joined[-1] = (joined[-1][0], last)
            else:
                carried = begin
            continue
        carried = None
        joined.append((begin, last))
    if carried is not None and not joined:
        joined.append((carried, parts[-1][1]))
    return joined
