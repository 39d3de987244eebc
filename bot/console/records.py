"""Why the assistant did what it did: decision records, whole chains, traces, revenue signals, and the customer's panel."""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import Connection, select

from bot.channels.entry_view import JsonObject
from bot.console.plain import plain
from bot.console.views import of_record
from bot.http.bodies import id_in_path
from bot.http.sessions import Sessions
from bot.rooms import Rooms
from core.conversation import Author, EntryKind
from core.errors import BadInput
from governance import audit
from governance.audit import DecisionRecord, decisions

LATEST = 100
MOST_CHARACTERS = 200
OFFERS = ("offer.raised", "offer.accepted", "offer.declined")


class Records:
    """Everybody at the desk may read them."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/console/api/records/{conversation}", self.of_conversation),
            web.get("/console/api/explain/{id}", self.explain),
            web.get("/console/api/trace/{id}", self.trace),
            web.get("/console/api/revenue", self.revenue),
            web.get("/console/api/customer", self.customer),
        )

    async def of_conversation(self, request: web.Request) -> web.Response:
        self._sessions.seat(request)
        conversation_id = id_in_path(request, "conversation")
        records = await self._rooms.database.read(
            lambda conn: audit.of_conversation(conn, self._rooms.tenant.id, conversation_id)
        )
        return web.json_response({"records": [of_record(record) for record in records]})

    async def explain(self, request: web.Request) -> web.Response:
        """The chain behind a turn, an action, an approval, an event or a correlation id."""
        self._sessions.seat(request)
        subject = id_in_path(request, "id")
        chain = await self._rooms.database.read(
            lambda conn: audit.explain(conn, self._rooms.journal, self._rooms.tenant.id, subject)
        )
        steps = [{"at": step.at.isoformat(), "what": step.what, "detail": dict(step.detail)} for step in chain.steps]
        return web.json_response({"subject": chain.subject, "correlation_id": chain.correlation_id, "steps": steps})

    async def trace(self, request: web.Request) -> web.Response:
        """The spans of one message, as far as this process still holds them, and what the journal says."""
        self._sessions.seat(request)
        correlation_id, tenant = id_in_path(request, "id"), self._rooms.tenant.id
        events = await self._rooms.database.read(lambda conn: self._rooms.journal.of_correlation(conn, tenant, correlation_id))
        spans = self._rooms.telemetry.spans.of(correlation_id)
        return web.json_response(
            {
                "correlation_id": correlation_id,
                "spans": [
                    {
                        "name": span.name,
                        "id": span.span_id,
                        "parent": span.parent_id,
                        "began_ms": span.began_ms,
                        "took_ms": span.took_ms,
                        "failed": span.failed,
                        "attributes": dict(span.attributes),
                    }
                    for span in spans
                ],
                "events": [{"at": event.at.isoformat(), "type": event.type, "data": event.data} for event in events],
            }
        )

    async def revenue(self, request: web.Request) -> web.Response:
        """What the latest messages say about buying, staying and leaving, and the offers that were made."""
        self._sessions.seat(request)
        return web.json_response(await self._rooms.database.read(self._revenue))

    async def customer(self, request: web.Request) -> web.Response:
        """All round a customer, by a case's id, an account's id or name, or a contact's e-mail address."""
        agent = self._sessions.seat(request).agent.principal(self._rooms.tenant)
        wanted = request.query.get("wanted", "")
        if len(wanted) > MOST_CHARACTERS:
            raise BadInput("This is too long: give an account's name or id, an e-mail address, or a case's id.")
        return web.json_response(plain(await self._rooms.desk.reading.customer(agent, wanted)))

    def _revenue(self, conn: Connection) -> JsonObject:
        tenant = self._rooms.tenant.id
        turns = (decisions.c.tenant == tenant) & (decisions.c.kind == "turn")
        latest = select(decisions.c.id).where(turns).order_by(decisions.c.at.desc(), decisions.c.id).limit(LATEST)
        records = [audit.find(conn, tenant, turn_id) for turn_id in conn.execute(latest).scalars()]
        offers = self._rooms.journal.find(conn, tenant, *OFFERS, limit=LATEST)
        return {
            "messages": [line for record in records if record and (line := self._signal(conn, record))],
            "offers": [
                {
                    "at": event.at.isoformat(),
                    "what": event.type.partition(".")[2],
                    "conversation_id": event.conversation_id,
                    "account_id": event.account_id,
                    "kind": event.data.get("kind"),
                    "item": event.data.get("item"),
                }
                for event in reversed(offers)
            ],
        }

    def _signal(self, conn: Connection, record: DecisionRecord) -> JsonObject | None:
        """One message with its revenue intent; None for turns without one, such as pressed cards."""
        signal = record.understood.get("revenue")
        if not isinstance(signal, Sequence) or isinstance(signal, str) or len(signal) != 3:
            return None
        label, confidence, item = signal
        return {
            "at": record.at.isoformat(),
            "conversation_id": record.conversation_id,
            "account_id": record.account_id,
            "turn": record.id,
            "label": label,
            "confidence": confidence,
            "item": item,
            "text": self._words(conn, record),
        }

    def _words(self, conn: Connection, record: DecisionRecord) -> str:
        if record.conversation_id is None:
            return ""
        entries = self._rooms.threads.of_turn(conn, record.tenant, record.conversation_id, record.id)
        said = (entry for entry in entries if entry.kind is EntryKind.TEXT and entry.author is Author.CUSTOMER)
        return next((str(entry.body.get("text", ""))[:240] for entry in said), "")
