"""The port to channels that are sent to. Sending can end badly in three ways: `core.errors` NotSent, Refused and Unclear."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation import Author, Card, ConversationRef, Sentence


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message to a customer: a reply of the bot's, an agent's words, or a notice.

    `id` is the delivery's, for the channel's own note of it. `ref` is the channel's conversation (see the adapter for how it
    names place and thread). `sentences` carry their citations; numbered sources follow from them. `card` asks with buttons;
    `receipt` is label and value. `ends_reply`: it is an answer, so that feedback may be asked for. `language` is the customer's.
    """

    id: str
    ref: ConversationRef
    conversation_id: str
    turn_id: str | None
    author: Author
    author_name: str
    sentences: tuple[Sentence, ...] = ()
    card: Card | None = None
    receipt: tuple[tuple[str, str], ...] = ()
    offer: bool = False
    ends_reply: bool = False
    reply_to: str = ""
    language: str = "en"

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the channel calls the message that it took; `card_id` the message that carries the card, when that is another."""

    message_id: str
    card_message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A card that was decided: its buttons go, and it says who chose what and when.

    `choice` is confirm, cancel, dismiss, or superseded (the conversation went on without it).
    """

    ref: ConversationRef
    message_id: str
    card: Card
    choice: str
    by: str
    at: datetime
    language: str = "en"


class Channel(Protocol):
    """A channel that messages are sent to. `name` is that of `ConversationRef.channel`."""

    name: str

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one message. Raises `NotSent`, `Refused` or `Unclear`; after the first visible word only `Unclear`."""
        ...

    async def close_card(self, closing: Closing) -> None:
        """Brings a card up to date; may be done again. Raises `NotSent` or `Refused`."""
        ...

    async def show_activity(self, ref: ConversationRef, text: str) -> None:
        """Says that the bot or a person is at it, until the next message; empty text ends it. Never raises: it is only a sign."""
        ...

    async def find(self, ref: ConversationRef, delivery_id: str) -> Sent | None:
        """Looks whether a message of which nobody knows has arrived after all; None when that can't be told.

        Raises `NotFound` when the channel shows everything and it certainly isn't there.
        """
        ...


Channels = Mapping[str, Channel]
