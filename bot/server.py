"""The front door: all addresses, what every request passes, and how errors are told."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from uuid import uuid4

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import Gauge
from sqlalchemy import Connection, func, select

from bot.channels.chat_page import ChatPages
from bot.channels.customers import Customers
from bot.channels.help_pages import HelpPages
from bot.channels.identity import Identity
from bot.channels.web_chat import WebChat
from bot.console.approvals import ApprovalDesk
from bot.console.cases import CaseDesk
from bot.console.connecting import ConnectDesk
from bot.console.copilot import CopilotDesk
from bot.console.desk import Desk
from bot.console.models import ModelPages, show_models
from bot.console.news import News
from bot.console.promises import PromisePages
from bot.console.records import Records
from bot.console.replies import ReplyDesk
from bot.delivery.backlog import open_by_state
from bot.http.assets import Assets
from bot.http.bodies import LARGEST_BYTES
from bot.http.doors import Door, with_doors
from bot.http.fence import Fence, Handler, add_headers
from bot.http.limits import Limit
from bot.http.pages import problem_page
from bot.http.sessions import Sessions
from bot.metrics import CONTENT_TYPE
from bot.rooms import Rooms
from bot.telemetry import correlated, span
from core.errors import RapportError
from core.inbox import ACCEPTED, inbox
from handoff.desk.suggested import counted

PROBLEMS = {
    401: "Please sign in",
    403: "Not allowed",
    404: "Nothing here",
    409: "Somebody was quicker",
    410: "Erased",
    503: "Not available right now",
}
WORDS = {
    404: ("not_found", "There is nothing at this address: check it, or begin at the start page."),
    405: ("wrong_method", "This address doesn't take that method."),
    413: ("too_large", f"The body is larger than {LARGEST_BYTES // 1024} kB: shorten it, or send it in parts."),
}
INTERNAL = ("internal", "Something went wrong on our side. What was acknowledged is safe: please try again.")


def build_app(rooms: Rooms, doors: Sequence[Door] = ()) -> web.Application:
    """The whole server, ready to be run by aiohttp. `doors` are the entrances of other services."""
    sessions = Sessions(rooms)
    fence = Fence(rooms.settings, sessions, lambda request: any(door.takes(request) for door in doors))
    app = web.Application(middlewares=[_edge(rooms, fence)], client_max_size=LARGEST_BYTES)
    app.on_response_prepare.append(add_headers)
    customers = Customers(rooms, sessions)
    identity = Identity(rooms, sessions, customers)
    cases = CaseDesk(rooms, sessions)
    rooms_with_routes = (
        ChatPages(rooms, sessions),
        WebChat(rooms, sessions, customers, Limit.a_minute(rooms.wall, rooms.settings.messages_a_minute)),
        identity,
        HelpPages(rooms, sessions),
        Desk(rooms, sessions),
        cases,
        ReplyDesk(rooms, sessions),
        PromisePages(rooms, sessions),
        CopilotDesk(rooms, sessions),
        ModelPages(rooms, sessions),
        ConnectDesk(rooms, sessions),
        News(rooms, sessions),
        ApprovalDesk(rooms, sessions, cases),
        Records(rooms, sessions),
    )
    app.add_routes(with_doors([route for each in rooms_with_routes for route in each.routes()], doors))
    app.add_routes([web.get("/static/{path:[a-z0-9_./-]+}", Assets(rooms.settings.assets).serve), *_Checks(rooms).routes()])

    async def stop(_app: web.Application) -> None:
        rooms.live.close()
        await identity.settle()

    app.on_shutdown.append(stop)
    return app


class _Checks:
    """Alive, ready, and measured."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready), web.get("/metrics", self.metrics)]

    async def alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200 when everything is there, 503 and what is missing otherwise."""
        checks = await self._rooms.health.checks()
        fine = all(check.ok for check in checks)
        body = {"ready": fine, "checks": {check.name: {"ok": check.ok, "detail": check.detail} for check in checks}}
        return web.json_response(body, status=200 if fine else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        measured = self._rooms.telemetry.metrics
        measured.inbox.set(await self._rooms.database.read(_inbox_depth))
        tenant = self._rooms.tenant.id
        _set(measured.undelivered, await self._rooms.database.read(lambda conn: open_by_state(conn, tenant)))
        drafts = await self._rooms.database.read(lambda conn: counted(conn, tenant))
        _set(measured.suggestions, {(state,): count for state, count in drafts.items()})
        await show_models(self._rooms, measured)
        return web.Response(body=measured.render(), headers={"Content-Type": CONTENT_TYPE})


def _edge(rooms: Rooms, fence: Fence) -> Middleware:
    """The outermost edge: names the request, checks it, answers every error in words, logs and counts it."""
    log = structlog.get_logger("http")

    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            await fence.check(request)
            return await handler(request)
        except RapportError as error:
            return _told(request, error.status, error.code, error.message)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            code, message = WORDS.get(error.status, ("refused", error.reason))
            return _told(request, error.status, code, message)
        except ConnectionResetError:
            raise
        except Exception as error:
            log.error("request.failed", route=_route(request), exc_info=error)
            return _told(request, 500, *INTERNAL)

    @web.middleware
    async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id, began = uuid4().hex, perf_counter()
        with correlated(request_id), span(f"{request.method} {_route(request)}", tracer=rooms.telemetry.tracer()):
            response = await answer(request, handler)
        if not response.prepared:
            response.headers.setdefault("X-Correlation-Id", request_id)
        rooms.telemetry.metrics.requests.labels(_route(request), str(response.status)).inc()
        ms = round((perf_counter() - began) * 1000, 1)
        log.info("request", method=request.method, route=_route(request), status=response.status, ms=ms, request_id=request_id)
        return response

    return edge


def _told(request: web.Request, status: int, code: str, message: str) -> web.Response:
    """An error as JSON for modules, as a page for people."""
    page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if page and not request.path.startswith(("/api/", "/console/api/", "/static/")):
        return problem_page(status, PROBLEMS.get(status, "That did not work"), message)
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def _route(request: web.Request) -> str:
    """The address as declared, without ids and tokens."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _set(gauge: Gauge, counts: Mapping[tuple[str, ...], int]) -> None:
    """Shows these and nothing that was there before."""
    gauge.clear()
    for labels, count in counts.items():
        gauge.labels(*labels).set(count)


def _inbox_depth(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(inbox).where(inbox.c.state == ACCEPTED)).scalar_one()
