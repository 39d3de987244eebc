"""The help centre: the list, an article with the cited span highlighted, and the same as a fragment for the sources panel."""

from collections.abc import Sequence

from aiohttp import web

from bot.http.bodies import id_in_path, number_in_query
from bot.http.markup import Html, tag
from bot.http.pages import Page, html_response
from bot.http.sessions import Sessions
from bot.rooms import ArticlePage, Rooms

PUBLIC = frozenset({"public"})
STAFF = frozenset({"public", "internal"})


class HelpPages:
    """Customers read public articles; who sits at the desk, internal ones too."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/help", self.listed),
            web.get("/help/{article}", self.article),
            web.get("/api/articles/{article}", self.fragment),
        )

    async def listed(self, request: web.Request) -> web.Response:
        articles = await self._rooms.help.articles(self._audience(request))
        links = [
            tag(
                "li",
                tag("a", tag("strong", line.title), tag("span", line.summary) if line.summary else "", href=f"/help/{line.id}"),
            )
            for line in articles
        ]
        body = tag("main", tag("h1", "Help centre"), tag("ul", links, class_="choices"), class_="sheet")
        return html_response(Page(title=f"{self._rooms.settings.company} help", body=(body,)))

    async def article(self, request: web.Request) -> web.Response:
        """A page of its own; the highlighted span is at #cited."""
        found = await self._find(request)
        marks = [tag("p", "Internal: not for customers", class_="internal")] if found.internal else []
        updated = [tag("p", f"Updated {found.updated}", class_="note")] if found.updated else []
        back = tag("p", tag("a", "Help centre", href="/help"), class_="back")
        content = tag("article", Html(found.html), class_="prose")
        body = tag("main", back, marks, tag("h1", found.title), updated, content, class_="sheet reading")
        return html_response(Page(title=found.title, body=(body,), script="shared/cited.js"))

    async def fragment(self, request: web.Request) -> web.Response:
        """The article for the sources panel, whose module copies only what it knows to be harmless."""
        found = await self._find(request)
        return web.json_response({"id": found.id, "title": found.title, "html": found.html, "updated": found.updated})

    async def _find(self, request: web.Request) -> ArticlePage:
        start, end = number_in_query(request, "start", 0), number_in_query(request, "end", 0)
        span = (start, end) if end > start else None
        return await self._rooms.help.article(id_in_path(request, "article"), self._audience(request), span)

    def _audience(self, request: web.Request) -> frozenset[str]:
        return STAFF if self._sessions.seat_or_none(request) else PUBLIC
