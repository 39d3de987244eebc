"""What may come in and what may go out: readable text in, and nothing internal, secret or off-site out."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.conversation import Sentence

MOST_CHARACTERS = 8_000
INJECTION = re.compile(
    r"(ignore|disregard|forget) (all |any )?(previous|prior|above|your) (instructions|rules|prompt)"
    r"|system prompt|you are now|developer mode|</?(system|script|assistant)\b",
    re.IGNORECASE,
)
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]*)\]\((?!/)[^)]*\)")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")


@dataclass(frozen=True, kw_only=True)
class Screened:
    """The text as the dialogue shall read it; `problem` is a wording id when it can't be read at all."""

    text: str
    problem: str | None = None
    suspicious: bool = False


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
    """Drops a sentence that stands on an internal article and takes images, tags and off-site links out of the others."""
    kept: list[Sentence] = []
    for sentence in sentences:
        if any(citation.article in internal_articles for citation in sentence.citations):
            continue
        text = TAG.sub("", LINK.sub(r"\1", IMAGE.sub("", sentence.text))).strip()
        if text:
            kept.append(sentence if text == sentence.text else _with_text(sentence, text))
    return _once(kept)


def _with_text(sentence: Sentence, text: str) -> Sentence:
    return Sentence(text=text, citations=sentence.citations, record_ids=sentence.record_ids, approved=sentence.approved)


def _once(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences without repeats, in order."""
    return tuple({sentence.text: sentence for sentence in sentences}.values())
