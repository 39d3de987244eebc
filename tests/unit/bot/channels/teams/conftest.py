"""A bot in Teams on loopback: the real adapter and SDK, the service's double, and a reception that notes what it is given."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiohttp import web

from bot.channels.teams.deliver import Look
from bot.channels.teams.joining import TeamsReceiving, TeamsSettings, receiving, sending
from bot.channels.teams.port import AgentSide
from bot.http.fence import Handler
from bot.links.port import ChannelUser, Known
from bot.reception import Arrival, Reception
from core.clock import WallClock
from core.database import Database
from core.errors import NotFound, RapportError
from core.inbox import Accepted
from core.people import Principal, PrincipalKind, Tenant
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, TeamsService

TENANT = Tenant(id="halcyon", region="eu")
LOOK = Look(company="Halcyon", bot_name="Rapport", public_url="https://help.halcyon.example")


@dataclass
class NotedReception:
    """Notes arrivals, each event once, as the real one does; a press on `stale` cards is refused."""

    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    edits: list[Arrival] = field(default_factory=list[Arrival])
    deletes: list[Arrival] = field(default_factory=list[Arrival])
    ratings: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    stale: set[str] = field(default_factory=set[str])
    broken: RapportError | None = None
    seen: set[str] = field(default_factory=set[str])

    async def first(self, user: ChannelUser, event_id: str) -> bool:
        new = event_id not in self.seen
        self.seen.add(event_id)
        return new

    async def accept(self, arrival: Arrival) -> Accepted:
        if self.broken:
            raise self.broken
        if arrival.press and arrival.press.card_id in self.stale:
            raise NotFound("This card belongs to a conversation that is over.")
        new = await self.first(arrival.user, arrival.event_id)
        if new:
            self.arrivals.append(arrival)
        return Accepted(row_id="row", correlation_id="c", new=new)

    async def edit(self, arrival: Arrival) -> bool:
        return await self._noted(arrival, self.edits)

    async def delete(self, arrival: Arrival) -> bool:
        return await self._noted(arrival, self.deletes)

    async def rate(self, arrival: Arrival, *, helpful: bool) -> bool:
        self.ratings.append((arrival.reply_to, helpful))
        return True

    async def _noted(self, arrival: Arrival, into: list[Arrival]) -> bool:
        new = await self.first(arrival.user, arrival.event_id)
        if new:
            into.append(arrival)
        return new


@dataclass
class NotedLinks:
    """Knows one code."""

    code: str = "123456"
    mailed: list[str] = field(default_factory=list[str])
    tried: list[str] = field(default_factory=list[str])

    async def start_code(self, user: ChannelUser, email: str) -> str:
        self.mailed.append(email)
        return "If we know that address, a code is on its way."

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        self.tried.append(code)
        principal = Principal(kind=PrincipalKind.CUSTOMER, id="c1", tenant=TENANT)
        return Known(principal=principal, settled=True) if code == self.code else None


@dataclass(kw_only=True)
class House:
    """All of it together."""

    service: TeamsService
    teams: TeamsReceiving
    reception: NotedReception
    links: NotedLinks
    database: Database

    async def settled(self) -> None:
        await self.teams.errands.settle()


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of ours as the front door tells them; any other is a 500."""
    try:
        return await handler(request)
    except RapportError as error:
        return web.json_response({"error": error.code}, status=error.status)


@dataclass
class Building:
    """Builds houses and takes them down."""

    service: TeamsService
    runners: list[web.AppRunner] = field(default_factory=list[web.AppRunner])
    houses: list[House] = field(default_factory=list[House])

    async def house(self, agents: AgentSide | None = None, database: Database | None = None, **changed: Any) -> House:
        """A house; with the database of another one it is that one after a restart."""
        given: dict[str, Any] = {"app_id": APP_ID, "password": APP_PASSWORD, "service_urls": (self.service.url,)} | changed
        settings = TeamsSettings(
            tenant=TENANT.id,
            look=LOOK,
            secret=b"s" * 32,
            login_url=self.service.login_url,
            keys_url=self.service.keys_url,
            pace_s=0.0,
            **given,
        )
        if database is None:
            database = Database.open("sqlite://")
        sends = sending(settings, database, WallClock())
        database.create_all()
        reception, links = NotedReception(), NotedLinks()
        teams = receiving(sends, cast("Reception", reception), cast("Any", links), database, WallClock(), agents)
        self.service.bot_url = await self._served(teams)
        house = House(service=self.service, teams=teams, reception=reception, links=links, database=database)
        self.houses.append(house)
        return house

    async def _served(self, teams: TeamsReceiving) -> str:
        app = web.Application(middlewares=[edge], client_max_size=64 * 1024)
        app.add_routes(teams.door.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"

    async def close(self) -> None:
        for runner in self.runners:
            await runner.cleanup()
        for house in self.houses:
            await house.teams.close()
        for database in {id(house.database): house.database for house in self.houses}.values():
            await database.close()


@pytest.fixture
async def service() -> AsyncIterator[TeamsService]:
    async with TeamsService() as service:
        yield service


@pytest.fixture
async def building(service: TeamsService) -> AsyncIterator[Building]:
    building = Building(service=service)
    yield building
    await building.close()


@pytest.fixture
async def house(building: Building) -> House:
    return await building.house()
