"""What Slack sends to an app: bodies as its documentation shows them, signed and posted, or over socket mode."""

import hashlib
import hmac
import io
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession

from tests.fakes.slack_api import APP_ID, BOT_USER, TEAM, FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_count = itertools.count(1)


def fresh_ts() -> str:
    """A message's ts that nobody else has."""
    number = next(_count)
    return f"{1_770_000_000 + number}.{number:06d}"


def event_callback(event: Mapping[str, Any], *, team: str = TEAM, event_id: str = "", enterprise: str = "") -> dict[str, Any]:
    """The envelope of the Events API."""
    names = {"enterprise_id": enterprise or None, "team_id": None if enterprise else team, "user_id": BOT_USER}
    return {
        "token": "unused",
        "team_id": team,
        "api_app_id": APP_ID,
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_count):08d}",
        "event_time": int(time.time()),
        "authorizations": [{**names, "is_bot": True, "is_enterprise_install": bool(enterprise)}],
        "is_ext_shared_channel": False,
        "event": dict(event),
    }


def url_verification(challenge: str = "c-1") -> dict[str, Any]:
    return {"token": "unused", "type": "url_verification", "challenge": challenge}


def message(
    text: str, *, user: str = "U1", channel: str = "D1", ts: str = "", thread_ts: str = "", team: str = TEAM, **more: Any
) -> dict[str, Any]:
    """A `message` event; in a direct message when the channel's id begins with D."""
    kind = "im" if channel.startswith("D") else "channel"
    body: dict[str, Any] = {"type": "message", "user": user, "text": text, "channel": channel, "channel_type": kind, "team": team}
    ts = ts or fresh_ts()
    thread = {"thread_ts": thread_ts} if thread_ts else {}
    return {**body, "ts": ts, "event_ts": ts, "client_msg_id": f"m-{ts}", **thread, **more}


def app_mention(
    text: str, *, user: str = "U1", channel: str = "C1", ts: str = "", thread_ts: str = "", **more: Any
) -> dict[str, Any]:
    event = message(text, user=user, channel=channel, ts=ts, thread_ts=thread_ts, **more)
    return {name: value for name, value in event.items() if name != "channel_type"} | {"type": "app_mention"}


def message_changed(before: Mapping[str, Any], text: str) -> dict[str, Any]:
    ts = fresh_ts()
    inner = {name: value for name, value in before.items() if name not in ("channel", "channel_type", "event_ts")}
    after = {**inner, "text": text, "edited": {"user": before["user"], "ts": ts}}
    names = {"channel": before["channel"], "channel_type": before.get("channel_type", "channel"), "ts": ts, "event_ts": ts}
    return {"type": "message", "subtype": "message_changed", "hidden": True, **names, "message": after, "previous_message": inner}


def message_deleted(before: Mapping[str, Any]) -> dict[str, Any]:
    ts = fresh_ts()
    inner = {name: value for name, value in before.items() if name not in ("channel", "channel_type", "event_ts")}
    names = {"channel": before["channel"], "channel_type": before.get("channel_type", "channel"), "ts": ts, "event_ts": ts}
    return {"type": "message", "subtype": "message_deleted", "hidden": True, **names, "deleted_ts": before["ts"]} | {
        "previous_message": inner
    }


def assistant_thread_started(*, user: str = "U1", channel: str = "D1", thread_ts: str = "") -> dict[str, Any]:
    thread: dict[str, Any] = {"user_id": user, "context": {}, "channel_id": channel, "thread_ts": thread_ts or fresh_ts()}
    return {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": fresh_ts()}


def app_home_opened(*, user: str = "U1", channel: str = "D1", tab: str = "home") -> dict[str, Any]:
    return {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": fresh_ts()}


def block_actions(
    action: Mapping[str, Any],
    *,
    user: str = "U1",
    channel: str = "D1",
    message_ts: str = "",
    thread_ts: str = "",
    team: str = TEAM,
    **more: Any,
) -> dict[str, Any]:
    """A pressed element of a message."""
    ts, trigger = message_ts or fresh_ts(), f"trigger-{next(_count)}"
    thread = {"thread_ts": thread_ts} if thread_ts else {}
    return {
        "type": "block_actions",
        "user": {"id": user, "username": user.lower(), "team_id": team},
        "api_app_id": APP_ID,
        "team": {"id": TEAM, "domain": "halcyon"},
        "enterprise": None,
        "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False, **thread},
        "trigger_id": trigger,
        "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else "general"},
        "message": {"type": "message", "ts": ts, **thread},
        "actions": [{"type": "button", "block_id": "b", "action_ts": fresh_ts(), **action}],
        **more,
    }


def view_submission(
    callback_id: str, values: Mapping[str, Mapping[str, Any]], *, user: str = "U1", metadata: str = "", **more: Any
) -> dict[str, Any]:
    """A submitted modal; `values` is block id -> action id -> element's state."""
    view = {
        "id": f"V{next(_count)}",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "state": {"values": values},
        "hash": "h1",
        "team_id": TEAM,
        "app_installed_team_id": TEAM,
    }
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "halcyon"},
        "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        "api_app_id": APP_ID,
        "trigger_id": f"trigger-{next(_count)}",
        "is_enterprise_install": False,
        "enterprise": None,
        "view": {**view, **more},
    }


def shortcut(callback_id: str, *, user: str = "U1", channel: str = "", text: str = "") -> dict[str, Any]:
    """A global shortcut; with a channel, one on a message."""
    body: dict[str, Any] = {
        "type": "message_action" if channel else "shortcut",
        "callback_id": callback_id,
        "team": {"id": TEAM, "domain": "halcyon"},
        "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        "trigger_id": f"trigger-{next(_count)}",
        "action_ts": fresh_ts(),
        "is_enterprise_install": False,
        "enterprise": None,
    }
    if not channel:
        return body
    ts = fresh_ts()
    place = {"channel": {"id": channel, "name": "general"}, "message": {"type": "message", "ts": ts, "text": text, "user": "U2"}}
    return body | place | {"message_ts": ts, "response_url": "http://127.0.0.1:1/response"}


def command(
    text: str, *, name: str = "/rapport", user: str = "U1", channel: str = "C1", response_url: str = ""
) -> dict[str, str]:
    """A slash command: a plain form."""
    return {
        "command": name,
        "text": text,
        "user_id": user,
        "user_name": user.lower(),
        "team_id": TEAM,
        "team_domain": "halcyon",
        "channel_id": channel,
        "channel_name": "general",
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "trigger_id": f"trigger-{next(_count)}",
        "response_url": response_url or "http://127.0.0.1:1/response",
    }


def signature(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the app answered, and how long it took."""

    status: int
    text: str
    ms: float

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class HttpSender:
    """Posts to the app as Slack does, at `url` (the events' address; interactivity and commands go there too)."""

    session: ClientSession
    url: str
    secret: str = SECRET
    answers: list[Answered] = field(default_factory=list[Answered])

    async def send(self, body: Mapping[str, Any], *, retry: int = 0) -> Answered:
        """Sends any of the bodies above, in the encoding that Slack uses for it."""
        if "command" in body:
            return await self.raw(urlencode(body).encode(), "application/x-www-form-urlencoded", retry=retry)
        if body.get("type") in ("event_callback", "url_verification"):
            return await self.raw(json.dumps(body).encode(), "application/json", retry=retry)
        form = urlencode({"payload": json.dumps(body)}).encode()
        return await self.raw(form, "application/x-www-form-urlencoded", retry=retry)

    async def event(self, event: Mapping[str, Any], *, retry: int = 0, event_id: str = "", **envelope: Any) -> Answered:
        return await self.send(event_callback(event, event_id=event_id, **envelope), retry=retry)

    async def raw(self, body: bytes, content_type: str, *, retry: int = 0, headers: Mapping[str, str] | None = None) -> Answered:
        """Posts these bytes, signed now; `headers` come in the place of ours."""
        now = str(int(time.time()))
        given = {"Content-Type": content_type, "X-Slack-Request-Timestamp": now}
        given["X-Slack-Signature"] = signature(body, now, self.secret)
        if retry:
            given |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        began = time.perf_counter()
        async with self.session.post(self.url, data=io.BytesIO(body), headers={**given, **(headers or {})}) as response:
            text = await response.text()
        answered = Answered(status=response.status, text=text, ms=(time.perf_counter() - began) * 1000)
        self.answers.append(answered)
        return answered


@dataclass
class SocketSender:
    """Sends the same over socket mode."""

    slack: FakeSlack

    async def send(self, body: Mapping[str, Any], *, retry: int = 0, envelope_id: str = "") -> Any:
        """Returns the payload of the acknowledgement."""
        kind = "slash_commands" if "command" in body else "interactive"
        kind = "events_api" if body.get("type") == "event_callback" else kind
        return await self.slack.envelope(kind, body, envelope_id or f"env-{next(_count)}", retry=retry)

    async def event(self, event: Mapping[str, Any], *, retry: int = 0, event_id: str = "", **envelope: Any) -> Any:
        return await self.send(event_callback(event, event_id=event_id, **envelope), retry=retry)
