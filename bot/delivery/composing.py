"""Makes the message that a delivery stands for, from the thread as it is now: what was erased meanwhile isn't sent."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from bot.delivery.ledger import Delivery
from bot.delivery.port import Closing, Outgoing
from core import inbox
from core.conversation import Author, Card, Citation, Entry, EntryKind, Sentence
from memory.threads import Threads

CARD_FIELDS = ("id", "title", "rule", "action_id", "arguments_hash", "confirm", "cancel")


def outgoing(conn: Connection, threads: Threads, delivery: Delivery) -> Outgoing | None:
    """The message; None when nothing of it is left to be said."""
    conversation = threads.get(conn, delivery.tenant, delivery.conversation_id)
    entries = [entry for entry in _entries(conn, threads, delivery) if not entry.body.get("erased")]
    sentences = tuple(sentence for entry in entries for sentence in _sentences(entry))
    card = next((card_of(entry.body) for entry in entries if entry.kind is EntryKind.CARD), None)
    receipt = tuple(row for entry in entries if entry.kind is EntryKind.RECEIPT for row in _rows(entry.body))
    if not sentences and card is None and not receipt:
        return None
    asked = inbox.ref_of(conn, delivery.turn_id) if delivery.turn_id else None
    end = next((entry for entry in entries if entry.kind is EntryKind.REPLY_END), None)
    return Outgoing(
        id=delivery.id,
        ref=delivery.ref,
        conversation_id=delivery.conversation_id,
        turn_id=delivery.turn_id,
        author=entries[0].author,
        author_name=entries[0].author_name,
        sentences=sentences,
        card=card,
        receipt=receipt,
        offer=end is not None and brought_up(end.body),
        ends_reply=end is not None and entries[0].author is Author.BOT,
        reply_to=asked[1] if asked else "",
        language=conversation.language,
    )


def closing(conn: Connection, threads: Threads, delivery: Delivery) -> Closing | None:
    """How a decided card is brought up to date; None when there is no card any more."""
    conversation = threads.get(conn, delivery.tenant, delivery.conversation_id)
    card = next((card_of(entry.body) for entry in _entries(conn, threads, delivery) if entry.kind is EntryKind.CARD), None)
    if card is None or delivery.chosen_at is None or delivery.choice is None or delivery.card_message_id is None:
        return None
    return Closing(
        ref=delivery.ref,
        message_id=delivery.card_message_id,
        card=card,
        choice=delivery.choice,
        by=_customer(conn, threads, delivery),
        at=delivery.chosen_at,
        language=conversation.language,
    )


def card_of(body: Mapping[str, object]) -> Card:
    """A card from an entry's body."""
    fields: Mapping[str, Any] = {name: str(body[name]) for name in CARD_FIELDS if name in body}
    return Card(rows=tuple(_rows(body)), **fields)


def brought_up(body: Mapping[str, object]) -> bool:
    """Whether a reply ended with an offer of ours. What the customer asked to buy is none."""
    offer = body.get("offer")
    return isinstance(offer, Mapping) and cast("Mapping[str, object]", offer).get("origin") != "customer"


def _customer(conn: Connection, threads: Threads, delivery: Delivery) -> str:
    """What the customer is called where they wrote."""
    shown = threads.read(conn, delivery.tenant, delivery.conversation_id)
    return next((entry.author_name for entry in reversed(shown) if entry.author is Author.CUSTOMER and entry.author_name), "")


def _entries(conn: Connection, threads: Threads, delivery: Delivery) -> list[Entry]:
    behind = threads.read(conn, delivery.tenant, delivery.conversation_id, delivery.first - 1)
    return [entry for entry in behind if entry.position <= delivery.last]


def _sentences(entry: Entry) -> list[Sentence]:
    text = str(entry.body.get("text", ""))
    if entry.kind not in (EntryKind.SENTENCE, EntryKind.TEXT, EntryKind.NOTICE) or not text:
        return []
    citations = cast("Sequence[Mapping[str, Any]]", entry.body.get("citations") or ())
    records = cast("Sequence[str]", entry.body.get("record_ids") or ())
    approved = entry.body.get("approved")
    return [
        Sentence(
            text=text,
            citations=tuple(Citation(**each) for each in citations),
            record_ids=tuple(records),
            approved=str(approved) if approved else None,
        )
    ]


def _rows(body: Mapping[str, object]) -> list[tuple[str, str]]:
    rows = cast("Sequence[Sequence[object]]", body.get("rows") or ())
    return [(str(row[0]), str(row[1])) for row in rows if len(row) == 2]
