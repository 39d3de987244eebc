"""Reads conversations: one, those of a place, an account or a person, and those that are due for something."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from core.conversation import ConversationRef
from core.errors import NotFound
from core.people import Assurance
from memory.tables import BOT, ENDED, OPEN, Conversation, conversations, routes


class ConversationBook:
    """All methods take part in the caller's transaction."""

    def __init__(self, *, idle_minutes: int = 30) -> None:
        self._idle = timedelta(minutes=idle_minutes)

    def get(self, conn: Connection, tenant: str, conversation_id: str) -> Conversation:
        """The conversation of that id. Raises `NotFound`."""
        found = self._one(conn, select(conversations).where(this(tenant, conversation_id)))
        if found is None:
            raise NotFound(f"There is no conversation {conversation_id}: check the id.", conversation_id=conversation_id)
        return found

    def find(self, conn: Connection, ref: ConversationRef) -> Conversation | None:
        """The latest conversation of that channel conversation, open or ended."""
        return self._one(conn, latest_in(ref))

    def earlier(self, conn: Connection, ref: ConversationRef, limit: int = 20) -> list[Conversation]:
        """The conversations of that channel conversation, the latest first."""
        return self._many(conn, latest_in(ref, limit))

    def by_account(self, conn: Connection, tenant: str, account_id: str, limit: int = 50) -> list[Conversation]:
        """An account's conversations, the latest first."""
        return self._many(conn, _recent(tenant, limit).where(conversations.c.account_id == account_id))

    def by_person(self, conn: Connection, tenant: str, person_id: str, limit: int = 1000) -> list[Conversation]:
        """A person's conversations, the latest first."""
        return self._many(conn, _recent(tenant, limit).where(conversations.c.person_id == person_id))

    def recent(self, conn: Connection, tenant: str, *, before: datetime | None = None, limit: int = 50) -> list[Conversation]:
        """A tenant's conversations, the latest active first; `before` pages on."""
        page = _recent(tenant, limit)
        return self._many(conn, page.where(conversations.c.last_activity_at < before) if before else page)

    def idle(self, conn: Connection, now: datetime, limit: int = 200) -> list[Conversation]:
        """Open conversations, of all tenants, in which nothing was said for too long. Those with people are never idle."""
        left = and_(
            conversations.c.state == OPEN, conversations.c.holder == BOT, conversations.c.last_activity_at <= now - self._idle
        )
        return self._many(conn, select(conversations).where(left).order_by(conversations.c.last_activity_at).limit(limit))

    def to_distil(self, conn: Connection, limit: int = 50) -> list[Conversation]:
        """Ended conversations with verified contacts, of all tenants, from which nothing was learned yet, oldest first."""
        waiting = and_(
            conversations.c.state == ENDED,
            conversations.c.distilled_at.is_(None),
            conversations.c.contact_id.is_not(None),
            conversations.c.assurance == Assurance.VERIFIED.value,
        )
        return self._many(conn, select(conversations).where(waiting).order_by(conversations.c.ended_at).limit(limit))

    def places(self, conn: Connection, conversation: Conversation) -> list[ConversationRef]:
        """Everywhere the customer has written in this conversation, the first place first."""
        theirs = select(routes).where(routes.c.conversation_id == conversation.id).order_by(routes.c.since)
        return [_ref(row) for row in conn.execute(theirs)]

    def lanes(self, conn: Connection, conversation: Conversation) -> list[str]:
        """The lanes under which those who watch this conversation may know it: its own, and that of every place."""
        return list(dict.fromkeys([conversation.lane, *(place.lane for place in self.places(conn, conversation))]))

    def _one(self, conn: Connection, wanted: Select[Any]) -> Conversation | None:
        row = conn.execute(wanted.limit(1)).one_or_none()
        return conversation_of(row) if row else None

    def _row(self, conn: Connection, wanted: Select[Any]) -> Conversation:
        return conversation_of(conn.execute(wanted.limit(1)).one())

    def _many(self, conn: Connection, wanted: Select[Any]) -> list[Conversation]:
        return [conversation_of(row) for row in conn.execute(wanted)]


def this(tenant: str, conversation_id: str) -> ColumnElement[bool]:
    """Names one conversation in a statement."""
    return and_(conversations.c.tenant == tenant, conversations.c.id == conversation_id)


def conversation_of(row: Row[Any]) -> Conversation:
    """A row as a conversation."""
    return Conversation(
        tenant=row.tenant,
        id=row.id,
        ref=_ref(row),
        lane=row.lane,
        private=row.private,
        person_id=row.person_id,
        visitor_id=row.visitor_id,
        account_id=row.account_id,
        contact_id=row.contact_id,
        assurance=Assurance(row.assurance),
        language=row.language,
        state=row.state,
        started_at=row.started_at,
        last_activity_at=row.last_activity_at,
        ended_at=row.ended_at,
        epoch=row.epoch,
        holder=row.holder,
        reopened=row.reopened,
        last_position=row.last_position,
    )


def _ref(row: Row[Any]) -> ConversationRef:
    return ConversationRef(
        tenant=row.tenant,
        channel=row.channel,
        installation=row.installation,
        conversation_id=row.channel_conversation_id,
    )


def latest_in(ref: ConversationRef, limit: int = 1) -> Select[Any]:
    """The conversations that were ever in a place, the latest first."""
    same = and_(
        routes.c.tenant == ref.tenant,
        routes.c.channel == ref.channel,
        routes.c.installation == ref.installation,
        routes.c.channel_conversation_id == ref.conversation_id,
    )
    order = (routes.c.since.desc(), conversations.c.state.desc(), conversations.c.ended_at.desc())
    there = select(conversations).join(routes, routes.c.conversation_id == conversations.c.id).where(same)
    return there.order_by(*order).limit(limit)


def _recent(tenant: str, limit: int) -> Select[Any]:
    mine = select(conversations).where(conversations.c.tenant == tenant)
    return mine.order_by(conversations.c.last_activity_at.desc(), conversations.c.id).limit(limit)
