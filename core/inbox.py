"""Every message that was accepted: one row each, written before it is acknowledged, and the order in which turns are taken."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from core.conversation import ConversationRef, Inbound, Press
from core.database import Instant, Json, metadata
from core.errors import BadInput, NotFound
from core.events import Event
from core.journal import Journal
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault

ACCEPTED, DONE, FAILED = "accepted", "done", "failed"
ID_LENGTH = 200

inbox = Table(
    "inbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("tenant", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("installation", String(ID_LENGTH), nullable=False),
    Column("conversation_id", String(ID_LENGTH), nullable=False),
    Column("message_id", String(ID_LENGTH), nullable=False),
    Column("lane", String(600), nullable=False),
    Column("sender", Json, nullable=False),
    Column("content_id", String(32), nullable=False),
    Column("press", Json),
    Column("private", Boolean, nullable=False),
    Column("correlation_id", String(32), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("thread_id", String(32)),
    UniqueConstraint("tenant", "channel", "installation", "conversation_id", "message_id", name="uq_inbox_message"),
    Index(None, "state", "lane", "number"),
    Index(None, "tenant", "thread_id"),
    sqlite_autoincrement=True,
)

_NAMES = ("tenant", "channel", "installation", "conversation_id", "message_id")
_SAME = select(inbox.c.id, inbox.c.correlation_id, inbox.c.lane).where(*(inbox.c[name] == bindparam(name) for name in _NAMES))
_INSERT = insert(inbox).inline()


Put = Callable[[str], tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What became of an offered message: its row, the lane of its turn, and whether this was the first time."""

    row_id: str
    correlation_id: str
    new: bool
    lane: str = ""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An accepted message whose turn is not finished."""

    row_id: str
    tenant: str
    lane: str
    correlation_id: str


def accept(conn: Connection, vault: Vault, journal: Journal, inbound: Inbound, put: Put | None = None) -> Accepted:
    """Writes the message's row, its sealed text and `inbox.accepted`. A repeat changes nothing and gives the first row back.

    `put` is told the correlation id of a new message and says in which conversation of ours it belongs, and in which lane.
    """
    names = _names_of(inbound)
    found = conn.execute(_SAME, names).one_or_none()
    if found:
        return _repeated(*found)
    try:
        with conn.begin_nested():
            return _insert(conn, vault, journal, inbound, put)
    except IntegrityError:
        return _repeated(*conn.execute(_SAME, names).one())


def _repeated(row_id: str, correlation_id: str, lane: str) -> Accepted:
    return Accepted(row_id=row_id, correlation_id=correlation_id, new=False, lane=lane)


def load(conn: Connection, vault: Vault, row_id: str) -> tuple[Inbound, str]:
    """The message as it was accepted, without names, and its correlation id. Raises `NotFound`, or `Erased` for its text."""
    row = conn.execute(select(inbox).where(inbox.c.id == row_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no accepted message {row_id}: check the id.", row_id=row_id)
    return _inbound(row, vault.open(conn, row.content_id)), row.correlation_id


def place(conn: Connection, row_id: str, thread_id: str, lane: str) -> None:
    """Notes in which conversation of ours the message was put, and that one's lane.

    A channel's own may hold several of ours, one after the other, and one of ours may go over several of channels'.
    """
    conn.execute(update(inbox).where(inbox.c.id == row_id).values(thread_id=thread_id, lane=lane))


def placed(conn: Connection, row_id: str) -> str:
    """The id of the conversation in which the message was put. Raises `NotFound`."""
    found = conn.execute(select(inbox.c.thread_id).where(inbox.c.id == row_id)).scalar()
    if not found:
        raise NotFound(f"There is no accepted message {row_id}: check the id.", row_id=row_id)
    return str(found)


def pressed(conn: Connection, tenant: str, thread_id: str) -> dict[str, str]:
    """What was chosen, by card id, in a conversation of ours: the first press of each card counts."""
    mine = (inbox.c.tenant == tenant, inbox.c.thread_id == thread_id, inbox.c.press.is_not(None))
    rows = conn.execute(select(inbox.c.press).where(*mine).order_by(inbox.c.number.desc()))
    return {press["card_id"]: press["choice"] for press in rows.scalars()}


def finish(conn: Connection, row_id: str) -> None:
    """Marks the message's turn as done."""
    _leave(conn, row_id, DONE)


def ref_of(conn: Connection, row_id: str) -> tuple[ConversationRef, str] | None:
    """Where a message came from, and the sender's own id of it; None for an unknown row."""
    row = conn.execute(select(*(inbox.c[name] for name in _NAMES)).where(inbox.c.id == row_id)).one_or_none()
    if row is None:
        return None
    ref = ConversationRef(
        tenant=row.tenant, channel=row.channel, installation=row.installation, conversation_id=row.conversation_id
    )
    return ref, row.message_id


def row_of(conn: Connection, ref: ConversationRef, message_id: str) -> str | None:
    """The row of a message by the sender's own id."""
    found = conn.execute(_SAME, asdict(ref) | {"message_id": message_id}).one_or_none()
    return found.id if found else None


def replace_text(conn: Connection, vault: Vault, row_id: str, text: str) -> None:
    """Puts another text in place of a message's, which is destroyed: the sender changed it or took it back."""
    row = conn.execute(select(inbox.c.content_id, inbox.c.tenant).where(inbox.c.id == row_id)).one()
    person = vault.person_of(conn, row.content_id)
    content_id = vault.seal(conn, tenant=row.tenant, person=person, text=text)
    conn.execute(update(inbox).where(inbox.c.id == row_id).values(content_id=content_id))
    vault.discard(conn, [row.content_id])


def identify(conn: Connection, vault: Vault, row_id: str, sender: Principal) -> None:
    """Makes a message that of whom its sender turned out to be; its text moves under their key."""
    row = conn.execute(select(inbox.c.content_id, inbox.c.tenant).where(inbox.c.id == row_id)).one()
    conn.execute(update(inbox).where(inbox.c.id == row_id).values(sender=_ids_of(sender)))
    if vault.person_of(conn, row.content_id) != sender.person_id:
        text = vault.open(conn, row.content_id)
        content_id = vault.seal(conn, tenant=row.tenant, person=sender.person_id, text=text)
        conn.execute(update(inbox).where(inbox.c.id == row_id).values(content_id=content_id))
        vault.discard(conn, [row.content_id])


def correlation_of(conn: Connection, row_id: str) -> str | None:
    """The correlation id of a message, under which its turn is on record; None for an unknown row."""
    return conn.execute(select(inbox.c.correlation_id).where(inbox.c.id == row_id)).scalar()


def content_of(conn: Connection, row_id: str) -> str | None:
    """The id of a message's text as it is now: another one after a change."""
    return conn.execute(select(inbox.c.content_id).where(inbox.c.id == row_id)).scalar()


def fail(conn: Connection, row_id: str) -> None:
    """Marks the message's turn as given up; it is not offered again."""
    _leave(conn, row_id, FAILED)


def unfinished(conn: Connection, row_id: str) -> bool:
    """Whether the message's turn is still to be taken."""
    return conn.execute(select(inbox.c.state).where(inbox.c.id == row_id)).scalar() == ACCEPTED


def pending(conn: Connection, *, lane: str | None = None, row_id: str | None = None) -> list[Pending]:
    """The messages, of one lane, of one row or of all, whose turns are unfinished, in the order in which they were accepted."""
    columns = (inbox.c.id, inbox.c.tenant, inbox.c.lane, inbox.c.correlation_id)
    wanted = select(*columns).where(inbox.c.state == ACCEPTED).order_by(inbox.c.number)
    if lane is not None:
        wanted = wanted.where(inbox.c.lane == lane)
    if row_id is not None:
        wanted = wanted.where(inbox.c.id == row_id)
    rows = conn.execute(wanted)
    return [Pending(row_id=row.id, tenant=row.tenant, lane=row.lane, correlation_id=row.correlation_id) for row in rows]


def _insert(conn: Connection, vault: Vault, journal: Journal, inbound: Inbound, put: Put | None) -> Accepted:
    sender, ref = inbound.sender, inbound.ref
    row_id, correlation_id = uuid.uuid4().hex, uuid.uuid4().hex
    thread_id, lane = put(correlation_id) if put else (None, ref.lane)
    content_id = vault.seal(conn, tenant=ref.tenant, person=sender.person_id, text=inbound.text)
    values = {
        "id": row_id,
        "lane": lane,
        "thread_id": thread_id,
        "sender": _ids_of(sender),
        "content_id": content_id,
        "press": asdict(inbound.press) if inbound.press else None,
        "private": inbound.private,
        "correlation_id": correlation_id,
        "received_at": inbound.received_at,
        "state": ACCEPTED,
    }
    conn.execute(_INSERT, values | _names_of(inbound))
    event = Event(
        type="inbox.accepted",
        tenant=ref.tenant,
        at=inbound.received_at,
        correlation_id=correlation_id,
        conversation_id=ref.conversation_id,
        account_id=sender.account_id,
        data={"row_id": row_id, "channel": ref.channel, "assurance": sender.assurance.value},
        content_ids=(content_id,),
    )
    journal.append(conn, event)
    return Accepted(row_id=row_id, correlation_id=correlation_id, new=True, lane=lane)


def _names_of(inbound: Inbound) -> dict[str, str]:
    names = asdict(inbound.ref) | {"message_id": inbound.message_id}
    for name, value in names.items():
        if not value or len(value) > ID_LENGTH or not value.isprintable():
            raise BadInput(f"The {name} must be 1 to {ID_LENGTH} printable characters: send another.", field=name)
    return names


def _ids_of(sender: Principal) -> dict[str, object]:
    return {
        "kind": sender.kind.value,
        "id": sender.id,
        "region": sender.tenant.region,
        "roles": sorted(sender.roles),
        "account_id": sender.account_id,
        "contact_id": sender.contact_id,
        "assurance": sender.assurance.value,
        "step_up": sender.step_up,
    }


def _inbound(row: Row[Any], text: str) -> Inbound:
    sender: Mapping[str, Any] = row.sender
    principal = Principal(
        kind=PrincipalKind(sender["kind"]),
        id=sender["id"],
        tenant=Tenant(id=row.tenant, region=sender["region"]),
        roles=frozenset(sender["roles"]),
        account_id=sender["account_id"],
        contact_id=sender["contact_id"],
        assurance=Assurance(sender["assurance"]),
        step_up=sender["step_up"],
    )
    ref = ConversationRef(
        tenant=row.tenant, channel=row.channel, installation=row.installation, conversation_id=row.conversation_id
    )
    press = Press(**row.press) if row.press else None
    return Inbound(
        ref=ref,
        message_id=row.message_id,
        sender=principal,
        text=text,
        received_at=row.received_at,
        press=press,
        private=row.private,
    )


def _leave(conn: Connection, row_id: str, state: str) -> None:
    conn.execute(update(inbox).where(inbox.c.id == row_id, inbox.c.state == ACCEPTED).values(state=state))
