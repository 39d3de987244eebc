"""The one way from the desk to a customer: a preview that was shown, and its sending. Notes have no way here.

A preview is bound to the case, the agent, the text, the case's epoch and the customer's last line; it holds for fifteen minutes
and is sent once. Sending it again gives the same line and sends nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, String, Table, and_, delete, func, insert, select, update

from core.conversation import Author, Entry, EntryKind
from core.database import Instant, metadata
from core.errors import BadInput, Conflict, Unavailable
from core.people import Principal
from handoff.case_book import Case
from handoff.cases import MOST_CHARACTERS, Said
from handoff.desk.case_views import CaseViews
from handoff.desk.posts import DeskPosts
from handoff.desk.promise_views import Promised, Translated
from handoff.desk.reply_warnings import Situation, warnings_of
from handoff.desk.rooms import DeskRooms, held, permit_reading, permit_working
from handoff.desk.translating import Translating
from handoff.desk.unshown import Reshow, as_delivery, is_post, post_of
from handoff.desk.views import DeliveryView, LineView, Preview
from handoff.promise_words import Found

HOLDS_FOR = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)

previews = Table(
    "desk_previews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("case_id", String(32), nullable=False),
    Column("agent_id", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sent_position", Integer),
    Index(None, "tenant", "case_id"),
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is sent: the text, what it was translated from, and the promises in it (None: as they are read)."""

    text: str
    original: str = ""
    promised: tuple[Found, ...] | None = None

    @property
    def bound(self) -> str:
        """What a preview is bound to."""
        return f"{self.text}\x00{self.original}" if self.original else self.text


Judged = tuple[tuple[str, ...], Sequence[Found]]


class DeskReplies:
    """Previews and sends, and lists what didn't certainly arrive. `reshow` has surfaces show again what they didn't."""

    def __init__(
        self, rooms: DeskRooms, views: CaseViews, posts: DeskPosts, reshow: Reshow, translating: Translating | None = None
    ) -> None:
        self._rooms = rooms
        self._translating = translating
        self._views = views
        self._posts = posts
        self._reshow = reshow

    async def preview(self, case_id: str, agent: Principal, text: str, *, original: str = "") -> Preview:
        """What will be sent, to whom, where, and what to mind. Only for the agent who holds the case."""
        words, english = _text(text), original.strip()
        token = secrets.token_urlsafe(24)
        warnings, promised = await self._rooms.database.write(
            partial(self._preview, case_id=case_id, agent=agent, words=Words(text=words, original=english), token=token)
        )
        case = await self._views.one(case_id)
        return Preview(
            token=token,
            case_id=case_id,
            to=case.customer,
            channel=case.channel,
            text=words,
            warnings=warnings,
            original=english,
            promises=tuple(Promised(text=each.text, due_at=each.due_at) for each in promised),
        )

    async def send(
        self, token: str, agent: Principal, text: str, *, original: str = "", promises: Sequence[Promised] | None = None
    ) -> LineView:
        """Sends what was previewed, once. Raises `Conflict` when text, case or holder isn't what was shown.

        `promises` are those of the preview as the agent corrected them; None leaves them as they were read.
        """
        found = None if promises is None else tuple(Found(text=each.text, due_at=each.due_at) for each in promises)
        words = Words(text=_text(text), original=original.strip(), promised=found)
        case_id, position, lanes = await self._rooms.database.write(partial(self._send, token=token, agent=agent, words=words))
        self._rooms.wake(lanes)
        lines = await self._views.lines(case_id, position - 1)
        return lines[0]

    async def translated(self, case_id: str, agent: Principal, text: str) -> Translated:
        """An agent's English words in the customer's language, to be looked at and then previewed like any others."""
        await self._rooms.database.read(lambda conn: held(self._rooms, conn, case_id, agent))
        if self._translating is None:
            raise Unavailable("Nothing here translates: write in the customer's language, or send it as it is.")
        return await self._translating.into(_text(text), (await self._views.one(case_id)).language)

    async def undelivered(self, agent: Principal) -> Sequence[DeliveryView]:
        """Messages to customers first, then what a surface didn't certainly show to agents."""
        permit_reading(self._rooms, agent)
        tenant = self._rooms.tenant.id
        messages = await self._rooms.database.read(lambda conn: self._rooms.arrivals.undelivered(conn, tenant))
        return [*messages, *(as_delivery(post) for post in await self._posts.unsettled())]

    async def send_again(self, delivery_id: str, agent: Principal) -> DeliveryView:
        """Tries a failed delivery again, or repeats one of which nobody knows because this agent says so."""
        permit_working(self._rooms, agent)
        if is_post(delivery_id):
            return await self._show_again(delivery_id)
        tenant, by, now = self._rooms.tenant.id, agent.id, self._rooms.clock.now()
        again = await self._rooms.database.write(lambda conn: self._rooms.arrivals.again(conn, tenant, delivery_id, by, now))
        self._rooms.wake(await self._rooms.database.read(lambda conn: self._rooms.lanes(conn, again.conversation_id)))
        return again

    async def _show_again(self, delivery_id: str) -> DeliveryView:
        found = await self._posts.forget(*post_of(delivery_id))
        if found is None:
            raise Conflict("This is shown, or somebody had it shown again: look there.", delivery_id=delivery_id)
        self._reshow(found)
        return as_delivery(found)

    def _preview(self, conn: Connection, *, case_id: str, agent: Principal, words: Words, token: str) -> Judged:
        case = held(self._rooms, conn, case_id, agent)
        entries = self._rooms.threads.read(conn, case.tenant, case.conversation_id, internal=True)
        position, now = _last_words(entries), self._rooms.clock.now()
        before = self._last_seen(conn, case, agent)
        values = {
            "id": _digest(token),
            "tenant": case.tenant,
            "case_id": case.id,
            "agent_id": agent.id,
            "digest": _bound(token, words.bound),
            "epoch": case.epoch,
            "position": position,
            "at": now,
        }
        conn.execute(delete(previews).where(previews.c.tenant == case.tenant, previews.c.at < now - KEPT_FOR))
        conn.execute(insert(previews).values(values))
        wrote = before is not None and before < position
        situation = Situation(notes=_notes(entries), wrote=wrote)
        return warnings_of(words.text, situation), self._rooms.cases.promised_in(case, words.original or words.text, now)

    def _send(self, conn: Connection, *, token: str, agent: Principal, words: Words) -> tuple[str, int, list[str]]:
        row = self._found(conn, token, agent)
        if not hmac.compare_digest(row.digest, _bound(token, words.bound)):
            raise Conflict("The text isn't the one that was shown: look at it once more, then send it.")
        if row.sent_position is not None:
            return self._sent(conn, row)
        case = held(self._rooms, conn, row.case_id, agent)
        self._check(conn, row, case)
        now = self._rooms.clock.now()
        said = Said(original=words.original, promised=words.promised)
        position = self._rooms.cases.reply_to_customer(conn, case.id, agent, words.text, at=now, said=said)
        once = and_(previews.c.id == row.id, previews.c.sent_position.is_(None))
        if conn.execute(update(previews).where(once).values(sent_position=position)).rowcount != 1:
            raise Conflict("This was sent already.", case_id=case.id)
        return case.id, position, self._rooms.lanes(conn, case.conversation_id)

    def _found(self, conn: Connection, token: str, agent: Principal) -> Row[Any]:
        permit_working(self._rooms, agent)
        mine = and_(previews.c.tenant == self._rooms.tenant.id, previews.c.id == _digest(token))
        row = conn.execute(select(previews).where(mine).with_for_update()).one_or_none()
        if row is None or row.agent_id != agent.id:
            raise Conflict("This wasn't shown to you before: look at what will be sent, then send it.")
        return row

    def _check(self, conn: Connection, row: Row[Any], case: Case) -> None:
        """Raises `Conflict` when the world isn't as it was when the preview was shown."""
        if self._rooms.clock.now() - row.at > HOLDS_FOR:
            raise Conflict("This was shown more than 15 minutes ago: look at it once more, then send it.", case_id=case.id)
        if row.epoch != case.epoch:
            raise Conflict("The case has changed hands since this was shown: look at it once more.", case_id=case.id)
        entries = self._rooms.threads.read(conn, case.tenant, case.conversation_id, after=row.position, internal=True)
        if _last_words(entries) > row.position:
            raise Conflict("The customer wrote meanwhile: read it, look at your reply once more, then send it.", case_id=case.id)

    def _sent(self, conn: Connection, row: Row[Any]) -> tuple[str, int, list[str]]:
        case = self._rooms.cases.get(conn, row.tenant, row.case_id)
        return case.id, row.sent_position, self._rooms.lanes(conn, case.conversation_id)

    def _last_seen(self, conn: Connection, case: Case, agent: Principal) -> int | None:
        """The customer's line that the agent's last preview in this case was made after."""
        mine = and_(previews.c.tenant == case.tenant, previews.c.case_id == case.id, previews.c.agent_id == agent.id)
        return conn.execute(select(func.max(previews.c.position)).where(mine, previews.c.sent_position.is_(None))).scalar()


def _text(text: str) -> str:
    if not text.strip():
        raise BadInput("The message is empty: write something first.")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"The message is longer than {MOST_CHARACTERS:,} characters: shorten it or send it in parts.")
    return text.strip()


def _last_words(entries: Sequence[Entry]) -> int:
    """The position of the customer's last line."""
    return max((entry.position for entry in entries if entry.author is Author.CUSTOMER), default=0)


def _notes(entries: Sequence[Entry]) -> list[str]:
    return [str(entry.body.get("text", "")) for entry in entries if entry.kind is EntryKind.INTERNAL_NOTE]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _bound(token: str, words: str) -> str:
    """A sum over the text that only the holder of the token can make."""
    return hmac.new(token.encode(), words.encode(), hashlib.sha256).hexdigest()
