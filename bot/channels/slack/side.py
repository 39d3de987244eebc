"""Slack as the house sees it: a channel to send to, a directory of people, addresses to serve, and a connection to keep."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.channels.slack.app import SlackApp
from bot.channels.slack.background import Background
from bot.channels.slack.deliver import SlackChannel
from bot.channels.slack.directory import SlackDirectory
from bot.channels.slack.hearing import Hearing, Manners
from bot.channels.slack.identity import Identity
from bot.channels.slack.installs import Installs
from bot.channels.slack.listening import Desk, Listening
from bot.channels.slack.messages import Look
from bot.channels.slack.oauth import Client, OAuth, States
from bot.channels.slack.pane import Greeting, Pane
from bot.channels.slack.pressing import Pressing
from bot.channels.slack.routes import SlackRoutes
from bot.channels.slack.socket import SlackSocket
from bot.channels.slack.threads import Threads
from bot.channels.slack.verify import Signatures
from bot.channels.slack.workspaces import SLACK, Api, Workspaces
from bot.links.port import Links
from bot.reception import Reception
from core.clock import Clock
from core.database import Database
from core.journal import Journal


@dataclass(frozen=True, kw_only=True)
class SlackSettings:
    """How Slack is reached. `secret` is the installation's own, from which the keys for tokens and states are made.

    With `app_token` events come over a socket, otherwise they are posted here. `client_id` and `client_secret` let other
    workspaces install the app; that needs `public_url`.
    """

    tenant: str
    company: str
    secret: bytes = field(repr=False)
    bot_name: str = "AI assistant"
    public_url: str | None = None
    api_url: str = SLACK
    signing_secret: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    starters: Sequence[str] = ()
    trusted_workspaces: Sequence[str] = ()
    most_characters: int = 8_000


@dataclass(frozen=True, kw_only=True)
class SlackRooms:
    """What the adapter stands on. `wall` dates signatures and states, `clock` everything else."""

    database: Database
    journal: Journal
    clock: Clock
    wall: Clock


class SlackOut:
    """The outward half, which needs nobody: made first, so that reception can be given the channel."""

    def __init__(self, settings: SlackSettings, rooms: SlackRooms) -> None:
        self.installs = Installs(rooms.database, rooms.journal, tenant=settings.tenant, secret=settings.secret, clock=rooms.clock)
        self.workspaces = Workspaces(Api(url=settings.api_url, bot_token=settings.bot_token), self.installs)
        self.threads = Threads(rooms.database, tenant=settings.tenant, clock=rooms.clock)
        look = Look(company=settings.company, public_url=settings.public_url)
        self.channel = SlackChannel(self.workspaces, self.threads, look)
        self.directory = SlackDirectory(self.workspaces, settings.trusted_workspaces)

    async def close(self) -> None:
        await self.workspaces.close()


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Where what comes in goes. Without a desk everything is a customer's."""

    reception: Reception
    links: Links
    desk: Desk | None = None


class SlackIn:
    """The inward half: what users do, to reception and the desk."""

    def __init__(self, settings: SlackSettings, rooms: SlackRooms, out: SlackOut, doors: Doors) -> None:
        self._settings = settings
        self._rooms = rooms
        self._out = out
        self._background = Background()
        self.app = SlackApp(self._listening(doors), out.workspaces)
        self._socket: SlackSocket | None = None
        self._starting: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[web.RouteDef]:
        """The addresses for events and for installing. Over a socket no events are taken here."""
        settings = self._settings
        signatures = Signatures(settings.signing_secret, self._rooms.wall)
        secure = bool(settings.public_url and settings.public_url.startswith("https://"))
        return SlackRoutes(self.app, signatures, self._oauth(), secure=secure).routes()

    async def start(self) -> None:
        """Finds out whose token was given, and connects if it is socket mode. Neither holds anything up."""
        self._start(self._out.workspaces.identify())
        if self._settings.app_token:
            self._socket = SlackSocket(self.app, self._out.workspaces, self._settings.app_token)
            self._start(self._socket.run())

    async def settle(self) -> None:
        """Waits for what goes on after answers."""
        await self._background.settle()

    async def close(self) -> None:
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        await self._background.close()

    def _start(self, doing: Coroutine[Any, Any, None]) -> None:
        task = self._background.start(doing, "slack.start")
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _listening(self, doors: Doors) -> Listening:
        settings, out = self._settings, self._out
        names = {"tenant": settings.tenant, "company": settings.company}
        identity = Identity(doors.links, doors.reception, out.workspaces, self._background)
        pane = Pane(
            Greeting(**names, bot_name=settings.bot_name, starters=settings.starters),
            doors.reception,
            out.workspaces,
            out.threads,
        )
        hearing = Hearing(
            manners=Manners(**names, most_characters=settings.most_characters),
            reception=doors.reception,
            identity=identity,
            pane=pane,
            threads=out.threads,
            workspaces=out.workspaces,
            background=self._background,
        )
        pressing = Pressing(
            tenant=settings.tenant,
            reception=doors.reception,
            identity=identity,
            threads=out.threads,
            workspaces=out.workspaces,
            background=self._background,
        )
        return Listening(
            tenant=settings.tenant,
            reception=doors.reception,
            links=doors.links,
            hearing=hearing,
            pressing=pressing,
            pane=pane,
            identity=identity,
            workspaces=out.workspaces,
            background=self._background,
            desk=doors.desk,
        )

    def _oauth(self) -> OAuth | None:
        settings = self._settings
        if not (settings.client_id and settings.client_secret and settings.public_url):
            return None
        client = Client(
            id=settings.client_id,
            secret=settings.client_secret,
            redirect_url=f"{settings.public_url.rstrip('/')}/slack/oauth_redirect",
            api_url=settings.api_url,
        )
        rooms = self._rooms
        states = States(rooms.database, tenant=settings.tenant, secret=settings.secret, wall=rooms.wall)
        return OAuth(client, self._out.workspaces, self._out.installs, states)
