"""Marks what others wrote, so that a model can tell data from instructions. The only place that writes the marks.

A mark within the content, however it is spelled, is taken apart: nothing can end its own marking or pretend to be outside it.
"""

import re
import unicodedata

WORD = "untrusted"
REPLACED = "(mark)"

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‹〈⟨❮˂ᐸ⧼⦑⟪《«≺", "<"),
        **dict.fromkeys("›〉⟩❯˃ᐳ⧽⦒⟫》»≻", ">"),
        **dict.fromkeys("∕⁄╱⧸／＼\\", "/"),
        **dict.fromkeys("υսцᴜµμ", "u"),
        **dict.fromkeys("ոпηɴ", "n"),
        **dict.fromkeys("тτᴛ†", "t"),
        **dict.fromkeys("гᴦʀ", "r"),
        **dict.fromkeys("ѕꜱ", "s"),
        **dict.fromkeys("еєεᴇ", "e"),
        **dict.fromkeys("ԁɗᴅ", "d"),
    }
)
_OPEN = r"(?:<|&lt;?|&#0*60;?|&#x0*3c;?|%3c|\\u003c|\\x3c|[\[{(])"
_CLOSE = r"(?:>|&gt;?|&#0*62;?|&#x0*3e;?|%3e|\\u003e|\\x3e|[\]})])"
_SPACED = r"[\W_]{0,3}".join(WORD)
_MARK = re.compile(rf"{_OPEN}[\s/]*{_SPACED}(?:(?!{_OPEN})[^\n]){{0,80}}?{_CLOSE}|{_OPEN}[\s/]*{_SPACED}")
_SPECIAL = re.compile(r"<\|[^\n|<>]{1,40}\|>|<<\s*/?\s*sys\s*>>|\[\s*/?\s*inst\s*\]|</?s>|<(?:start|end)_of_turn>")
_KEPT_FORMATS = frozenset("\u200c\u200d")


def marked(source: str, text: str, **labels: str) -> str:
    """The text as data from `source` (customer, tool, memory ...), in marks that it can't contain itself."""
    named = "".join(f' {name}="{value}"' for name, value in labels.items())
    return f'<{WORD} from="{source}"{named}>\n{neutral(text)}\n</{WORD}>'


def neutral(text: str) -> str:
    """The text with every likeness of a mark replaced, also those of a model's own turns, and without invisible characters."""
    visible = "".join(letter for letter in text if not _invisible(letter))
    folded, places = _folded(visible)
    found = [match.span() for pattern in (_MARK, _SPECIAL) for match in pattern.finditer(folded)]
    parts: list[str] = []
    at = 0
    for start, end in sorted(found):
        first, last = places[start], places[end - 1] + 1
        if first >= at:
            parts += [visible[at:first], REPLACED]
            at = last
    return "".join(parts) + visible[at:]


def _invisible(letter: str) -> bool:
    """Whether it can't be seen: controls, marks of direction, tags, and characters of no plane."""
    if letter in "\n\t" or letter in _KEPT_FORMATS:
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in one spelling of each letter, and for each of its characters the place in `text` from which it comes."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in _KEPT_FORMATS:
            continue
        plain = letter
        if not letter.isascii():
            plain = "".join(
                each for each in unicodedata.normalize("NFKD", letter.translate(_ALIKE)) if not unicodedata.combining(each)
            )
        for each in plain.translate(_ALIKE).casefold() if plain != "\\" else "\\":
            letters.append(each)
            places.append(place)
    return "".join(letters), places
