"""What a turn starts from, read in one view: the message, its conversation, what was said before, and the dialogue's state."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot.dialogue.state import DialogueState
from core import inbox
from core.conversation import Inbound
from core.journal import Journal
from core.language import Said
from core.people import Principal
from core.vault import Vault
from memory.tables import Conversation
from memory.threads import Threads

MOST_SAID = 12


@dataclass(frozen=True, kw_only=True)
class ReadingRooms:
    """Where it is read from, and the turn's outcome written to."""

    vault: Vault
    journal: Journal
    threads: Threads


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One message in its conversation. `said` ends before this message."""

    row_id: str
    correlation_id: str
    inbound: Inbound
    principal: Principal
    conversation: Conversation
    said: tuple[Said, ...]
    state: DialogueState


def read_opening(rooms: ReadingRooms, row_id: str, conn: Connection) -> Opening:
    """Reads it all. Raises `NotFound` for an unknown row, `Erased` when the person was erased meanwhile."""
    inbound, correlation_id = inbox.load(conn, rooms.vault, row_id)
    tenant = inbound.ref.tenant
    conversation = rooms.threads.get(conn, tenant, inbox.placed(conn, row_id))
    kept = rooms.threads.load_state(conn, tenant, conversation.id)
    state = DialogueState.model_validate_json(kept) if kept else DialogueState()
    if conversation.reopened:
        state = state.reopened()
    said = rooms.threads.said(conn, tenant, conversation.id, MOST_SAID + 1)
    before = tuple(each for each in said if each.message_id != inbound.message_id)[-MOST_SAID:]
    principal = replace(inbound.sender, step_up=state.stepped_up or inbound.sender.step_up)
    return Opening(
        row_id=row_id,
        correlation_id=correlation_id,
        inbound=inbound,
        principal=principal,
        conversation=conversation,
        said=before,
        state=state,
    )
