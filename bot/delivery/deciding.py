"""What was chosen on cards: by a press, in words, or by going on without an answer."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from core import inbox
from core.conversation import Entry, EntryKind
from core.journal import Journal
from memory.tables import Conversation

CONFIRM, CANCEL, SUPERSEDED = "confirm", "cancel", "superseded"
CONFIRMED = frozenset({"action.started", "action.finished", "approval.requested"})


def choices(conn: Connection, journal: Journal, conversation: Conversation, shown: Sequence[Entry]) -> Mapping[str, str]:
    """What became of each card among the entries that the customer sees, by card id; those still open are left out."""
    found = inbox.pressed(conn, conversation.tenant, conversation.id)
    cards = {str(each.body.get("id")): each for each in shown if each.kind is EntryKind.CARD and "id" in each.body}
    if set(cards) <= set(found):
        return found
    begun = _begun(conn, journal, conversation)
    for card_id, card in cards.items():
        choice = found.get(card_id) or (CONFIRM if str(card.body.get("action_id")) in begun else _left(card_id, card, shown))
        if choice is None and not conversation.with_bot:
            choice = SUPERSEDED
        if choice is not None:
            found[card_id] = choice
    return found


def _begun(conn: Connection, journal: Journal, conversation: Conversation) -> set[str]:
    """The actions that were agreed to."""
    events = journal.of_conversation(conn, conversation.tenant, conversation.id)
    agreed = (each for each in events if each.type in CONFIRMED)
    return {str(each.data.get("action_id", each.data.get("action"))) for each in agreed}


def _left(card_id: str, card: Entry, shown: Sequence[Entry]) -> str | None:
    """Whether a later reply was the end of a card: it tells which ones still wait, and which were decided against."""
    for each in shown:
        if each.position < card.position or each.kind is not EntryKind.REPLY_END:
            continue
        told = cast("Mapping[str, Any]", each.body.get("cards") or {})
        if card_id in told.get("cancelled", ()):
            return CANCEL
        if card_id not in told.get("waiting", [card_id] if each.turn_id == card.turn_id else ()):
            return SUPERSEDED
    return None
