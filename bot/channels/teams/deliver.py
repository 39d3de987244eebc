"""Sends to customers in Teams: words first (streamed in a personal chat), then one card with sources and buttons."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.channels.teams import cards
from bot.channels.teams.cards import Element
from bot.channels.teams.reading import CHANNEL
from bot.channels.teams.references import References
from bot.channels.teams.wire import Activity, Reference, Wire
from bot.delivery.port import Closing, Outgoing, Sent
from core.conversation import Author, ConversationRef
from core.errors import NotSent, RapportError, Refused, Unclear

MUST_VERIFY = "verify.first"
LONGEST_TEXT = 12_000
TRIES = 3
LONGEST_PAUSE_S = 5.0
SUMMARY = 120
UNKNOWN = "The bot doesn't know this Teams conversation: install the app there, or have somebody write to it there."


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the bot speaks of itself and of the company. Without `public_url` sources are named, not linked."""

    company: str
    bot_name: str = "AI assistant"
    public_url: str = ""


@dataclass
class TeamsChannel:
    """Implements `bot.delivery.port.Channel`. Where Teams doesn't take a stream, it posts from then on.

    `pace_s` lies between the parts of a streamed answer: Teams takes one a second.
    """

    wire: Wire
    references: References
    look: Look
    pace_s: float = 1.0
    name: str = CHANNEL
    _whole: set[str] = field(default_factory=set[str])

    async def send(self, outgoing: Outgoing) -> Sent:
        reference = await self._reference(outgoing.ref)
        text, sources = cards.sources_of(outgoing.sentences, self.look.public_url)
        message_id = await self._say(reference, outgoing, self._signed(outgoing, text)) if text else ""
        summary = text or (outgoing.card.title if outgoing.card else self.look.company)
        ahead, outgoing = _laid_out(outgoing)
        card = self._card(outgoing, reference, sources, message_id)
        shown = ""
        for each in [*ahead, *([card] if card else [])]:
            activity = cards.message(each, summary)
            shown = await self._once(bool(message_id), lambda activity=activity: self.wire.post(reference, activity))
            message_id = message_id or shown
        return Sent(message_id=message_id, card_message_id=shown)

    async def close_card(self, closing: Closing) -> None:
        reference = await self._reference(closing.ref)
        last = replace(closing.card, rows=cards.shares(closing.card.rows)[-1])
        card = cards.decided(last, choice=closing.choice, by=closing.by, at=closing.at, language=closing.language)
        try:
            await self.wire.update(reference, closing.message_id, cards.message(card, closing.card.title))
        except Unclear as error:
            raise NotSent("Teams didn't say whether the card was brought up to date; it is done again.") from error

    async def show_activity(self, ref: ConversationRef, text: str) -> None:
        if not text:
            return
        try:
            await self.wire.post(await self._reference(ref), {"type": "typing"})
        except RapportError as error:
            structlog.get_logger("teams").info("teams.typing_failed", code=error.code)

    async def find(self, ref: ConversationRef, delivery_id: str) -> Sent | None:
        """None: Teams doesn't let a bot look up what it said."""
        return None

    async def _reference(self, ref: ConversationRef) -> Reference:
        found = await self.references.find(ref.installation, ref.conversation_id)
        if found is None:
            raise Refused(UNKNOWN)
        return found

    def _signed(self, outgoing: Outgoing, text: str) -> str:
        if outgoing.author is not Author.AGENT:
            return text
        return f"{cards.person(outgoing.author_name, self.look.company, outgoing.language)}\n\n{text}"

    def _card(self, outgoing: Outgoing, reference: Reference, sources: Sequence[cards.Source], message_id: str) -> Element | None:
        """What follows the words: sources, receipt, question, offer, rating; or the way to prove who one is."""
        language = outgoing.language
        if reference.private and any(each.approved == MUST_VERIFY for each in outgoing.sentences):
            return cards.identity(language)
        body = [*cards.source_list(sources, language), *cards.receipt(outgoing.receipt, language)]
        actions: list[Element] = []
        if outgoing.offer:
            label, actions = cards.offer(message_id, language)
            body = [*label, *body]
        if outgoing.card is not None:
            asked, actions = cards.question(outgoing.card, language)
            body = [*body, *asked]
        elif outgoing.ends_reply and message_id and (sources or outgoing.receipt):
            actions = [*actions, *cards.feedback(message_id, language)]
        return cards.whole(body, actions, language=language, more=self.look.public_url) if body or actions else None

    async def _say(self, reference: Reference, outgoing: Outgoing, text: str) -> str:
        """The words, in as many messages as they need. Returns the last one's id: ratings belong to it."""
        parts = pieces(text, LONGEST_TEXT)
        for place, part in enumerate(parts[:-1]):
            await self._once(place > 0, lambda part=part: self.wire.post(reference, _spoken(part)))
        streams = reference.private and outgoing.author is Author.BOT and reference.service_url not in self._whole
        if streams and len(outgoing.sentences) > 1 and len(parts) == 1:
            return await self._stream(reference, outgoing.sentences[0].text, parts[0])
        return await self._once(len(parts) > 1, lambda: self.wire.post(reference, _spoken(parts[-1])))

    async def _once(self, said: bool, act: Callable[[], Awaitable[str]]) -> str:
        return await (self._after_words(act) if said else act())

    async def _stream(self, reference: Reference, first: str, text: str) -> str:
        """The first sentence at once, then the whole. Posts it instead where streams aren't taken."""
        try:
            stream_id = await self.wire.post(reference, _streamed("typing", first, streamType="streaming", streamSequence=1))
        except Refused:
            stream_id = ""
        if not stream_id:
            self._whole.add(reference.service_url)
            return await self.wire.post(reference, _spoken(text))
        await asyncio.sleep(self.pace_s)
        last = _streamed("message", text, streamType="final", streamId=stream_id)
        try:
            await self._after_words(lambda: self.wire.post(reference, last), refused=True)
        except Refused:
            return await self._after_words(lambda: self.wire.post(reference, _spoken(text)))
        return stream_id

    async def _after_words(self, act: Callable[[], Awaitable[str]], *, refused: bool = False) -> str:
        """Goes on after words that the customer has seen: what certainly wasn't sent is tried again, all else is unclear."""
        for attempt in range(1, TRIES + 1):
            try:
                return await act()
            except NotSent as error:
                if attempt == TRIES:
                    raise Unclear("Only part of the message arrived in Teams: look there what is missing.") from error
                await asyncio.sleep(min(error.retry_after_s or self.pace_s, LONGEST_PAUSE_S))
            except Refused as error:
                if refused:
                    raise
                raise Unclear(f"Only part of the message arrived in Teams. {error.message}") from error
        raise Unclear("Only part of the message arrived in Teams: look there what is missing.")


def _laid_out(outgoing: Outgoing) -> tuple[list[Element], Outgoing]:
    """The cards with the rows for which there is no room beside the buttons, and what is left for the last card."""
    done = cards.shares(outgoing.receipt)
    asked = cards.shares(outgoing.card.rows) if outgoing.card else [()]
    ahead = [cards.rows_alone(rows, outgoing.language) for rows in (*done[:-1], *asked[:-1])]
    card = replace(outgoing.card, rows=asked[-1]) if outgoing.card else None
    return ahead, replace(outgoing, receipt=done[-1], card=card)


def pieces(text: str, most: int) -> list[str]:
    """The text in parts that fit, cut where a paragraph, sentence or word ends; nothing is lost."""
    parts: list[str] = []
    while len(text) > most:
        ends = (text.rfind(mark, most // 2, most) + len(mark) for mark in ("\n\n", ". ", " ") if mark in text[most // 2 : most])
        end = next(ends, most)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _spoken(text: str) -> Activity:
    """Plain: whatever a customer or a document says can't become a link or a mention."""
    return {"type": "message", "text": text, "textFormat": "plain", "summary": text[:SUMMARY]}


def _streamed(kind: str, text: str, **place: Any) -> Activity:
    return {"type": kind, "text": text, "textFormat": "plain", "entities": [{"type": "streaminfo", **place}]}
