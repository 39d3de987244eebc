"""A desk in Slack for tests: the real client against the loopback Slack, a scripted desk, and posts in a database."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.port import AgentSide
from bot.channels.slack_desk.agents import SlackAgents
from bot.channels.slack_desk.parts import Addresses
from bot.channels.slack_desk.seats import Seats
from bot.channels.slack_desk.side import Side
from bot.channels.slack_desk.surface import SlackDesk
from bot.links.port import ChannelUser, Known, Links
from bot.reception import Reception
from core.clock import FixedClock
from core.database import Database
from core.people import Principal, PrincipalKind, Tenant
from handoff.desk.posts import DeskPosts
from handoff.roster import Agent
from tests.fakes.scripted_desk import BEA, NOON, SAM, ScriptedDesk
from tests.fakes.slack_api import BOT_TOKEN, TEAM, FakeSlack
from tests.fakes.slack_events import block_actions, view_submission

HALCYON = Tenant(id="halcyon", region="eu")
QUEUE = "C0QUEUE"
ADDRESSES = Addresses(company="Halcyon", public_url="https://help.halcyon.example")


@dataclass
class Acks:
    """Records how an interaction was acknowledged, and when in relation to the desk's calls."""

    script: ScriptedDesk
    answers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls_before: int = -1
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, text: str = "", **answer: Any) -> None:
        if not self.answers:
            self.calls_before = len(self.script.calls)
        self.answers.append(({"text": text} if text else {}) | answer)
        self.told.set()


@dataclass
class People:
    """Who is who: Slack users by id. Stands in for `Reception` and `Links`."""

    agents: dict[str, Agent] = field(default_factory=lambda: {"USAM": SAM, "UBEA": BEA})
    confirmed: dict[str, Agent] = field(default_factory=dict[str, Agent])
    codes: dict[str, Agent] = field(default_factory=dict[str, Agent])
    seen: set[str] = field(default_factory=set[str])

    async def who(self, user: ChannelUser) -> Known:
        agent = self.agents.get(user.user_id) if user.installation == TEAM else None
        if agent is not None:
            return Known(principal=agent.principal(HALCYON), agent=agent, settled=True)
        return Known(principal=Principal(kind=PrincipalKind.CUSTOMER, id=f"slack:{user.user_id}", tenant=HALCYON))

    async def looked_up(self, user: ChannelUser) -> Known:
        if user.user_id in self.confirmed:
            self.agents[user.user_id] = self.confirmed[user.user_id]
        return await self.who(user)

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        agent = self.codes.pop(code, None)
        if agent is None:
            return None
        self.agents[user.user_id] = agent
        return await self.who(user)

    async def first(self, user: ChannelUser, event_id: str) -> bool:
        new = event_id not in self.seen
        self.seen.add(event_id)
        return new


@dataclass
class KeptPlaces:
    places: dict[str, str] = field(default_factory=dict[str, str])

    async def get(self, surface: str) -> str | None:
        return self.places.get(surface)

    async def set(self, surface: str, place: str) -> None:
        self.places[surface] = place


@dataclass
class World:
    """Everything, and what people do in it."""

    slack: FakeSlack
    client: AsyncWebClient
    script: ScriptedDesk
    people: People
    places: KeptPlaces
    posts: DeskPosts
    clock: FixedClock
    surface: SlackDesk
    agents: AgentSide

    async def press(self, action_id: str, value: str, *, user: str = "USAM", channel: str = QUEUE, **more: Any) -> Acks:
        """A pressed button; `chosen=True` for an option of the overflow, `private=True` on a private card."""
        action: dict[str, Any] = {"action_id": action_id, "value": value}
        if more.pop("chosen", False):
            action = {"type": "overflow", "action_id": action_id, "selected_option": {"value": value}}
        private = more.pop("private", False)
        body = block_actions(action, user=user, channel=channel, **more)
        if private:
            body["container"]["is_ephemeral"] = True
            body["response_url"] = self.slack.response_url(f"private-{value.split('|', maxsplit=1)[0]}")
        ack = Acks(self.script)
        await self.agents.on_action(ack, body, self.client)
        return ack

    async def submit(
        self, view: Mapping[str, Any], *, user: str = "USAM", told: asyncio.Event | None = None, **filled: str
    ) -> Acks:
        """A submitted dialog as it is shown; fields that aren't named stay as they are."""
        values: dict[str, dict[str, Any]] = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element, name = block["element"], block["block_id"]
                values[name] = {element["action_id"]: _state(element, filled.get(name))}
        body = view_submission(view["callback_id"], values, user=user, metadata=view.get("private_metadata", ""))
        if "id" in view:
            body["view"]["id"] = view["id"]
        ack = Acks(self.script, told=told or asyncio.Event())
        await self.agents.on_view(ack, body, self.client)
        return ack

    @property
    def dialog(self) -> dict[str, Any]:
        """The dialog that was opened or brought up to date last."""
        return list(self.slack.views.values())[-1]

    @property
    def card(self) -> dict[str, Any]:
        """The first message of the queue channel."""
        return self.slack.posted(QUEUE)[0]

    def thread(self) -> list[dict[str, Any]]:
        return [each for each in self.slack.posted(QUEUE) if each.get("thread_ts")]

    def buttons(self, message: Mapping[str, Any]) -> list[str]:
        """The action ids of a message's buttons and menus."""
        rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
        return [element["action_id"] for row in rows for element in row]


def _state(element: Mapping[str, Any], filled: str | None) -> dict[str, Any]:
    if element["type"] == "static_select":
        initial = cast("dict[str, str] | None", element.get("initial_option"))
        return {"type": "static_select", "selected_option": {"value": filled} if filled is not None else initial}
    if element["type"] == "datepicker":
        return {"type": "datepicker", "selected_date": filled or element.get("initial_date")}
    return {"type": element["type"], "value": filled if filled is not None else element.get("initial_value")}


@asynccontextmanager
async def world() -> AsyncGenerator[World]:
    """Sam and Bea are agents; the queue channel is set; nothing is posted yet."""
    database = Database.open("sqlite://")
    database.create_all()
    connector = aiohttp.TCPConnector(force_close=True)
    async with FakeSlack() as slack, aiohttp.ClientSession(connector=connector) as session:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.base_url, session=session, retry_handlers=[], timeout=5)
        clock, script, people, places = FixedClock(NOON), ScriptedDesk(), People(), KeptPlaces()
        posts = DeskPosts(database, HALCYON.id, clock)
        desk = script.desk
        seats = Seats(posts=posts, who=people.who, roster=desk.roster, tenant=HALCYON.id, team=lambda: TEAM)

        async def lent() -> AsyncWebClient:
            return client

        surface = SlackDesk(client=lent, posts=posts, places=places, seats=seats, addresses=ADDRESSES, queue_channel=QUEUE)
        side = Side(
            tenant=HALCYON.id,
            desk=desk,
            surface=surface,
            seats=seats,
            places=places,
            reception=cast("Reception", people),
            links=cast("Links", people),
            addresses=ADDRESSES,
        )
        await seats.learned("sam", ChannelUser(tenant=HALCYON.id, channel="slack", installation=TEAM, user_id="USAM"))
        yield World(
            slack=slack,
            client=client,
            script=script,
            people=people,
            places=places,
            posts=posts,
            clock=clock,
            surface=surface,
            agents=SlackAgents(side),
        )
    await database.close()
