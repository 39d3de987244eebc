"""The append-only log of facts: appended in the transaction of what they tell of, sealed into a chain soon after."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, insert, select, update

from core.chain import BATCH, GENESIS, Head, Verification, chained, head_of, journal, journal_head, verify
from core.errors import BadInput
from core.events import Event
from core.vault import content

_INSERT = insert(journal).inline()
_DIGESTS = select(content.c.id, content.c.digest).where(content.c.id.in_(bindparam("ids", expanding=True)))
_SEAL = (
    update(journal)
    .where(journal.c.number == bindparam("row"))
    .values(position=bindparam("new_position"), hash=bindparam("new_hash"))
)


class Journal:
    """Appends events in the caller's transaction and reads them back."""

    def append(self, conn: Connection, event: Event) -> None:
        """Adds one fact. Raises `BadInput` when a content id that it names is not in the vault."""
        conn.execute(
            _INSERT,
            {
                "id": event.id,
                "type": event.type,
                "version": event.version,
                "tenant": event.tenant,
                "at": event.at,
                "correlation_id": event.correlation_id,
                "causation_id": event.causation_id,
                "conversation_id": event.conversation_id,
                "account_id": event.account_id,
                "data": dict(event.data),
                "contents": _digests(conn, event.content_ids),
            },
        )

    def of_correlation(self, conn: Connection, tenant: str, correlation_id: str) -> list[Event]:
        """All that came of one message, in order."""
        return self._events(conn, _of(tenant).where(journal.c.correlation_id == correlation_id))

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> list[Event]:
        """All that happened in a conversation, in order."""
        return self._events(conn, _of(tenant).where(journal.c.conversation_id == conversation_id))

    def find(self, conn: Connection, tenant: str, *types: str, account_id: str | None = None, limit: int = 1000) -> list[Event]:
        """The latest `limit` events of these types (of any, when none is named), oldest first."""
        wanted: list[ColumnElement[bool]] = [journal.c.type.in_(types)] if types else []
        if account_id is not None:
            wanted.append(journal.c.account_id == account_id)
        latest = select(journal).where(journal.c.tenant == tenant, *wanted).order_by(journal.c.number.desc()).limit(limit)
        return [_event(row) for row in reversed(conn.execute(latest).all())]

    def get(self, conn: Connection, tenant: str, event_id: str) -> Event | None:
        """The event of that id."""
        row = conn.execute(_of(tenant).where(journal.c.id == event_id)).one_or_none()
        return _event(row) if row else None

    def follow(self, conn: Connection, *, after: int, limit: int = BATCH) -> list[tuple[int, Event]]:
        """Sealed events with their positions, from the one behind position `after` on. For readers that miss nothing."""
        rows = select(journal).where(journal.c.position > after).order_by(journal.c.position).limit(limit)
        return [(row.position, _event(row)) for row in conn.execute(rows)]

    def head(self, conn: Connection) -> Head:
        """Where the sealed part ends."""
        return head_of(conn)

    def seal(self, conn: Connection, *, limit: int = BATCH) -> int:
        """Gives up to `limit` committed rows their position and hash. Returns how many."""
        head = self._lock_head(conn)
        unsealed = select(journal).where(journal.c.position.is_(None)).order_by(journal.c.number).limit(limit)
        seals: list[dict[str, object]] = []
        for row in conn.execute(unsealed).all():
            head = Head(position=head.position + 1, hash=chained(head.hash, row))
            seals.append({"row": row.number, "new_position": head.position, "new_hash": head.hash})
        if seals:
            conn.execute(_SEAL, seals)
            conn.execute(update(journal_head).where(journal_head.c.id == 1).values(position=head.position, hash=head.hash))
        return len(seals)

    def unsealed(self, conn: Connection) -> int:
        """How many rows wait to be sealed."""
        return conn.execute(select(func.count()).select_from(journal).where(journal.c.position.is_(None))).scalar_one()

    def verify(self, conn: Connection, checkpoint: Head | None = None) -> Verification:
        """Walks the whole chain and tells what doesn't fit; see `core.chain.verify`."""
        return verify(conn, checkpoint)

    def _lock_head(self, conn: Connection) -> Head:
        """The head, held against other sealers until the transaction ends."""
        if conn.execute(select(journal_head.c.id).where(journal_head.c.id == 1).with_for_update()).scalar() is None:
            conn.execute(insert(journal_head).values(id=1, position=0, hash=GENESIS))
        return head_of(conn)

    def _events(self, conn: Connection, rows: Select[Any]) -> list[Event]:
        return [_event(row) for row in conn.execute(rows.order_by(journal.c.number))]


def _of(tenant: str) -> Select[Any]:
    return select(journal).where(journal.c.tenant == tenant)


def _digests(conn: Connection, content_ids: tuple[str, ...]) -> list[list[str]]:
    if not content_ids:
        return []
    found: Mapping[str, str] = {row.id: row.digest for row in conn.execute(_DIGESTS, {"ids": list(content_ids)})}
    missing = [content_id for content_id in content_ids if content_id not in found]
    if missing:
        raise BadInput(f"An event names content that is not in the vault: seal it first ({', '.join(missing)}).")
    return [[content_id, found[content_id]] for content_id in content_ids]


def _event(row: Row[Any]) -> Event:
    contents: Iterable[tuple[str, str]] = row.contents
    return Event(
        id=row.id,
        type=row.type,
        version=row.version,
        tenant=row.tenant,
        at=row.at,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        data=row.data,
        content_ids=tuple(content_id for content_id, _ in contents),
    )
