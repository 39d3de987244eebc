"""Finds the words that a model quotes in what the customer wrote, and types a value as the slot finder would."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from bot.models.embedded.slots import SlotFinder
from core.language import Said, SlotSpec, SlotValue

OWN_WORDS = "text"
LONGEST_QUOTE = 2_000

_SAME = str.maketrans({**dict.fromkeys("‘’‚‛`´", "'"), **dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("‐‑‒–—−", "-")})


def find(text: str, quote: str) -> tuple[int, int] | None:
    """Where whole words of `text` read like `quote`: case, white space and the kind of quotation marks don't matter."""
    return next(_every(text, quote), None)


def value_of(said: Sequence[Said], spec: SlotSpec, quote: str, *, finder: SlotFinder, today: date) -> SlotValue | None:
    """The value that `quote` gives in the newest message that holds it; None when no message does or it is none of the kind."""
    for message in said:
        for start, end in _every(message.text, quote):
            found = _typed(message, spec, (start, end), finder=finder, today=today)
            if found is not None:
                return found
    return None


def _typed(message: Said, spec: SlotSpec, span: tuple[int, int], *, finder: SlotFinder, today: date) -> SlotValue | None:
    start, end = span
    if spec.kind == OWN_WORDS:
        value = message.text[start:end]
        return SlotValue(name=spec.name, value=value, message_id=message.message_id, start=start, end=end)
    for text, offset in ((message.text, 0), (message.text[start:end], start)):
        for each in finder.find(text, (spec,), message_id=message.message_id, today=today, expecting=spec):
            first, last = each.start + offset, each.end + offset
            if first < end and start < last:
                return SlotValue(name=spec.name, value=each.value, message_id=each.message_id, start=first, end=last)
    return None


def _every(text: str, quote: str) -> Iterator[tuple[int, int]]:
    wanted = _folded(quote[:LONGEST_QUOTE])[0].strip(" .,!?;:\"'")
    if not wanted:
        return
    folded, places = _folded(text)
    before = r"(?<!\w)" if wanted[0].isalnum() else ""
    behind = r"(?!\w)" if wanted[-1].isalnum() else ""
    for match in re.finditer(before + re.escape(wanted) + behind, folded):
        yield places[match.start()], places[match.end() - 1] + 1


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters the place in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = letter.translate(_SAME) if letter.isascii() else unicodedata.normalize("NFKC", letter).translate(_SAME)
        if unicodedata.category(letter) == "Cf":
            continue
        for each in plain.casefold():
            same = " " if each.isspace() else each
            if same != " " or letters[-1:] != [" "]:
                letters.append(same)
                places.append(place)
    return "".join(letters), places
