"""Who is behind a request: a visitor of the chat, an agent at the console, or nobody. Both live in signed cookies."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from aiohttp import web

from bot.http.refusals import NotSignedIn, StalePage
from bot.http.tokens import Purpose, Tokens
from bot.rooms import Agent, Rooms

VISITOR_COOKIE, AGENT_COOKIE = "rapport_visitor", "rapport_agent"
CSRF_HEADER = "X-CSRF-Token"
AGENT_LIFETIME = timedelta(hours=10)
LINK_LIFETIME = timedelta(minutes=60)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A visitor's sign-in. `chat` names the conversation with us; `contact_id` is set once the identity is verified."""

    session_id: str
    visitor_id: str
    chat: str
    contact_id: str | None = None

    @classmethod
    def stranger(cls) -> "Visitor":
        return cls(session_id=_fresh(), visitor_id=f"visitor-{_fresh()}", chat=f"chat-{_fresh()}")

    @classmethod
    def known(cls, contact_id: str) -> "Visitor":
        """A contact who signed in from outside: the same conversation on every device."""
        return cls(session_id=_fresh(), visitor_id=contact_id, chat=f"contact-{contact_id}", contact_id=contact_id)

    def verified_as(self, contact_id: str) -> "Visitor":
        """The same visitor, known now, in the same conversation, under a new session."""
        return replace(self, session_id=_fresh(), contact_id=contact_id)


@dataclass(frozen=True, kw_only=True)
class Seat:
    """An agent's sign-in."""

    session_id: str
    agent: Agent


class Sessions:
    """Reads and writes the cookies."""

    def __init__(self, rooms: Rooms) -> None:
        settings = rooms.settings
        self.tokens = Tokens(settings.secret, rooms.tenant.id, rooms.wall)
        self._agents = {agent.id: agent for agent in settings.agents}
        self._lifetime = settings.visitor_lifetime
        self._secure = (settings.public_url or "").startswith("https:")

    def visitor(self, request: web.Request) -> Visitor:
        """The visitor. Raises `NotSignedIn`."""
        claims = self._claims(request, Purpose.VISITOR, VISITOR_COOKIE)
        try:
            return Visitor(
                session_id=claims["sid"],
                visitor_id=claims["sub"],
                chat=claims["chat"],
                contact_id=claims.get("contact"),
            )
        except KeyError as error:
            raise NotSignedIn("This sign-in is not valid: open the chat page again.") from error

    def seat(self, request: web.Request) -> Seat:
        """The agent. Raises `NotSignedIn`, also for somebody who no longer works at the desk."""
        claims = self._claims(request, Purpose.AGENT, AGENT_COOKIE)
        agent = self._agents.get(claims.get("sub", ""))
        if agent is None or "sid" not in claims:
            raise NotSignedIn("You no longer have a seat at this desk: ask an administrator for one.")
        return Seat(session_id=claims["sid"], agent=agent)

    def visitor_or_none(self, request: web.Request) -> Visitor | None:
        try:
            return self.visitor(request)
        except NotSignedIn:
            return None

    def seat_or_none(self, request: web.Request) -> Seat | None:
        try:
            return self.seat(request)
        except NotSignedIn:
            return None

    def agent(self, agent_id: str) -> Agent | None:
        return self._agents.get(agent_id)

    def check_csrf(self, request: web.Request, session_id: str) -> None:
        """Raises `StalePage` when the page that sends this doesn't belong to the sign-in."""
        if not self.tokens.same_csrf(session_id, request.headers.get(CSRF_HEADER, "")):
            raise StalePage("This page belongs to another sign-in: reload it, then try again.")

    def keep_visitor(self, response: web.StreamResponse, visitor: Visitor) -> None:
        claims = {"sid": visitor.session_id, "sub": visitor.visitor_id, "chat": visitor.chat}
        if visitor.contact_id:
            claims["contact"] = visitor.contact_id
        token = self.tokens.issue(Purpose.VISITOR, claims, self._lifetime)
        self._set(response, VISITOR_COOKIE, token, self._lifetime)

    def keep_seat(self, response: web.StreamResponse, seat: Seat) -> None:
        token = self.tokens.issue(Purpose.AGENT, {"sid": seat.session_id, "sub": seat.agent.id}, AGENT_LIFETIME)
        self._set(response, AGENT_COOKIE, token, AGENT_LIFETIME)

    def leave_seat(self, response: web.StreamResponse) -> None:
        response.del_cookie(AGENT_COOKIE, path="/")

    def take_seat(self, agent: Agent) -> Seat:
        return Seat(session_id=_fresh(), agent=agent)

    def guest_link(self, contact_id: str, lifetime: timedelta = LINK_LIFETIME) -> str:
        """The address at which one becomes that demo customer."""
        token = self.tokens.issue(Purpose.GUEST_LINK, {"sub": contact_id}, lifetime)
        return f"/demo/as/{contact_id}?t={token}"

    def agent_link(self, agent_id: str, lifetime: timedelta = LINK_LIFETIME) -> str:
        """The address at which one signs in as that agent."""
        return f"/console/sign-in?t={self.tokens.issue(Purpose.AGENT_LINK, {'sub': agent_id}, lifetime)}"

    def _claims(self, request: web.Request, purpose: Purpose, cookie: str) -> Mapping[str, str]:
        token = request.cookies.get(cookie)
        if not token:
            raise NotSignedIn("You are not signed in here: open the page again, or use your sign-in link.")
        return self.tokens.read(purpose, token)

    def _set(self, response: web.StreamResponse, name: str, token: str, lifetime: timedelta) -> None:
        response.set_cookie(
            name,
            token,
            max_age=int(lifetime.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )


def _fresh() -> str:
    return secrets.token_urlsafe(16)
