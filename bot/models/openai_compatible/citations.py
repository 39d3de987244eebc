"""Takes marks such as [1] and [2.3] out of streamed text and makes them citations of the stretch before them."""

import re
from collections.abc import Sequence

from bot.models.provider import Text

_ONE = r"\d{1,4}(?:\.\d{1,4}(?:[-–]\d{1,4})?)?"
_MARK = rf"[\[⟦]{_ONE}(?:\s?[,;]\s?{_ONE})*[\]⟧]"
_GROUP = re.compile(rf"{_MARK}(?:[ \t]*{_MARK})*(?!\()")
_END = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’)]*+\s++|(?<!\n)\n++)(?=[^\s\[⟦])")
_OPEN = re.compile(r"[\[⟦][\d.,;\s–-]*$")
_PUNCTUATION = re.compile(r"[.!?…,;:]*[\"'”’)]*")
_PART = re.compile(r"(\d+)(?:\.(\d+)(?:[-–](\d+))?)?")

LONGEST_MARK = 60
LONGEST_HELD = 600


class Citations:
    """Text goes in as it comes, pieces come out. `blocks` tells how many blocks each passage has.

    With passages a sentence is held until it is known whether a mark follows; without any, text passes at once.
    """

    def __init__(self, blocks: Sequence[int]) -> None:
        self._blocks = blocks
        self._held = ""

    def feed(self, text: str) -> list[Text]:
        self._held += text
        return self._taken(final=False)

    def end(self) -> list[Text]:
        pieces = self._taken(final=True)
        if self._held:
            pieces.append(Text(text=self._held))
        self._held = ""
        return pieces

    def _taken(self, *, final: bool) -> list[Text]:
        pieces: list[Text] = []
        while True:
            mark = _GROUP.search(self._held)
            before = len(self._held) if mark is None else mark.start()
            end = _END.search(self._held, 0, before) if self._blocks else None
            if end is not None:
                pieces.append(self._cut(end.end()))
            elif mark is not None and (final or self._settled(mark.end())):
                pieces.append(self._cited(mark))
            else:
                break
        if not final and (not self._blocks or len(self._held) > LONGEST_HELD):
            pieces += self._passed()
        return [piece for piece in pieces if piece.text or piece.quotes]

    def _settled(self, at: int) -> bool:
        """Whether the punctuation behind a mark is there in full, and no further mark begins."""
        rest = self._held[at:]
        begun = _OPEN.fullmatch(rest.lstrip(" \t")) is not None and len(rest) < LONGEST_MARK
        return bool(rest.strip(" \t.!?…,;:\"'”’)")) and not begun

    def _cited(self, mark: re.Match[str]) -> Text:
        """What stands before the mark. A space behind a sentence's end goes with it, and tells that it is one."""
        end = _PUNCTUATION.match(self._held, mark.end())
        after = mark.end() if end is None else end.end()
        before = self._held[: mark.start()].rstrip(" \t")
        text, rest = before + self._held[mark.end() : after], self._held[after:]
        if before[-1:] in (".", "!", "?", "…") and rest.startswith(" "):
            text, rest = text + " ", rest[1:]
        self._held = rest
        return Text(text=text, quotes=self._quotes(mark.group()))

    def _quotes(self, marks: str) -> tuple[tuple[int, int, int], ...]:
        found: dict[tuple[int, int, int], None] = {}
        for part in _PART.finditer(marks):
            number, first, last = (int(group) if group else None for group in part.groups())
            if number is None or not 1 <= number <= len(self._blocks):
                continue
            count = self._blocks[number - 1]
            start, stop = (1, count) if first is None else (first, last or first)
            if 1 <= start <= stop <= count:
                found[number - 1, start - 1, stop] = None
        return tuple(found)

    def _passed(self) -> list[Text]:
        """All but what may become a mark."""
        mark = _GROUP.search(self._held)
        opening = _OPEN.search(self._held)
        until = len(self._held)
        if mark is not None:
            until = mark.start()
        elif opening is not None and until - opening.start() < LONGEST_MARK:
            until = opening.start()
        keep = until if until > LONGEST_HELD else len(self._held[:until].rstrip(" \t"))
        return [self._cut(keep)] if keep else []

    def _cut(self, at: int) -> Text:
        text, self._held = self._held[:at], self._held[at:]
        return Text(text=text)
