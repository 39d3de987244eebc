"""Customers' messages: where they belong, what is taken in before Slack is answered, and what is politely declined."""

from dataclasses import dataclass, replace

from bot.channels.slack.background import Background
from bot.channels.slack.calls import call
from bot.channels.slack.heard import Heard, What
from bot.channels.slack.identity import Identity
from bot.channels.slack.mrkdwn import shown
from bot.channels.slack.pane import Pane
from bot.channels.slack.threads import Begun, Kind, Threads
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser
from bot.reception import Arrival, Reception

NO_FILES = "I can't open files yet. Please tell me in words what it shows; I have read the text that you wrote with it."
ONLY_FILES = "I can't open files yet. Please tell me in words what it shows."
TOO_LONG = "That is longer than {most:,} characters, more than I can read at once. Please shorten it, or send it in parts."
NO_WORDS = "Hello! I'm the AI assistant of {company}. What can I do for you?"


@dataclass(frozen=True, kw_only=True)
class Manners:
    """What customers are told outside of turns, and how much they may write at once."""

    tenant: str
    company: str
    most_characters: int = 8_000


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """Takes messages, edits and deletions in. Everything that matters is durable when a call returns."""

    manners: Manners
    reception: Reception
    identity: Identity
    pane: Pane
    threads: Threads
    workspaces: Workspaces
    background: Background

    async def take(self, heard: Heard) -> None:
        """One event. Messages in channels that aren't for the app are nobody's business of ours."""
        placed = await self._placed(heard)
        if placed is None:
            return
        user = placed.by(self.manners.tenant)
        arrival = self._arrival(placed, user)
        if placed.what is What.DELETED or (placed.what is What.EDITED and not placed.text.strip()):
            await self.reception.delete(arrival)
        elif len(placed.text) > self.manners.most_characters:
            await self._tell(placed, user, "long", TOO_LONG.format(most=self.manners.most_characters))
        elif placed.what is What.EDITED:
            await self.reception.edit(arrival)
        else:
            await self._said(placed, user, arrival)

    async def _said(self, said: Heard, user: ChannelUser, arrival: Arrival) -> None:
        if said.files:
            await self._tell(said, user, "files", NO_FILES if said.text else ONLY_FILES)
        if not said.text:
            if said.mentioned and not said.files:
                await self._tell(said, user, "hello", NO_WORDS.format(company=self.manners.company))
            return
        if said.place.direct and await self.identity.typed(said, user):
            return
        accepted = await self.reception.accept(arrival)
        begun = await self.threads.find(said.place) if said.place.thread and accepted.new else None
        if begun is not None and begun.kind is Kind.ASSISTANT:
            self.background.start(self.pane.name(said, user), "pane.name")

    async def _placed(self, heard: Heard) -> Heard | None:
        """The message in its conversation: a direct message, or a thread that the app was called into."""
        if heard.place.direct:
            return replace(heard, place=await self.threads.home(heard.place))
        place = replace(heard.place, thread=heard.place.thread or heard.ts)
        known = await self.threads.find(place)
        if known is None and not (heard.mentioned and heard.what is What.SAID):
            return None
        if heard.what is What.SAID:
            kind = known.kind if known else Kind.MENTION
            await self.threads.keep(place, Begun(kind=kind, user=heard.user, user_team=heard.user_team))
        return replace(heard, place=place)

    def _arrival(self, heard: Heard, user: ChannelUser) -> Arrival:
        return Arrival(
            user=user,
            ref=heard.place.ref(self.manners.tenant),
            event_id=heard.event_id,
            message_id=heard.ts,
            text=heard.text,
            written_at=heard.at,
        )

    async def _tell(self, heard: Heard, user: ChannelUser, what: str, text: str) -> None:
        """Says something about a message, once, whatever else becomes of it."""
        if await self.reception.first(user, f"{what}:{heard.place.channel}:{heard.ts}:{heard.what}"):
            self.background.start(self._say(heard, text), f"told.{what}")

    async def _say(self, heard: Heard, text: str) -> None:
        client = await self.workspaces.client(heard.place.team)
        thread = {"thread_ts": heard.place.thread} if heard.place.thread else {}
        await call(client, "chat.postMessage", channel=heard.place.channel, text=shown(text), **thread)
