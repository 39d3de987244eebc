"""Slack as a stage of the surfaces' contract: the real client against the loopback Slack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack_desk.parts import Addresses
from bot.channels.slack_desk.seats import Seats
from bot.channels.slack_desk.surface import SlackDesk
from bot.links.port import ChannelUser, Known
from core.people import Principal, PrincipalKind, Tenant
from handoff.desk.port import Surface
from handoff.desk.posts import Posts
from handoff.roster import Roster
from tests.contract.surfaces import Seen
from tests.fakes.slack_api import BOT_TOKEN, TEAM, FakeSlack, Fault

QUEUE = "C0QUEUE"
FAULTS = {"not_sent": Fault(status=429, retry_after="1"), "unclear": Fault(status=503, taken=True)}


@dataclass
class Workplace:
    """The loopback Slack, started at the first call."""

    slack: FakeSlack = field(default_factory=FakeSlack)
    session: aiohttp.ClientSession | None = None

    async def client(self) -> AsyncWebClient:
        if self.session is None:
            await self.slack.__aenter__()
            self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        return AsyncWebClient(token=BOT_TOKEN, base_url=self.slack.base_url, session=self.session, retry_handlers=[])

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()
            await self.slack.__aexit__()


class NoPlaces:
    async def get(self, surface: str) -> str | None:
        return None

    async def set(self, surface: str, place: str) -> None:
        raise AssertionError(f"nobody moves {surface} to {place} here")


async def nobody(user: ChannelUser) -> Known:
    return Known(
        principal=Principal(kind=PrincipalKind.CUSTOMER, id=user.user_id, tenant=Tenant(id="halcyon", region="eu")), settled=True
    )


class SlackStage:
    """The queue channel and its threads."""

    def __init__(self, posts: Posts, workplace: Workplace | None = None) -> None:
        self.posts = posts
        self.workplace = workplace or Workplace()
        seats = Seats(posts=posts, who=nobody, roster=Roster(), tenant="halcyon", team=lambda: TEAM)
        self.surface: Surface = SlackDesk(
            client=self.workplace.client,
            posts=posts,
            places=NoPlaces(),
            seats=seats,
            addresses=Addresses(company="Halcyon"),
            queue_channel=QUEUE,
        )

    async def again(self) -> "SlackStage":
        return SlackStage(self.posts, self.workplace)

    def seen(self) -> Sequence[Seen]:
        return [Seen(text=str(each["blocks"]), buttons=_buttons(each)) for each in self.workplace.slack.posted(QUEUE)]

    def sendings(self) -> int:
        return len(self.workplace.slack.of("chat.postMessage")) + len(self.workplace.slack.of("chat.update"))

    def fail(self, how: str) -> None:
        """The next message that is posted."""
        self.workplace.slack.fail("chat.postMessage", FAULTS[how])

    async def close(self) -> None:
        await self.workplace.close()


def _buttons(message: Mapping[str, Any]) -> tuple[str, ...]:
    elements = [element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]
    options = [option for element in elements for option in element.get("options", [])]
    pressed = [element["text"]["text"] for element in elements if element["type"] == "button"]
    return (*pressed, *(option["text"]["text"] for option in options if "url" not in option))
