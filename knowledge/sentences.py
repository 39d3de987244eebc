"""Where sentences begin and end."""

import re

_NEVER_LAST = "e.g i.e vs dr mr mrs ms prof approx fig eq sec art cf incl excl max min tel ext dept"
_SELDOM_LAST = "inc ltd co corp etc no nos st a.m p.m u.s u.k jan feb mar apr jun jul aug sep sept oct nov dec"
NEVER_LAST = frozenset(_NEVER_LAST.split())
SELDOM_LAST = frozenset(_SELDOM_LAST.split())

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
_LAST_WORD = re.compile(r"[\w.]+$")
_SMALL_BRAND = re.compile(r"[a-z][A-Z]")


def spans(text: str) -> list[tuple[int, int]]:
    """The sentences of one paragraph as offsets, without the white space around them. A paragraph without a full stop is one."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if _closes(text, end):
            _add(found, text, start, end.end())
            start = end.end()
    _add(found, text, start, len(text))
    return found


def _closes(text: str, end: re.Match[str]) -> bool:
    rest = text[end.end() :].lstrip()
    if not rest:
        return True
    starts = rest[0].isupper() or rest[0].isdigit() or rest[0] in "\"'“‘([$€£¿¡" or bool(_SMALL_BRAND.match(rest))
    if not starts or not end.group().startswith("."):
        return starts
    return not _abbreviates(text[: end.start()], rest)


def _abbreviates(before: str, rest: str) -> bool:
    """Whether the full stop behind `before` only shortens a word: "e.g.", "Dr.", an initial, "Inc. (Delaware)", "No. 4", "1."."""
    match = _LAST_WORD.search(before)
    if not match:
        return False
    word = match.group().lower()
    if word in NEVER_LAST or (len(word) == 1 and match.group().isupper()):
        return True
    if word.isdigit() and match.start() == 0:
        return True
    return word in SELDOM_LAST and not rest[0].isupper()


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))
