"""Looks in Slack whether a delivery of which nobody knows has arrived: by the note that all of its messages carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.channels.slack.calls import call
from bot.channels.slack.places import Place
from bot.channels.slack.posting import EVENT_TYPE
from bot.delivery.port import Sent
from core.errors import NotFound

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

PAGES, PAGE = 10, 100


@dataclass
class Lookup:
    """What was seen of one delivery. `unnoted`: there are messages of an app without a note, and one may be its beginning."""

    delivery_id: str
    found: dict[tuple[bool, int], str] = field(default_factory=dict[tuple[bool, int], str])
    of: int = 0
    unnoted: bool = False

    def see(self, message: Mapping[str, Any]) -> None:
        note = _note(message)
        self.unnoted = self.unnoted or (bool(message.get("bot_id")) and not note)
        if note.get("id") == self.delivery_id:
            self.found[(bool(note.get("card")), int(note.get("part", 1)))] = str(message["ts"])
            self.of = max(self.of, int(note.get("of", 1)))

    def sent(self) -> Sent | None:
        """All messages of the delivery, when none is missing: `of` counts the words' messages and the card's together."""
        if not self.found or len(self.found) < self.of:
            return None
        ordered = [ts for _, ts in sorted(self.found.items())]
        carded = any(kind for kind, _ in self.found)
        return Sent(message_id=ordered[0], card_message_id=ordered[-1] if carded and len(ordered) > 1 else "")


async def look(client: "AsyncWebClient", place: Place, delivery_id: str) -> Sent | None:
    """The delivery's messages; None when some are missing or it can't be told. Raises `NotFound` when certainly none is there."""
    method = "conversations.replies" if place.thread else "conversations.history"
    where: dict[str, Any] = {"channel": place.channel, "limit": PAGE, "include_all_metadata": True}
    where |= {"ts": place.thread} if place.thread else {}
    lookup = Lookup(delivery_id=delivery_id)
    for _ in range(PAGES):
        page = await call(client, method, **where)
        for message in page.get("messages", ()):
            lookup.see(message)
        told: Mapping[str, Any] = page.get("response_metadata") or {}
        cursor = told.get("next_cursor")
        if not cursor:
            if not lookup.found and not lookup.unnoted:
                raise NotFound("Slack shows the whole conversation, and this isn't there.")
            break
        where["cursor"] = cursor
    return lookup.sent()


def _note(message: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}) if metadata.get("event_type") == EVENT_TYPE else {}
