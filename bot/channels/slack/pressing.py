"""Customers' presses: cards, ratings, offers, and the button that asks who somebody is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from bot.channels.slack import blocks
from bot.channels.slack.background import Background
from bot.channels.slack.calls import call
from bot.channels.slack.heard import Body, inside, listed, moment_of, named, team_of, text_in
from bot.channels.slack.identity import Identity
from bot.channels.slack.places import CHANNEL, Place
from bot.channels.slack.threads import Threads
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser
from bot.reception import Arrival, Reception
from core.conversation import Press
from core.errors import RapportError, Unavailable

CHOICES = {blocks.CONFIRM_ID: "confirm", blocks.CANCEL_ID: "cancel"}
THANKS = "Thank you for telling us."


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A pressed button: which, on what message, where."""

    action_id: str
    value: str
    user: ChannelUser
    place: Place
    message_ts: str
    action_ts: str
    text: str = ""
    blocks: tuple[Mapping[str, Any], ...] = ()

    @property
    def event_id(self) -> str:
        return f"press:{self.user.user_id}:{self.action_ts}"


@dataclass(frozen=True, kw_only=True)
class Pressing:
    """Takes presses in before Slack is answered."""

    tenant: str
    reception: Reception
    identity: Identity
    threads: Threads
    workspaces: Workspaces
    background: Background

    async def take(self, body: Body, action: Body) -> None:
        """One press. What isn't ours is nothing."""
        if text_in(action, "action_id") == blocks.VERIFY_ID:
            self.background.start(self.identity.start(body), "identity.start")
            return
        pressed = pressed_in(body, action, self.tenant)
        if pressed is None:
            return
        pressed = replace(pressed, place=await self.threads.home(pressed.place))
        try:
            await self._take(pressed)
        except Unavailable:
            raise
        except RapportError as error:
            self.background.start(self._whisper(pressed, error.message), "press.refused")

    async def _take(self, pressed: Pressed) -> None:
        action_id = pressed.action_id
        if action_id in CHOICES:
            press = Press(card_id=pressed.value, choice=CHOICES[action_id])
            await self.reception.accept(replace(self._arrival(pressed), press=press))
        elif action_id == blocks.DECLINE_ID:
            accepted = await self.reception.accept(replace(self._arrival(pressed), text=pressed.value))
            if accepted.new:
                self.background.start(self._replace(pressed, blocks.DECLINE_ID, pressed.value), "offer.closed")
        elif action_id.startswith(blocks.FEEDBACK_ID):
            await self._rate(pressed)

    async def _rate(self, pressed: Pressed) -> None:
        rated = await self.reception.rate(self._arrival(pressed), helpful=pressed.value == blocks.HELPED)
        if rated and pressed.action_id != blocks.FEEDBACK_ID:
            self.background.start(self._replace(pressed, blocks.FEEDBACK_ID, THANKS), "rating.closed")

    def _arrival(self, pressed: Pressed) -> Arrival:
        return Arrival(
            user=pressed.user,
            ref=pressed.place.ref(self.tenant),
            event_id=pressed.event_id,
            message_id=f"press-{pressed.user.user_id}-{pressed.action_ts}",
            written_at=moment_of(pressed.action_ts),
            reply_to=pressed.message_ts,
        )

    async def _replace(self, pressed: Pressed, prefix: str, instead: str) -> None:
        """Takes buttons away that did what they could."""
        if not pressed.blocks:
            return
        client = await self.workspaces.client(pressed.place.team)
        left = blocks.without(pressed.blocks, prefix, instead)
        where = {"channel": pressed.place.channel, "ts": pressed.message_ts}
        await call(client, "chat.update", **where, text=pressed.text or blocks.fallback([instead]), blocks=left)

    async def _whisper(self, pressed: Pressed, text: str) -> None:
        client = await self.workspaces.client(pressed.place.team)
        thread = {"thread_ts": pressed.place.thread} if pressed.place.thread else {}
        where = {"channel": pressed.place.channel, "user": pressed.user.user_id}
        await call(client, "chat.postEphemeral", **where, text=blocks.fallback([text]), **thread)


def pressed_in(body: Body, action: Body, tenant: str) -> Pressed | None:
    """The press of a button in a message; None when it is none."""
    team, user_id = team_of(body), text_in(body, "user", "id")
    channel = text_in(body, "channel", "id") or text_in(body, "container", "channel_id")
    message_ts = text_in(body, "message", "ts") or text_in(body, "container", "message_ts")
    action_ts = text_in(action, "action_ts")
    thread = text_in(body, "message", "thread_ts") or text_in(body, "container", "thread_ts")
    if not named(team, user_id, channel, message_ts, action_ts, thread or message_ts):
        return None
    direct = channel.startswith("D")
    own = text_in(body, "user", "team_id")
    place = Place(team=team, channel=channel, thread=thread or ("" if direct else message_ts))
    return Pressed(
        action_id=text_in(action, "action_id"),
        value=text_in(action, "value"),
        user=ChannelUser(
            tenant=tenant, channel=CHANNEL, installation=own if named(own) else team, user_id=user_id, private=direct
        ),
        place=place,
        message_ts=message_ts,
        action_ts=action_ts,
        text=text_in(body, "message", "text"),
        blocks=tuple(cast("Body", each) for each in listed(inside(body, "message"), "blocks") if isinstance(each, dict)),
    )
