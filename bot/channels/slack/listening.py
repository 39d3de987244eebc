"""Slack's events, presses, commands and windows, each to where it belongs: a customer's to reception, an agent's to the desk."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from bot.channels.slack.background import Background
from bot.channels.slack.handover import HandOver, Taker
from bot.channels.slack.heard import Body, Heard, heard, inside, listed, named, team_of, teams_of, text_in
from bot.channels.slack.hearing import Hearing
from bot.channels.slack.identity import Identity
from bot.channels.slack.pane import Pane
from bot.channels.slack.places import CHANNEL
from bot.channels.slack.port import Ack, AgentSide
from bot.channels.slack.pressing import Pressing
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser, Links
from bot.reception import Reception

DESK = "desk:"
OWN_VIEWS = "identity:"
QueueChannel = Callable[[], Awaitable[str | None]]
NOT_HERE = "Write to me in a direct message, or mention me in a channel: commands are for the support desk."


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The agents' side, and the channel in which its queue is shown."""

    side: AgentSide
    queue: QueueChannel


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Routes. Every method acknowledges once what it was told is safe; without a desk everything is a customer's."""

    tenant: str
    reception: Reception
    links: Links
    hearing: Hearing
    pressing: Pressing
    pane: Pane
    identity: Identity
    workspaces: Workspaces
    background: Background
    desk: Desk | None = None

    async def on_event(self, ack: Ack, body: Body, bot_user: str) -> None:
        """Anything from the Events API."""
        kind = text_in(body, "event", "type")
        if kind in ("message", "app_mention"):
            await self._message(ack, body, bot_user)
        elif kind == "assistant_thread_started":
            opened = await self.pane.opened(body)
            if opened is not None and not await self._agent(opened.user):
                self.background.start(self.pane.greet(opened), "pane.greet")
            await ack()
        elif kind == "app_home_opened":
            await self._home(ack, body)
        elif kind == "app_uninstalled" or (kind == "tokens_revoked" and listed(inside(inside(body, "event"), "tokens"), "bot")):
            await self.workspaces.remove(*teams_of(body))
            await ack()
        else:
            await ack()

    async def on_action(self, ack: Ack, body: Body) -> None:
        """Pressed buttons. One body carries what was pressed at one moment."""
        actions = [cast("Body", each) for each in listed(body, "actions") if isinstance(each, dict)]
        if self.desk and any(text_in(each, "action_id").startswith(DESK) for each in actions):
            await self._give(self.desk.side.on_action, ack, body)
            return
        for action in actions:
            await self.pressing.take(body, action)
        await ack()

    async def on_command(self, ack: Ack, body: Body) -> None:
        if self.desk is None:
            await ack(NOT_HERE)
        else:
            await self._give(self.desk.side.on_command, ack, body)

    async def on_shortcut(self, ack: Ack, body: Body) -> None:
        if self.desk is None:
            await ack()
        else:
            await self._give(self.desk.side.on_shortcut, ack, body)

    async def on_view(self, ack: Ack, body: Body) -> None:
        """A window that was submitted or closed."""
        callback_id = text_in(body, "view", "callback_id")
        if callback_id.startswith(OWN_VIEWS) and text_in(body, "type") == "view_submission":
            await self._proving(ack, body)
        elif self.desk and callback_id.startswith(DESK):
            await self._give(self.desk.side.on_view, ack, body)
        else:
            await ack()

    async def on_options(self, ack: Ack, body: Body) -> None:
        """Choices for a menu of the desk's."""
        if self.desk and text_in(body, "action_id").startswith(DESK):
            await self._give(self.desk.side.on_action, ack, body)
        else:
            await ack(options=[])

    async def _message(self, ack: Ack, body: Body, bot_user: str) -> None:
        said = heard(body, bot_user)
        if said is not None:
            if self.desk and await self._is_desk(self.desk, said):
                await self._give(self.desk.side.on_message, ack, body)
                return
            await self.hearing.take(said)
        await ack()

    async def _is_desk(self, desk: Desk, said: Heard) -> bool:
        """Whether it is the desk's: everything in the queue's channel, and whatever an agent writes."""
        return said.place.channel == await desk.queue() or await self._agent(said.by(self.tenant))

    async def _agent(self, user: ChannelUser) -> bool:
        return self.desk is not None and (await self.reception.who(user)).agent is not None

    async def _home(self, ack: Ack, body: Body) -> None:
        team, user_id = team_of(body), text_in(body, "event", "user")
        if text_in(body, "event", "tab") != "home" or not named(team, user_id):
            await ack()
            return
        user = ChannelUser(tenant=self.tenant, channel=CHANNEL, installation=team, user_id=user_id)
        if self.desk and await self._agent(user):
            await self._give(self.desk.side.on_home, ack, body)
            return
        self.background.start(self._show_home(body, user), "home.show")
        await ack()

    async def _show_home(self, body: Body, user: ChannelUser) -> None:
        """An agent's own desk, also at their first visit; everybody else is told how to begin."""
        known = await self.reception.who(user)
        if known.agent is None and not known.settled:
            known = await self.links.looked_up(user)
        if self.desk is None or known.agent is None:
            await self.pane.show_home(body)
        else:
            await self.desk.side.on_home(_acknowledged, body, await self.workspaces.client(*teams_of(body)))

    async def _proving(self, ack: Ack, body: Body) -> None:
        user_id, own = text_in(body, "user", "id"), text_in(body, "user", "team_id") or team_of(body)
        if not named(user_id, own):
            await ack()
            return
        user = ChannelUser(tenant=self.tenant, channel=CHANNEL, installation=own, user_id=user_id)
        await self.identity.submitted(ack, body, user)

    async def _give(self, taker: Taker, ack: Ack, body: Body) -> None:
        client = await self.workspaces.client(*teams_of(body))
        await HandOver(self.background).give(taker, ack, body, client)


async def _acknowledged(*_: object, **__: object) -> None:
    """Slack was answered already."""
