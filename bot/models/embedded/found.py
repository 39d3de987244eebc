"""A value found in a text, and how a choice is made between several: what was corrected, negated or left behind loses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NEGATED = re.compile(
    r"(?:\b(?:not|no|instead of|rather than|isn't|wasn't|never|nicht|statt|anstatt|keine?n?|sondern nicht|pas|au lieu de"
    r"|plutôt que"
    r"|en vez de|en lugar de|niet|in plaats van|ikke|i stedet for|non|invece di|invece che|nie|não|inte))"
    r"[\s,]+(?:the|a|an|die|das|den|der|le|la|les|l'|el|los|de|het|il|to|for|auf|zu|pour|para|on|of)?\s*$",
    re.IGNORECASE,
)
LEFT_BEHIND = re.compile(
    r"\b(?:from|currently(?: on| have)?|(?:we're|we are|i'm|am|is|are) (?:still |now |currently )?on|we have|we've got|have now"
    r"|leaving|von|vom|derzeit|aktuell|bisher|haben|sind auf|de|du|depuis|actuellement(?: en)?|desde|ahora|fra|van|nu|da"
    r"|attualmente)"
    r"\s+(?:the |our |a |la |el |le |der |den |dem |de |het )?$",
    re.IGNORECASE,
)
WANTED = re.compile(
    r"\b(?:to|meant|mean|make it|should be|want|wanted|rather|actually|instead|up to|become|put us on|take|need|change it to"
    r"|switch to"
    r"|auf|zu|lieber|meinte|wollte|doch|nach|à|vers|plutôt|voulais dire|passer à|a|al|mejor|quería decir|til|naar|bedoelde"
    r"|passare a)"
    r"\s+(?:the |a |be |on |to |la |el |le |den |dem |it )?$",
    re.IGNORECASE,
)
CUE_LENGTH = 32


@dataclass(frozen=True, kw_only=True)
class Found:
    """A value at `start` to `end` of the text. `sure` is false for a bare number that nothing around it explains."""

    value: str | int | bool
    start: int
    end: int
    sure: bool = True

    def overlaps(self, other: "Found") -> bool:
        return self.start < other.end and other.start < self.end


def negated(text: str, start: int) -> bool:
    """Whether the words just before `start` turn down what follows ('not Business', 'instead of 20')."""
    return bool(NEGATED.search(text[max(0, start - CUE_LENGTH) : start]))


def meant(text: str, found: Sequence[Found]) -> Found | None:
    """The one that the customer means: not negated, wanted before left behind, sure before unsure, then the first.

    'from Starter to Team' means Team; '30 instead of 20' means 30; 'I said May, I meant June' means June.
    """
    if not found:
        return None
    ranked = sorted(enumerate(found), key=lambda pair: (_rank(text, pair[1]), not pair[1].sure, pair[0]))
    best = ranked[0][1]
    return None if negated(text, best.start) else best


def in_order_meant(text: str, found: Sequence[Found]) -> list[Found]:
    """All that aren't negated, best first."""
    kept = [each for each in found if not negated(text, each.start)]
    return sorted(kept, key=lambda each: (_rank(text, each), not each.sure))


def _rank(text: str, found: Found) -> int:
    before = text[max(0, found.start - CUE_LENGTH) : found.start]
    if NEGATED.search(before):
        return 3
    if WANTED.search(before):
        return 0
    return 2 if LEFT_BEHIND.search(before) else 1
