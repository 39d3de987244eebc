"""The Slack adapter on its own: real tables, the tests' Slack, and a reception and links that only record."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.slack.listening import Desk
from bot.channels.slack.side import Doors, SlackIn, SlackOut, SlackRooms, SlackSettings
from bot.links.port import ChannelUser, Known, Links
from bot.reception import Arrival, Reception
from core.clock import WallClock
from core.conversation import ConversationRef, Press
from core.database import Database
from core.errors import RapportError
from core.inbox import Accepted
from core.journal import Journal
from core.people import Principal, PrincipalKind, Tenant
from handoff.roster import Agent
from tests.fakes.slack_api import BOT_TOKEN, FakeSlack
from tests.fakes.slack_events import SECRET, HttpSender

TENANT = Tenant(id="halcyon", region="eu")
AGENT = Agent(id="mara", name="Mara", roles=frozenset({"support_agent"}))
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@dataclass
class RecordingReception:
    """Takes everything in, once, as the real one promises; an unset `gate` keeps it from being done."""

    agents: set[str] = field(default_factory=set[str])
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    edits: list[Arrival] = field(default_factory=list[Arrival])
    deletions: list[Arrival] = field(default_factory=list[Arrival])
    ratings: list[tuple[Arrival, bool]] = field(default_factory=list[tuple[Arrival, bool]])
    seen: set[str] = field(default_factory=set[str])
    fails: list[RapportError] = field(default_factory=list[RapportError])
    gate: asyncio.Event | None = None
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def who(self, user: ChannelUser) -> Known:
        principal = Principal(kind=PrincipalKind.CUSTOMER, id=f"slack:{user.installation}:{user.user_id}", tenant=TENANT)
        return Known(principal=principal, agent=AGENT if user.user_id in self.agents else None)

    async def accept(self, arrival: Arrival) -> Accepted:
        if self.fails:
            raise self.fails.pop(0)
        self.entered.set()
        if self.gate:
            await self.gate.wait()
        key = f"{arrival.ref.lane}/{arrival.message_id}"
        new = arrival.event_id not in self.seen and key not in self.seen
        self.seen |= {arrival.event_id, key}
        if new:
            self.arrivals.append(arrival)
        return Accepted(row_id=key, correlation_id=key, new=new)

    async def edit(self, arrival: Arrival) -> bool:
        self.edits.append(arrival)
        return True

    async def delete(self, arrival: Arrival) -> bool:
        self.deletions.append(arrival)
        return True

    async def rate(self, arrival: Arrival, *, helpful: bool) -> bool:
        self.ratings.append((arrival, helpful))
        return True

    async def first(self, user: ChannelUser, event_id: str) -> bool:
        new = event_id not in self.seen
        self.seen.add(event_id)
        return new

    @property
    def said(self) -> list[tuple[str, str]]:
        """Conversation and text of what was taken in."""
        return [(each.ref.conversation_id, each.text) for each in self.arrivals]

    @property
    def pressed(self) -> list[Press]:
        return [each.press for each in self.arrivals if each.press]


@dataclass
class RecordingLinks:
    """Knows one code. `gate`, when given, holds mails back."""

    code: str = "123456"
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    proved: list[str] = field(default_factory=list[str])
    gate: asyncio.Event | None = None
    refusal: RapportError | None = None

    async def known(self, user: ChannelUser) -> Known:
        return Known(principal=Principal(kind=PrincipalKind.CUSTOMER, id=user.user_id, tenant=TENANT))

    async def looked_up(self, user: ChannelUser) -> Known:
        return await self.known(user)

    async def start_code(self, user: ChannelUser, email: str) -> str:
        self.asked.append((user.user_id, email))
        if self.gate:
            await self.gate.wait()
        if self.refusal:
            raise self.refusal
        return "If we know that address, a code is on its way."

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        if code != self.code:
            return None
        self.proved.append(user.user_id)
        self.code = "used"
        return await self.known(user)

    async def unlink(self, user: ChannelUser) -> None:
        self.proved.clear()


@dataclass
class Side:
    """Everything together, listening on loopback."""

    slack: FakeSlack
    database: Database
    settings: SlackSettings
    rooms: SlackRooms
    out: SlackOut
    inward: SlackIn
    reception: RecordingReception
    links: RecordingLinks
    http: HttpSender
    server: TestServer
    session: ClientSession

    async def settled(self) -> None:
        await self.inward.settle()

    async def close(self) -> None:
        await self.inward.close()
        await self.out.close()
        await self.session.close()
        await self.server.close()


def settings_for(slack: FakeSlack, **more: Any) -> SlackSettings:
    given: dict[str, Any] = {
        "tenant": TENANT.id,
        "company": "Halcyon",
        "secret": b"s" * 40,
        "public_url": "https://help.halcyon.example",
        "api_url": slack.base_url,
        "signing_secret": SECRET,
        "bot_token": BOT_TOKEN,
        "starters": ("How do I add a seat?", "When is my invoice due?"),
    }
    return SlackSettings(**(given | more))


async def opened(slack: FakeSlack, database: Database, *, desk: Desk | None = None, **more: Any) -> Side:
    """Starts the adapter; `more` are settings."""
    settings = settings_for(slack, **more)
    rooms = SlackRooms(database=database, journal=Journal(), clock=WallClock(), wall=WallClock())
    reception, links = RecordingReception(), RecordingLinks()
    out = SlackOut(settings, rooms)
    doors = Doors(reception=cast("Reception", reception), links=cast("Links", links), desk=desk)
    inward = SlackIn(settings, rooms, out, doors)
    app = web.Application(middlewares=[_told], client_max_size=64 * 1024)
    app.add_routes(inward.routes())
    server = TestServer(app)
    await server.start_server()
    session = ClientSession()
    http = HttpSender(session=session, url=str(server.make_url("/slack/events")))
    return Side(
        slack=slack,
        database=database,
        settings=settings,
        rooms=rooms,
        out=out,
        inward=inward,
        reception=reception,
        links=links,
        http=http,
        server=server,
        session=session,
    )


def place(conversation_id: str, team: str = "T0HALCYON") -> ConversationRef:
    return ConversationRef(tenant=TENANT.id, channel="slack", installation=team, conversation_id=conversation_id)


@web.middleware
async def _told(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    try:
        return await handler(request)
    except RapportError as error:
        return web.json_response({"error": {"code": error.code, "message": error.message}}, status=error.status)
