"""What a short message does to the task in hand: by the words that such messages are made of, and by a head for all others."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from bot.models.embedded.kernel import Head, Sample
from bot.models.embedded.views import View
from core.language import Act

FILE = Path(__file__).with_name("acts.toml")
ORDER = (
    "repeat",
    "bot_question",
    "cancel",
    "clarify",
    "skip",
    "resume",
    "praise",
    "thanks",
    "goodbye",
    "deny",
    "affirm",
    "greet",
)
OPENING = ("affirm", "deny", "thanks", "greet")
SMALL = (Act.THANKS, Act.GREET, Act.GOODBYE, Act.BOT_QUESTION, Act.PRAISE)
CERTAIN = 0.97
TOLD = 0.85
LIKELY = 0.7
LONGEST_REPLY = 14
QUESTION = re.compile(
    r"\?|^(?:how|what|when|where|which|who|why|wie|was|wann|wo|comment|quand|où|cómo|cuándo|dónde|hvordan|hvornår|hoe)\b",
    re.IGNORECASE,
)
BUT = re.compile(r"\b(?:but|except|only|unless|however|aber|mais|pero|maar|men|ma)\b", re.IGNORECASE)
BACK_TO = re.compile(
    r"(?:^|[.!?,;:]\s*|\b(?:now|so|then|let's|lets|get|go|going|come|coming)\s+)back to (?:the|my|our|what|that|it|where)\b",
    re.IGNORECASE,
)
ABOUT_IT = re.compile(
    r"^\W*(?:(?:so |and )?(?:how does (?:that|it|this) work|what do i (?:do|have to do|need)|how do (?:i|we) (?:do that|start"
    r"|get (?:that|it|one))"
    r"|tell me more|what's next|what happens next|where do i sign|wie geht das|wie funktioniert das|comment ça marche"
    r"|cómo funciona"
    r"|hvordan virker det|hoe werkt dat|come funziona))\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message's act, how sure that is, and whether the message is nothing but that."""

    act: Act
    confidence: float
    whole: bool = False


def hear(view: View, head: Head | None, *, waiting: bool, has_values: bool) -> Heard:
    """The act of a message. `waiting` says that a question or a card is open, `has_values` that slot values stand in it."""
    text = _plain(view.text)
    told = _by_words(text, view.text, waiting=waiting, has_values=has_values)
    if told is not None:
        return told
    if head is None:
        return Heard(act=Act.OTHER, confidence=0.5)
    return _by_head(view, head, waiting=waiting, has_values=has_values)


def _by_words(text: str, original: str, *, waiting: bool, has_values: bool) -> Heard | None:
    for act in ORDER:
        if _wholly(act).fullmatch(text):
            return Heard(act=Act(act), confidence=CERTAIN, whole=True)
    if len(text.split()) > 3 * LONGEST_REPLY:
        return None
    if BACK_TO.search(original):
        return Heard(act=Act.RESUME, confidence=TOLD)
    if not text and "?" in original:
        return Heard(act=Act.CLARIFY, confidence=LIKELY, whole=True)
    if waiting and has_values and _has("correct").search(text):
        return Heard(act=Act.CORRECT, confidence=TOLD)
    opened = _opened(text, original, waiting=waiting, has_values=has_values)
    if opened is not None:
        return opened
    return _told_inside(text, original)


def _opened(text: str, original: str, *, waiting: bool, has_values: bool) -> Heard | None:
    """Messages that begin with a reply and go on."""
    for act in OPENING:
        match = _opening(act).match(text)
        if match is None:
            continue
        rest = text[match.end() :].strip()
        if act == "deny" and has_values:
            return Heard(act=Act.CORRECT if waiting else Act.OTHER, confidence=TOLD)
        if _has("resume").search(text):
            return Heard(act=Act.RESUME, confidence=TOLD)
        if act == "affirm" and ABOUT_IT.search(rest):
            return Heard(act=Act.AFFIRM, confidence=TOLD)
        if not rest or QUESTION.search(rest) or "?" in original or act in ("thanks", "greet"):
            return None
        if act == "affirm" and BUT.search(rest):
            return Heard(act=Act.CORRECT if has_values else Act.OTHER, confidence=LIKELY)
        if waiting and len(rest.split()) <= LONGEST_REPLY:
            return Heard(act=Act(act), confidence=LIKELY + 0.05)
        return None
    return None


def _told_inside(text: str, original: str) -> Heard | None:
    words = len(text.split())
    for act in ORDER:
        if not _phrases(act)["has"] or not _has(act).search(text):
            continue
        if act == "affirm" and "?" in original:
            continue
        if act in ("bot_question", "praise", "resume", "repeat") or words <= LONGEST_REPLY:
            return Heard(act=Act(act), confidence=TOLD if words <= LONGEST_REPLY else LIKELY)
    return None


def _by_head(view: View, head: Head, *, waiting: bool, has_values: bool) -> Heard:
    """The head's judgement; what can't be meant when nothing waits, or when no value stands in the message, is struck out."""
    row = dict(zip(head.labels, (float(each) for each in head.probabilities([Sample(views=(view,))])[0]), strict=True))
    struck = {"correct"} if not has_values else set[str]()
    if not waiting:
        struck |= (
            {"correct", "skip", "clarify", "resume", "cancel", "deny", "affirm"} if len(view.text.split()) > 5 else {"correct"}
        )
    if len(view.text.split()) > LONGEST_REPLY:
        struck |= {"affirm", "deny", "greet", "goodbye", "thanks", "skip", "repeat"}
    row = {label: 0.0 if label in struck else value for label, value in row.items()}
    total = sum(row.values()) or 1.0
    best = max(row, key=lambda label: row[label])
    confidence = row[best] / total
    if Act(best) in SMALL and confidence < LIKELY:
        return Heard(act=Act.OTHER, confidence=0.5)
    return Heard(act=Act(best), confidence=confidence)


def _plain(text: str) -> str:
    """Lower case, without punctuation around words and without smileys."""
    text = text.lower().replace("’", "'").replace("👍", " yes ").replace("👎", " no ")
    text = re.sub(r"[^\w\s',/-]|_", " ", text)
    return re.sub(r"\s+", " ", text.replace(",", " ")).strip(" '-")


@cache
def _table() -> Mapping[str, object]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _phrases(act: str) -> Mapping[str, Sequence[str]]:
    return cast(Mapping[str, Sequence[str]], _table()[act])


@cache
def _any_of(act: str, kind: str) -> str:
    spelled = sorted((_plain(phrase) for phrase in _phrases(act)[kind]), key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\*", r"\w*") for phrase in spelled if phrase) or r"(?!)"


@cache
def _wholly(act: str) -> re.Pattern[str]:
    filler = "|".join(sorted((re.escape(word) for word in cast(Sequence[str], _table()["filler"])), key=len, reverse=True))
    one = _any_of(act, "whole")
    return re.compile(rf"(?:(?:{filler}) ){{0,3}}(?:{one})(?: (?:{one}|{filler})){{0,5}}")


@cache
def _opening(act: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:oh|well|so|and|then|ah|ok|okay|hm) )?(?:{_any_of(act, 'whole')})(?=\s|$)")


@cache
def _has(act: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any_of(act, 'has')})(?!\w)")
