"""Says in the customer's language that what follows is in English: skills, policy and cards speak no other."""

from collections.abc import Sequence

from bot.dialogue.wording import speaks, wording
from core.conversation import Sentence

FRAME = "frame.skill"


def framed(sentences: Sequence[Sentence], language: str, *, shows: bool = False) -> tuple[Sentence, ...]:
    """The sentences with one that frames the first English one; `shows` says that a card or a receipt comes after them."""
    if language == "en" or not speaks(FRAME, language):
        return tuple(sentences)
    place = next((place for place, each in enumerate(sentences) if _english(each, language)), None)
    if place is None:
        place = len(sentences) if shows else None
    if place is None or any(each.approved == FRAME for each in sentences):
        return tuple(sentences)
    return (*sentences[:place], wording(FRAME, language), *sentences[place:])


def _english(sentence: Sentence, language: str) -> bool:
    """Whether the product's own words are meant for English readers. A quotation is framed by the model that quotes it."""
    if sentence.citations or sentence.original is not None:
        return False
    own = sentence.approved or ""
    if own.startswith("frame.") or speaks(own, language):
        return False
    return bool(own or sentence.record_ids)
