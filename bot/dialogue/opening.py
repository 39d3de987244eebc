"""What a turn starts from, read in one view: the message, its conversation, what was said before, and the dialogue's state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from bot.dialogue.state import DialogueState
from core import inbox
from core.conversation import Author, Entry, EntryKind, Inbound, Sentence
from core.journal import Journal
from core.language import Said
from core.people import Principal
from core.vault import Vault
from memory.tables import Conversation
from memory.threads import NewEntry, Threads

MOST_SAID = 12
_SENTENCE = TypeAdapter(Sentence)
_FIELDS = ("text", "citations", "record_ids", "approved", "original")


@dataclass(frozen=True, kw_only=True)
class ReadingRooms:
    """Where it is read from, and the turn's outcome written to."""

    vault: Vault
    journal: Journal
    threads: Threads


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One message in its conversation. `said` ends before this message; `finished` says that its turn was taken already.

    `content_id` names the message's words as they were read: a customer may change them while the turn is taken. `shown` are the
    sentences that this very turn had shown before it was cut.
    """

    row_id: str
    correlation_id: str
    inbound: Inbound
    principal: Principal
    conversation: Conversation
    said: tuple[Said, ...]
    state: DialogueState
    finished: bool = False
    content_id: str | None = None
    shown: tuple[Entry, ...] = ()

    @property
    def cut(self) -> tuple[Sentence, ...]:
        """What an earlier try has shown in answer to these very words."""
        return tuple(_sentence(each) for each in self.shown if each.body.get("content_id") == self.content_id)

    @property
    def cut_in(self) -> str:
        """The language of what was shown; empty when nothing was."""
        return next((str(each.body["language"]) for each in self.shown if each.body.get("language")), "")


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
    lines = rooms.threads.of_turn(conn, tenant, conversation.id, row_id)
    if principal.contact_id is None:
        principal = replace(principal, name=_called(lines))
    return Opening(
        row_id=row_id,
        correlation_id=correlation_id,
        inbound=inbound,
        principal=principal,
        conversation=conversation,
        said=before,
        state=state,
        finished=not inbox.unfinished(conn, row_id),
        content_id=inbox.content_of(conn, row_id),
        shown=tuple(each for each in lines if each.kind is EntryKind.SENTENCE and "text" in each.body),
    )


def _sentence(entry: Entry) -> Sentence:
    """A sentence as the thread keeps it."""
    return _SENTENCE.validate_python({name: entry.body.get(name) for name in _FIELDS if entry.body.get(name) is not None})


def _called(lines: Sequence[Entry]) -> str:
    """What somebody whom we don't know is called where they write."""
    return next((each.author_name for each in lines if each.author is Author.CUSTOMER), "")


def begin_anew(rooms: ReadingRooms, opening: Opening, at: datetime, conn: Connection) -> None:
    """Puts a message whose conversation ended before its turn into a new one, so that it is answered all the same.

    Nothing moves when somebody else has begun another conversation there meanwhile.
    """
    inbound = opening.inbound
    latest = rooms.threads.find(conn, inbound.ref)
    if latest is not None and latest.open and latest.contact_id not in (None, inbound.sender.contact_id):
        return
    conversation = rooms.threads.open_or_create(
        conn, inbound.ref, inbound.sender, at=at, correlation_id=opening.correlation_id, private=inbound.private
    )
    inbox.place(conn, opening.row_id, conversation.id, conversation.lane)
    if inbound.press is not None:
        return
    entry = NewEntry(
        kind=EntryKind.TEXT,
        author=Author.CUSTOMER,
        author_id=inbound.sender.person_id,
        author_name=opening.principal.name,
        body={"text": inbound.text, "message_id": inbound.message_id},
        at=at,
        turn_id=opening.row_id,
    )
    rooms.threads.append(conn, inbound.ref.tenant, conversation.id, entry)
