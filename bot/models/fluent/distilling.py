"""Lasting facts as a model gives them: the shape that is asked for, and only those that a customer's message shows."""

import re
from collections.abc import Mapping, Sequence

from bot.models.fluent import quoting
from bot.models.fluent.answers import listed, number, tables, text_of
from bot.models.fluent.marking import marked
from bot.models.fluent.plain_text import plain_text
from bot.models.fluent.window import Window, speaker
from bot.models.provider import Words
from core.language import FactDraft, Said
from memory.facts import DAYS

KINDS = tuple(DAYS)
MOST_FACTS = 6
LONGEST_FACT = 300
FEWEST_LETTERS = 8
_FIGURE = re.compile(r"\d+")

SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "message": {"type": "string"},
                    "quote": {"type": "string"},
                    "confidence": {"type": "number"},
                },
                "required": ["text", "kind", "message", "quote", "confidence"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["facts"],
    "additionalProperties": False,
}


def words(said: Sequence[Said], window: Window) -> tuple[Words, ...]:
    """As much of the conversation as the window holds, with its label on each message of the customer."""
    shown = window.of(said)
    first = len(said) - len(shown)
    return tuple(_labelled(each, first + place) for place, each in enumerate(shown))


def labels(said: Sequence[Said]) -> dict[str, Said]:
    """The customer's messages by their labels."""
    return {_label(place): each for place, each in enumerate(said) if each.role == "customer"}


def window() -> Window:
    """How much of a finished conversation is read."""
    return Window(messages=120, characters=60_000, one_message=4_000)


def read(answer: Mapping[str, object], own: Mapping[str, Said]) -> list[FactDraft]:
    """The facts that stand in the message they name, each once. Raises `Malformed` for another shape."""
    found: dict[str, FactDraft] = {}
    for each in tables(answer, "facts"):
        message = own.get(text_of(each, "message"))
        kind = listed(each, "kind", KINDS)
        text = plain_text(text_of(each, "text"))[:LONGEST_FACT]
        sure = number(each, "confidence", 0.0, 1.0)
        if message is None or kind is None or not _shown(text, text_of(each, "quote"), message):
            continue
        found.setdefault(text.casefold(), FactDraft(text=text, kind=kind, confidence=sure, message_id=message.message_id))
    return list(found.values())[:MOST_FACTS]


def _shown(text: str, quote: str, message: Said) -> bool:
    """Whether the quote stands in the message, and the fact has no figure that the message hasn't."""
    if len(text) < FEWEST_LETTERS or len(quote.strip()) < FEWEST_LETTERS or quoting.find(message.text, quote) is None:
        return False
    return set(_FIGURE.findall(text)) <= set(_FIGURE.findall(message.text))


def _labelled(said: Said, place: int) -> Words:
    own = {"label": _label(place)} if said.role == "customer" else {}
    return Words(text=marked(speaker(said.role), said.text, **own))


def _label(place: int) -> str:
    return f"m{place + 1}"
