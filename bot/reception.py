"""Where Slack and Teams hand over what their users did: made durable before it is acknowledged, each event once."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Index, PrimaryKeyConstraint, String, Table, bindparam, delete, insert, select

from bot.delivery.planning import Planning
from bot.delivery.port import Channels
from bot.dialogue.wording import wording
from bot.intake import Intake
from bot.links.port import ChannelUser, Known, Links
from core import inbox
from core.clock import Clock
from core.conversation import Author, ConversationRef, EntryKind, Inbound, Press
from core.database import Database, Instant, metadata
from core.errors import NotFound, Unavailable
from core.events import JSON, Event
from core.inbox import Accepted, Pending
from core.people import Assurance, Principal
from memory.tables import Conversation
from memory.threads import NewEntry

KEPT_FOR = timedelta(days=7)
READING = "is reading your message"
TOO_OFTEN = "pace.too_often"

seen_events = Table(
    "seen_events",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("installation", String(200), nullable=False),
    Column("event_id", String(300), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "channel", "installation", "event_id"),
    Index(None, "at"),
)


_NAMES = ("tenant", "channel", "installation", "event_id")
_SEEN = select(seen_events.c.at).where(*(seen_events.c[name] == bindparam(name) for name in _NAMES))
_NOTE = insert(seen_events).inline()


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Something a user wrote or pressed. `event_id` is the channel's own id of the event (it may come again), `message_id` that
    of the message (two events may tell of one message). `written_at` is the client's own time, where the channel tells it.
    """

    user: ChannelUser
    ref: ConversationRef
    event_id: str
    message_id: str
    text: str = ""
    press: Press | None = None
    written_at: datetime | None = None
    reply_to: str = ""


def _always(_user: ChannelUser) -> bool:
    return True


def _untimed(_channel: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass
class Reception:
    """What adapters call. Everything here is durable when it returns, and a repeat changes nothing.

    `allows` counts a message of a user's and says whether they may have it answered now; `timed` measures acceptance by channel.
    """

    links: Links
    intake: Intake
    database: Database
    planning: Planning
    channels: Channels
    wall: Clock
    kept_for: timedelta = KEPT_FOR
    allows: Callable[[ChannelUser], bool] = _always
    timed: Callable[[str], AbstractContextManager[None]] = _untimed
    _begun: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    async def who(self, user: ChannelUser) -> Known:
        """Who this is, from what is kept; asks nobody."""
        return await self.links.known(user)

    async def accept(self, arrival: Arrival) -> Accepted:
        """Takes a customer's message or press in. `Accepted.new` is False for a repeat.

        Raises `NotFound` for a press on a card that isn't in this conversation, `BadInput` for ids that can't be kept.
        """
        if await self.database.read(lambda conn: self._seen(conn, arrival.user, arrival.event_id)):
            return await self.database.read(lambda conn: self._repeated(conn, arrival))
        sender = _in_public((await self.links.known(arrival.user)).principal, arrival.user)
        inbound = Inbound(
            ref=arrival.ref,
            message_id=arrival.message_id,
            sender=replace(sender, name=sender.name or arrival.user.name),
            text=arrival.text,
            received_at=self.intake.clock.now(),
            press=arrival.press,
            private=arrival.user.private,
        )
        with self.timed(arrival.ref.channel):
            accepted, waiting = await self.database.write(lambda conn: self._accept(conn, arrival, inbound))
        self._begin(self._start(waiting))
        if waiting and accepted.new and arrival.press is None:
            self._show_activity(arrival.ref)
        return accepted

    async def edit(self, arrival: Arrival) -> bool:
        """A message was changed: one unanswered is answered as changed, the latest answered one again. False for no news."""
        changed, waiting = await self.database.write(lambda conn: self._edit(conn, arrival))
        self._begin(self._start(waiting))
        return changed

    async def delete(self, arrival: Arrival) -> bool:
        """The customer took a message back: its text is destroyed, and it isn't answered any more. False for a repeat."""
        return await self.database.write(lambda conn: self._delete(conn, arrival))

    async def rate(self, arrival: Arrival, *, helpful: bool) -> bool:
        """The customer said whether an answer helped; `arrival.reply_to` is the channel's id of the answer's message.

        One rating counts for each person and answer; False for a repeat.
        """
        return await self.database.write(lambda conn: self._rate(conn, arrival, helpful))

    async def first(self, user: ChannelUser, event_id: str) -> bool:
        """Whether this event is seen for the first time, for whatever isn't a message; kept for seven days."""
        return await self.database.write(lambda conn: self._first(conn, user, event_id))

    async def sweep(self) -> int:
        """Forgets events that are older than `kept_for`. Returns how many."""
        before = self.wall.now() - self.kept_for
        return await self.database.write(lambda conn: conn.execute(delete(seen_events).where(seen_events.c.at < before)).rowcount)

    def _seen(self, conn: Connection, user: ChannelUser, event_id: str) -> bool:
        return conn.execute(_SEEN, _key(user, event_id)).first() is not None

    def _first(self, conn: Connection, user: ChannelUser, event_id: str) -> bool:
        if self._seen(conn, user, event_id):
            return False
        conn.execute(_NOTE, _key(user, event_id) | {"at": self.wall.now()})
        return True

    def _repeated(self, conn: Connection, arrival: Arrival) -> Accepted:
        return Accepted(row_id=inbox.row_of(conn, arrival.ref, arrival.message_id) or "", correlation_id="", new=False)

    def _accept(self, conn: Connection, arrival: Arrival, inbound: Inbound) -> tuple[Accepted, list[Pending]]:
        if not self._first(conn, arrival.user, arrival.event_id):
            return self._repeated(conn, arrival), []
        found = self.intake.threads.find(conn, inbound.ref)
        if arrival.press is not None and not self._has_card(conn, found, arrival.press.card_id):
            raise NotFound("This card belongs to a conversation that is over: write a message instead.")
        accepted = self.intake.write(conn, inbound)
        if accepted.new and arrival.press is None and self._too_often(conn, arrival.user, accepted.row_id):
            return accepted, []
        return accepted, self.intake.waiting(conn, accepted)

    def _too_often(self, conn: Connection, user: ChannelUser, row_id: str) -> bool:
        """Leaves a message unanswered whose writer doesn't wait for answers; that is said once a minute.

        The words stay in the conversation, for people and for later turns. To a person everybody may write as they like.
        """
        if self.allows(user):
            return False
        tenant, thread_id = user.tenant, inbox.placed(conn, row_id)
        conversation = self.intake.threads.get(conn, tenant, thread_id)
        if not conversation.with_bot:
            return False
        inbox.finish(conn, row_id)
        self._note(conn, "message.unanswered", tenant, thread_id, {"row_id": row_id, "channel": user.channel})
        if self._first(conn, user, f"{TOO_OFTEN}:{user.user_id}:{self.wall.now():%Y%m%dT%H%M}"):
            notice = NewEntry(
                kind=EntryKind.NOTICE,
                author=Author.SYSTEM,
                author_id="system",
                body={"text": wording(TOO_OFTEN, conversation.language).text},
                at=self.intake.clock.now(),
                turn_id=row_id,
            )
            self.intake.threads.append(conn, tenant, thread_id, notice, epoch=conversation.epoch)
        return True

    def _has_card(self, conn: Connection, found: Conversation | None, card_id: str) -> bool:
        if found is None:
            return False
        entries = self.intake.threads.read(conn, found.tenant, found.id)
        return any(entry.kind is EntryKind.CARD and entry.body.get("id") == card_id for entry in entries)

    def _edit(self, conn: Connection, arrival: Arrival) -> tuple[bool, list[Pending]]:
        row_id = inbox.row_of(conn, arrival.ref, arrival.message_id)
        if not self._first(conn, arrival.user, arrival.event_id) or row_id is None:
            return False, []
        inbound, _ = inbox.load(conn, self.intake.vault, row_id)
        if inbound.text.split() == arrival.text.split():
            return False, []
        tenant, thread_id = arrival.ref.tenant, inbox.placed(conn, row_id)
        self.intake.threads.amend(conn, tenant, thread_id, row_id, {"text": arrival.text, "edited": True})
        inbox.replace_text(conn, self.intake.vault, row_id, arrival.text)
        self._note(conn, "message.edited", tenant, thread_id, {"row_id": row_id})
        if inbox.unfinished(conn, row_id) or not self._latest(conn, tenant, thread_id, row_id):
            return True, []
        if not self.allows(arrival.user):
            return True, []
        again = replace(inbound, message_id=f"{arrival.message_id}#{arrival.event_id}"[:200], text=arrival.text)
        accepted = self.intake.write(conn, again, in_thread=thread_id)
        return True, self.intake.waiting(conn, accepted)

    def _latest(self, conn: Connection, tenant: str, thread_id: str, row_id: str) -> bool:
        """Whether it is the customer's latest line, in a conversation that the bot holds."""
        conversation = self.intake.threads.get(conn, tenant, thread_id)
        lines = [each for each in self.intake.threads.read(conn, tenant, thread_id) if each.author.value == "customer"]
        return conversation.with_bot and bool(lines) and lines[-1].turn_id == row_id

    def _delete(self, conn: Connection, arrival: Arrival) -> bool:
        row_id = inbox.row_of(conn, arrival.ref, arrival.message_id)
        if not self._first(conn, arrival.user, arrival.event_id) or row_id is None:
            return False
        tenant, thread_id = arrival.ref.tenant, inbox.placed(conn, row_id)
        gone = {"text": "", "erased": True, "deleted": True}
        self.intake.threads.amend(conn, tenant, thread_id, row_id, gone)
        inbox.replace_text(conn, self.intake.vault, row_id, "")
        inbox.finish(conn, row_id)
        self._note(conn, "message.deleted", tenant, thread_id, {"row_id": row_id})
        return True

    def _rate(self, conn: Connection, arrival: Arrival, helpful: bool) -> bool:
        rated = self.planning.ledger.by_message(conn, arrival.ref, arrival.reply_to)
        if rated is None or rated.turn_id is None:
            return False
        if not self._first(conn, arrival.user, f"rated:{arrival.user.user_id}:{rated.turn_id}"):
            return False
        data: dict[str, JSON] = {"turn_id": rated.turn_id, "helpful": helpful, "channel": arrival.ref.channel}
        self._note(conn, "answer.rated", rated.tenant, rated.conversation_id, data)
        return True

    def _note(self, conn: Connection, kind: str, tenant: str, conversation_id: str, data: dict[str, JSON]) -> None:
        correlation_id = inbox.correlation_of(conn, str(data.get("row_id") or data.get("turn_id")))
        event = Event(
            type=kind,
            tenant=tenant,
            at=self.intake.clock.now(),
            correlation_id=correlation_id or conversation_id,
            conversation_id=conversation_id,
            account_id=None,
            data=data,
        )
        self.intake.journal.append(conn, event)

    async def _start(self, waiting: list[Pending]) -> None:
        """While the engine isn't launched yet, messages wait in the inbox."""
        try:
            await self.intake.start(waiting)
        except Unavailable:
            return

    def _show_activity(self, ref: ConversationRef) -> None:
        channel = self.channels.get(ref.channel)
        if channel is not None:
            self._begin(channel.show_activity(ref, READING))

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        """Begins what nobody waits for: what was accepted is safe already, and is offered again at every start."""
        task = asyncio.create_task(doing)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def settle(self) -> None:
        """Waits until what was accepted is with its lane."""
        while self._begun:
            await asyncio.gather(*self._begun, return_exceptions=True)


def _in_public(sender: Principal, user: ChannelUser) -> Principal:
    """In a place that others read nobody is a known person: the account may be known, its data is not said there."""
    if user.private:
        return sender
    assurance = Assurance.ANONYMOUS if sender.account_id is None else Assurance.CLAIMED
    return replace(
        sender,
        id=f"{user.channel}:{user.installation}:{user.user_id}",
        contact_id=None,
        roles=frozenset(),
        assurance=assurance,
    )


def _key(user: ChannelUser, event_id: str) -> dict[str, str]:
    return {"tenant": user.tenant, "channel": user.channel, "installation": user.installation, "event_id": event_id[:300]}
