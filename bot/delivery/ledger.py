"""What is to be sent, was sent, failed, or is unknown: one row a message, written before it is sent."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Integer, Row, String, Table, and_, insert, select, update

from bot.delivery.port import Sent
from core import inbox
from core.clock import Clock
from core.conversation import ConversationRef
from core.database import Instant, metadata
from core.errors import Conflict, NotFound
from core.events import JSON, Event
from core.journal import Journal
from core.vault import Vault

WAITING, SENDING, SENT, FAILED, UNCLEAR = "waiting", "sending", "sent", "failed", "unclear"
OPEN, CLOSING, CLOSED = "open", "closing", "closed"
GIVEN_UP_AFTER = timedelta(hours=24)
LEFT_BEHIND = timedelta(seconds=60)
LONGEST_PAUSE_S = 60.0
ERROR_LENGTH = 300

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("installation", String(200), nullable=False),
    Column("channel_conversation_id", String(200), nullable=False),
    Column("turn_id", String(64)),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("error", String(ERROR_LENGTH), nullable=False),
    Column("message_id", String(300)),
    Column("card_id", String(64)),
    Column("card_message_id", String(300)),
    Column("card_state", String(16)),
    Column("choice", String(16)),
    Column("chosen_at", Instant),
    Index(None, "state", "due_at"),
    Index(None, "tenant", "conversation_id"),
    Index("ix_deliveries_place", "tenant", "channel", "installation", "channel_conversation_id", "state"),
    Index("ix_deliveries_cards", "card_state"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message to a customer and what became of it. `first` to `last` are the positions that the customer sees."""

    number: int
    id: str
    tenant: str
    conversation_id: str
    ref: ConversationRef
    turn_id: str | None
    first: int
    last: int
    state: str
    tries: int
    due_at: datetime
    created_at: datetime
    error: str
    message_id: str | None
    card_id: str | None
    card_message_id: str | None
    card_state: str | None
    choice: str | None
    chosen_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message to be: the positions `first` to `last` of a conversation, for a place."""

    ref: ConversationRef
    conversation_id: str
    turn_id: str | None
    first: int
    last: int
    card_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of a card: confirm, cancel, dismiss or superseded."""

    choice: str
    at: datetime


_OWN = tuple(field.name for field in fields(Delivery) if field.name != "ref")


class Ledger:
    """Keeps deliveries. All methods take part in the caller's transaction.

    Times of sending are the wall clock's; the journal's are those of `clock`, the business clock.
    """

    def __init__(self, vault: Vault, journal: Journal, clock: Clock) -> None:
        self.vault = vault
        self._journal = journal
        self._clock = clock

    def plan(self, conn: Connection, message: Message, at: datetime) -> None:
        """Notes a message that is to be sent."""
        ref = message.ref
        values: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "tenant": ref.tenant,
            "conversation_id": message.conversation_id,
            "channel": ref.channel,
            "installation": ref.installation,
            "channel_conversation_id": ref.conversation_id,
            "turn_id": message.turn_id,
            "first": message.first,
            "last": message.last,
            "state": WAITING,
            "tries": 0,
            "due_at": at,
            "created_at": at,
            "error": "",
            "card_id": message.card_id,
        }
        conn.execute(insert(deliveries).values(values))

    def get(self, conn: Connection, tenant: str, delivery_id: str) -> Delivery:
        """The delivery of that id. Raises `NotFound`."""
        row = conn.execute(_of(tenant, deliveries.c.id == delivery_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no delivery {delivery_id}: check the id.", delivery_id=delivery_id)
        return _delivery(row)

    def places(self, conn: Connection, now: datetime) -> list[ConversationRef]:
        """Where something is due: a message, or a card to be closed."""
        due = and_(deliveries.c.state == WAITING, deliveries.c.due_at <= now) | and_(
            deliveries.c.card_state == CLOSING, deliveries.c.due_at <= now
        )
        columns = [deliveries.c[name] for name in ("tenant", "channel", "installation", "channel_conversation_id")]
        return [_ref(row) for row in conn.execute(select(*columns).where(due).distinct().limit(500))]

    def next_in(self, conn: Connection, ref: ConversationRef) -> Delivery | None:
        """The first message that waits for a place, due or not: what comes behind waits too."""
        row = conn.execute(_in(ref, deliveries.c.state == WAITING).order_by(deliveries.c.number).limit(1)).one_or_none()
        return _delivery(row) if row else None

    def closing_in(self, conn: Connection, ref: ConversationRef, now: datetime) -> list[Delivery]:
        """The cards of a place that are decided and not brought up to date."""
        return [_delivery(row) for row in conn.execute(_in(ref, deliveries.c.card_state == CLOSING, deliveries.c.due_at <= now))]

    def begin(self, conn: Connection, delivery: Delivery, now: datetime) -> bool:
        """Takes the one right to try; False when somebody else has it."""
        return self._move(conn, delivery, WAITING, {"state": SENDING, "tries": delivery.tries + 1, "due_at": now})

    def sent(self, conn: Connection, delivery: Delivery, sent: Sent, now: datetime) -> None:
        """Notes that the channel took it, and what it calls it."""
        card = {"card_message_id": sent.card_message_id or sent.message_id, "card_state": OPEN} if delivery.card_id else {}
        values = {"state": SENT, "settled_at": now, "error": "", "message_id": sent.message_id, **card}
        if self._move(conn, delivery, None, values):
            self._note(conn, delivery, "delivery.sent", {"tries": delivery.tries + 1})

    def again_later(self, conn: Connection, delivery: Delivery, error: str, now: datetime, pause_s: float | None) -> None:
        """It was certainly not sent: it is tried again after a pause, for a day."""
        if now - delivery.created_at > GIVEN_UP_AFTER:
            self.failed(conn, delivery, error, now)
            return
        pause = pause_s if pause_s is not None else min(LONGEST_PAUSE_S, 2.0 ** min(delivery.tries, 6))
        values = {"state": WAITING, "due_at": now + timedelta(seconds=pause), "error": error[:ERROR_LENGTH]}
        self._move(conn, delivery, SENDING, values)

    def failed(self, conn: Connection, delivery: Delivery, error: str, now: datetime) -> None:
        """The channel refuses it for good: a person can try again."""
        self._settle(conn, delivery, FAILED, error, now)

    def unclear(self, conn: Connection, delivery: Delivery, error: str, now: datetime) -> None:
        """Nobody knows: it is listed for a person and never repeated by itself."""
        self._settle(conn, delivery, UNCLEAR, error, now)

    def left_behind(self, conn: Connection, now: datetime) -> list[Delivery]:
        """What was being sent when a process ended."""
        wanted = select(deliveries).where(deliveries.c.state == SENDING, deliveries.c.due_at <= now - LEFT_BEHIND)
        return [_delivery(row) for row in conn.execute(wanted)]

    def put_back(self, conn: Connection, delivery: Delivery, now: datetime) -> None:
        """It was looked for and certainly isn't there: it waits to be sent again."""
        self._move(conn, delivery, SENDING, {"state": WAITING, "due_at": now})

    def repeat(self, conn: Connection, tenant: str, delivery_id: str, by: str, now: datetime) -> Delivery:
        """A person's decision to try a failed or unknown one again. Raises `Conflict` for any other."""
        found = self.get(conn, tenant, delivery_id)
        moved = {"state": WAITING, "due_at": now, "created_at": now, "settled_at": None}
        if found.state not in (FAILED, UNCLEAR) or not self._move(conn, found, found.state, moved):
            raise Conflict(f"This message is {found.state}: only a failed one, or one that nobody knows of, is sent again.")
        self._note(conn, found, "delivery.repeated", {"by": by, "was": found.state})
        return self.get(conn, tenant, delivery_id)

    def unsettled(self, conn: Connection, tenant: str) -> list[Delivery]:
        """What failed or is unknown, the latest first."""
        wanted = _of(tenant, deliveries.c.state.in_([FAILED, UNCLEAR])).order_by(deliveries.c.number.desc()).limit(200)
        return [_delivery(row) for row in conn.execute(wanted)]

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> list[Delivery]:
        """All of a conversation, in order."""
        wanted = _of(tenant, deliveries.c.conversation_id == conversation_id).order_by(deliveries.c.number)
        return [_delivery(row) for row in conn.execute(wanted)]

    def by_message(self, conn: Connection, ref: ConversationRef, message_id: str) -> Delivery | None:
        """The delivery that a channel's message carries, its card included."""
        same = (deliveries.c.message_id == message_id) | (deliveries.c.card_message_id == message_id)
        row = conn.execute(_in(ref, same).order_by(deliveries.c.number.desc()).limit(1)).one_or_none()
        return _delivery(row) if row else None

    def open_cards(self, conn: Connection, tenant: str, conversation_id: str) -> list[Delivery]:
        """The cards of a conversation that still have their buttons."""
        wanted = _of(tenant, deliveries.c.conversation_id == conversation_id, deliveries.c.card_state == OPEN)
        return [_delivery(row) for row in conn.execute(wanted)]

    def decide_card(self, conn: Connection, delivery: Delivery, decided: Decided, now: datetime) -> None:
        """Notes what became of a card, so that its buttons go."""
        values = {"card_state": CLOSING, "choice": decided.choice, "chosen_at": decided.at, "due_at": now}
        conn.execute(update(deliveries).where(deliveries.c.id == delivery.id, deliveries.c.card_state == OPEN).values(values))

    def card_closed(self, conn: Connection, delivery: Delivery) -> None:
        """Its buttons are gone."""
        conn.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(card_state=CLOSED))

    def card_later(self, conn: Connection, delivery: Delivery, now: datetime, pause_s: float | None) -> None:
        """The card couldn't be reached: it is tried again later."""
        due = now + timedelta(seconds=pause_s if pause_s is not None else LONGEST_PAUSE_S)
        conn.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(due_at=due))

    def _settle(self, conn: Connection, delivery: Delivery, state: str, error: str, now: datetime) -> None:
        values = {"state": state, "settled_at": now, "error": error[:ERROR_LENGTH]}
        if self._move(conn, delivery, None, values):
            self._note(conn, delivery, f"delivery.{state}", {"tries": delivery.tries + 1})

    def _move(self, conn: Connection, delivery: Delivery, state: str | None, values: Mapping[str, object]) -> bool:
        chosen: list[ColumnElement[bool]] = [deliveries.c.id == delivery.id]
        if state is not None:
            chosen.append(deliveries.c.state == state)
        return conn.execute(update(deliveries).where(*chosen).values(dict(values))).rowcount == 1

    def _note(self, conn: Connection, about: Delivery, kind: str, data: Mapping[str, JSON]) -> None:
        event = Event(
            type=kind,
            tenant=about.tenant,
            at=self._clock.now(),
            correlation_id=inbox.correlation_of(conn, about.turn_id or "") or about.conversation_id,
            conversation_id=about.conversation_id,
            account_id=None,
            data={"delivery_id": about.id, "channel": about.ref.channel, **data},
        )
        self._journal.append(conn, event)


def _of(tenant: str, *where: ColumnElement[bool]) -> Any:
    return select(deliveries).where(deliveries.c.tenant == tenant, *where)


def _in(ref: ConversationRef, *where: ColumnElement[bool]) -> Any:
    names = asdict(ref) | {"channel_conversation_id": ref.conversation_id}
    del names["conversation_id"]
    return select(deliveries).where(*(deliveries.c[name] == value for name, value in names.items()), *where)


def _ref(row: Row[Any]) -> ConversationRef:
    return ConversationRef(
        tenant=row.tenant,
        channel=row.channel,
        installation=row.installation,
        conversation_id=row.channel_conversation_id,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(ref=_ref(row), **{name: getattr(row, name) for name in _OWN})


def states_of(found: Sequence[Delivery]) -> dict[int, str]:
    """The state of every position that the customer sees, by position; the latest delivery of it counts."""
    return {position: each.state for each in found for position in range(each.first, each.last + 1)}
