"""The whole front door with Slack's and Teams' behind it, on loopback; what comes through is counted, not answered."""

from contextlib import AsyncExitStack
from typing import Any, Self, cast
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.channels.slack.routes import COOKIE
from bot.channels.slack.side import Doors, SlackIn, SlackOut, SlackRooms
from bot.channels.teams.deliver import Look
from bot.channels.teams.joining import TeamsReceiving, TeamsSettings, receiving, sending
from bot.links.port import Links
from bot.reception import Reception
from bot.server import build_app
from bot.wiring.slack import SlackDoor
from bot.wiring.teams import SharedDoor
from core.clock import WallClock
from core.database import Database
from core.journal import Journal
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_side import TENANT, RecordingLinks, RecordingReception, settings_for
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, TeamsService
from tests.fakes.web_house import House
from tests.fuzz.raw import Line

PUBLIC = "https://help.halcyon.example"


class Fuzzed:
    """Use it with `async with`; `line` sends to it."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self.slack_reception, self.teams_reception = RecordingReception(), RecordingReception()

    async def __aenter__(self) -> Self:
        self.slack = await self._stack.enter_async_context(FakeSlack())
        self.teams = await self._stack.enter_async_context(TeamsService())
        self.database = Database.open("sqlite://")
        self._stack.push_async_callback(self.database.close)
        self.house = House()
        await self.house.open()
        self._stack.push_async_callback(self.house.close)
        self.inward, self.receiving = self._slack(), self._teams()
        self._stack.push_async_callback(self.inward.close)
        self._stack.push_async_callback(self.receiving.close)
        self.database.create_all()
        doors = (SlackDoor(inward=self.inward), SharedDoor(teams=self.receiving.door))
        self.server = TestServer(build_app(self.house.rooms, doors))
        await self.server.start_server()
        self._stack.push_async_callback(self.server.close)
        self.line = Line(host="127.0.0.1", port=self.server.make_url("/").port or 0)
        self._stack.push_async_callback(self.line.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def taken(self) -> int:
        """How much came through to the rooms behind."""
        receptions = (self.slack_reception, self.teams_reception)
        return sum(len(each.arrivals) + len(each.edits) + len(each.deletions) + len(each.ratings) for each in receptions)

    async def settled(self) -> None:
        """Waits for whatever was begun behind the answers."""
        await self.inward.settle()
        await self.receiving.errands.settle()

    async def begun(self) -> tuple[bytes, bytes]:
        """Begins an installation; its state and its cookie."""
        async with ClientSession() as session, session.get(self.server.make_url("/slack/install"), allow_redirects=False) as told:
            (state,) = parse_qs(urlsplit(told.headers["Location"]).query)["state"]
            return state.encode(), told.cookies[COOKIE].value.encode()

    def _slack(self) -> SlackIn:
        more: dict[str, Any] = {"public_url": PUBLIC, "client_id": "1.2", "client_secret": "secret"}
        settings = settings_for(self.slack, **more)
        rooms = SlackRooms(database=self.database, journal=Journal(), clock=WallClock(), wall=WallClock())
        out = SlackOut(settings, rooms)
        self._stack.push_async_callback(out.close)
        doors = Doors(reception=cast("Reception", self.slack_reception), links=cast("Links", RecordingLinks()), desk=None)
        return SlackIn(settings, rooms, out, doors)

    def _teams(self) -> TeamsReceiving:
        settings = TeamsSettings(
            tenant=TENANT.id,
            look=Look(company="Halcyon", bot_name="Rapport", public_url=PUBLIC),
            secret=b"s" * 32,
            app_id=APP_ID,
            password=APP_PASSWORD,
            service_urls=(self.teams.url,),
            login_url=self.teams.login_url,
            keys_url=self.teams.keys_url,
            pace_s=0.0,
        )
        sends = sending(settings, self.database, WallClock())
        reception, links = cast("Reception", self.teams_reception), cast("Links", RecordingLinks())
        return receiving(sends, reception, links, self.database, WallClock())
