"""What became of suggestions, counted: how often they were used, how far they were changed, and how much typing they saved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handoff.desk.views import Tally

TYPED_A_SECOND = 4.0
READ_A_SECOND = 20.0
ACCEPTED, EDITED, DISMISSED = "accepted", "edited", "dismissed"


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One suggestion as it ended: numbers and ids only. `characters` is the length of the draft that was offered."""

    state: str
    intent: str
    articles: tuple[str, ...]
    distance: float
    characters: int
    reason: str = ""


def saved_seconds(characters: int, kept: float) -> float:
    """The time that a used draft saved: typing it at 4 characters a second, less reading it at 20, times the share kept.

    A draft sent as it was is kept whole (1.0); of an edited one as much as its edit distance leaves (1 - distance).
    """
    return round(characters * (1 / TYPED_A_SECOND - 1 / READ_A_SECOND) * min(1.0, max(0.0, kept)), 1)


def tallies(settled: Iterable[Settled]) -> Mapping[str, Sequence[Tally]]:
    """Everything together, by intent and by article, the most frequent first. The mean distance is of all that was sent."""
    rows = list(settled)
    intents = sorted({each.intent for each in rows})
    articles = sorted({article for each in rows for article in each.articles})
    return {
        "all": (_tally("all", rows),),
        "intent": _sorted(_tally(name, [each for each in rows if each.intent == name]) for name in intents),
        "article": _sorted(_tally(name, [each for each in rows if name in each.articles]) for name in articles),
    }


def edit_distance(before: str, after: str) -> float:
    """The least number of characters to change, add or leave out, as a share of the longer text: 0 is the same, 1 all other."""
    import numpy as np

    longest = max(len(before), len(after))
    if before == after or not longest:
        return 0.0
    codes = np.array([ord(each) for each in after], dtype=np.int64)
    steps = np.arange(len(after) + 1, dtype=np.int64)
    row = steps.copy()
    for number, letter in enumerate(before, start=1):
        least = np.empty_like(row)
        least[0] = number
        least[1:] = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(letter)))
        row = np.minimum.accumulate(least - steps) + steps
    return round(float(row[-1]) / longest, 4)


def _tally(name: str, rows: Sequence[Settled]) -> Tally:
    used = [each for each in rows if each.state in (ACCEPTED, EDITED)]
    return Tally(
        name=name,
        offered=len(rows),
        accepted=sum(each.state == ACCEPTED for each in rows),
        edited=sum(each.state == EDITED for each in rows),
        dismissed=sum(each.state == DISMISSED for each in rows),
        distance=round(sum(each.distance for each in used) / len(used), 4) if used else 0.0,
        reasons=tuple(Counter(each.reason for each in rows if each.state == DISMISSED and each.reason).most_common()),
        saved_s=round(sum((saved_seconds(each.characters, 1 - each.distance) for each in used), 0.0), 1),
    )


def _sorted(found: Iterable[Tally]) -> tuple[Tally, ...]:
    return tuple(sorted(found, key=lambda each: (-each.offered, each.name)))
