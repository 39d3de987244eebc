"""A Slack of the tests' own on loopback: its Web API, response addresses and socket mode, as the real slack_sdk talks to them.

It keeps messages, refuses what Slack would refuse (limits, unknown tokens, missing scopes), records every call, and fails when it
is told to.
"""

import asyncio
import base64
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from tests.fakes.slack_limits import layout_faults, view_faults

ALL_SCOPES = frozenset({"chat:write", "chat:write.customize", "users:read", "users:read.email", "im:history", "assistant:write"})
LONGEST_TEXT = 40_000
LONGEST_MARKDOWN = 12_000
TEAM, BOT_TOKEN, APP_TOKEN, BOT_USER, BOT_ID, APP_ID = "T0HALCYON", "xoxb-halcyon", "xapp-1", "U0BOT", "B0BOT", "A0RAPPORT"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace that has the app installed."""

    team: str = TEAM
    token: str = BOT_TOKEN
    bot_user: str = BOT_USER
    bot: str = BOT_ID
    name: str = "Halcyon"
    scopes: frozenset[str] = ALL_SCOPES


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that arrived."""

    method: str
    params: Mapping[str, Any]
    token: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How a call goes wrong. `taken`: it had its effect first. `cut` drops the connection, `hang` never answers."""

    status: int = 200
    error: str = ""
    retry_after: str = ""
    taken: bool = False
    cut: bool = False
    hang: bool = False
    body: str = ""


class Refusal(Exception):
    """`ok: false` with this error."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


Params = Mapping[str, Any]
Answer = Callable[[Params, Workspace], Mapping[str, Any]]


@dataclass
class FakeSlack:
    """The server. Use it as an async context manager; `base_url` is for `AsyncWebClient(base_url=...)`.

    `broken` says by channel how every call that concerns it goes wrong.
    """

    workspaces: dict[str, Workspace] = field(default_factory=lambda: {BOT_TOKEN: Workspace()})
    users: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    channels: set[str] | None = None
    broken: dict[str, Fault] = field(default_factory=dict[str, Fault])
    unsupported: set[str] = field(default_factory=set[str])
    refused_blocks: set[str] = field(default_factory=set[str])
    oauth_codes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    client: tuple[str, str] = ("client-1", "client-secret-1")
    calls: list[Call] = field(default_factory=list[Call])
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict[tuple[str, str], dict[str, Any]])
    ephemerals: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    views: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    homes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    responses: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    spent_triggers: set[str] = field(default_factory=set[str])
    acks: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._count = 0
        self._sockets: list[web.WebSocketResponse] = []
        self._acked: dict[str, asyncio.Future[Any]] = {}
        self._changed = asyncio.Condition()
        self._over = asyncio.Event()
        self._answers = self._methods()
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{token}", self._response)
        app.router.add_get("/link", self._socket)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        for socket in self._sockets:
            await socket.close()
        await self._server.close()

    @property
    def origin(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/"

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of a method go wrong like this, one after the other."""
        self._faults[method].extend(faults)

    def add_user(self, user: str, *, email: str = "", confirmed: bool = True, name: str = "", **more: Any) -> None:
        profile = {"email": email, "real_name": name or user} if email else {"real_name": name or user}
        self.users[user] = {"id": user, "is_email_confirmed": confirmed, "profile": profile, "tz": "Europe/Berlin", **more}

    def of(self, method: str) -> list[Call]:
        """The calls of one method, in order."""
        return [call for call in self.calls if call.method == method]

    def posted(self, channel: str) -> list[dict[str, Any]]:
        """What stands in a channel now, in order."""
        return [message for (where, _), message in sorted(self.messages.items()) if where == channel]

    def response_url(self, token: str = "r1") -> str:
        return f"{self.origin}/response/{token}"

    async def until(self, met: Callable[[], bool], *, timeout_s: float = 5.0) -> None:
        """Waits until something holds of what arrived here."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(met)

    async def envelope(self, kind: str, payload: Mapping[str, Any], envelope_id: str, *, retry: int = 0) -> Any:
        """Sends an envelope over the newest socket and waits for its acknowledgement; its payload comes back."""
        await self.until(lambda: any(not socket.closed for socket in self._sockets))
        live = [socket for socket in self._sockets if not socket.closed]
        waiting = self._acked.setdefault(envelope_id, asyncio.get_running_loop().create_future())
        body = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api"}
        await live[-1].send_json(body | ({"retry_attempt": retry, "retry_reason": "timeout"} if retry else {}))
        return await asyncio.wait_for(asyncio.shield(waiting), 5)

    async def disconnect(self, *, rudely: bool = False) -> None:
        """Ends the newest connection: with Slack's `disconnect` message, or just so."""
        socket = [each for each in self._sockets if not each.closed][-1]
        if not rudely:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
        else:
            await socket.close()

    @property
    def sockets(self) -> int:
        """How many connections of socket mode there have been."""
        return len(self._sockets)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, params = request.match_info["method"], await _params(request)
        token = str(params.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.calls.append(Call(method=method, params=params, token=token))
        fault = self._faults[method].popleft() if self._faults[method] else self.broken.get(str(params.get("channel")))
        result = await self._outcome(request, method, params, token, fault)
        async with self._changed:
            self._changed.notify_all()
        return result

    async def _outcome(
        self, request: web.Request, method: str, params: dict[str, Any], token: str, fault: Fault | None
    ) -> web.StreamResponse:
        answer = self._answered(method, params, token) if fault is None or fault.taken else {"ok": False, "error": fault.error}
        if fault is None:
            return web.json_response(answer)
        if fault.hang:
            await self._over.wait()
        if fault.cut and request.transport is not None:
            request.transport.abort()
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.body:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html", headers=headers)
        told = {"ok": False, "error": fault.error or ("ratelimited" if fault.status == 429 else "internal_error")}
        return web.json_response(told, status=fault.status, headers=headers)

    def _answered(self, method: str, params: Params, token: str) -> Mapping[str, Any]:
        try:
            return {"ok": True, **self._answer(method, params, token)}
        except Refusal as refusal:
            return {"ok": False, "error": refusal.error, **refusal.more}

    def _answer(self, method: str, params: Params, token: str) -> Mapping[str, Any]:
        if method in self.unsupported:
            raise Refusal("unknown_method", req_method=method)
        if method == "oauth.v2.access":
            return self._oauth(params, token)
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Refusal("invalid_auth")
            return {"url": self.origin.replace("http", "ws", 1) + "/link"}
        if method not in self._answers:
            raise Refusal("unknown_method", req_method=method)
        if not token:
            raise Refusal("not_authed")
        if token not in self.workspaces:
            raise Refusal("invalid_auth")
        return self._answers[method](params, self.workspaces[token])

    def _methods(self) -> Mapping[str, Answer]:
        return {
            "auth.test": self._auth_test,
            "users.info": self._users_info,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._ephemeral,
            "chat.startStream": self._start_stream,
            "chat.appendStream": self._append_stream,
            "chat.stopStream": self._stop_stream,
            "chat.getPermalink": lambda params, _: {"permalink": f"{self.origin}/archives/{params.get('channel')}"},
            "reactions.add": lambda params, _: self._reacted(params),
            "assistant.threads.setStatus": lambda params, _: self._needs(params, "channel_id", "thread_ts"),
            "assistant.threads.setSuggestedPrompts": lambda params, _: self._prompts(params),
            "assistant.threads.setTitle": lambda params, _: self._needs(params, "channel_id", "thread_ts", "title"),
            "views.open": self._open_view,
            "views.push": self._open_view,
            "views.update": self._update_view,
            "views.publish": self._publish,
            "conversations.open": lambda params, _: {"channel": {"id": "D" + str(params["users"]).removeprefix("U")}},
            "conversations.info": lambda params, _: {"channel": {"id": params["channel"], "name": "queue", "is_im": False}},
            "conversations.replies": self._replies,
            "conversations.history": self._history,
        }

    def _auth_test(self, _params: Params, workspace: Workspace) -> Mapping[str, Any]:
        names = {"team": workspace.name, "user": "rapport", "url": self.origin, "app_id": APP_ID, "is_enterprise_install": False}
        return {"team_id": workspace.team, "user_id": workspace.bot_user, "bot_id": workspace.bot, **names}

    def _users_info(self, params: Params, workspace: Workspace) -> Mapping[str, Any]:
        self._scoped(workspace, "users:read")
        user = self.users.get(str(params.get("user")))
        if user is None:
            raise Refusal("user_not_found")
        return {"user": user}

    def _post(self, params: Params, workspace: Workspace) -> Mapping[str, Any]:
        channel = self._channel(params)
        self._content(params)
        if params.get("username"):
            self._scoped(workspace, "chat:write.customize")
        message = self._add(channel, workspace, params)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _update(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        message = self._message(params)
        self._content(params)
        for name in ("text", "blocks", "markdown_text", "metadata"):
            if name in params:
                message[name] = params[name]
        message["streaming"] = False
        return {"channel": params["channel"], "ts": params["ts"], "text": params.get("text", "")}

    def _delete(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        self._message(params)
        del self.messages[(params["channel"], params["ts"])]
        return {"channel": params["channel"], "ts": params["ts"]}

    def _ephemeral(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        self._needs(params, "channel", "user")
        self._content(params)
        ts = self._ts()
        self.ephemerals.append({**params, "ts": ts})
        return {"message_ts": ts}

    def _start_stream(self, params: Params, workspace: Workspace) -> Mapping[str, Any]:
        channel = self._channel(params)
        if not params.get("thread_ts"):
            raise Refusal("invalid_thread_ts")
        if not channel.startswith("D"):
            for name in ("recipient_team_id", "recipient_user_id"):
                if not params.get(name):
                    raise Refusal(f"missing_{name}")
        self._markdown(params)
        message = self._add(channel, workspace, params)
        message["streaming"] = True
        message["text"] = message["markdown_text"] = str(params.get("markdown_text", ""))
        return {"channel": channel, "ts": message["ts"]}

    def _append_stream(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        message = self._streaming(params)
        self._markdown(params)
        message["markdown_text"] += str(params.get("markdown_text", ""))
        message["text"] = message["markdown_text"]
        return {"channel": params["channel"], "ts": params["ts"]}

    def _stop_stream(self, params: Params, workspace: Workspace) -> Mapping[str, Any]:
        message = self._streaming(params)
        self._blocks(params)
        self._metadata(params)
        self._append_stream(params, workspace)
        message |= {name: params[name] for name in ("blocks", "metadata") if name in params} | {"streaming": False}
        self.messages[(params["channel"], params["ts"])] = message
        return {"channel": params["channel"], "ts": params["ts"], "message": message}

    def _prompts(self, params: Params) -> Mapping[str, Any]:
        self._needs(params, "channel_id", "prompts")
        prompts = cast("list[dict[str, str]]", params["prompts"])
        if len(prompts) > 4 or not all(each.get("title") and each.get("message") for each in prompts):
            raise Refusal("invalid_arguments")
        return {}

    def _reacted(self, params: Params) -> Mapping[str, Any]:
        self._needs(params, "channel", "name", "timestamp")
        return {}

    def _open_view(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        trigger = str(params.get("trigger_id") or "")
        if not trigger or trigger in self.spent_triggers:
            raise Refusal("expired_trigger_id" if trigger else "invalid_arguments")
        self._view(params)
        self.spent_triggers.add(trigger)
        view = self._shown(params, f"V{self._next()}")
        return {"view": view}

    def _update_view(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        kept = self.views.get(str(params.get("view_id")))
        if kept is None:
            raise Refusal("not_found")
        if params.get("hash") and params["hash"] != kept["hash"]:
            raise Refusal("hash_conflict")
        self._view(params)
        return {"view": self._shown(params, str(kept["id"]))}

    def _shown(self, params: Params, view_id: str) -> dict[str, Any]:
        view: dict[str, Any] = {**params["view"], "id": view_id, "hash": f"h{self._next()}", "state": {"values": {}}}
        self.views[view_id] = view
        return view

    def _publish(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        self._needs(params, "user_id")
        self._view(params)
        self.homes[str(params["user_id"])] = dict(params["view"])
        return {"view": params["view"]}

    def _replies(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        root = str(params.get("ts"))
        found = [each for each in self.posted(self._channel(params)) if root in (each["ts"], each.get("thread_ts"))]
        if not found:
            raise Refusal("thread_not_found")
        return self._paged(found, params)

    def _history(self, params: Params, _workspace: Workspace) -> Mapping[str, Any]:
        return self._paged([each for each in reversed(self.posted(self._channel(params))) if not each.get("thread_ts")], params)

    def _paged(self, found: list[dict[str, Any]], params: Params) -> Mapping[str, Any]:
        start, limit = int(params.get("cursor") or 0), int(params.get("limit") or 100)
        shown = found[start : start + limit]
        if str(params.get("include_all_metadata", "")).lower() not in ("1", "true"):
            shown = [{name: value for name, value in each.items() if name != "metadata"} for each in shown]
        cursor = str(start + limit) if start + limit < len(found) else ""
        return {"messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}

    def _oauth(self, params: Params, token: str) -> Mapping[str, Any]:
        basic = token.removeprefix("Basic ")
        given = tuple(base64.b64decode(basic).decode().split(":", 1)) if basic else ()
        if (given or (params.get("client_id"), params.get("client_secret"))) != self.client:
            raise Refusal("bad_client_secret")
        installed = self.oauth_codes.pop(str(params.get("code")), None)
        if installed is None:
            raise Refusal("invalid_code")
        return {"app_id": APP_ID, "token_type": "bot", "scope": "chat:write", "is_enterprise_install": False, **installed}

    def _add(self, channel: str, workspace: Workspace, params: Params) -> dict[str, Any]:
        names = ("text", "blocks", "markdown_text", "thread_ts", "metadata", "username", "unfurl_links")
        message: dict[str, Any] = {name: params[name] for name in names if params.get(name) is not None}
        message |= {"type": "message", "ts": self._ts(), "bot_id": workspace.bot, "user": workspace.bot_user}
        self.messages[(channel, message["ts"])] = message
        return message

    def _channel(self, params: Params) -> str:
        channel = str(params.get("channel") or "")
        if not channel or (self.channels is not None and channel not in self.channels):
            raise Refusal("channel_not_found")
        return channel

    def _message(self, params: Params) -> dict[str, Any]:
        found = self.messages.get((self._channel(params), str(params.get("ts"))))
        if found is None:
            raise Refusal("message_not_found")
        return found

    def _streaming(self, params: Params) -> dict[str, Any]:
        message = self._message(params)
        if not message.get("streaming"):
            raise Refusal("message_not_in_streaming_state")
        return message

    def _content(self, params: Params) -> None:
        if not (params.get("text") or params.get("blocks") or params.get("markdown_text")):
            raise Refusal("no_text")
        if len(str(params.get("text") or "")) > LONGEST_TEXT:
            raise Refusal("msg_too_long")
        if params.get("markdown_text") and (params.get("blocks") or params.get("text")):
            raise Refusal("markdown_text_conflict")
        self._markdown(params)
        self._blocks(params)
        self._metadata(params)

    def _markdown(self, params: Params) -> None:
        if len(str(params.get("markdown_text") or "")) > LONGEST_MARKDOWN:
            raise Refusal("msg_too_long")

    def _blocks(self, params: Params) -> None:
        blocks: list[dict[str, Any]] = params.get("blocks") or []
        faults = layout_faults(blocks) if blocks else []
        faults += [f"{each['type']} is not for this workspace" for each in blocks if each["type"] in self.refused_blocks]
        if faults:
            raise Refusal("invalid_blocks", errors=faults, response_metadata={"messages": faults})

    def _metadata(self, params: Params) -> None:
        metadata = params.get("metadata")
        if metadata is not None and not (metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)):
            raise Refusal("metadata_must_be_sent_from_app")

    def _view(self, params: Params) -> None:
        if faults := view_faults(params.get("view")):
            raise Refusal("invalid_arguments", response_metadata={"messages": faults})

    def _needs(self, params: Params, *names: str) -> Mapping[str, Any]:
        if not all(params.get(name) for name in names):
            raise Refusal("invalid_arguments")
        return {}

    def _scoped(self, workspace: Workspace, scope: str) -> None:
        if scope not in workspace.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _ts(self) -> str:
        count = self._next()
        return f"{1_780_000_000 + count}.{count:06d}"

    async def _response(self, request: web.Request) -> web.Response:
        fault = self._faults["response_url"].popleft() if self._faults["response_url"] else None
        if fault is None or fault.taken:
            self.responses.append((request.match_info["token"], await request.json()))
        async with self._changed:
            self._changed.notify_all()
        return web.Response(status=fault.status if fault else 200, text=fault.body if fault else "ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}})
        self._sockets.append(socket)
        async with self._changed:
            self._changed.notify_all()
        async for message in socket:
            if message.type is not WSMsgType.TEXT or not str(message.data).startswith("{"):
                continue
            body = json.loads(message.data)
            self.acks[body["envelope_id"]] = body.get("payload")
            waiting = self._acked.pop(body["envelope_id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(body.get("payload"))
        return socket


async def _params(request: web.Request) -> dict[str, Any]:
    """What was sent, as query, form or JSON; forms carry nested values as JSON."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body: Awaitable[Any] = request.json()
        return params | cast("dict[str, Any]", await body)
    params |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("blocks", "view", "metadata", "prompts", "attachments"):
        if isinstance(params.get(name), str):
            params[name] = json.loads(params[name])
    return params
