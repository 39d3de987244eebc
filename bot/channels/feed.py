"""The event stream of a chat: every entry once and in order, resumable from any position, and who is typing in between."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.customers import Customer, Customers
from bot.channels.entry_view import JsonObject, shown
from bot.delivery.deciding import choices
from bot.http.bodies import number_in_query
from bot.live import Activity
from bot.rooms import Rooms
from core.conversation import Author, Entry, EntryKind
from handoff.lease import DESK
from memory.tables import BOT, Conversation

HEARTBEAT_S = 15.0
FALLBACK_S = 3.0
RETRY_MS = 1_500
ENDS_ACTIVITY = frozenset({EntryKind.REPLY_END, EntryKind.NOTICE})


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A conversation as it is now: its new entries, what was chosen on cards, and who speaks for us.

    `waiting`: a card still has its buttons.
    """

    conversation: Conversation
    entries: tuple[Entry, ...]
    pressed: Mapping[str, str]
    speaker: JsonObject
    waiting: bool = False


@dataclass
class Sent:
    """What a stream has sent so far."""

    conversation_id: str = ""
    position: int = 0
    last_seen: int = -1
    open: bool = True
    speaker: JsonObject = field(default_factory=dict[str, object])
    pressed: Mapping[str, str] = field(default_factory=dict[str, str])
    waiting: bool = False
    activity: Activity | None = None
    status: str | None = ""


class Feed:
    """Serves event streams. Event ids are `<conversation>.<position>`; positions of a conversation have no gaps."""

    def __init__(self, rooms: Rooms, customers: Customers, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._rooms = rooms
        self._customers = customers
        self._heartbeat_s = heartbeat_s

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /api/events: `after` and `conversation` in the address, or Last-Event-ID, say where to go on."""
        customer = await self._customers.of(request)
        sent = _resumed(request)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        gauge = self._rooms.telemetry.metrics.watchers
        gauge.inc()
        try:
            await response.write(f"retry: {RETRY_MS}\n\n".encode())
            await self._follow(request, response, customer, sent)
        except ConnectionResetError:
            pass
        finally:
            gauge.dec()
        return response

    async def _follow(self, request: web.Request, response: web.StreamResponse, customer: Customer, sent: Sent) -> None:
        live, lane = self._rooms.live, customer.ref.lane
        until = self._rooms.wall.now() + self._rooms.settings.visitor_lifetime
        called, quiet_s = True, 0.0
        with live.follow(lane) as follower:
            while not live.closed and not _gone(request) and self._rooms.wall.now() < until:
                events = await self._news(customer, sent, called)
                if events or quiet_s >= self._heartbeat_s:
                    await response.write("".join(events or [": still here\n\n"]).encode())
                    quiet_s = 0.0
                called = await follower.changed(FALLBACK_S)
                quiet_s += 0.0 if called else FALLBACK_S

    async def _news(self, customer: Customer, sent: Sent, called: bool) -> list[str]:
        """Everything that the stream hasn't told yet, in order."""
        snapshot = await self._rooms.database.read(lambda conn: self._look(conn, customer, sent, called))
        events = self._of_conversation(snapshot, sent) if snapshot else []
        loading = self._rooms.health.loading()
        if loading != sent.status:
            sent.status = loading
            events.append(_event("status", {"ready": loading is None, "text": loading or ""}))
        activity = self._activity(customer, snapshot)
        if activity != sent.activity:
            sent.activity = activity
            events.append(_event("activity", {"who": activity.who, "text": activity.text} if activity else {}))
        return events

    def _look(self, conn: Connection, customer: Customer, sent: Sent, called: bool) -> Snapshot | None:
        """The conversation, if there is one. Without a call and a new entry nothing else is read."""
        conversation = self._customers.conversation(conn, customer)
        if conversation is None:
            return None
        same = conversation.id == sent.conversation_id
        unread = not same or conversation.last_position != sent.last_seen
        if not unread and not called and sent.speaker and conversation.open == sent.open:
            return Snapshot(
                conversation=conversation, entries=(), pressed=sent.pressed, speaker=sent.speaker, waiting=sent.waiting
            )
        after = sent.position if same else 0
        entries = self._rooms.threads.read(conn, conversation.tenant, conversation.id, after) if unread else []
        pressed, waiting = self._cards(conn, conversation, sent if same else Sent(), entries)
        return Snapshot(
            conversation=conversation,
            entries=tuple(entries),
            speaker=self._speaker(conn, conversation),
            pressed=pressed,
            waiting=waiting,
        )

    def _cards(
        self, conn: Connection, conversation: Conversation, sent: Sent, new: Sequence[Entry]
    ) -> tuple[Mapping[str, str], bool]:
        """What was chosen on cards, and whether one waits. The whole conversation is read again only where one may be waiting."""
        if sent.last_seen >= 0 and not sent.waiting and all(each.kind is not EntryKind.CARD for each in new):
            return sent.pressed, False
        entries = self._rooms.threads.read(conn, conversation.tenant, conversation.id)
        found = choices(conn, self._rooms.journal, conversation, entries)
        cards = {str(each.body["id"]) for each in entries if each.kind is EntryKind.CARD and "id" in each.body}
        return found, not cards <= set(found)

    def _speaker(self, conn: Connection, conversation: Conversation) -> JsonObject:
        """Who speaks for us: the assistant, nobody yet, or a person by name."""
        if not conversation.open or conversation.holder == BOT:
            return {"kind": "assistant", "name": self._rooms.settings.bot_name}
        if conversation.holder == DESK:
            return {"kind": "waiting", "name": ""}
        case = self._rooms.cases.live_in(conn, conversation.tenant, conversation.id)
        return {"kind": "person", "name": case.agent_name if case else ""}

    def _of_conversation(self, snapshot: Snapshot, sent: Sent) -> list[str]:
        conversation, events = snapshot.conversation, list[str]()
        if conversation.id != sent.conversation_id:
            sent.conversation_id, sent.position, sent.pressed = conversation.id, 0, {}
            sent.speaker = {}
        if (conversation.open, snapshot.speaker) != (sent.open, sent.speaker):
            sent.open, sent.speaker = conversation.open, snapshot.speaker
            events.append(_event("conversation", {"id": conversation.id, "open": sent.open, "speaker": sent.speaker}))
        for entry in snapshot.entries:
            events.append(_event("entry", shown(entry, snapshot.pressed), f"{conversation.id}.{entry.position}"))
            sent.position = entry.position
            if entry.kind in ENDS_ACTIVITY or (entry.kind is EntryKind.TEXT and entry.author is Author.AGENT):
                self._rooms.live.quiet(conversation.ref.lane)
        sent.last_seen = conversation.last_position
        for card_id, choice in snapshot.pressed.items():
            if card_id not in sent.pressed:
                events.append(_event("pressed", {"card_id": card_id, "choice": choice}))
        sent.pressed, sent.waiting = snapshot.pressed, snapshot.waiting
        return events

    def _activity(self, customer: Customer, snapshot: Snapshot | None) -> Activity | None:
        activity = self._rooms.live.activity(customer.ref.lane)
        if activity is None or snapshot is None or not snapshot.conversation.open:
            return activity
        by_bot = activity.who == self._rooms.settings.bot_name
        return activity if by_bot == (snapshot.conversation.holder == BOT) else None


def _resumed(request: web.Request) -> Sent:
    """Where the stream goes on: the browser's own note of the last event first, then the address."""
    conversation, _, position = request.headers.get("Last-Event-ID", "").rpartition(".")
    if conversation and position.isascii() and position.isdigit() and len(position) < 10:
        return Sent(conversation_id=conversation, position=int(position))
    conversation = request.query.get("conversation", "")
    return Sent(conversation_id=conversation, position=number_in_query(request, "after", 0) if conversation else 0)


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _event(name: str, data: JsonObject, event_id: str | None = None) -> str:
    marked = f"id: {event_id}\n" if event_id else ""
    return f"{marked}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
