"""Texts for Slack and from Slack: nothing that a customer or a document says can mention, link or format."""

import re
from collections.abc import Iterable, Sequence

PAIRS = re.compile(r"(?<![\w\\])(\*\*|__|~~|\*|_|~|`{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL)
LINK = re.compile(r"!?\[([^\[\]\n]{1,500})\]\(\s*<?([^\s()<>]{1,2000})>?(?:\s+\"[^\"\n]*\")?\s*\)")
LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>+[ \t]?)", re.MULTILINE)
BULLET = re.compile(r"^([ \t]*)[*+-][ \t]+", re.MULTILINE)
ANGLED = re.compile(r"<([^<>]*)>")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
ROUNDS = 8
ALIKE = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
EDGE = re.compile(r"(?<!\w)_|_(?!\w)")
BRACKETS = re.compile(r"\](?=[(\[:])")
ADDRESS = re.compile(r"\w://|\bwww\.", re.IGNORECASE)


def unmarked(text: str) -> str:
    """A text without Markdown's and Slack's marks: what they set off is kept, links become label and address."""
    found = BULLET.sub(r"\1• ", LINE_START.sub("", text))
    found = LINK.sub(lambda link: link[1] if link[1] == link[2] else f"{link[1]} ({link[2]})", found)
    for _ in range(ROUNDS):
        plainer = PAIRS.sub(lambda pair: pair[2], found)
        if plainer == found:
            return found
        found = plainer
    return re.sub(r"[*_~`]", "", found)


def escaped(text: str) -> str:
    """The three characters that Slack reads as commands, as it wants them written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown(text: str) -> str:
    """Somebody's words for a mrkdwn text: as they were meant to be read, and nothing but words."""
    return escaped(unmarked(text))


def in_markdown(text: str) -> str:
    """The same for the Markdown of a streamed text. Marks that stay become characters that look alike."""
    plainer = EDGE.sub("ˍ", shown(text).translate(ALIKE))
    return BRACKETS.sub("] ", plainer)


def links_itself(text: str) -> bool:
    """Whether a client would make a link of something in a Markdown text by itself."""
    return ADDRESS.search(text) is not None


def linked(url: str, label: str) -> str:
    """A link in mrkdwn; only for addresses of our own."""
    return f"<{escaped(url)}|{escaped(label).replace('|', '¦')}>"


def linked_in_markdown(url: str, label: str) -> str:
    """The same in the Markdown of a streamed text."""
    safe = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{label}]({safe})"


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, with a sign where it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def pieces(text: str, most: int) -> list[str]:
    """Raw text in pieces that are at most so long once they are shown; cut between words where there are any."""
    found: list[str] = []
    current = ""
    for word in re.findall(r"\S+\s*|\s+", text):
        for part in _hard(word, most):
            if current and len(escaped(current + part).rstrip()) > most:
                found.append(current.rstrip())
                current = ""
            current += part
    return [*found, current.rstrip()] if current.strip() else found


def gathered(parts: Iterable[str], most: int) -> list[str]:
    """Ready texts joined by spaces into as few as fit, in order."""
    found: list[str] = []
    for part in parts:
        if found and len(found[-1]) + 1 + len(part) <= most:
            found[-1] += f" {part}"
        elif part:
            found.append(part)
    return found


def plain(text: str, *, without: Sequence[str] = ()) -> str:
    """What a user typed: Slack's notation taken back to words; mentions of the users in `without` are left out."""
    readable = CONTROL.sub("", text).encode("utf-8", "replace").decode()
    found = ANGLED.sub(lambda angled: _named(angled[1], without), readable)
    for entity, char in ENTITIES:
        found = found.replace(entity, char)
    return re.sub(r"[ \t]{2,}", " ", found).strip()


def _hard(word: str, most: int) -> list[str]:
    """A word in parts that fit."""
    if len(escaped(word)) <= most:
        return [word]
    found = [""]
    length = 0
    for char in word:
        size = len(escaped(char))
        if length + size > most:
            found.append("")
            length = 0
        found[-1] += char
        length += size
    return found


def _named(inside: str, without: Sequence[str]) -> str:
    """What a reader sees of `<...>`."""
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "" if target[1:] in without else f"@{label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        name = target[1:].partition("^")[0]
        return label or f"@{name}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, target) or address.endswith(label) else f"{label} ({address})"
