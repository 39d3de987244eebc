"""The life of conversations: they begin, change hands, come to belong to a known person, and end."""

import uuid
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.conversation import ConversationRef
from core.errors import Conflict, NotFound
from core.events import JSON, Event
from core.journal import Journal
from core.people import Assurance, Principal
from core.vault import Vault
from memory.tables import BOT, ENDED, OPEN, Conversation, conversations, entries

_RANK = {Assurance.ANONYMOUS: 0, Assurance.CLAIMED: 1, Assurance.VERIFIED: 2}


class Conversations:
    """Opens, finds and ends conversations. All methods take part in the caller's transaction."""

    def __init__(self, vault: Vault, journal: Journal, *, idle_minutes: int = 30) -> None:
        self._vault = vault
        self._journal = journal
        self._idle = timedelta(minutes=idle_minutes)

    def open_or_create(
        self, conn: Connection, ref: ConversationRef, principal: Principal, *, at: datetime, correlation_id: str
    ) -> Conversation:
        """The open conversation of that channel conversation, or a new one.

        A new one begins when the last has ended, was left idle with the bot, or belongs to another contact. When a visitor turns
        out to be a known contact, what was said so far becomes that contact's.
        """
        found = self._one(conn, _latest(ref).where(conversations.c.state == OPEN))
        if found is not None:
            reason = self._over(found, principal, at)
            if reason is None:
                return self._identified(conn, found, principal)
            self.end(conn, ref.tenant, found.id, at=at, reason=reason, correlation_id=correlation_id)
        try:
            with conn.begin_nested():
                return self._begin(conn, ref, principal, at, correlation_id)
        except IntegrityError:
            return self._row(conn, _latest(ref).where(conversations.c.state == OPEN))

    def get(self, conn: Connection, tenant: str, conversation_id: str) -> Conversation:
        """The conversation of that id. Raises `NotFound`."""
        found = self._one(conn, select(conversations).where(this(tenant, conversation_id)))
        if found is None:
            raise NotFound(f"There is no conversation {conversation_id}: check the id.", conversation_id=conversation_id)
        return found

    def find(self, conn: Connection, ref: ConversationRef) -> Conversation | None:
        """The latest conversation of that channel conversation, open or ended."""
        return self._one(conn, _latest(ref))

    def earlier(self, conn: Connection, ref: ConversationRef, limit: int = 20) -> list[Conversation]:
        """The conversations of that channel conversation, the latest first."""
        return self._many(conn, _latest(ref, limit))

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

    def distilled(self, conn: Connection, tenant: str, conversation_id: str, at: datetime) -> None:
        """Marks a conversation as learned from."""
        conn.execute(update(conversations).where(this(tenant, conversation_id)).values(distilled_at=at))

    def spoken_in(self, conn: Connection, tenant: str, conversation_id: str, language: str) -> None:
        """Notes the language in which the customer writes."""
        conn.execute(update(conversations).where(this(tenant, conversation_id)).values(language=language))

    def pass_to(self, conn: Connection, tenant: str, conversation_id: str, holder: str, *, epoch: int) -> int:
        """Makes `holder` the one who may speak and returns the new epoch. Raises `Conflict` if `epoch` is no longer current."""
        values: dict[str, Any] = {"holder": holder, "epoch": epoch + 1, "reopened": holder == BOT}
        current = and_(this(tenant, conversation_id), conversations.c.epoch == epoch, conversations.c.state == OPEN)
        if conn.execute(update(conversations).where(current).values(values)).rowcount != 1:
            self._refuse(conn, tenant, conversation_id)
        return epoch + 1

    def end(
        self, conn: Connection, tenant: str, conversation_id: str, *, at: datetime, reason: str, correlation_id: str = ""
    ) -> None:
        """Ends a conversation (resolved, idle, another_person, erased): nothing more is added to it. Twice is no change."""
        conversation = self.get(conn, tenant, conversation_id)
        values: dict[str, Any] = {"state": ENDED, "ended_at": at, "epoch": conversation.epoch + 1, "holder": BOT}
        still = and_(this(tenant, conversation_id), conversations.c.state == OPEN)
        if conn.execute(update(conversations).where(still).values(values)).rowcount == 1:
            self._note(conn, conversation, "conversation.ended", at, correlation_id, {"reason": reason})

    def _over(self, found: Conversation, principal: Principal, at: datetime) -> str | None:
        """Why this message can't go on with the conversation; None when it can."""
        if found.contact_id is not None and found.contact_id != principal.contact_id:
            return "another_person"
        if found.with_bot and at - found.last_activity_at >= self._idle:
            return "idle"
        return None

    def _begin(
        self, conn: Connection, ref: ConversationRef, principal: Principal, at: datetime, correlation_id: str
    ) -> Conversation:
        values: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "tenant": ref.tenant,
            "channel": ref.channel,
            "installation": ref.installation,
            "channel_conversation_id": ref.conversation_id,
            "visitor_id": principal.id,
            "language": "en",
            "state": OPEN,
            "started_at": at,
            "last_activity_at": at,
            "epoch": 1,
            "holder": BOT,
            "reopened": False,
            "last_position": 0,
            "last_shown": 0,
        }
        conn.execute(insert(conversations).values(values | _identity(principal)))
        conversation = self.get(conn, ref.tenant, values["id"])
        data: dict[str, JSON] = {"channel": ref.channel, "channel_conversation_id": ref.conversation_id}
        self._note(conn, conversation, "conversation.started", at, correlation_id, data)
        return conversation

    def _identified(self, conn: Connection, found: Conversation, principal: Principal) -> Conversation:
        """The conversation with what is now known of who writes; texts move under the key of a contact who became known."""
        known_better = _RANK[principal.assurance] > _RANK[found.assurance]
        if found.contact_id == principal.contact_id and not known_better:
            return found
        if found.person_id != principal.person_id:
            self._reseal(conn, found, principal.person_id)
        conn.execute(update(conversations).where(this(found.tenant, found.id)).values(_identity(principal)))
        return self.get(conn, found.tenant, found.id)

    def _reseal(self, conn: Connection, found: Conversation, person_id: str) -> None:
        chosen = and_(entries.c.tenant == found.tenant, entries.c.conversation_id == found.id)
        ids = list(conn.execute(select(entries.c.content_id).where(chosen)).scalars())
        state_id = conn.execute(select(conversations.c.dialogue_state_id).where(this(found.tenant, found.id))).scalar()
        texts = self._vault.open_many(conn, [*ids, *([state_id] if state_id else [])])
        for old, text in texts.items():
            if text is None:
                continue
            new = self._vault.seal(conn, tenant=found.tenant, person=person_id, text=text)
            conn.execute(update(entries).where(chosen, entries.c.content_id == old).values(content_id=new))
            if old == state_id:
                conn.execute(update(conversations).where(this(found.tenant, found.id)).values(dialogue_state_id=new))
        self._vault.discard(conn, texts)

    def _note(
        self, conn: Connection, about: Conversation, kind: str, at: datetime, correlation_id: str, data: dict[str, JSON]
    ) -> None:
        event = Event(
            type=kind,
            tenant=about.tenant,
            at=at,
            correlation_id=correlation_id or about.id,
            conversation_id=about.id,
            account_id=about.account_id,
            data=data,
        )
        self._journal.append(conn, event)

    def _refuse(self, conn: Connection, tenant: str, conversation_id: str) -> NoReturn:
        """Tells why a conversation takes nothing from this speaker."""
        now = self.get(conn, tenant, conversation_id)
        if not now.open:
            raise Conflict("The conversation has ended: a new message begins another.", conversation_id=conversation_id)
        raise Conflict(
            f"The conversation is in other hands now ({now.holder}, epoch {now.epoch}): read it again before you write.",
            conversation_id=conversation_id,
            holder=now.holder,
            epoch=now.epoch,
        )

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
    ref = ConversationRef(
        tenant=row.tenant,
        channel=row.channel,
        installation=row.installation,
        conversation_id=row.channel_conversation_id,
    )
    return Conversation(
        tenant=row.tenant,
        id=row.id,
        ref=ref,
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


def _identity(principal: Principal) -> dict[str, Any]:
    return {
        "person_id": principal.person_id,
        "account_id": principal.account_id,
        "contact_id": principal.contact_id,
        "assurance": principal.assurance.value,
    }


def _latest(ref: ConversationRef, limit: int = 1) -> Select[Any]:
    same = and_(
        conversations.c.tenant == ref.tenant,
        conversations.c.channel == ref.channel,
        conversations.c.installation == ref.installation,
        conversations.c.channel_conversation_id == ref.conversation_id,
    )
    order = (conversations.c.started_at.desc(), conversations.c.state.desc(), conversations.c.ended_at.desc())
    return select(conversations).where(same).order_by(*order).limit(limit)


def _recent(tenant: str, limit: int) -> Select[Any]:
    mine = select(conversations).where(conversations.c.tenant == tenant)
    return mine.order_by(conversations.c.last_activity_at.desc(), conversations.c.id).limit(limit)
