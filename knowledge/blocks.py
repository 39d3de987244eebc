"""The blocks of a Markdown or plain text: headings, paragraphs, list items, table rows, with their offsets."""

import re
from dataclasses import dataclass, replace

from core.errors import BadInput

HEADING_LETTERS = 60

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?=\S)")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_RULE = re.compile(r"[ \t]*(?:\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?|[*_=-]{3,})[ \t]*$")
_FENCE = re.compile(r"[ \t]*(```+|~~~+)")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_STRESS = re.compile(r"(?<!\w)(\*\*\*|\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`+([^`]+)`+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A run of text. Kinds: title, heading, paragraph, item, row, code, and asked (its questions, one a line)."""

    kind: str
    start: int
    end: int
    text: str


def plain(markup: str) -> str:
    """Text without inline markup, white space drawn together."""
    text = _IMAGE_OR_LINK.sub(r"\1", markup)
    text = _CODE.sub(r"\1", text)
    for _ in range(2):
        text = _STRESS.sub(r"\2", text)
    text = _ESCAPE.sub(r"\1", _TAG.sub("", text))
    return " ".join(text.split())


def blocks_of(source: str, begin: int, *, file: str, formatted: bool) -> list[Block]:
    """The blocks from offset `begin` on, in order. With `formatted` false only paragraphs and short title lines are told apart.

    Raises `BadInput` for a comment or code block that never ends.
    """
    asked = _asked(source, begin, file)
    reader = _Reader(source, formatted)
    at = begin
    for text in _masked(source, begin).split("\n"):
        reader.read(text, at)
        at += len(text) + 1
    if reader.fence:
        line = _line(source, reader.fence_at)
        raise BadInput(f"{file}, line {line}: the code block is not closed: end it with {reader.fence}.")
    reader.close()
    found = reader.blocks if formatted else _with_text(reader.blocks)
    return sorted(found + asked, key=lambda block: block.start)


class _Reader:
    """Takes a text line by line and keeps the blocks that it has seen."""

    def __init__(self, source: str, formatted: bool) -> None:
        self.blocks: list[Block] = []
        self.fence = ""
        self.fence_at = 0
        self._source = source
        self._formatted = formatted
        self._kind = "paragraph"
        self._open: tuple[int, int] | None = None

    def read(self, line: str, at: int) -> None:
        if self._formatted and self._in_code(line, at):
            return
        if not line.strip():
            self.close()
        elif self._formatted:
            self._read_formatted(line, at)
        else:
            self._extend("paragraph", at, at + len(line))

    def close(self) -> None:
        """Ends the block that is being read."""
        if self._open is None:
            return
        start, end = self._open
        text = self._source[start:end]
        lead = len(text) - len(text.lstrip())
        kind = self._kind
        if not self._formatted and "\n" not in text.strip() and _is_title_line(text.strip()):
            kind = "heading"
        self._add(kind, start + lead, start + len(text.rstrip()))
        self._open = None

    def _read_formatted(self, line: str, at: int) -> None:
        heading = _HEADING.match(line)
        if heading:
            self.close()
            first = len(heading.group(1)) == 1 and not self.blocks
            self._add("title" if first else "heading", at + heading.start(2), at + heading.end(2))
        elif _RULE.match(line):
            self.close()
            if "|" in line and self.blocks and self.blocks[-1].kind == "row":
                self.blocks.pop()
        elif _ROW.match(line):
            self.close()
            inner = line.strip().strip("|").strip()
            begin = line.index(inner) if inner else 0
            self._add("row", at + begin, at + begin + len(inner))
        elif mark := _ITEM.match(line):
            self.close()
            self._extend("item", at + mark.end(), at + len(line))
        elif mark := _QUOTED.match(line):
            self.close()
            self._extend("paragraph", at + mark.end(), at + len(line))
            self.close()
        else:
            self._extend("paragraph", at, at + len(line))

    def _in_code(self, line: str, at: int) -> bool:
        mark = _FENCE.match(line)
        if self.fence:
            if mark and mark.group(1).startswith(self.fence):
                self.fence = ""
                self.close()
            else:
                self._extend("code", at, at + len(line))
            return True
        if mark:
            self.close()
            self.fence, self.fence_at = mark.group(1), at
        return bool(mark)

    def _extend(self, kind: str, start: int, end: int) -> None:
        if self._open is None:
            self._open, self._kind = (start, end), kind
        else:
            self._open = (self._open[0], end)

    def _add(self, kind: str, start: int, end: int) -> None:
        if start < end:
            self.blocks.append(Block(kind=kind, start=start, end=end, text=plain(self._source[start:end])))


def _with_text(blocks: list[Block]) -> list[Block]:
    """Of the short lines of a plain text only those are headings that a paragraph follows."""
    followed = [*(block.kind == "paragraph" for block in blocks[1:]), False]
    return [block if after else replace(block, kind="paragraph") for block, after in zip(blocks, followed, strict=True)]


def _is_title_line(text: str) -> bool:
    return len(text) <= HEADING_LETTERS and text[-1:] not in ".!?:;," and ". " not in text and text[:1].isupper()


def _asked(source: str, begin: int, file: str) -> list[Block]:
    """The questions in comments that open with the word "asked"."""
    found: list[Block] = []
    for comment in _COMMENT.finditer(source, begin):
        kind, _, questions = comment.group(1).strip().partition("\n")
        if kind.strip() != "asked":
            continue
        lines = [line.strip() for line in questions.split("\n") if line.strip()]
        wrong = next((line for line in lines if not line.startswith("- ")), None)
        if wrong is not None:
            line = _line(source, source.index(wrong, comment.start()))
            raise BadInput(f"{file}, line {line}: a question must begin with '- '.")
        text = "\n".join(line[2:].strip() for line in lines)
        if text:
            found.append(Block(kind="asked", start=comment.start(), end=comment.end(), text=text))
    opened = source.find("<!--", max((m.end() for m in _COMMENT.finditer(source, begin)), default=begin))
    if opened >= 0:
        raise BadInput(f"{file}, line {_line(source, opened)}: the comment is not closed: end it with '-->'.")
    return found


def _masked(source: str, begin: int) -> str:
    """The text from `begin` on with comments turned to line ends, so that no quote reaches across one."""
    return _COMMENT.sub(lambda comment: "\n" * len(comment.group()), source[begin:])


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1
