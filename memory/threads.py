"""Threads: every conversation and each line of it, in order, sealed, and fenced against speakers whose turn is over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Column, Connection, Row, and_, insert, select, update

from core.conversation import Author, Entry, EntryKind
from core.errors import BadInput
from core.language import Said
from memory.conversation_book import this
from memory.conversations import Conversations
from memory.tables import BOT, OPEN, conversations, entries

_INSERT = insert(entries)
_SPOKEN: list[Column[Any]] = [
    conversations.c.person_id,
    conversations.c.epoch,
    conversations.c.last_position,
    conversations.c.last_shown,
]
ERASED: Mapping[str, Any] = {"author_name": "", "body": {"erased": True}}


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """A line to be added. `author_id` is the customer's person id, `bot`, an agent's id or `system`.

    The body of a text is `{"text", "message_id"}`; of a sentence `{"text", "citations", "record_ids", "approved"}`; of a card or
    receipt what it shows. It is sealed under the key of the conversation's person, whoever wrote it.
    """

    kind: EntryKind
    author: Author
    author_id: str
    body: Mapping[str, object]
    at: datetime
    author_name: str = ""
    turn_id: str | None = None


class Threads(Conversations):
    """Conversations with their entries. All methods take part in the caller's transaction."""

    def append(self, conn: Connection, tenant: str, conversation_id: str, entry: NewEntry, *, epoch: int | None = None) -> int:
        """Adds a line and returns its position among all lines of the conversation.

        The bot and the system speak with the epoch that they were given, the bot only while it holds the conversation; an agent
        speaks to the customer only as its holder. Raises `Conflict` when that has passed to somebody else or the conversation
        has ended. A customer may always write, and colleagues may always leave internal notes: they need no epoch.
        """
        row = self._advance(conn, tenant, conversation_id, entry, epoch)
        sealed = {"author_name": entry.author_name, "body": dict(entry.body)}
        content_id = self._vault.seal(conn, tenant=tenant, person=row.person_id, text=json.dumps(sealed, ensure_ascii=False))
        values = {
            "tenant": tenant,
            "conversation_id": conversation_id,
            "position": row.last_position,
            "shown": None if entry.kind.internal else row.last_shown,
            "kind": entry.kind.value,
            "author": entry.author.value,
            "author_id": entry.author_id,
            "at": entry.at,
            "epoch": row.epoch,
            "turn_id": entry.turn_id,
            "content_id": content_id,
        }
        conn.execute(_INSERT, values)
        return int(row.last_position)

    def read(self, conn: Connection, tenant: str, conversation_id: str, after: int = 0, *, internal: bool = False) -> list[Entry]:
        """The lines behind position `after`.

        Staff (`internal`) see every line, at its position among all. Customers see no internal notes; their positions count
        only what they see and have no gaps. `after` is in the numbering of the same view. An erased line's body is
        `{"erased": true}`.
        """
        number = entries.c.position if internal else entries.c.shown
        wanted = select(entries).where(
            entries.c.tenant == tenant, entries.c.conversation_id == conversation_id, number.is_not(None), number > after
        )
        return self._entries(conn, conn.execute(wanted.order_by(number)).all(), internal)

    def of_turn(self, conn: Connection, tenant: str, conversation_id: str, turn_id: str) -> list[Entry]:
        """What a turn has appended so far, as staff see it: for taking up a turn that was cut."""
        wanted = select(entries).where(
            entries.c.tenant == tenant, entries.c.conversation_id == conversation_id, entries.c.turn_id == turn_id
        )
        return self._entries(conn, conn.execute(wanted.order_by(entries.c.position)).all(), True)

    def amend(
        self,
        conn: Connection,
        tenant: str,
        conversation_id: str,
        turn_id: str,
        change: Mapping[str, object],
        author_name: str | None = None,
    ) -> int | None:
        """Puts a change into a customer's line, given by its turn; what stood there is destroyed. None when there is none.

        `author_name` is the customer's name, where it became known only afterwards. Returns the line's position among all lines.
        """
        chosen = and_(
            entries.c.tenant == tenant,
            entries.c.conversation_id == conversation_id,
            entries.c.turn_id == turn_id,
            entries.c.author == Author.CUSTOMER.value,
        )
        row = conn.execute(select(entries).where(chosen)).one_or_none()
        if row is None:
            return None
        opened = self._vault.open_many(conn, [row.content_id])[row.content_id]
        before: dict[str, Any] = json.loads(opened) if opened else dict(ERASED)
        name = author_name or before["author_name"]
        sealed = json.dumps({"author_name": name, "body": {**before["body"], **change}}, ensure_ascii=False)
        person = self._vault.person_of(conn, row.content_id)
        content_id = self._vault.seal(conn, tenant=tenant, person=person, text=sealed)
        conn.execute(update(entries).where(chosen).values(content_id=content_id))
        self._vault.discard(conn, [row.content_id])
        return int(row.position)

    def said(self, conn: Connection, tenant: str, conversation_id: str, limit: int = 40) -> list[Said]:
        """The last `limit` messages as a model sees them, oldest first. The sentences of one reply are one message.

        `message_id` is the customer's own message id where there is one, else the position.
        """
        wanted = (
            select(entries)
            .where(
                entries.c.tenant == tenant,
                entries.c.conversation_id == conversation_id,
                entries.c.kind.in_([EntryKind.TEXT.value, EntryKind.SENTENCE.value]),
            )
            .order_by(entries.c.position.desc())
            .limit(limit * 8)
        )
        rows = list(reversed(conn.execute(wanted).all()))
        return _messages(self._entries(conn, rows, True))[-limit:]

    def save_state(self, conn: Connection, tenant: str, conversation_id: str, state: str, *, epoch: int) -> None:
        """Keeps the dialogue's state (JSON), sealed. Raises `Conflict` when the bot no longer holds the conversation."""
        columns = (conversations.c.person_id, conversations.c.dialogue_state_id)
        held = this(tenant, conversation_id), conversations.c.holder == BOT, conversations.c.epoch == epoch
        row = conn.execute(select(*columns).where(*held).with_for_update()).one_or_none()
        if row is None:
            self._refuse(conn, tenant, conversation_id)
        content_id = self._vault.seal(conn, tenant=tenant, person=row.person_id, text=state)
        conn.execute(update(conversations).where(*held).values(dialogue_state_id=content_id, reopened=False))
        if row.dialogue_state_id:
            self._vault.discard(conn, [row.dialogue_state_id])

    def load_state(self, conn: Connection, tenant: str, conversation_id: str) -> str | None:
        """The dialogue's state as last saved; None at the beginning and once erased."""
        chosen = select(conversations.c.dialogue_state_id).where(this(tenant, conversation_id))
        content_id = conn.execute(chosen).scalar()
        return self._vault.open_many(conn, [content_id])[content_id] if content_id else None

    def _advance(self, conn: Connection, tenant: str, conversation_id: str, entry: NewEntry, epoch: int | None) -> Row[Any]:
        """Takes the next position if the speaker may speak. One statement, so that a hand-over can't slip in between."""
        fence = [this(tenant, conversation_id), conversations.c.state == OPEN]
        if epoch is not None:
            fence.append(conversations.c.epoch == epoch)
        elif entry.author is not Author.CUSTOMER and not entry.kind.internal:
            raise BadInput("Only customers write without an epoch: read the conversation first and give the one it has.")
        if entry.kind.internal and entry.author is Author.CUSTOMER:
            raise BadInput("A customer can't write an internal note: append a text instead.")
        if entry.author in (Author.BOT, Author.AGENT) and not entry.kind.internal:
            fence.append(conversations.c.holder == (BOT if entry.author is Author.BOT else entry.author_id))
        values: dict[str, Any] = {"last_position": conversations.c.last_position + 1, "last_activity_at": entry.at}
        if not entry.kind.internal:
            values["last_shown"] = conversations.c.last_shown + 1
        row = conn.execute(update(conversations).where(*fence).values(values).returning(*_SPOKEN)).one_or_none()
        if row is None:
            self._refuse(conn, tenant, conversation_id)
        return row

    def _entries(self, conn: Connection, rows: Sequence[Row[Any]], internal: bool) -> list[Entry]:
        texts = self._vault.open_many(conn, [row.content_id for row in rows])
        return [_entry(row, texts.get(row.content_id), internal) for row in rows]


def _entry(row: Row[Any], text: str | None, internal: bool) -> Entry:
    opened = cast("dict[str, Any]", json.loads(text)) if text is not None else dict(ERASED)
    return Entry(
        conversation_id=row.conversation_id,
        position=row.position if internal else row.shown,
        kind=EntryKind(row.kind),
        author=Author(row.author),
        author_name=opened["author_name"],
        at=row.at,
        epoch=row.epoch,
        turn_id=row.turn_id,
        body=opened["body"],
    )


def _messages(lines: Sequence[Entry]) -> list[Said]:
    said: list[Said] = []
    turn: str | None = None
    for line in lines:
        text = str(line.body.get("text", ""))
        if not text:
            continue
        joins = line.kind is EntryKind.SENTENCE and line.turn_id is not None and line.turn_id == turn
        if joins:
            last = said[-1]
            said[-1] = Said(role=last.role, text=f"{last.text} {text}", message_id=last.message_id)
        else:
            message_id = str(line.body.get("message_id") or line.position)
            said.append(Said(role=line.author.value, text=text, message_id=message_id))
        turn = line.turn_id if line.kind is EntryKind.SENTENCE else None
    return said
