"""What customers do in Teams, handed over to the reception: messages, changes, presses, ratings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.teams import cards
from bot.channels.teams.answers import Answer, says, shows
from bot.channels.teams.deliver import Look
from bot.channels.teams.errands import Errands
from bot.channels.teams.reading import INVOKE, Received, part
from bot.channels.teams.references import References
from bot.channels.teams.verifying import Verifying
from bot.channels.teams.words import say
from bot.reception import Arrival, Reception
from core.conversation import Press
from core.errors import BadInput, NotFound, RapportError

CHOICES = {cards.CONFIRM: "confirm", cards.CANCEL: "cancel"}
RATINGS = {cards.HELPED: True, cards.NOT_HELPED: False}
LONGEST_LANGUAGE = 16


@dataclass(frozen=True, kw_only=True)
class CustomerSide:
    """Serves customers. All that is handed over is durable when a method returns; notices follow behind."""

    reception: Reception
    references: References
    verifying: Verifying
    errands: Errands
    look: Look
    max_characters: int = 8_000

    async def message(self, received: Received) -> None:
        """A typed message, if it is for the bot: in private, with its name, or in a thread in which it was spoken to."""
        if not await self._for_us(received):
            return
        if received.files:
            await self._notice(received, "no_files")
        if not received.text:
            return
        if len(received.text) > self.max_characters:
            await self._notice(received, "too_long", most=f"{self.max_characters:,}")
            return
        if not await self.verifying.typed(received):
            await self.reception.accept(_arrival(received))

    async def press(self, received: Received) -> Answer:
        """A pressed button. Its answer is what the card looks like from now on."""
        verb, data = verb_of(received)
        language = _text(data, "language")[:LONGEST_LANGUAGE] or received.language
        if verb in CHOICES:
            return await self._choose(received, _text(data, "card"), _text(data, "title"), CHOICES[verb], language)
        if verb == cards.DISMISS:
            await self.reception.accept(_arrival(received, text=say("no_thanks", language)))
            return shows(cards.told(say("dismiss", language), language))
        if verb in RATINGS:
            answer = _text(data, "answer") or received.reply_to
            await self.reception.rate(replace(_arrival(received), reply_to=answer), helpful=RATINGS[verb])
            return says(say("rated", language))
        if verb in (cards.EMAIL, cards.CODE):
            return await self._identify(received, verb, language)
        raise BadInput("This button isn't known here: use a newer card.")

    async def edited(self, received: Received) -> None:
        """The customer changed a message. Told again, it has the same server time and words."""
        told = hashlib.sha256(f"{received.activity.get('timestamp')}\x00{received.text}".encode()).hexdigest()[:32]
        if received.text and len(received.text) <= self.max_characters:
            await self.reception.edit(_arrival(received, event=f"edit:{told}"))

    async def deleted(self, received: Received) -> None:
        await self.reception.delete(_arrival(received, event="delete"))

    async def arrived(self, received: Received) -> None:
        """The app was installed, or the bot came into a conversation: a welcome, once."""
        if received.bot_added or received.action.startswith("add"):
            phrase = "welcome" if received.user.private else "welcome_here"
            named = {"bot": self.look.bot_name, "company": self.look.company}
            if await self.reception.first(received.user, f"welcome:{_digest(received)}"):
                self.errands.say(received.ref, say(phrase, received.language, **named))

    async def _for_us(self, received: Received) -> bool:
        if received.addressed:
            return True
        threaded = received.reference.kind == "channel"
        return threaded and await self.references.spoken_to(received.ref.conversation_id)

    async def _choose(self, received: Received, card_id: str, title: str, choice: str, language: str) -> Answer:
        press = Press(card_id=card_id, choice=choice)
        try:
            await self.reception.accept(replace(_arrival(received, text=""), press=press))
        except NotFound:
            return says(say("stale_card", language))
        return shows(cards.working(title[:200], choice, language))

    async def _identify(self, received: Received, verb: str, language: str) -> Answer:
        data = verb_of(received)[1]
        if not received.user.private:
            return says(say("private_first", language))
        if verb == cards.EMAIL:
            return shows(await self.verifying.pressed_email(received, _text(data, "email").strip(), language))
        return shows(await self.verifying.pressed_code(received, _text(data, "code").strip(), language))

    async def _notice(self, received: Received, phrase: str, **values: str) -> None:
        if await self.reception.first(received.user, f"{phrase}:{_digest(received)}:{received.id}"):
            self.errands.say(received.ref, say(phrase, received.language, **values))


def verb_of(received: Received) -> tuple[str, Mapping[str, Any]]:
    """The verb and the data of a pressed button: from a card, from a dialog or, from old clients, from a message."""
    if received.kind != INVOKE:
        data = received.value
        return _text(data, "verb"), data
    action = part(received.value, "action")
    data = part(action or received.value, "data")
    return _text(action, "verb") or _text(data, "verb"), data


def in_words(error: RapportError) -> Answer:
    """An error of ours, beside the card."""
    return says(error.message)


def _arrival(received: Received, *, text: str | None = None, event: str = "") -> Arrival:
    """Ids of messages are unique within a conversation only; events' ids name the conversation, too."""
    named = f"{_digest(received)}:{event}:{received.id}" if event else f"{_digest(received)}:{received.id}"
    return Arrival(
        user=received.user,
        ref=received.ref,
        event_id=named,
        message_id=received.id,
        text=received.text if text is None else text,
        written_at=received.written_at,
        reply_to=received.reply_to,
    )


def _digest(received: Received) -> str:
    return hashlib.sha256(received.ref.conversation_id.encode()).hexdigest()[:24]


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) and found.isprintable() else ""
