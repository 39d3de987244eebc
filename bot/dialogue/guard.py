"""What may come in and what may go out: readable text in, and nothing internal, secret or off-site out."""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.dialogue.quoted import own_words
from core.conversation import Sentence

MOST_CHARACTERS = 8_000
ROUNDS = 6
INJECTION = re.compile(
    r"(ignore|disregard|forget) (all |any )?(previous|prior|above|your) (instructions|rules|prompt)"
    r"|system prompt|you are now|developer mode|</?(system|script|assistant)\b",
    re.IGNORECASE,
)
ENTITY = re.compile(r"&(?:[a-z][a-z0-9]{1,31};|#(?:\d{1,7}|x[0-9a-f]{1,6});?)", re.IGNORECASE)
LABEL = r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
TARGET = r"\([^()]*(?:\([^()]*\)[^()]*)*(?:\)|$)"
IMAGE = re.compile(rf"!{LABEL}(?:{TARGET}|\[[^\[\]]*\])")
LINK = re.compile(rf"{LABEL}(?!\(/(?![/\\])){TARGET}")
REST = re.compile(r"\]\((?!/(?![/\\]))[^()]*\)")
DEFINITION = re.compile(r"^[ \t>]*\[[^\[\]]+\]:[ \t]*<?(?:[a-z][a-z0-9+.-]*:|[/\\.#]|www\.)\S*.*$", re.IGNORECASE | re.MULTILINE)
TAG = re.compile(
    r"<!--.*?(?:-->|$)|<[/!?]?[a-z][^>]*>|<[/!?][^<>]*>|<[/!?]?[a-z][\w:-]*[\s/][^<>]*=[^<>]*$", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Screened:
    """The text as the dialogue shall read it; `problem` is a wording id when it can't be read at all."""

    text: str
    problem: str | None = None
    suspicious: bool = False

    @property
    def own(self) -> str:
        """The customer's own words in it: only they ask for anything."""
        return own_words(self.text)


def screen(text: str) -> Screened:
    """Cleans a customer's text: control characters out, size bounded. Suspicious phrases are noted, never obeyed."""
    if len(text) > MOST_CHARACTERS:
        return Screened(text="", problem="input.too_long")
    unreadable = sum(
        1 for letter in text if letter == "\ufffd" or (unicodedata.category(letter) == "Cc" and letter not in "\r\n\t")
    )
    if unreadable > max(4, len(text) // 10):
        return Screened(text="", problem="input.unreadable")
    cleaned = "".join(" " if unicodedata.category(letter) in {"Cc", "Cf"} and letter != "\n" else letter for letter in text)
    cleaned = unicodedata.normalize("NFC", cleaned).strip()
    if not cleaned:
        return Screened(text="", problem="input.empty")
    return Screened(text=cleaned, suspicious=bool(INJECTION.search(cleaned)))


def review(sentences: Iterable[Sentence], *, internal_articles: frozenset[str]) -> tuple[Sentence, ...]:
    """Drops a sentence that stands on an internal article and takes images, tags and off-site links out of the others.

    What was hidden in them goes too: characters that nobody sees, and marks written as HTML entities.
    """
    kept: list[Sentence] = []
    for sentence in sentences:
        if any(citation.article in internal_articles for citation in sentence.citations):
            continue
        text = _unmarked(sentence.text).strip()
        if text:
            kept.append(sentence if text == sentence.text else replace(sentence, text=text))
    return _once(kept)


def _unmarked(text: str) -> str:
    """The text as long as taking something out brings something new to light. What never ends loses its brackets."""
    for _ in range(ROUNDS):
        before = text
        text = ENTITY.sub(lambda entity: html.unescape(entity[0]), _visible(text))
        text = IMAGE.sub("", DEFINITION.sub("", TAG.sub("", text)))
        text = REST.sub("]", LINK.sub(r"\1", text))
        if text == before:
            return text
    return re.sub(r"[<>\[\]]", "", text)


def _visible(text: str) -> str:
    """Without characters that nobody sees, but for the two joiners where a script or a picture needs them."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter for place, letter in enumerate(text) if not _hidden(letter) or _joins(text, place))


def _hidden(letter: str) -> bool:
    return letter not in "\n\t" and unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def _joins(text: str, place: int) -> bool:
    beside = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] in "\u200c\u200d" and len(beside) == 2 and not any(letter.isascii() for letter in beside)


def _once(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences without repeats, in order."""
    return tuple({sentence.text: sentence for sentence in sentences}.values())
