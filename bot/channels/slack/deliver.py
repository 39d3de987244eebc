"""Sends to Slack: streamed where it can be, posted where it can't, and found again when nobody knows."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.channels.slack import blocks
from bot.channels.slack.calls import RefusedBySlack, call
from bot.channels.slack.lookup import look
from bot.channels.slack.messages import Look, Part, markdown, parts, tail
from bot.channels.slack.mrkdwn import links_itself
from bot.channels.slack.places import CHANNEL, Place, place_of
from bot.channels.slack.posting import Latches, Posting, Target, Wait, note_of, quietly
from bot.channels.slack.sources import sources_of
from bot.channels.slack.streaming import Streamed, Streaming
from bot.channels.slack.threads import Threads
from bot.channels.slack.workspaces import Workspaces
from bot.delivery.port import Closing, Outgoing, Sent
from core.conversation import Author, ConversationRef
from core.errors import NotSent, Refused, Unavailable, Unclear

if TYPE_CHECKING:
    pass

NAME_CHARACTERS = 60


class SlackChannel:
    """Implements `bot.delivery.port.Channel`."""

    name = CHANNEL

    def __init__(self, workspaces: Workspaces, threads: Threads, look: Look, wait: Wait = asyncio.sleep) -> None:
        self._workspaces = workspaces
        self._threads = threads
        self._look = look
        self._posting = Posting(Latches(), wait)
        self._streaming = Streaming(self._posting, wait)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one message, and its card after it. See the port for what is raised."""
        place = place_of(outgoing.ref)
        target = Target(
            client=await self._workspaces.client(place.team),
            place=place,
            delivery_id=outgoing.id,
            language=outgoing.language,
            username=self._username(outgoing),
        )
        found = parts(outgoing, self._look)
        streamed = self._streamed(outgoing, found)
        ts = await self._stream(target, streamed) if streamed else None
        if ts is not None:
            cards = [part for part in found if part.card]
            sent = [ts, *await self._posting.post_all(target, cards, begun=True)]
        else:
            sent = await self._posting.post_all(target, found)
        await self._remember(place, sent)
        carded = bool(found) and found[-1].card
        return Sent(message_id=sent[0], card_message_id=sent[-1] if carded and len(sent) > 1 else "")

    async def close_card(self, closing: Closing) -> None:
        """Takes the buttons away and says what was chosen. A message that is gone needs nothing more."""
        place = place_of(closing.ref)
        client = await self._workspaces.client(place.team)
        when = blocks.moment(int(closing.at.timestamp()), f"{closing.at:%d %b %Y %H:%M} UTC")
        told = {"choice": closing.choice, "who": closing.by, "when": when, "language": closing.language}
        found, text = blocks.closed_card(closing.card, **told), blocks.closed_text(closing.card, **told)
        try:
            await call(client, "chat.update", channel=place.channel, ts=closing.message_id, text=text, blocks=found)
        except RefusedBySlack as error:
            if error.error != "message_not_found":
                raise
        except Unclear as error:
            raise NotSent("Slack didn't say whether it took the edit: it is made again.") from error

    async def show_activity(self, ref: ConversationRef, text: str) -> None:
        """The status line of a thread; elsewhere Slack has none."""
        place = place_of(ref)
        if place.thread:
            await quietly(self._set_status(place, text))

    async def find(self, ref: ConversationRef, delivery_id: str) -> Sent | None:
        """Looks for a delivery's note in the thread or direct message. See the port for what is returned and raised."""
        place = place_of(ref)
        try:
            return await look(await self._workspaces.client(place.team), place, delivery_id)
        except (Refused, Unavailable, Unclear):
            return None

    async def _set_status(self, place: Place, text: str) -> None:
        client = await self._workspaces.client(place.team)
        await call(client, "assistant.threads.setStatus", channel_id=place.channel, thread_ts=place.thread, status=text)

    def _streamed(self, outgoing: Outgoing, found: Sequence[Part]) -> Streamed | None:
        """What is streamed of a message: answers of the bot's in a thread that fit one message, no offers, no addresses."""
        words = [part for part in found if not part.card]
        inside = bool(place_of(outgoing.ref).thread) and outgoing.author is Author.BOT and not outgoing.offer
        if not inside or len(words) != 1 or links_itself(outgoing.text):
            return None
        sources = sources_of(outgoing.sentences, self._look.public_url)
        streamed = Streamed(
            sentences=tuple(markdown(sentence, sources) for sentence in outgoing.sentences),
            below=tuple(tail(outgoing, self._look, sources)),
            whole=words[0],
            note=note_of(outgoing.id, 1, len(found)),
        )
        return streamed if streamed.fits else None

    async def _stream(self, target: Target, streamed: Streamed) -> str | None:
        """In a channel Slack wants to know for whom; where nobody is known, nothing is streamed."""
        begun = await self._threads.find(target.place)
        recipient = {"recipient_user_id": begun.user, "recipient_team_id": begun.user_team} if begun and begun.user else {}
        if not recipient and not target.place.direct:
            return None
        return await self._streaming.stream(target, streamed, recipient)

    async def _remember(self, place: Place, sent: Sequence[str]) -> None:
        if place.direct and not place.thread:
            for ts in sent:
                await quietly(self._threads.posted(place, ts))

    def _username(self, outgoing: Outgoing) -> str:
        if outgoing.author is not Author.AGENT:
            return ""
        return f"{outgoing.author_name} ({self._look.company})"[:NAME_CHARACTERS]
