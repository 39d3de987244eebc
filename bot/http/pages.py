"""The shell of every page: head, styles and scripts of this server only, and whatever the page puts in.

No browser looks up the names in its links before somebody follows one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.http.markup import Child, Html, join, tag


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page. `script` is the path of its one module under /static; `data` goes to it by `data-` attributes of the body."""

    title: str
    body: tuple[Child, ...]
    styles: tuple[str, ...] = ("shared/page.css",)
    script: str | None = None
    data: Mapping[str, str] = field(default_factory=dict[str, str])
    kind: str = "document"


def render(page: Page) -> Html:
    """The page as a whole document."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1, interactive-widget=resizes-content"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", http_equiv="x-dns-prefetch-control", content="off"),
        tag("title", page.title),
        tag("link", rel="icon", href="/static/shared/icon.svg", type="image/svg+xml"),
        [tag("link", rel="stylesheet", href=f"/static/{style}") for style in ("shared/tokens.css", *page.styles)],
        [tag("script", src=f"/static/{page.script}", type="module")] if page.script else [],
    )
    data = {f"data_{name.replace('-', '_')}": value for name, value in page.data.items()}
    body = tag("body", *page.body, **{"class_": page.kind, **data})
    return join([Html("<!doctype html>"), tag("html", head, body, lang="en")])


def html_response(page: Page, status: int = 200) -> web.Response:
    return web.Response(text=render(page).text, status=status, content_type="text/html", charset="utf-8")


def problem_page(status: int, title: str, message: str) -> web.Response:
    """What a person sees where a page would be."""
    body = tag(
        "main",
        tag("p", str(status), class_="eyebrow"),
        tag("h1", title),
        tag("p", message),
        tag("p", tag("a", "Go to the start page", href="/")),
        class_="sheet narrow",
    )
    return html_response(Page(title=title, body=(body,)), status)
