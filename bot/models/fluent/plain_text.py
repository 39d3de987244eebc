"""What a model wrote as plain text: no Markdown, no HTML, no links, no images, nothing invisible."""

import html
import re
import unicodedata

_ROUNDS = 6
_LINE_MARK = re.compile(r"^\s*(?:(?:>\s?)+|#{1,6}\s+|(?:[-*+•]|\d{1,2}[.)])\s+(?=\S)|\|\s*)+")
_FENCE = re.compile(r"^\s*(?:```|~~~)\S*\s*$")
_RULE = re.compile(r"^\s*[-*_=|:\s]{3,}$")
_DEFINITION = re.compile(r"^\s*\[[^\]]+\]:\s*\S.*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])")
_HALF_LINK = re.compile(r"\]\([^)\s]*\)?")
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>?")
_STRESS = re.compile(r"(?<![\w*_])(\*\*\*|\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_STRAY = re.compile(r"(?<!\w)(?:\*{1,3}|__)(?=\w)|(?<=[\w.!?,:;)])(?:\*{1,3}|__)(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_IMAGE = re.compile(r"!(?=\[)")


def plain_text(markup: str) -> str:
    """One line of text, white space drawn together; empty for a line that is only a mark."""
    if _FENCE.match(markup) or _RULE.match(markup) or _DEFINITION.match(markup):
        return ""
    text = _LINE_MARK.sub("", html.unescape(markup))
    for _ in range(_ROUNDS):
        before = text
        text = _unmarked(text)
        if text == before:
            break
    text = _STRAY.sub("", _IMAGE.sub("", _HALF_LINK.sub("", text)))
    text = "".join(letter for letter in text if not _invisible(letter))
    return " ".join(_ESCAPE.sub(r"\1", text).split()).strip("| ")


def _unmarked(text: str) -> str:
    text = _TAG.sub(" ", _COMMENT.sub(" ", text))
    text = _LINK.sub(r"\1", text).replace("`", "")
    return _STRESS.sub(r"\2", text)


def _invisible(letter: str) -> bool:
    return (
        not letter.isspace() and letter not in "\u200c\u200d" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
