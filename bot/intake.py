"""Where every channel's messages come in: made durable, put into their thread, acknowledged, and given to their lane."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

import structlog
from sqlalchemy import Connection

from core import inbox
from core.clock import Clock
from core.conversation import Author, EntryKind, Inbound
from core.database import Database
from core.durable import Durable
from core.errors import Unavailable
from core.inbox import Accepted, Pending
from core.journal import Journal
from core.vault import Vault
from memory.tables import Conversation
from memory.threads import NewEntry, Threads

TURN = "turn"


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Accepts messages. One commit, shared with whoever else writes just then, holds the inbox row and the customer's entry.

    While the engine isn't launched yet, messages wait in the inbox: `offer_unfinished` gives them to their lanes.
    """

    database: Database
    durable: Durable
    vault: Vault
    journal: Journal
    threads: Threads
    clock: Clock
    caught_up: Event = field(default_factory=Event)

    async def accept(self, inbound: Inbound) -> Accepted:
        """Returns once the message is durable; a repeat returns the first one's row and starts nothing.

        Raises `BadInput` for ids that can't be kept and `Unavailable` when the database stays locked: nothing was accepted then.
        """
        accepted, waiting = await self.database.write(lambda conn: self._line_up(conn, inbound))
        try:
            await self.start(waiting)
        except Unavailable:
            structlog.get_logger("intake").info("turn.waits", row_id=accepted.row_id)
        return accepted

    async def offer_unfinished(self) -> int:
        """Gives every accepted message whose turn isn't finished to its lane again, in order. For every start."""
        waiting = await self.database.read(inbox.pending)
        await self.start(waiting)
        self.caught_up.set()
        return len(waiting)

    async def offer_again(self) -> None:
        """Offers what couldn't be given to its lane as it was accepted: nothing that was acknowledged waits for a restart."""
        if self.caught_up.is_set():
            await self.offer_unfinished()

    async def start(self, waiting: Sequence[Pending]) -> None:
        """Gives messages to their lanes, in order. Raises `Unavailable` before the engine is launched."""
        for each in waiting:
            await self.durable.start(TURN, key=each.row_id, lane=each.lane, argument=each.row_id)

    def _line_up(self, conn: Connection, inbound: Inbound) -> tuple[Accepted, list[Pending]]:
        """Accepts, and names all that waits in this lane: a message accepted while the engine started goes first."""
        accepted = self.write(conn, inbound)
        return accepted, self.waiting(conn, accepted)

    def waiting(self, conn: Connection, accepted: Accepted) -> list[Pending]:
        """What is to be given to the lane of an accepted message, that one included.

        What was accepted while the engine started goes first; once all of that was offered, every message offers itself.
        """
        if not self.caught_up.is_set():
            return inbox.pending(conn, lane=accepted.lane)
        return inbox.pending(conn, row_id=accepted.row_id)

    def write(self, conn: Connection, inbound: Inbound, *, in_thread: str | None = None) -> Accepted:
        """Writes row and entry in the caller's transaction.

        `in_thread` names the conversation in which the words stand already: a message that was changed and is answered once more.
        """
        now, found = self.clock.now(), list[Conversation]()

        def put(correlation_id: str) -> tuple[str, str]:
            found.append(self._conversation(conn, inbound, in_thread, now, correlation_id))
            return found[-1].id, found[-1].lane

        accepted = inbox.accept(conn, self.vault, self.journal, inbound, put)
        if accepted.new and in_thread is None and inbound.press is None:
            self._append(conn, inbound, found[-1], accepted.row_id, now)
        return accepted

    def _conversation(
        self, conn: Connection, inbound: Inbound, in_thread: str | None, now: datetime, correlation_id: str
    ) -> Conversation:
        if in_thread is not None:
            return self.threads.get(conn, inbound.ref.tenant, in_thread)
        return self.threads.open_or_create(
            conn, inbound.ref, inbound.sender, at=now, correlation_id=correlation_id, private=inbound.private
        )

    def _append(self, conn: Connection, inbound: Inbound, conversation: Conversation, row_id: str, now: datetime) -> None:
        entry = NewEntry(
            kind=EntryKind.TEXT,
            author=Author.CUSTOMER,
            author_id=inbound.sender.person_id,
            author_name=inbound.sender.name,
            body={"text": inbound.text, "message_id": inbound.message_id},
            at=now,
            turn_id=row_id,
        )
        self.threads.append(conn, inbound.ref.tenant, conversation.id, entry)
