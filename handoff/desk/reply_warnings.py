"""What an agent should mind before a text goes to a customer. Pure: texts go in, warnings come out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from governance.redact import CARD, IBAN
from handoff.desk.promise_views import Promised
from handoff.desk.words import moment
from memory.facts import luhn, normalised

VERBATIM = 8
"""How many words in a row of an internal note are too many."""
WROTE = "The customer wrote meanwhile: read it before you send."

_SECRET = re.compile(
    r"\b(?:pass(?:word|phrase|code|wort)|kennwort|mot de passe|contrase(?:ñ|n)a|pin|cvv|cvc|api[ -]?key|secret|token)\b"
    r"\s*(?:is|ist|est|es|:|=)\s*\S+|\b(?:sk|pk|ghp|xox[bap])[-_]\w{6,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What a text is weighed against. `wrote`: the customer wrote since the agent last looked at a preview."""

    notes: Sequence[str]
    wrote: bool = False


def warnings_of(text: str, situation: Situation) -> tuple[str, ...]:
    """In the order in which they matter."""
    found = [WROTE] if situation.wrote else []
    if repeats(text, situation.notes):
        found.append("This repeats an internal note word for word: make sure that the customer may read it.")
    if secret(text):
        found.append("This looks like a password, a key, or a card or bank number: leave it out.")
    return tuple(found)


def promised_in_words(promises: Sequence[Promised]) -> tuple[str, ...]:
    """What a text promises, for where only words can stand."""
    whens = [f" by {moment(each.due_at)}" if each.due_at else "" for each in promises]
    return tuple(f"This is a promise, yours to keep{when}: “{each.text}”" for each, when in zip(promises, whens, strict=True))


def repeats(text: str, notes: Sequence[str]) -> bool:
    """Whether a text holds `VERBATIM` words in a row of a note, or the whole of a note that is shorter but not very short."""
    spoken = f" {' '.join(normalised(text).split())} "
    return any(f" {run} " in spoken for note in notes for run in _runs(normalised(note).split()))


def secret(text: str) -> bool:
    """Whether a text holds a password or key, a card number or an account number."""
    cards = (re.sub(r"\D", "", found) for found in CARD.findall(text))
    return bool(_SECRET.search(text) or IBAN.search(text) or any(luhn(card) for card in cards))


def _runs(words: Sequence[str]) -> list[str]:
    if VERBATIM // 2 < len(words) < VERBATIM:
        return [" ".join(words)]
    return [" ".join(words[start : start + VERBATIM]) for start in range(len(words) - VERBATIM + 1)]
