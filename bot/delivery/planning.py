"""Works out what is to be sent where: a reply to where its message came from, what people say to where the customer is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select, union, update

from bot.delivery.deciding import choices
from bot.delivery.ledger import OPEN, Decided, Ledger, Message, deliveries
from core import inbox
from core.conversation import Author, ConversationRef, Entry, EntryKind
from core.errors import Conflict
from core.journal import Journal
from memory.conversation_book import this
from memory.tables import Conversation, conversations
from memory.threads import Threads

WORDS = frozenset({EntryKind.SENTENCE, EntryKind.RECEIPT, EntryKind.CARD, EntryKind.REPLY_END})


@dataclass(frozen=True, kw_only=True)
class Planning:
    """Follows conversations on channels that are sent to (`channels`, by name). All in the caller's transaction."""

    threads: Threads
    journal: Journal
    ledger: Ledger
    channels: Collection[str]

    def behind(self, conn: Connection, limit: int = 200) -> list[tuple[str, str]]:
        """Tenant and id of the conversations in which something is new, or which ended while a card was open."""
        new = select(conversations.c.tenant, conversations.c.id).where(conversations.c.planned < conversations.c.last_shown)
        joined = deliveries.join(conversations, conversations.c.id == deliveries.c.conversation_id)
        over = and_(deliveries.c.card_state == OPEN, conversations.c.state != "open")
        left = select(conversations.c.tenant, conversations.c.id).select_from(joined).where(over)
        return [(row.tenant, row.id) for row in conn.execute(union(new, left).limit(limit))]

    def plan(self, conn: Connection, tenant: str, conversation_id: str, at: datetime) -> int:
        """Plans what is new in a conversation. Returns how many messages. Raises `Conflict` when another process was quicker."""
        planned = conn.execute(select(conversations.c.planned).where(this(tenant, conversation_id))).scalar()
        if planned is None:
            return 0
        conversation = self.threads.get(conn, tenant, conversation_id)
        new = self.threads.read(conn, tenant, conversation_id, planned)
        if conversation.with_bot:
            new = _whole(conn, new)
        if new:
            self._advance(conn, conversation, planned, new[-1].position)
        messages = [group for group in grouped(new) if self._plan_one(conn, conversation, group, at)]
        self._decide_cards(conn, conversation, at)
        return len(messages)

    def _advance(self, conn: Connection, conversation: Conversation, planned: int, to: int) -> None:
        same = (this(conversation.tenant, conversation.id), conversations.c.planned == planned)
        if conn.execute(update(conversations).where(*same).values(planned=to)).rowcount != 1:
            raise Conflict("Another process plans this conversation's messages: look again.")

    def _plan_one(self, conn: Connection, conversation: Conversation, group: Sequence[Entry], at: datetime) -> bool:
        ref = self._target(conn, conversation, group[0])
        if ref.channel not in self.channels:
            return False
        card = next((str(each.body.get("id", "")) for each in group if each.kind is EntryKind.CARD), None)
        first, last = group[0].position, group[-1].position
        turn_id = group[0].turn_id
        message = Message(ref=ref, conversation_id=conversation.id, turn_id=turn_id, first=first, last=last, card_id=card)
        self.ledger.plan(conn, message, at)
        return True

    def _target(self, conn: Connection, conversation: Conversation, entry: Entry) -> ConversationRef:
        asked = inbox.ref_of(conn, entry.turn_id) if entry.turn_id else None
        return asked[0] if asked else conversation.ref

    def _decide_cards(self, conn: Connection, conversation: Conversation, at: datetime) -> None:
        """A card that was pressed, answered in words, or left behind by the conversation loses its buttons."""
        waiting = self.ledger.open_cards(conn, conversation.tenant, conversation.id)
        if not waiting:
            return
        shown = self.threads.read(conn, conversation.tenant, conversation.id)
        chosen = choices(conn, self.journal, conversation, shown)
        for each in waiting:
            choice = chosen.get(each.card_id or "")
            if choice is not None:
                self.ledger.decide_card(conn, each, Decided(choice=choice, at=at), at)


def _whole(conn: Connection, new: list[Entry]) -> list[Entry]:
    """What is new, up to a reply that is still being written: it is sent once, when it has its end."""
    ended = {each.turn_id for each in new if each.kind is EntryKind.REPLY_END}
    for place, entry in enumerate(new):
        if entry.kind not in WORDS or entry.turn_id is None or entry.turn_id in ended:
            continue
        if inbox.unfinished(conn, entry.turn_id):
            return new[:place]
    return new


def grouped(entries: Sequence[Entry]) -> list[list[Entry]]:
    """What belongs into one message: a reply with its card and receipt; every notice and every line of a person by itself."""
    groups: list[list[Entry]] = []
    for entry in entries:
        if entry.author is Author.CUSTOMER or entry.body.get("erased"):
            continue
        joins = bool(groups) and entry.kind in WORDS and _same_reply(groups[-1][-1], entry)
        if joins:
            groups[-1].append(entry)
        elif entry.kind is not EntryKind.REPLY_END:
            groups.append([entry])
    return groups


def _same_reply(last: Entry, entry: Entry) -> bool:
    return (
        last.kind in WORDS and last.kind is not EntryKind.REPLY_END and last.turn_id is not None and last.turn_id == entry.turn_id
    )
