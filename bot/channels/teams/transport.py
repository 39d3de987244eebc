"""Requests to the Bot Connector: one attempt each, with the app's token, and what may have become of a failed one."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

import aiohttp
from yarl import URL

from core.clock import Clock
from core.errors import NotFound, NotSent, Refused, Unclear

SCOPE = "https://api.botframework.com/.default"
SHARED_ORGANISATION = "botframework.com"
EARLY = timedelta(minutes=5)
TIMEOUT_S = 20.0
CONNECT_S = 5.0
LONGEST_WAIT_S = 3600.0
WORDS = {
    400: "Teams can't read the message (400): see the server's log for the activity's id, and report it.",
    401: "Teams refuses the app's identity (401): check TEAMS_APP_ID, TEAMS_APP_PASSWORD and channels.teams.organisation.",
    403: "Teams doesn't let the bot write there (403): see that the app is installed there and not blocked by an app policy.",
    404: "Teams knows no such conversation or message (404): the app may have been removed there; install it again.",
    413: "The message is too large for Teams (413): shorten it.",
}


@dataclass(frozen=True, kw_only=True)
class AppIdentity:
    """Who the bot is to Microsoft's sign-in. `organisation` is set for an app of one organisation alone."""

    app_id: str
    password: str
    login_url: str
    organisation: str = ""

    @property
    def token_url(self) -> str:
        return f"{self.login_url.rstrip('/')}/{self.organisation or SHARED_ORGANISATION}/oauth2/v2.0/token"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A good answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Transport:
    """Holds the connections and the token. Without an identity (local mode) nothing is signed."""

    def __init__(self, identity: AppIdentity | None, wall: Clock) -> None:
        self._identity = identity
        self._wall = wall
        self._session: aiohttp.ClientSession | None = None
        self._token = ""
        self._until: datetime | None = None
        self._fetching = asyncio.Lock()

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def call(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answered:
        """Sends a request once; a second time only when a token that was kept is refused, as nothing was done then."""
        kept = bool(self._token)
        answered = await self._attempt(method, url, body, headers)
        if answered.status == 401 and kept:
            self._token = ""
            answered = await self._attempt(method, url, body, headers)
        _check(answered, self._wall.now())
        return answered

    async def _attempt(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answered:
        signed = headers | {"Authorization": f"Bearer {await self._bearer()}"} if self._identity else headers
        return await self._request(method, url, body, signed)

    async def _request(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answered:
        address = URL(url, encoded=True)
        try:
            async with self._opened().request(method, address, data=body, headers=headers, allow_redirects=False) as response:
                return Answered(status=response.status, headers=dict(response.headers), body=await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(f"{address.host} can't be reached: check the network and the name; it is tried again.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unclear(f"{address.host} didn't answer: look in Teams whether the message arrived.") from error

    async def _bearer(self) -> str:
        """The app's token, fetched anew some minutes before it expires."""
        async with self._fetching:
            if not self._token or self._until is None or self._wall.now() >= self._until:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        identity = cast("AppIdentity", self._identity)
        form = aiohttp.FormData(
            {
                "grant_type": "client_credentials",
                "client_id": identity.app_id,
                "client_secret": identity.password,
                "scope": SCOPE,
            }
        )
        try:
            async with self._opened().post(identity.token_url, data=form, allow_redirects=False) as response:
                status, body = response.status, await _json(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotSent("Microsoft's sign-in can't be reached: check the network; it is tried again.") from error
        if status == 429 or status >= 500:
            raise NotSent(f"Microsoft's sign-in is busy ({status}); it is tried again.")
        token, lifetime = body.get("access_token"), body.get("expires_in")
        if status != 200 or not isinstance(token, str) or not isinstance(lifetime, int):
            raise Refused(WORDS[401])
        self._token = token
        self._until = self._wall.now() + max(timedelta(seconds=lifetime) - EARLY, timedelta(seconds=30))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, connect=CONNECT_S)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


async def _json(response: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        found: object = await response.json(content_type=None)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _check(answered: Answered, now: datetime) -> None:
    """Raises what an answer other than a good one means. A 412 is refused before anything is done, so it is tried again."""
    status = answered.status
    if 200 <= status < 300:
        return
    if status in (412, 429):
        wait = _wait_s(answered.headers, now)
        raise NotSent(f"Teams asks to wait ({status}); it is tried again.", retry_after_s=wait)
    if status == 408 or status >= 500:
        raise Unclear(f"Teams answered {status}: look there whether the message arrived.")
    if status == 404:
        raise Gone(WORDS[404])
    raise Refused(WORDS.get(status, f"Teams refuses the message ({status}): check the app's installation there."))


class Gone(Refused, NotFound):
    """The conversation, the message or the member isn't there (any more)."""

    code = "gone"
    status = 404


def _wait_s(headers: dict[str, str], now: datetime) -> float | None:
    """`Retry-After` in seconds, given as a number or as a date."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        wait = float(given) if given.replace(".", "", 1).isdigit() else (parsedate_to_datetime(given) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT_S)
