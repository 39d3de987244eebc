"""Articles as safe HTML, with the cited span marked."""

import re
from typing import cast

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

OPEN, CLOSE = "\ue000", "\ue001"
CITED = '<mark id="cited">'
TAGS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"} | {
    *("em", "strong", "code", "pre", "blockquote", "br", "hr", "a", "mark")
}

_HIDDEN = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*$|<!--.*?-->", re.DOTALL | re.MULTILINE)


def render(source: str, *, start: int | None = None, end: int | None = None, form: str = "markdown") -> str:
    """The article as HTML without scripts, styles or images. The span from `start` to `end` is in `<mark id="cited">`.

    Offsets out of range mark nothing. Links keep only http, https and mailto addresses.
    """
    text = source.replace(OPEN, "�").replace(CLOSE, "�")
    if start is not None and end is not None and 0 <= start < end <= len(text):
        text = f"{text[:start]}{OPEN}{text[start:end]}{CLOSE}{text[end:]}"
    text = _HIDDEN.sub("", text)
    if form == "text":
        html = "".join(f"<p>{_escaped(part)}</p>" for part in _balanced(re.split(r"\n{2,}", text.strip())))
    else:
        html = _markdown(text)
    marked = html.replace(OPEN, CITED, 1).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")
    return nh3.clean(
        marked,
        tags=TAGS,
        attributes={"a": {"href"}, "mark": {"id"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _markdown(text: str) -> str:
    engine = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = engine.parse(text)
    inline = [token for token in tokens if token.type == "inline"]
    for token, content in zip(inline, _balanced([token.content for token in inline]), strict=True):
        if content != token.content:
            children: list[Token] = []
            engine.inline.parse(content, engine, {}, children)
            token.children = children
    for token in tokens:
        if token.type in ("fence", "code_block"):
            token.content = token.content.replace(OPEN, "").replace(CLOSE, "")
    return cast(str, engine.renderer.render(tokens, engine.options, {}))


def _balanced(parts: list[str]) -> list[str]:
    """Opens the mark anew in every part that the span reaches into, so that no mark crosses a block."""
    found: list[str] = []
    inside = False
    for part in parts:
        begun = OPEN + part if inside else part
        inside = begun.count(OPEN) > begun.count(CLOSE)
        found.append(begun + CLOSE if inside else begun)
    return found


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
