"""A channel that keeps what it was sent, and fails on demand."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.delivery.port import Closing, Outgoing, Sent
from core.conversation import ConversationRef
from core.errors import NotFound

Fault = Callable[[Outgoing], Exception | None]


@dataclass
class RecordingChannel:
    """`before` may raise before anything is taken, `after` once it is."""

    name: str = "slack"
    sent: list[Outgoing] = field(default_factory=list[Outgoing])
    closed: list[Closing] = field(default_factory=list[Closing])
    signs: list[tuple[ConversationRef, str]] = field(default_factory=list[tuple[ConversationRef, str]])
    before: list[Exception] = field(default_factory=list[Exception])
    after: list[Exception] = field(default_factory=list[Exception])
    shows_history: bool = False

    async def send(self, outgoing: Outgoing) -> Sent:
        if self.before:
            raise self.before.pop(0)
        self.sent.append(outgoing)
        if self.after:
            raise self.after.pop(0)
        return Sent(message_id=f"m{len(self.sent)}", card_message_id=f"c{len(self.sent)}" if outgoing.card else "")

    async def close_card(self, closing: Closing) -> None:
        self.closed.append(closing)

    async def show_activity(self, ref: ConversationRef, text: str) -> None:
        self.signs.append((ref, text))

    async def find(self, ref: ConversationRef, delivery_id: str) -> Sent | None:
        if not self.shows_history:
            return None
        if any(each.id == delivery_id for each in self.sent):
            return Sent(message_id="found")
        raise NotFound("It certainly isn't there.")

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.sent]
