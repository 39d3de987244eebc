"""The chat's page, and how demo customers get in."""

import json
from collections.abc import Sequence

from aiohttp import web

from bot.http.markup import Html, join, tag
from bot.http.pages import Page, html_response
from bot.http.refusals import NotSignedIn
from bot.http.sessions import Sessions, Visitor
from bot.http.tokens import Purpose
from bot.rooms import Letter, Person, Rooms
from core.errors import NotFound


class ChatPages:
    """GET /chat; in the demo also the start page, sign-in links and the outbox."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        demo = (
            web.get("/demo", self.start),
            web.get("/demo/as/{contact}", self.sign_in),
            web.get("/demo/stranger", self.stranger),
            web.get("/demo/outbox", self.outbox),
        )
        return (web.get("/", self.root), web.get("/chat", self.chat), *(demo if self._rooms.settings.demo else ()))

    async def root(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound("/demo" if self._rooms.settings.demo else "/chat")

    async def chat(self, request: web.Request) -> web.Response:
        """The page itself is empty: its module fills it from the event stream. A new visitor gets a cookie."""
        visitor = self._sessions.visitor_or_none(request)
        settings = self._rooms.settings
        data = {
            "company": settings.company,
            "bot": settings.bot_name,
            "most": str(settings.max_characters),
            "starters": json.dumps(list(settings.starters)),
        }
        fallback = tag("noscript", tag("p", "The chat needs JavaScript. Please allow it for this page.", class_="sheet narrow"))
        page = Page(
            title=f"{settings.company} support",
            body=(tag("div", id="chat"), fallback),
            styles=("widget/widget.css",),
            script="widget/main.js",
            data=data,
            kind="chat",
        )
        response = html_response(page)
        if visitor is None:
            self._sessions.keep_visitor(response, Visitor.stranger())
        return response

    async def start(self, _request: web.Request) -> web.Response:
        """Everything that there is to try, with fresh sign-in links."""
        settings = self._rooms.settings
        guests = [(guest, await self._rooms.people.by_id(guest.contact_id)) for guest in settings.guests]
        customers = [self._guest(person, guest.note) for guest, person in guests if person]
        agents = [
            _choice(self._sessions.agent_link(agent.id), agent.name, ", ".join(sorted(agent.roles)).replace("_", " "))
            for agent in settings.agents
        ]
        body = tag(
            "main",
            tag("p", "Demo", class_="eyebrow"),
            tag("h1", f"Support at {settings.company}"),
            tag("p", "Open the chat as one of these people, and the console as somebody at the desk.", class_="lead"),
            tag("h2", "Customers"),
            tag("ul", customers, _choice("/demo/stranger", "A stranger", "Nobody has verified who they are"), class_="choices"),
            tag("h2", "The desk"),
            tag("ul", agents, class_="choices"),
            tag("h2", "Around it"),
            tag(
                "ul",
                _choice("/demo/outbox", "Outbox", "E-mails that were sent, with the codes in them"),
                _choice("/help", "Help centre", "What the assistant answers from"),
                class_="choices",
            ),
            class_="sheet",
        )
        return html_response(Page(title=f"{settings.company} demo", body=(body,)))

    async def sign_in(self, request: web.Request) -> web.Response:
        """Becomes the demo customer of the link."""
        contact_id = request.match_info["contact"]
        claims = self._sessions.tokens.read(Purpose.GUEST_LINK, request.query.get("t", ""))
        if claims.get("sub") != contact_id:
            raise NotSignedIn("This link is for somebody else: open a fresh one from the start page.")
        if await self._rooms.people.by_id(contact_id) is None:
            raise NotFound("There is no such customer: open a fresh link from the start page.")
        return self._to_chat(Visitor.known(contact_id))

    async def stranger(self, _request: web.Request) -> web.Response:
        return self._to_chat(Visitor.stranger())

    async def outbox(self, _request: web.Request) -> web.Response:
        """The e-mails that the demo would have sent."""
        letters = await self._rooms.mail.sent()
        listed = [_letter(letter) for letter in letters] or [tag("p", "No e-mail was sent yet.", class_="empty")]
        top = (tag("p", "Demo", class_="eyebrow"), tag("h1", "Outbox"))
        lead = tag("p", "In the demo e-mails stay on this machine. The newest is first; reload for more.", class_="lead")
        back = tag("p", tag("a", "Start page", href="/demo"), class_="back")
        body = tag("main", back, top, lead, listed, class_="sheet")
        return html_response(Page(title="Outbox", body=(body,)))

    def _guest(self, person: Person, note: str) -> Html:
        roles = ", ".join(sorted(person.roles))
        link = self._sessions.guest_link(person.contact_id)
        return _choice(link, f"{person.name}, {person.account_name}", f"{roles}. {note}" if roles else note)

    def _to_chat(self, visitor: Visitor) -> web.Response:
        response = web.Response(status=303, headers={"Location": "/chat"})
        self._sessions.keep_visitor(response, visitor)
        return response


def _choice(link: str, title: str, note: str) -> Html:
    return tag("li", tag("a", tag("strong", title), tag("span", note), href=link))


def _letter(letter: Letter) -> Html:
    head = join([tag("dt", "To"), tag("dd", letter.to), tag("dt", "Sent"), tag("dd", f"{letter.at:%d %B %Y, %H:%M} UTC")])
    return tag("article", tag("h2", letter.subject), tag("dl", head), tag("pre", letter.body), class_="letter")
