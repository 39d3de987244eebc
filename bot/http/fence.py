"""What every request passes: known host, own origin, the page's own token; and what every response carries."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.http.refusals import StalePage
from bot.http.sessions import Sessions
from bot.rooms import Settings
from core.errors import BadInput, NotAllowed

Machine = Callable[[web.Request], bool]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Fence:
    """Refuses foreign hosts, foreign origins and stale pages. Anything that changes something needs all three.

    `machine` names the requests that no page sends, from Slack and Teams: their doors check signatures and tokens themselves.
    """

    def __init__(self, settings: Settings, sessions: Sessions, machine: Machine = lambda _request: False) -> None:
        public = urlsplit(settings.public_url) if settings.public_url else None
        self._hosts = settings.hosts | frozenset([public.hostname] if public and public.hostname else [])
        self._public_origin = f"{public.scheme}://{public.netloc}" if public else None
        self._sessions = sessions
        self._machine = machine

    async def check(self, request: web.Request) -> None:
        """Raises `BadInput` for a host that isn't ours, `NotAllowed` for what another site or another sign-in sends."""
        if _hostname(request.host) not in self._hosts:
            raise BadInput("This server does not answer to that name: use the address that it printed, or set public_url.")
        if request.method in SAFE_METHODS or self._machine(request):
            return
        if not self._own(request.headers.get("Origin", ""), request.host):
            raise NotAllowed("This was sent from another site: use the page of this server.")
        await self._check_page(request)

    async def _check_page(self, request: web.Request) -> None:
        if request.path.startswith("/console"):
            session_id = self._sessions.seat(request).session_id
        else:
            session_id = self._sessions.visitor(request).session_id
        self._sessions.check_csrf(request, session_id)

    def _own(self, origin: str, host: str) -> bool:
        if not origin.isascii():
            raise StalePage("The Origin header can't be read: reload the page, then try again.")
        if self._public_origin:
            return origin == self._public_origin
        return origin == f"http://{host}"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Puts the protective headers on every response, errors included."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers["Server"] = "rapport"


def _hostname(host: str) -> str:
    """The name in a Host header, without its port; an IPv6 address keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
