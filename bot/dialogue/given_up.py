"""What becomes of a message whose turn failed to the last try: a person takes over, and the customer is told."""

from sqlalchemy import Connection

from bot.dialogue.writing import Writing
from core import inbox
from core.errors import NotFound
from core.events import JSON, Event
from handoff.packet import Opening as CaseOpening
from handoff.packet import Packet
from memory.tables import Conversation

REASON = "skill_failed"


def give_up(writing: Writing, row_id: str, error: str, conn: Connection) -> None:
    """Opens a case for the message in the caller's transaction. Told of the same message again it does nothing.

    It reads no more than it must: what made the turn fail may be the very state of the conversation.
    """
    if not inbox.unfinished(conn, row_id):
        return
    inbox.fail(conn, row_id)
    try:
        inbound, correlation_id = inbox.load(conn, writing.rooms.vault, row_id)
        conversation = writing.rooms.threads.get(conn, inbound.ref.tenant, inbox.placed(conn, row_id))
    except NotFound:
        return
    data: dict[str, JSON] = {"row_id": row_id, "error": error}
    event = Event(
        type="turn.failed",
        tenant=conversation.tenant,
        at=writing.clock.now(),
        correlation_id=correlation_id,
        conversation_id=conversation.id,
        account_id=conversation.account_id,
        data=data,
    )
    writing.rooms.journal.append(conn, event)
    if conversation.with_bot:
        _hand_over(writing, conn, conversation, event, inbound.text)
    else:
        writing.cases.customer_wrote(conn, conversation, conversation.last_position, {}, at=event.at)


def _hand_over(writing: Writing, conn: Connection, conversation: Conversation, event: Event, text: str) -> None:
    packet = Packet(
        summary="",
        reason=REASON,
        note=f"The assistant could not finish its turn ({event.data['error']}). See what was done before you do anything again.",
        steps=_tried(writing, conn, event),
        first_words=" ".join(text.split())[:160],
        account_id=conversation.account_id,
    )
    opening = CaseOpening(
        conversation=conversation,
        packet=packet,
        at=event.at,
        correlation_id=event.correlation_id,
        turn_id=str(event.data["row_id"]),
    )
    writing.cases.open(conn, opening)


def _tried(writing: Writing, conn: Connection, event: Event) -> tuple[str, ...]:
    """What the turn began to do and how that ended, as far as the journal knows."""
    found = writing.rooms.journal.of_correlation(conn, event.tenant, event.correlation_id)
    return tuple(f"{each.data.get('skill')}: {each.type}" for each in found if each.type.startswith("action."))
