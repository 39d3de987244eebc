"""A client of Slack's Web API for each workspace: by the one token that was given, or by those of the installations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import aiohttp
import structlog

from bot.channels.slack.calls import call
from bot.channels.slack.installs import Installation, Installs
from core.errors import RapportError, Refused

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

SLACK = "https://slack.com/api/"
TIMEOUT = aiohttp.ClientTimeout(total=25, sock_connect=5)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0

Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Api:
    """Where Slack's Web API is, and the bot token of the one workspace when there is one."""

    url: str = SLACK
    bot_token: str = ""


class Workspaces:
    """Finds installations and gives clients, each of which tries once."""

    def __init__(self, api: Api, installs: Installs, wait: Wait = asyncio.sleep) -> None:
        self._api = api
        self._installs = installs
        self._wait = wait
        self._own: Installation | None = Installation(team="", token=api.bot_token) if api.bot_token else None
        self._session: aiohttp.ClientSession | None = None
        self._log = structlog.get_logger("slack")
        quiet = logging.getLogger("bot.channels.slack.sdk")
        quiet.setLevel(logging.ERROR)
        self._sdk_log = quiet

    @property
    def url(self) -> str:
        return self._api.url

    @property
    def own(self) -> Installation | None:
        """The workspace of the given token; its team is empty until Slack has been asked."""
        return self._own

    async def identify(self) -> None:
        """Asks Slack whose token was given, until it says so; gives up when it refuses the token."""
        pause = FIRST_PAUSE_S
        while self._own is not None and not self._own.team:
            try:
                told = await call(self.with_token(self._own.token), "auth.test")
            except Refused as error:
                self._log.error("slack.token_refused", message=error.message)
                return
            except RapportError as error:
                self._log.warning("slack.unreachable", message=error.message, pause_s=pause)
                await self._wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
                continue
            bot_user, bot = str(told.get("user_id", "")), str(told.get("bot_id", ""))
            self._own = replace(self._own, team=str(told["team_id"]), bot_user=bot_user, bot=bot)

    async def find(self, *teams: str) -> Installation | None:
        """The installation in the first of these workspaces (or organisations) that has one."""
        own = self._own
        if own is not None and own.team and own.team in teams:
            return own
        return await self._installs.find(*teams) or own

    async def client(self, *teams: str) -> "AsyncWebClient":
        """A client for a workspace. Raises `Refused` when the app isn't installed there."""
        found = await self.find(*teams)
        if found is None:
            raise Refused("The app isn't installed in this Slack workspace any more: install it again at /slack/install.")
        return self.with_token(found.token)

    async def remove(self, *teams: str) -> None:
        """The app was removed there."""
        await self._installs.remove(*teams)

    def with_token(self, token: str | None) -> "AsyncWebClient":
        """A client with this token; without one, for the calls that need none."""
        from slack_sdk.web.async_client import AsyncWebClient

        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(force_close=True))
        return AsyncWebClient(
            token=token, base_url=self._api.url, session=self._session, logger=self._sdk_log, retry_handlers=[], timeout=25
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
