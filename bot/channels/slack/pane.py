"""The assistant pane: what it offers when it is opened, what a thread is called, and what is said outside of turns."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.slack.calls import call
from bot.channels.slack.heard import Body, Heard, inside, named, team_of, text_in
from bot.channels.slack.modals import home_view
from bot.channels.slack.mrkdwn import cut, shown
from bot.channels.slack.places import CHANNEL, Place
from bot.channels.slack.posting import quietly
from bot.channels.slack.threads import Begun, Kind, Threads
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser
from bot.reception import Reception

PROMPTS, TITLE_CHARACTERS = 4, 60


@dataclass(frozen=True, kw_only=True)
class Greeting:
    """What a newcomer is told: the company, the assistant's name, and questions to begin with."""

    tenant: str
    company: str
    bot_name: str
    starters: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An assistant thread that was just begun."""

    place: Place
    user: ChannelUser
    event_id: str


class Pane:
    """Serves the pane and the Home tab of customers."""

    def __init__(self, greeting: Greeting, reception: Reception, workspaces: Workspaces, threads: Threads) -> None:
        self._greeting = greeting
        self._reception = reception
        self._workspaces = workspaces
        self._threads = threads

    async def opened(self, body: Body) -> Opened | None:
        """Keeps the new thread, so that it is a conversation of its own."""
        event = inside(body, "event")
        thread, team = inside(event, "assistant_thread"), team_of(body)
        user_id, channel, root = text_in(thread, "user_id"), text_in(thread, "channel_id"), text_in(thread, "thread_ts")
        if not named(user_id, channel, root, team):
            return None
        place = Place(team=team, channel=channel, thread=root)
        await self._threads.keep(place, Begun(kind=Kind.ASSISTANT, user=user_id, user_team=team))
        user = ChannelUser(tenant=self._greeting.tenant, channel=CHANNEL, installation=team, user_id=user_id)
        return Opened(place=place, user=user, event_id=text_in(body, "event_id") or f"pane:{channel}:{root}")

    async def greet(self, opened: Opened) -> None:
        """Says who is here, once, and offers questions to begin with."""
        if not await self._reception.first(opened.user, opened.event_id):
            return
        client = await self._workspaces.client(opened.place.team)
        where = {"channel_id": opened.place.channel, "thread_ts": opened.place.thread}
        text = shown(f"Hello! I'm the AI assistant of {self._greeting.company}. What can I do for you?")
        await call(client, "chat.postMessage", channel=opened.place.channel, thread_ts=opened.place.thread, text=text)
        prompts = [{"title": cut(each, TITLE_CHARACTERS), "message": each} for each in self._greeting.starters[:PROMPTS]]
        if prompts:
            await call(client, "assistant.threads.setSuggestedPrompts", **where, title="You could ask", prompts=prompts)

    async def name(self, said: Heard, user: ChannelUser) -> None:
        """Calls the thread by the first words that are said in it."""
        place = said.place
        if not await self._reception.first(user, f"title:{place.conversation_id}"):
            return
        client = await self._workspaces.client(place.team)
        where = {"channel_id": place.channel, "thread_ts": place.thread}
        await quietly(
            call(client, "assistant.threads.setTitle", **where, title=cut(" ".join(said.text.split()), TITLE_CHARACTERS))
        )

    async def show_home(self, body: Body) -> None:
        """The Home tab of somebody who isn't an agent."""
        client = await self._workspaces.client(team_of(body))
        view = home_view(self._greeting.company, self._greeting.bot_name, self._greeting.starters)
        await call(client, "views.publish", user_id=text_in(body, "event", "user"), view=view)
