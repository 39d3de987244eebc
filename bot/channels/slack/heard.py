"""Reads what Slack sends: who did what where, in values. Whatever is malformed is nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from bot.channels.slack.mrkdwn import plain
from bot.channels.slack.places import CHANNEL, Place
from bot.links.port import ChannelUser

Body = Mapping[str, Any]

SAID_SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "me_message"})


ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NOBODY: Body = {}


class What(StrEnum):
    SAID = "said"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message that a person wrote, changed or took back. `mentioned`: it names the app. `place` has the thread it stands in."""

    what: What
    event_id: str
    user: str
    user_team: str
    place: Place
    ts: str
    text: str = ""
    mentioned: bool = False
    files: int = 0

    def by(self, tenant: str) -> ChannelUser:
        return ChannelUser(
            tenant=tenant, channel=CHANNEL, installation=self.user_team, user_id=self.user, private=self.place.direct
        )

    @property
    def at(self) -> datetime | None:
        """When it was written: a ts is seconds since 1970."""
        return moment_of(self.ts)


def text_in(body: object, *names: str) -> str:
    """A text somewhere inside a body; empty when there is none."""
    for name in names:
        body = cast("Body", body).get(name) if isinstance(body, dict) else None
    return body if isinstance(body, str) else ""


def inside(body: object, name: str) -> Body:
    """An object inside a body; an empty one when there is none."""
    found = cast("Body", body).get(name) if isinstance(body, dict) else None
    return cast("Body", found) if isinstance(found, dict) else {}


def listed(body: object, name: str) -> Sequence[Any]:
    found = cast("Body", body).get(name) if isinstance(body, dict) else None
    return cast("Sequence[Any]", found) if isinstance(found, list) else ()


def team_of(body: Body) -> str:
    """The workspace that has the app installed, as far as this body says; the organisation when a whole one has.

    Somebody from another company may press a button in a shared channel: then `team` is theirs, and the message's is ours.
    """
    granted = _granted(body)
    posted = text_in(body, "message", "team") if body.get("type") == "block_actions" else ""
    return (
        text_in(granted, "team_id")
        or text_in(granted, "enterprise_id")
        or posted
        or text_in(body, "view", "app_installed_team_id")
        or text_in(body, "team_id")
        or text_in(body, "team", "id")
        or text_in(body, "user", "team_id")
        or text_in(body, "enterprise", "id")
        or text_in(body, "enterprise_id")
    )


def teams_of(body: Body) -> tuple[str, ...]:
    """The workspace, then the organisation that may have installed the app for it."""
    granted = _granted(body)
    organisation = text_in(granted, "enterprise_id") or text_in(body, "enterprise", "id") or text_in(body, "enterprise_id")
    return tuple(team for team in dict.fromkeys((team_of(body), organisation)) if team)


def heard(body: Body, bot_user: str = "") -> Heard | None:
    """The message in an event; None when it is no person's. Names in Slack's text are made readable, the app's own left out."""
    event = inside(body, "event")
    if text_in(event, "type") not in ("message", "app_mention"):
        return None
    subtype = text_in(event, "subtype")
    if subtype == "message_changed":
        return _changed(body, event, bot_user)
    if subtype == "message_deleted":
        return _read(What.DELETED, body, event, inside(event, "previous_message"), bot_user)
    return _read(What.SAID, body, event, event, bot_user) if subtype in SAID_SUBTYPES else None


def bot_user_of(body: Body) -> str:
    """The app's own user, as the event names it."""
    granted = _granted(body)
    return text_in(granted, "user_id") if granted.get("is_bot") is True else ""


def named(*ids: str) -> bool:
    """Whether these can be ids of Slack's."""
    return all(ID.fullmatch(each) for each in ids)


def moment_of(ts: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _granted(body: Body) -> Body:
    """For whose installation an event is."""
    return next((cast("Body", each) for each in listed(body, "authorizations") if isinstance(each, dict)), NOBODY)


def _changed(body: Body, event: Body, bot_user: str) -> Heard | None:
    """An edit; links that were unfolded and the like change no words. A root that was deleted leaves a tombstone."""
    after, before = inside(event, "message"), inside(event, "previous_message")
    if text_in(after, "subtype") == "tombstone":
        return _read(What.DELETED, body, event, before, bot_user)
    if text_in(after, "text") == text_in(before, "text") or text_in(after, "subtype") not in SAID_SUBTYPES:
        return None
    return _read(What.EDITED, body, event, after, bot_user)


def _read(what: What, body: Body, event: Body, message: Body, bot_user: str) -> Heard | None:
    user, ts, channel = text_in(message, "user"), text_in(message, "ts"), text_in(event, "channel")
    team = team_of(body)
    thread = text_in(message, "thread_ts")
    if not named(user, ts, channel, team, thread or ts) or message.get("bot_id") or user == bot_user:
        return None
    raw = text_in(message, "text")
    mentioned = text_in(event, "type") == "app_mention" or (bool(bot_user) and f"<@{bot_user}" in raw)
    own = text_in(message, "user_team") or text_in(message, "source_team") or text_in(message, "team") or team
    return Heard(
        what=what,
        event_id=text_in(body, "event_id") or f"{channel}:{text_in(event, 'event_ts') or ts}",
        user=user,
        user_team=own if named(own) else team,
        place=Place(team=team, channel=channel, thread=thread),
        ts=ts,
        text=plain(raw, without=(bot_user,) if bot_user else ()),
        mentioned=mentioned,
        files=len(listed(message, "files")),
    )
