"""A stream of text cut into sentences, each as soon as it is whole, with the citations of the stretches it is made of."""

import re
from dataclasses import dataclass

from bot.models.fluent.plain_text import plain_text
from knowledge.sentences import NEVER_LAST, SELDOM_LAST, spans

Quote = tuple[int, int, int]

LOOKAHEAD = 2
LONGEST = 1_200

_DRESS = re.compile(r"[*_`]+")
_ENDED = re.compile(r"(?P<word>[^\W\d_]+)[\"'”’)\]*_`]*[.!?…]+[\"'”’)\]*_`]*\s*$")


_FIGURE_ENDS = re.compile(r"\d[.!?…]$")
_INNER = re.compile(r"\w{2}[./@:](?=\w{2})")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A sentence in plain text, and what it quotes."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class _Stretch:
    start: int
    end: int
    quotes: tuple[Quote, ...]


class Splitter:
    """Takes text as it comes. A line ends a sentence; abbreviations, decimals and addresses don't."""

    def __init__(self) -> None:
        self._text = ""
        self._stretches: list[_Stretch] = []

    def feed(self, text: str, quotes: tuple[Quote, ...] = ()) -> list[Piece]:
        """The sentences that are whole now. An empty text brings quotes of the stretch before it.

        A quoted stretch that plainly ends a sentence ends it: the next one needn't have begun.
        """
        if text:
            start = len(self._text)
            self._text += text
            self._stretches.append(_Stretch(start, len(self._text), quotes))
        elif quotes and self._stretches:
            last = self._stretches[-1]
            self._stretches[-1] = _Stretch(last.start, last.end, (*last.quotes, *quotes))
        found = self._ready()
        if quotes and len(text.split()) > 1 and "\n" not in self._text and _ended(self._text):
            found += self._take(self._ends(self._text))
        return found

    def close(self, *, cut: bool = False) -> list[Piece]:
        """The rest. With `cut` the text broke off: a last sentence that isn't plainly finished is left out."""
        found: list[Piece] = []
        while "\n" in self._text:
            found += self._line(self._text.index("\n") + 1)
        ends = self._ends(self._text)
        if cut and ends and not _finished(self._text):
            ends.pop()
        found += self._take(ends)
        self._text, self._stretches = "", []
        return found

    def _ready(self) -> list[Piece]:
        found: list[Piece] = []
        while (at := self._text.find("\n")) >= 0 and len(self._text[at + 1 :].strip()) >= LOOKAHEAD:
            found += self._line(at + 1)
        line = self._text.partition("\n")[0]
        ends = [end for end in self._ends(line) if len(self._text[end:].strip()) >= LOOKAHEAD]
        if not ends and len(line) > LONGEST:
            ends = [line.rfind(" ", 0, LONGEST) + 1 or LONGEST]
        return found + self._take(ends)

    def _line(self, end: int) -> list[Piece]:
        """The sentences of a line that has come to its end."""
        found = self._take(self._ends(self._text[:end]))
        rest = self._text.partition("\n")
        self._drop(len(rest[0]) + len(rest[1]))
        return found

    def _ends(self, line: str) -> list[int]:
        """Where the sentences of a line end. Marks of stress are looked through."""
        lead = len(line) - len(line.lstrip())
        bare = _DRESS.sub(lambda match: '"' * len(match.group()), line[lead:])
        return [lead + end for _, end in spans(bare)]

    def _take(self, ends: list[int]) -> list[Piece]:
        found: list[Piece] = []
        start = 0
        for end in ends:
            text = plain_text(self._text[start:end])
            if any(letter.isalnum() for letter in text):
                found.append(Piece(text=text, quotes=self._quotes(start, end)))
            start = end
        self._drop(start)
        return found

    def _quotes(self, start: int, end: int) -> tuple[Quote, ...]:
        """The quotes of every stretch that brings a letter or a figure to what stands from `start` to `end`."""
        found: list[Quote] = []
        for each in self._stretches:
            shared = self._text[max(start, each.start) : min(end, each.end)]
            if each.quotes and any(letter.isalnum() for letter in shared):
                found += each.quotes
        return tuple(dict.fromkeys(found))

    def _drop(self, count: int) -> None:
        if not count:
            return
        self._text = self._text[count:]
        moved = (_Stretch(max(0, each.start - count), each.end - count, each.quotes) for each in self._stretches)
        self._stretches = [each for each in moved if each.end > each.start]


def _ended(text: str) -> bool:
    """Whether a text is finished, and its last word can't be the beginning of a longer one. Behind a space figures may end it."""
    last = text.rsplit(maxsplit=1)[-1] if text.strip() else ""
    if text[-1:].isspace() and (_FIGURE_ENDS.search(last) or _INNER.search(last)):
        return last[-1] in ".!?…"
    return _finished(text) and not _INNER.search(last)


def _finished(text: str) -> bool:
    """Whether a text that was cut ends with a sentence's end all the same, and not with an abbreviation or half a figure."""
    match = _ENDED.search(text)
    return match is not None and match["word"].lower() not in NEVER_LAST | SELDOM_LAST and len(match["word"]) > 1
