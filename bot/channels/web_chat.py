"""Web chat: the page, sending, pressing, asking for a person, rating, and the transcript."""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.customers import Customer, Customers
from bot.channels.feed import Feed
from bot.http.bodies import choice_of, client_id_of, json_body, name_of, text_of
from bot.http.limits import Limit
from bot.http.sessions import Sessions
from bot.live import Activity
from bot.rooms import Rooms
from core.conversation import Author, Entry, EntryKind, Inbound, Press
from core.errors import BadInput, Conflict, NotFound
from core.events import Event
from core.inbox import Accepted
from memory.tables import Conversation

CHOICES = ("confirm", "cancel", "dismiss")
SCORES = ("1", "2", "3", "4", "5")
ASKS_FOR_PERSON = "I would like to talk to a person, please."
RATED = "conversation.rated"


class WebChat:
    """The chat's addresses under /api."""

    def __init__(self, rooms: Rooms, sessions: Sessions, customers: Customers, sending: Limit) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._customers = customers
        self._sending = sending
        self._feed = Feed(rooms, customers)

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.post("/api/messages", self.send),
            web.post("/api/press", self.press),
            web.post("/api/human", self.ask_for_person),
            web.post("/api/csat", self.rate),
            web.get("/api/transcript", self.transcript),
            web.get("/api/events", self._feed.stream, allow_head=False),
        )

    async def send(self, request: web.Request) -> web.Response:
        """Acknowledges a message once it is durable."""
        customer = await self._allowed(request)
        body = await json_body(request)
        text = text_of(body, "text", most=self._rooms.settings.max_characters)
        return await self._accept(customer, client_id_of(body), text)

    async def press(self, request: web.Request) -> web.Response:
        """Acknowledges a pressed button; what it does is the card's, once."""
        customer = await self._allowed(request)
        body = await json_body(request)
        press = Press(card_id=name_of(body, "card_id"), choice=choice_of(body, "choice", CHOICES))
        known = await self._rooms.database.read(lambda conn: self._has_card(self._own_entries(conn, customer), press.card_id))
        if not known:
            raise NotFound("There is no such card in this conversation: reload the page.", card_id=press.card_id)
        return await self._accept(customer, client_id_of(body), "", press)

    async def ask_for_person(self, request: web.Request) -> web.Response:
        """The quiet button in the header says it in words, like anybody else."""
        customer = await self._allowed(request)
        return await self._accept(customer, client_id_of(await json_body(request)), ASKS_FOR_PERSON)

    async def rate(self, request: web.Request) -> web.Response:
        """Keeps one rating from 1 to 5 a conversation."""
        customer = await self._allowed(request)
        score = int(choice_of(await json_body(request), "score", SCORES))
        await self._rooms.database.write(lambda conn: self._keep_rating(conn, customer, score))
        return web.json_response({"kept": True}, status=201)

    async def transcript(self, request: web.Request) -> web.Response:
        """What was said in the latest conversation, as plain text to keep."""
        customer = await self._customers.of(request)
        entries = await self._rooms.database.read(lambda conn: self._own_entries(conn, customer))
        lines = [line for entry in entries if (line := _line(entry))]
        text = "\n".join([f"Conversation with {self._rooms.settings.company}", "", *lines, ""])
        headers = {"Content-Disposition": 'attachment; filename="conversation.txt"'}
        return web.Response(text=text, content_type="text/plain", charset="utf-8", headers=headers)

    async def _allowed(self, request: web.Request) -> Customer:
        customer = await self._customers.of(request)
        self._sending.take(customer.visitor.visitor_id)
        return customer

    async def _accept(self, customer: Customer, message_id: str, text: str, press: Press | None = None) -> web.Response:
        inbound = Inbound(
            ref=customer.ref,
            message_id=message_id,
            sender=customer.principal,
            text=text,
            received_at=self._rooms.clock.now(),
            press=press,
        )
        metrics = self._rooms.telemetry.metrics
        with metrics.timed(metrics.accepting, customer.ref.channel):
            accepted = await self._rooms.intake.accept(inbound)
        if accepted.new:
            bot = self._rooms.settings.bot_name
            self._rooms.live.show(customer.ref.lane, Activity(who=bot, text=f"{bot} is reading your message"))
        self._rooms.live.publish(customer.ref.lane)
        return _acknowledged(accepted)

    def _own(self, conn: Connection, customer: Customer) -> Conversation:
        found = self._customers.conversation(conn, customer)
        if found is None:
            raise NotFound("There is no conversation yet: write a message first.")
        return found

    def _own_entries(self, conn: Connection, customer: Customer) -> list[Entry]:
        found = self._own(conn, customer)
        return self._rooms.threads.read(conn, found.tenant, found.id)

    def _has_card(self, entries: Sequence[Entry], card_id: str) -> bool:
        return any(entry.kind is EntryKind.CARD and entry.body.get("id") == card_id for entry in entries)

    def _keep_rating(self, conn: Connection, customer: Customer, score: int) -> None:
        conversation = self._own(conn, customer)
        if any(event.type == RATED for event in self._rooms.journal.of_conversation(conn, conversation.tenant, conversation.id)):
            raise Conflict("You have rated this conversation already. Thank you.")
        if conversation.last_position < 2:
            raise BadInput("There is nothing to rate yet: write a message first.")
        event = Event(
            type=RATED,
            tenant=conversation.tenant,
            at=self._rooms.clock.now(),
            correlation_id=conversation.id,
            conversation_id=conversation.id,
            account_id=conversation.account_id,
            data={"score": score},
        )
        self._rooms.journal.append(conn, event)


def _acknowledged(accepted: Accepted) -> web.Response:
    headers = {"X-Correlation-Id": accepted.correlation_id}
    body = {"row_id": accepted.row_id, "correlation_id": accepted.correlation_id, "new": accepted.new}
    return web.json_response(body, status=202, headers=headers)


def _line(entry: Entry) -> str:
    who = {Author.CUSTOMER: "You", Author.BOT: "AI assistant", Author.SYSTEM: "Notice"}.get(entry.author, entry.author_name)
    at = f"{entry.at:%Y-%m-%d %H:%M} UTC"
    match entry.kind:
        case EntryKind.TEXT | EntryKind.SENTENCE | EntryKind.NOTICE:
            text = str(entry.body.get("text", "")) if not entry.body.get("erased") else "(erased on request)"
        case EntryKind.CARD:
            text = f"[{entry.body.get('title', '')}]"
        case EntryKind.RECEIPT:
            text = "[Receipt]"
        case _:
            return ""
    return f"{at}  {who}: {text}"
