"""Which words of a message are its writer's own: what they forward, quote or paste informs, and asks for nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from core.language import Said

LONG = 8
VERY_LONG = 30
NEAR = 60
_FORWARDED = re.compile(
    r"^[ \t>*_=\-–—]*(?:original message|(?:begin )?forwarded message|forwarded (?:by|from|mail|e-?mail)\b"
    r"|urspr(?:ü|ue)ngliche nachricht|weitergeleitete nachricht|message (?:d'origine|transf[ée]r[ée])"
    r"|mensaje (?:original|reenviado)"
    r"|mensagem (?:original|encaminhada)|messaggio (?:originale|inoltrato)|doorgestuurd bericht|oorspronkelijk bericht"
    r"|転送されたメッセージ|元のメッセージ|转发的?邮件|原始邮件)[ \t:*_=\-–—\w@.]*$",
    re.IGNORECASE,
)
_HEADED = re.compile(r"^[ \t*]*(?:from|von|de|da|van|差出人|发件人)[ \t*]*:[ \t*]*\S", re.IGNORECASE)
_HEADER = re.compile(
    r"^[ \t*]*(?:sent|date|to|subject|gesendet|datum|an|betreff|envoy[ée]|à|objet|enviado|fecha|para"
    r"|asunto|onderwerp|件名|日時|主题)"
    r"[ \t*]*:",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^[ \t]*(?:(?:on|am|le|el|il|op|em)\b[^\n]{3,200}|[^\n]{0,200}\d{4}[^\n]{0,80})"
    r"(?:wrote|schrieb|a écrit|escribi[óo]|ha scritto|schreef|escreveu)[^\n:]{0,80}:[ \t]*$",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt|a écrit|escribi[óo])(?: (?:to )?(?:me|us|back|this|that|uns|mir))?[ \t]*:\s*",
    re.IGNORECASE,
)
_LONG_SAYS = re.compile(
    r"\b(?:says?|said|wrote|writes|reads?|states?|stated|told (?:me|us)|replied|answered|quote|message|mail"
    r"|e-?mail|text|note|letter|"
    r"ticket|comment|sagt|schrieb|steht|lautet|dit|dice|écrit|escribi[óo])\b[^\n\"“”„«»]{0,40}$",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"^[ \t\-=*_\[(#<]*(?:attachment|attached (?:file|document|text)|pasted (?:text|file|document)|file content|anhang"
    r"|pièce jointe|"
    r"adjunto)\b[^\n]{0,100}?[:\])>=*\-][ \t=*\-]*$",
    re.IGNORECASE,
)
_ATTACHED_END = re.compile(r"^[ \t\-=*_\[(#<]*/?(?:end(?: of)?|ende)\b[^\n]{0,60}[\])>=*\-]*[ \t]*$", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(```|~~~|\"\"\"|''')")
_QUOTE_LINE = re.compile(r"^[ \t]{0,3}(?:>|&gt;|\|[ \t]|》|＞)")
_BLOCK = re.compile(r"<(blockquote|pre|q|code)\b[^>]{0,200}>.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_MARKS = re.compile(r"\"([^\"]+)(?:\"|\Z)|“([^”]+)(?:”|\Z)|„([^“”]+)(?:[“”]|\Z)|«([^»]+)(?:»|\Z)|「([^」]+)(?:」|\Z)")
_SINGLE = re.compile(r"(?<!\w)['‘]((?:[^'’]|(?<=\w)['’](?=\w))+)(?:['’](?!\w)|\Z)")

Span = tuple[int, int]


@lru_cache(maxsize=512)
def own_words(text: str) -> str:
    """The text with what is quoted in it blanked, each word in its place; the whole when nothing else is there."""
    blanked = list(text)
    for start, end in _quoted(text):
        blanked[start:end] = [letter if letter == "\n" else " " for letter in blanked[start:end]]
    rest = "".join(blanked).rstrip()
    return rest if any(letter.isalnum() for letter in rest) else text


def in_own_words(said: Iterable[Said]) -> list[Said]:
    """The conversation with the customer's messages in their own words alone."""
    return [replace(each, text=own_words(each.text)) if each.role == "customer" else each for each in said]


def _quoted(text: str) -> Iterator[Span]:
    yield from _lines_quoted(text)
    yield from (found.span() for found in _BLOCK.finditer(text))
    for marks in (_MARKS, _SINGLE):
        for found in marks.finditer(text):
            words = len(found[0].split()) if found[0].isascii() or " " in found[0] else len(found[0]) // 3
            introduced = _LONG_SAYS.search(text[max(0, found.start() - NEAR) : found.start()]) is not None
            if words >= VERY_LONG or (introduced and words >= LONG):
                yield found.span()
    for found in _SAYS.finditer(text):
        paragraph = text.find("\n\n", found.end())
        yield found.end(), len(text) if paragraph < 0 else paragraph


def _lines_quoted(text: str) -> Iterator[Span]:
    """Whole lines: those that are marked one by one, those in a fence, and all that comes after a forwarding mark."""
    lines = text.splitlines(keepends=True)
    starts = [sum(len(each) for each in lines[:number]) for number in range(len(lines))]
    fence = ""
    attached = False
    for number, line in enumerate(lines):
        span = (starts[number], starts[number] + len(line))
        if _opens_rest(lines, number) and not fence:
            yield span[0], len(text)
            return
        mark = _FENCE.match(line)
        attached = (attached or _ATTACHED.match(line) is not None) and not (attached and _ATTACHED_END.match(line))
        if fence or mark or attached or _ATTACHED_END.match(line) or _QUOTE_LINE.match(line):
            yield span
        fence = _fenced(fence, mark[1] if mark else "", line)


def _fenced(fence: str, mark: str, line: str) -> str:
    """The fence that is open after a line."""
    if not mark or (fence and mark != fence):
        return fence
    return "" if fence or line.count(mark) > 1 else mark


def _opens_rest(lines: Sequence[str], number: int) -> bool:
    """Whether all from this line on is somebody else's."""
    line = lines[number].rstrip("\r\n")
    if _FORWARDED.match(line):
        return True
    below = [each for each in lines[number + 1 : number + 4] if each.strip()]
    if _HEADED.match(line) and any(_HEADER.match(each) for each in below[:2]):
        return True
    return _WROTE.match(line) is not None and not (below and _QUOTE_LINE.match(below[0]))
