"""A Bot Connector service on loopback: what a bot says to Teams is kept here, and users' activities come from here, signed.

The bot under test is told `url` as service URL, `keys_url` and `login_url`; `bot_url` is where it takes activities.
"""

import asyncio
import base64
import io
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.fakes.teams_activities import ANN, BEN, PERSONAL, Activity, Place, Sender, TeamsUser

APP_ID = "3a1f0c7e-0000-4000-8000-0000000000b0"
APP_PASSWORD = "teams-password"
ISSUER = "https://api.botframework.com"
KID = "key-1"
LARGEST_BYTES = 100 * 1024


@cache
def signing_key(name: str = KID) -> rsa.RSAPrivateKey:
    """The key of that name, made once per test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_jwk(kid: str = KID, endorsements: tuple[str, ...] = ("msteams", "emulator")) -> Activity:
    """The public half, as the key document lists it."""
    numbers = signing_key(kid).public_key().public_numbers()
    n, e = (b64(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": n, "e": e, "endorsements": list(endorsements)}


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    """A token with exactly this header and these claims, signed with RS256 whatever the header says."""
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that the bot made here."""

    method: str
    path: str
    body: Activity
    token: str
    status: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a call goes wrong: `stored` first does what was asked, `cut` closes the connection in place of an answer.

    A `stored` one with a good status lets a call through, to reach the next one.
    """

    status: int = 500
    retry_after: str = ""
    stored: bool = False
    cut: bool = False
    code: str = "ServiceError"
    method: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The bot's answer to an activity, and how long it took."""

    status: int
    body: Any
    ms: float


@dataclass
class TeamsService:
    """The service, its users and its notes. `open_door` lets calls in without a token, as the Playground does."""

    bot_url: str = ""
    app_id: str = APP_ID
    open_door: bool = False
    calls: list[Call] = field(default_factory=list[Call])
    failures: list[Failure] = field(default_factory=list[Failure])
    messages: dict[str, dict[str, Activity]] = field(default_factory=dict[str, dict[str, Activity]])
    users: list[TeamsUser] = field(default_factory=lambda: [ANN, BEN])
    keys: list[Activity] = field(default_factory=lambda: [public_jwk()])
    keys_down: bool = False
    keys_asked: int = 0
    tokens_given: int = 0

    async def __aenter__(self) -> Self:
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()
        app = web.Application(client_max_size=1024 * 1024)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.root = f"http://{host}:{port}"
        self.login_url, self.keys_url = f"{self.root}/login", f"{self.root}/openid"
        self._session = ClientSession(timeout=ClientTimeout(total=90))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The service URL of every activity from here."""
        return f"{self.root}/teams/"

    def by(self, user: TeamsUser = ANN, place: Place = PERSONAL) -> Sender:
        """Makes activities of that user in that place."""
        return Sender(service_url=self.url, app_id=self.app_id, user=user, place=place)

    def fail(self, failure: Failure, times: int = 1) -> None:
        """The next calls that fit the failure's method and part of path go wrong so."""
        self.failures.extend([failure] * times)

    def posted(self, conversation_id: str) -> list[Activity]:
        """The messages of the bot in a conversation as they stand now, in order."""
        return [each for each in self.messages.get(conversation_id, {}).values() if each.get("type") == "message"]

    def claims(self, service_url: str | None = None) -> Activity:
        """The claims of a good token."""
        now = int(time.time())
        return {"iss": ISSUER, "aud": self.app_id, "serviceurl": service_url or self.url, "nbf": now - 60, "exp": now + 3600}

    def token(self, *, kid: str = KID, **changed: Any) -> str:
        """A good token but for the `changed` claims; None leaves one out."""
        claims = {name: value for name, value in (self.claims() | changed).items() if value is not None}
        return signed({"alg": "RS256", "typ": "JWT", "kid": kid, "x5t": kid}, claims, signing_key(kid))

    async def send(self, activity: Activity, *, token: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Hands an activity to the bot, with a good token unless another (or an empty one) is given."""
        return await self.send_bytes(json.dumps(activity).encode(), token=token, headers=headers)

    async def send_bytes(self, body: bytes, *, token: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """The same with whatever bytes."""
        token = self.token() if token is None and not self.open_door else token
        sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        began = time.perf_counter()
        async with self._session.post(self.bot_url, data=io.BytesIO(body), headers=sent) as response:
            raw = await response.read()
            ms = (time.perf_counter() - began) * 1000
            return Answer(status=response.status, body=_parsed(raw), ms=ms)

    async def waited(self, conversation_id: str, count: int = 1, timeout_s: float = 5) -> list[Activity]:
        """The bot's messages there, as soon as there are `count`. Raises `TimeoutError`."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: len(self.posted(conversation_id)) >= count)
        return self.posted(conversation_id)

    def _routes(self) -> list[web.RouteDef]:
        at = "/teams/v3/conversations"
        calls = (
            ("POST", at, self._create),
            ("POST", at + "/{conversation}/activities", self._post),
            ("POST", at + "/{conversation}/activities/{activity}", self._post),
            ("PUT", at + "/{conversation}/activities/{activity}", self._put),
            ("DELETE", at + "/{conversation}/activities/{activity}", self._delete),
            ("GET", at + "/{conversation}/members/{member}", self._member),
            ("GET", at + "/{conversation}/pagedmembers", self._members),
            ("GET", "/teams/v3/teams/{team}", self._team),
            ("GET", "/teams/v3/teams/{team}/conversations", self._channels),
        )
        routes = [web.route(method, path, self._guarded(answer)) for method, path, answer in calls]
        openid = [web.get("/openid", self._openid), web.get("/keys", self._jwks)]
        return [*routes, *openid, web.post("/login/{tenant}/oauth2/v2.0/token", self._login)]

    def _guarded(self, answer: Any) -> Any:
        """Notes the call, checks the bot's token, and lets it fail when a test asked for that."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            body: Activity = json.loads(raw) if raw else {}
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            fits = (each for each in self.failures if each.method in ("", request.method) and each.path in request.path)
            failure = next(fits, None)
            if failure:
                self.failures.remove(failure)
            if not self.open_door and not token.startswith("app-token-"):
                status, told = 401, _error("Unauthorized", "Authorization has been denied for this request.")
            elif len(raw) > LARGEST_BYTES:
                status, told = 413, _error("MessageSizeTooBig", "Message size too large.")
            elif failure is None or failure.stored:
                status, told = answer(request, body)
            else:
                status, told = failure.status, _error(failure.code, "It failed as asked.")
            if failure and failure.status >= 300:
                status, told = failure.status, _error(failure.code, "It failed.")
            self.calls.append(Call(method=request.method, path=request.path, body=body, token=token, status=status))
            async with self._changed:
                self._changed.notify_all()
            if failure and failure.cut:
                assert request.transport
                request.transport.abort()
            wait = {"Retry-After": failure.retry_after} if failure and failure.retry_after else {}
            if status == 202:
                return web.Response(status=status)
            return web.json_response(told, status=status, headers=wait)

        return guarded

    def _post(self, request: web.Request, body: Activity) -> tuple[int, Activity]:
        place = request.match_info["conversation"]
        stream = next((each for each in body.get("entities", []) if each.get("type") == "streaminfo"), None)
        if stream and not place.startswith("a:"):
            return 403, _error("BadSyntax", "Streaming is only for personal chats.")
        if stream and stream.get("streamId"):
            number = str(stream["streamId"])
            if self.messages.get(place, {}).get(number, {}).get("type") != "typing":
                return 403, _error("ContentStreamNotAllowed", "The stream has ended.")
        else:
            number = f"m{next(self._numbers)}"
        if body.get("type") == "typing" and not stream:
            return 202, {}
        self.messages.setdefault(place, {})[number] = body | {"id": number}
        return (202, {}) if stream and stream.get("streamId") else (201, {"id": number})

    def _put(self, request: web.Request, body: Activity) -> tuple[int, Activity]:
        place, number = request.match_info["conversation"], request.match_info["activity"]
        if number not in self.messages.get(place, {}):
            return 404, _error("ActivityNotFoundInConversation", "There is no such activity.")
        self.messages[place][number] = body | {"id": number}
        return 200, {"id": number}

    def _delete(self, request: web.Request, _body: Activity) -> tuple[int, Activity]:
        place, number = request.match_info["conversation"], request.match_info["activity"]
        gone = self.messages.get(place, {}).pop(number, None)
        return (200, {}) if gone else (404, _error("NotFound", "No such activity."))

    def _create(self, _request: web.Request, body: Activity) -> tuple[int, Activity]:
        """A personal chat with a member, or a new thread in a channel with its first message."""
        channel = body.get("channelData", {}).get("channel", {}).get("id")
        number = f"m{next(self._numbers)}"
        place = f"{channel};messageid={number}" if channel else f"a:{body['members'][0]['id'].removeprefix('29:')}"
        if body.get("activity"):
            self.messages.setdefault(place, {})[number] = body["activity"] | {"id": number}
        return 201, {"id": place, "activityId": number, "serviceUrl": self.url}

    def _member(self, request: web.Request, _body: Activity) -> tuple[int, Activity]:
        wanted = request.match_info["member"]
        found = next((each for each in self.users if wanted in (each.id, each.aad)), None)
        return (200, found.member()) if found else (404, _error("MemberNotFoundInConversation", "No such member."))

    def _members(self, _request: web.Request, _body: Activity) -> tuple[int, Activity]:
        return 200, {"members": [each.member() for each in self.users]}

    def _team(self, request: web.Request, _body: Activity) -> tuple[int, Activity]:
        return 200, {"id": request.match_info["team"], "name": "Customers", "aadGroupId": "group-1"}

    def _channels(self, request: web.Request, _body: Activity) -> tuple[int, Activity]:
        return 200, {"conversations": [{"id": request.match_info["team"], "name": None}]}

    async def _openid(self, _request: web.Request) -> web.Response:
        if self.keys_down:
            return web.json_response({}, status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.root}/keys"})

    async def _jwks(self, _request: web.Request) -> web.Response:
        self.keys_asked += 1
        return web.json_response({"keys": self.keys}, status=503 if self.keys_down else 200)

    async def _login(self, request: web.Request) -> web.Response:
        form = await request.post()
        good = form.get("client_id") == self.app_id and form.get("client_secret") == APP_PASSWORD
        if not good or form.get("scope") != f"{ISSUER}/.default":
            return web.json_response({"error": "invalid_client", "error_description": "AADSTS7000215"}, status=401)
        self.tokens_given += 1
        return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": f"app-token-{self.tokens_given}"})


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _error(code: str, message: str) -> Activity:
    return {"error": {"code": code, "message": message}}
