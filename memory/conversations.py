"""The life of conversations: they begin, change hands, come to belong to a known person, and end."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.conversation import ConversationRef
from core.errors import Conflict
from core.events import JSON, Event
from core.journal import Journal
from core.people import Assurance, Principal
from core.vault import Vault
from memory.conversation_book import ConversationBook, latest_in, this
from memory.tables import BOT, ENDED, OPEN, Conversation, conversations, entries, routes

_RANK = {Assurance.ANONYMOUS: 0, Assurance.CLAIMED: 1, Assurance.VERIFIED: 2}


class Conversations(ConversationBook):
    """Opens, moves and ends conversations. All methods take part in the caller's transaction."""

    def __init__(self, vault: Vault, journal: Journal, *, idle_minutes: int = 30, sent_to: Collection[str] = ()) -> None:
        """`sent_to` are the channels that don't come for what is said: from the first message there it is kept for them."""
        self._vault = vault
        self._journal = journal
        self._sent_to = frozenset(sent_to)
        super().__init__(idle_minutes=idle_minutes)

    def open_or_create(
        self,
        conn: Connection,
        ref: ConversationRef,
        principal: Principal,
        *,
        at: datetime,
        correlation_id: str,
        private: bool = True,
    ) -> Conversation:
        """The open conversation of that channel conversation, the one that a verified contact is in elsewhere, or a new one.

        A new one begins when the last has ended, was left idle with the bot, or belongs to another contact. When a visitor turns
        out to be a known contact, what was said so far becomes that contact's. Places that others read are never joined.
        """
        found = self._one(conn, latest_in(ref).where(conversations.c.state == OPEN))
        if found is not None:
            reason = self._over(found, principal, at)
            if reason is None:
                return self._moved(conn, self.identified(conn, found, principal), ref)
            self.end(conn, ref.tenant, found.id, at=at, reason=reason, correlation_id=correlation_id)
        elsewhere = self.ongoing(conn, principal, at, besides=ref.channel) if private else None
        if elsewhere is not None:
            return self._joined(conn, elsewhere, ref, at, correlation_id)
        try:
            with conn.begin_nested():
                return self._begin(conn, ref, principal, at, correlation_id, private=private)
        except IntegrityError:
            return self._row(conn, latest_in(ref).where(conversations.c.state == OPEN))

    def ongoing(self, conn: Connection, principal: Principal, at: datetime, *, besides: str) -> Conversation | None:
        """The private conversation that a verified contact is in on another channel than `besides`, unless it was left idle.

        Two conversations on one channel (two threads, two devices) were begun on purpose and stay apart.
        """
        if not principal.verified or principal.contact_id is None:
            return None
        theirs = and_(
            conversations.c.tenant == principal.tenant.id,
            conversations.c.contact_id == principal.contact_id,
            conversations.c.state == OPEN,
            conversations.c.private.is_(True),
            conversations.c.channel != besides,
            conversations.c.assurance == Assurance.VERIFIED.value,
        )
        latest = select(conversations).where(theirs).order_by(conversations.c.last_activity_at.desc())
        found = self._one(conn, latest)
        return found if found is not None and self._over(found, principal, at) is None else None

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

    def reopen(self, conn: Connection, tenant: str, conversation_id: str, *, at: datetime) -> bool:
        """Opens a conversation that had ended; not while another is open in its place. Returns whether it is open now."""
        conversation = self.get(conn, tenant, conversation_id)
        if conversation.open:
            return True
        if self._one(conn, latest_in(conversation.ref).where(conversations.c.state == OPEN)) is not None:
            return False
        values: dict[str, Any] = {"state": OPEN, "ended_at": None, "last_activity_at": at, "epoch": conversation.epoch + 1}
        conn.execute(update(conversations).where(this(tenant, conversation_id)).values(values))
        self._note(conn, conversation, "conversation.reopened", at, "", {})
        return True

    def _over(self, found: Conversation, principal: Principal, at: datetime) -> str | None:
        """Why this message can't go on with the conversation; None when it can."""
        if found.contact_id is not None and found.contact_id != principal.contact_id:
            return "another_person"
        if found.with_bot and at - found.last_activity_at >= self._idle:
            return "idle"
        return None

    def _begin(
        self, conn: Connection, ref: ConversationRef, principal: Principal, at: datetime, correlation_id: str, *, private: bool
    ) -> Conversation:
        values: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "tenant": ref.tenant,
            "channel": ref.channel,
            "installation": ref.installation,
            "channel_conversation_id": ref.conversation_id,
            "lane": ref.lane,
            "private": private,
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
        self._route(conn, values["id"], ref, at)
        conversation = self.get(conn, ref.tenant, values["id"])
        data: dict[str, JSON] = {"channel": ref.channel, "channel_conversation_id": ref.conversation_id}
        self._note(conn, conversation, "conversation.started", at, correlation_id, data)
        return conversation

    def _route(self, conn: Connection, conversation_id: str, ref: ConversationRef, at: datetime) -> None:
        named = {"channel": ref.channel, "installation": ref.installation, "channel_conversation_id": ref.conversation_id}
        conn.execute(insert(routes).values(tenant=ref.tenant, conversation_id=conversation_id, since=at, **named))
        if ref.channel in self._sent_to:
            new = and_(this(ref.tenant, conversation_id), conversations.c.planned.is_(None))
            conn.execute(update(conversations).where(new).values(planned=conversations.c.last_shown))

    def _joined(
        self, conn: Connection, found: Conversation, ref: ConversationRef, at: datetime, correlation_id: str
    ) -> Conversation:
        """The conversation, gone on with in a place that is new to it."""
        if ref not in self.places(conn, found):
            self._route(conn, found.id, ref, at)
            data: dict[str, JSON] = {"from": found.ref.channel, "to": ref.channel}
            self._note(conn, found, "conversation.joined", at, correlation_id, data)
        return self._moved(conn, found, ref)

    def _moved(self, conn: Connection, found: Conversation, ref: ConversationRef) -> Conversation:
        """The conversation with the place in which the customer writes now."""
        if found.ref == ref:
            return found
        here = {"channel": ref.channel, "installation": ref.installation, "channel_conversation_id": ref.conversation_id}
        conn.execute(update(conversations).where(this(found.tenant, found.id)).values(here))
        return replace(found, ref=ref)

    def identified(self, conn: Connection, found: Conversation, principal: Principal) -> Conversation:
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


def _identity(principal: Principal) -> dict[str, Any]:
    return {
        "person_id": principal.person_id,
        "account_id": principal.account_id,
        "contact_id": principal.contact_id,
        "assurance": principal.assurance.value,
    }
