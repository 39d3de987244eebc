"""Installing the app into a workspace: OAuth v2 with a state that is signed, bound to the browser, short-lived and used once."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, delete, insert

from bot.channels.slack.calls import call
from bot.channels.slack.heard import text_in
from bot.channels.slack.installs import Installation, Installs
from bot.channels.slack.tables import begun
from bot.channels.slack.workspaces import SLACK, Workspaces
from core.clock import Clock
from core.database import Database
from core.errors import BadInput, NotAllowed, Refused

LIFETIME = timedelta(minutes=10)
STATE = re.compile(r"([A-Za-z0-9_-]{20,64})\.([0-9]{1,12})\.([0-9a-f]{64})")
SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "mpim:history",
    "reactions:write",
    "users:read",
    "users:read.email",
)


@dataclass(frozen=True, kw_only=True)
class Client:
    """The app's own credentials, and where Slack sends people back to."""

    id: str
    secret: str = field(repr=False)
    redirect_url: str
    api_url: str = SLACK

    @property
    def authorize_url(self) -> str:
        """Slack's page that asks for consent: beside its Web API."""
        return self.api_url.rstrip("/").removesuffix("/api") + "/oauth/v2/authorize"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A begun installation: where to send the browser, and the cookie that it must come back with."""

    url: str
    cookie: str


class OAuth:
    """Begins installations and finishes them."""

    def __init__(self, client: Client, workspaces: Workspaces, installs: Installs, states: "States") -> None:
        self._client = client
        self._workspaces = workspaces
        self._installs = installs
        self._states = states

    async def begin(self) -> Begun:
        """Sends somebody to Slack to say yes."""
        state, cookie = await self._states.make()
        asked = {"client_id": self._client.id, "scope": ",".join(SCOPES), "state": state}
        query = urlencode(asked | {"redirect_uri": self._client.redirect_url})
        return Begun(url=f"{self._client.authorize_url}?{query}", cookie=cookie)

    async def finish(self, query: Mapping[str, str], cookie: str) -> Installation:
        """Takes who comes back. Raises `NotAllowed` for a state that isn't theirs, `BadInput` when Slack gave no code."""
        await self._states.use(query.get("state", ""), cookie)
        if query.get("error"):
            raise BadInput("Nothing was installed: the request was declined in Slack. Begin again at /slack/install.")
        code = query.get("code", "")
        if not code:
            raise BadInput("Slack sent no code: begin again at /slack/install.")
        names = {"client_id": self._client.id, "client_secret": self._client.secret}
        asked = names | {"code": code, "redirect_uri": self._client.redirect_url}
        try:
            told = await call(self._workspaces.with_token(None), "oauth.v2.access", **asked)
        except Refused as error:
            raise BadInput(f"Slack didn't take the code: begin again at /slack/install. {error.message}") from error
        installation = await self._installation(told)
        await self._installs.save(installation)
        return installation

    async def _installation(self, told: Mapping[str, Any]) -> Installation:
        whole = told.get("is_enterprise_install") is True
        team = text_in(told, "enterprise", "id") if whole else text_in(told, "team", "id")
        token = text_in(told, "access_token")
        if not team or not token:
            raise BadInput("Slack named no workspace or gave no token: begin again at /slack/install.")
        who = await call(self._workspaces.with_token(token), "auth.test")
        return Installation(
            team=team,
            token=token,
            bot_user=text_in(told, "bot_user_id") or text_in(who, "user_id"),
            bot=text_in(who, "bot_id"),
            app=text_in(told, "app_id"),
            scopes=text_in(told, "scope"),
            installed_by=text_in(told, "authed_user", "id"),
        )


class States:
    """States of begun installations: signed, bound to a cookie, good for ten minutes and once."""

    def __init__(self, database: Database, *, tenant: str, secret: bytes, wall: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._key = hmac.digest(secret, f"rapport/{tenant}/slack-state".encode(), hashlib.sha256)
        self._wall = wall

    async def make(self) -> tuple[str, str]:
        """A state and its cookie."""
        nonce, cookie = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        expires = self._wall.now() + LIFETIME
        stamp = str(int(expires.timestamp()))

        def keep(conn: Connection) -> None:
            stale = (begun.c.tenant == self._tenant, begun.c.expires_at < self._wall.now())
            conn.execute(delete(begun).where(*stale))
            conn.execute(insert(begun).values(tenant=self._tenant, digest=_digest(nonce), expires_at=expires))

        await self._database.write(keep)
        return f"{nonce}.{stamp}.{self._signature(nonce, stamp, cookie)}", cookie

    async def use(self, state: str, cookie: str) -> None:
        """Uses a state up. Raises `NotAllowed` for a forged, foreign, expired or used one."""
        match = STATE.fullmatch(state)
        nonce, stamp, given = match.groups() if match else ("", "0", "")
        right = self._signature(nonce, stamp, cookie)
        signed = hmac.compare_digest(right.encode(), given.encode()) and bool(cookie)
        if not match or not signed or int(stamp) <= self._wall.now().timestamp():
            raise _refused()
        mine = (begun.c.tenant == self._tenant, begun.c.digest == _digest(nonce))
        if await self._database.write(lambda conn: conn.execute(delete(begun).where(*mine)).rowcount) != 1:
            raise _refused()

    def _signature(self, nonce: str, stamp: str, cookie: str) -> str:
        signed = "\x00".join((nonce, stamp, cookie)).encode("utf-8", "replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()


def _digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def _refused() -> NotAllowed:
    return NotAllowed("This installation was not begun in this browser, or too long ago: begin again at /slack/install.")
