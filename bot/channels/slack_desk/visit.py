"""What an agent did in Slack, out of Slack's body: who, where, with what, and how to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bot.channels.slack.mrkdwn import plain
from bot.channels.slack.places import CHANNEL
from bot.links.port import ChannelUser

Body = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One message, press, command or submitted dialog.

    `value` is the button's or the dialog's own; `filled` what was filled in, by field; `text` what was typed.
    """

    user: ChannelUser
    client: Any
    channel: str = ""
    thread: str = ""
    trigger: str = ""
    response_url: str = ""
    view_id: str = ""
    name: str = ""
    value: str = ""
    text: str = ""
    ephemeral: bool = False
    home: bool = False
    filled: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A message that a person typed. `id` stays when it is sent again; `changed` says that it corrects an earlier one, `mention`
    that it speaks to the app (Slack tells of such a message twice)."""

    user: ChannelUser
    channel: str
    thread: str
    ts: str
    id: str
    text: str
    direct: bool
    event_id: str
    changed: bool = False
    mention: bool = False


def of_action(tenant: str, body: Body, client: Any) -> Visit:
    """A pressed button or a chosen option."""
    action: Body = body["actions"][0]
    container: Body = _inner(body, "container")
    message: Body = _inner(body, "message")
    chosen: Body = _inner(action, "selected_option")
    return Visit(
        user=_person(tenant, body),
        client=client,
        channel=str(_inner(body, "channel").get("id") or container.get("channel_id") or ""),
        thread=str(container.get("thread_ts") or message.get("thread_ts") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        name=str(action.get("action_id", "")),
        value=str(chosen.get("value") or action.get("value") or ""),
        ephemeral=bool(container.get("is_ephemeral")),
        home=_inner(body, "view").get("type") == "home",
    )


def of_submission(tenant: str, body: Body, client: Any) -> Visit:
    """A submitted dialog."""
    view: Body = body["view"]
    return Visit(
        user=_person(tenant, body),
        client=client,
        trigger=str(body.get("trigger_id") or ""),
        view_id=str(view.get("id", "")),
        name=str(view.get("callback_id", "")),
        value=str(view.get("private_metadata") or ""),
        filled=_filled(_inner(_inner(view, "state"), "values")),
    )


def of_command(tenant: str, body: Body, client: Any) -> Visit:
    user = ChannelUser(tenant=tenant, channel=CHANNEL, installation=str(body.get("team_id", "")), user_id=str(body["user_id"]))
    return Visit(
        user=user,
        client=client,
        channel=str(body.get("channel_id", "")),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        name=str(body.get("command", "")),
        text=plain(str(body.get("text") or "")),
    )


def of_shortcut(tenant: str, body: Body, client: Any) -> Visit:
    """A shortcut on a message; `text` is the message's."""
    message: Body = _inner(body, "message")
    return Visit(
        user=_person(tenant, body),
        client=client,
        channel=str(_inner(body, "channel").get("id") or ""),
        thread=str(message.get("thread_ts") or message.get("ts") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        name=str(body.get("callback_id", "")),
        text=_words(message),
    )


def of_message(tenant: str, body: Body) -> Typed | None:
    """A typed message, or the correction of one; None for all else (joins, bots, deletions, unfurled links)."""
    event: Body = _inner(body, "event")
    message: Body = event
    if event.get("subtype") == "message_changed":
        message = _inner(event, "message")
        before: Body = _inner(event, "previous_message")
        if "edited" not in message or before.get("text") == message.get("text"):
            return None
    elif event.get("subtype") not in (None, "file_share", "thread_broadcast"):
        return None
    if message.get("bot_id") or not message.get("user"):
        return None
    changed = message is not event
    ts, edited = str(message.get("ts", "")), str(_inner(message, "edited").get("ts", ""))
    return Typed(
        user=_of_event(tenant, body, message),
        channel=str(event.get("channel", "")),
        thread=str(message.get("thread_ts") or ""),
        ts=ts,
        id=f"{ts}:{edited}" if changed else ts,
        text=_words(message),
        direct=event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D"),
        event_id=str(body.get("event_id", "")),
        changed=changed,
        mention=event.get("type") == "app_mention",
    )


def of_home(tenant: str, body: Body, client: Any) -> Visit:
    event: Body = _inner(body, "event")
    return Visit(user=_of_event(tenant, body, event), client=client, name=str(event.get("tab", "")), home=True)


def _inner(body: Body, name: str) -> Body:
    """A part of a body, empty where it is missing."""
    found: object = body.get(name)
    return cast("Body", found) if isinstance(found, Mapping) else dict[str, Any]()


def _person(tenant: str, body: Body) -> ChannelUser:
    user: Body = body["user"]
    team = user.get("team_id") or _inner(body, "team").get("id") or ""
    return ChannelUser(tenant=tenant, channel=CHANNEL, installation=str(team), user_id=str(user["id"]))


def _of_event(tenant: str, body: Body, event: Body) -> ChannelUser:
    team = event.get("user_team") or event.get("source_team") or event.get("team") or body.get("team_id") or ""
    return ChannelUser(tenant=tenant, channel=CHANNEL, installation=str(team), user_id=str(event.get("user", "")))


def _words(message: Body) -> str:
    files = cast("list[Any]", message.get("files") or [])
    named = f"[{len(files)} file{'s' if len(files) > 1 else ''} in Slack]" if files else ""
    return "\n".join(each for each in (plain(str(message.get("text") or "")), named) if each)


def _filled(values: Mapping[str, Mapping[str, Body]]) -> Mapping[str, str]:
    found = dict[str, str]()
    for fields in values.values():
        for name, state in fields.items():
            chosen: Body = _inner(state, "selected_option")
            found[name] = str(chosen.get("value") or state.get("selected_date") or state.get("value") or "").strip()
    return found
