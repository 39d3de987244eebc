"""Learns lasting facts about customers from conversations that have ended."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.charging import Charge, charged
from core.database import Database
from core.embedding import Embedder
from core.errors import RapportError
from core.events import JSON, Event
from core.journal import Journal
from core.language import FactDraft, LanguageModel, Said
from core.people import Assurance
from core.vault import Vault
from memory.facts import ABOUT_BUSINESS, contradicts, lasts, same, worth_keeping
from memory.known import Known, current
from memory.tables import Conversation, memories
from memory.threads import Threads
from memory.vectors import Item, Vector, VectorStore, cosine

MOST_FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What memory stands on."""

    database: Database
    vault: Vault
    journal: Journal
    threads: Threads
    vectors: VectorStore
    embedder: Embedder


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What came of a conversation: ids of new memories, of old ones that a newer one closed, and of those heard again."""

    new: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Fact:
    """A draft that is worth keeping, with its vector and the id that it would have."""

    id: str
    draft: FactDraft
    vector: Vector


class Distiller:
    """Asks a model for the facts of a conversation and keeps those that last."""

    def __init__(self, rooms: Rooms, model: LanguageModel) -> None:
        self._rooms = rooms
        self._model = model
        self._late: set[str] = set()

    def by(self, model: LanguageModel) -> "Distiller":
        """The same with another model."""
        return Distiller(self._rooms, model)

    async def learn(self, conversation: Conversation, *, now: datetime) -> Learned:
        """Learns from an ended conversation of a verified contact and marks it; again, it learns nothing new.

        Raises `Unavailable` when the model can't answer; the conversation then stays to be learned from.
        """
        if conversation.assurance is not Assurance.VERIFIED or conversation.contact_id is None:
            return await self._rooms.database.write(lambda conn: self._keep(conn, conversation, (), {}, now))
        said = await self._rooms.database.read(
            lambda conn: self._rooms.threads.said(conn, conversation.tenant, conversation.id, limit=200)
        )
        facts = await self._facts(conversation, said)
        known = await self._rooms.database.read(lambda conn: self._known(conn, conversation, now))
        vectors = await self._vectors(known)
        # Vectors first: one without a row is never found, a row without a vector would never be.
        await asyncio.to_thread(self._store, conversation, facts)
        return await self._rooms.database.write(lambda conn: self._keep(conn, conversation, facts, vectors, now))

    async def learn_all(self, *, now: datetime, limit: int = 20) -> int:
        """Learns from the conversations that wait for it. Returns from how many.

        One that fails is taken up again after all others, and holds none of them up; the first failure is raised at the end.
        """
        most = limit + len(self._late)
        waiting = await self._rooms.database.read(lambda conn: self._rooms.threads.to_distil(conn, most))
        due = [each for each in waiting if each.id not in self._late]
        if not due:
            self._late.clear()
        failures: list[RapportError] = []
        learned = 0
        for conversation in (due or waiting)[:limit]:
            try:
                await self.learn(conversation, now=now)
                learned += 1
            except RapportError as error:
                self._late.add(conversation.id)
                failures.append(error)
            if len(failures) == MOST_FAILURES:
                break
        if failures:
            raise failures[0]
        return learned

    async def _facts(self, conversation: Conversation, said: Sequence[Said]) -> tuple[_Fact, ...]:
        own = {each.message_id for each in said if each.role == "customer"}
        with charged(Charge(tenant=conversation.tenant, conversation_id=conversation.id, role="distil")):
            drafts = await self._model.distil(said) if own else ()
        kept = [draft for draft in drafts if draft.message_id in own and worth_keeping(draft)]
        vectors = await self._embed([draft.text for draft in kept])
        return tuple(
            _Fact(id=_id(conversation, draft), draft=draft, vector=vector) for draft, vector in zip(kept, vectors, strict=True)
        )

    async def _vectors(self, known: Sequence[Known]) -> dict[str, Vector]:
        return dict(zip((each.id for each in known), await self._embed([each.text for each in known]), strict=True))

    async def _embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        return (await asyncio.to_thread(self._rooms.embedder.embed, texts)).tolist() if texts else ()

    def _store(self, conversation: Conversation, facts: Sequence[_Fact]) -> None:
        items = [Item(id=fact.id, audience=_audience(conversation, fact.draft.kind), vector=fact.vector) for fact in facts]
        if items:
            self._rooms.vectors.add(conversation.tenant, items)

    def _known(self, conn: Connection, conversation: Conversation, now: datetime) -> list[Known]:
        return current(conn, self._rooms.vault, conversation.tenant, conversation.person_id, conversation.account_id, now)

    def _keep(
        self, conn: Connection, conversation: Conversation, facts: Sequence[_Fact], vectors: Mapping[str, Vector], now: datetime
    ) -> Learned:
        """Writes what is new against what is known at this moment, in one transaction with the mark."""
        vectors = dict(vectors)
        new, closed, confirmed = list[str](), list[str](), list[str]()
        for fact in facts:
            if self._was_learned(conn, fact.id):
                continue
            known = [each for each in self._known(conn, conversation, now) if each.kind == fact.draft.kind]
            near = {each.id: cosine(vectors[each.id], fact.vector) if each.id in vectors else 0.0 for each in known}
            heard = next((each for each in known if same(fact.draft.text, each.text, near[each.id])), None)
            if heard is not None:
                self._confirm(conn, heard, now)
                confirmed.append(heard.id)
                continue
            older = [each for each in known if contradicts(fact.draft.text, each.text, near[each.id])]
            self._insert(conn, conversation, fact, 1 + max((each.version for each in older), default=0), now)
            for each in older:
                self._close(conn, conversation, each, fact.id, now)
            vectors[fact.id] = fact.vector
            new.append(fact.id)
            closed.extend(each.id for each in older)
        self._rooms.threads.distilled(conn, conversation.tenant, conversation.id, now)
        return Learned(new=tuple(new), closed=tuple(closed), confirmed=tuple(confirmed))

    def _was_learned(self, conn: Connection, memory_id: str) -> bool:
        return conn.execute(select(memories.c.id).where(memories.c.id == memory_id)).scalar() is not None

    def _insert(self, conn: Connection, conversation: Conversation, fact: _Fact, version: int, now: datetime) -> None:
        draft = fact.draft
        content_id = self._rooms.vault.seal(
            conn, tenant=conversation.tenant, person=conversation.person_id, text=draft.text.strip()
        )
        values: dict[str, Any] = {
            "id": fact.id,
            "tenant": conversation.tenant,
            "person_id": conversation.person_id,
            "account_id": conversation.account_id,
            "conversation_id": conversation.id,
            "source_id": draft.message_id,
            "kind": draft.kind,
            "confidence": draft.confidence,
            "version": version,
            "content_id": content_id,
            "learned_at": now,
            "expires_at": now + lasts(draft.kind),
        }
        conn.execute(insert(memories).values(values))
        data: dict[str, JSON] = {"memory_id": fact.id, "kind": draft.kind, "version": version, "source_id": draft.message_id}
        self._note(conn, conversation, "memory.learned", data, now)

    def _confirm(self, conn: Connection, heard: Known, now: datetime) -> None:
        values = {"expires_at": max(heard.expires_at, now + lasts(heard.kind))}
        conn.execute(update(memories).where(memories.c.tenant == heard.tenant, memories.c.id == heard.id).values(values))

    def _close(self, conn: Connection, conversation: Conversation, older: Known, newer_id: str, now: datetime) -> None:
        values = {"valid_until": now, "superseded_by": newer_id}
        conn.execute(update(memories).where(memories.c.tenant == older.tenant, memories.c.id == older.id).values(values))
        self._note(conn, conversation, "memory.closed", {"memory_id": older.id, "superseded_by": newer_id}, now)

    def _note(self, conn: Connection, about: Conversation, kind: str, data: dict[str, JSON], now: datetime) -> None:
        event = Event(
            type=kind,
            tenant=about.tenant,
            at=now,
            correlation_id=about.id,
            conversation_id=about.id,
            account_id=about.account_id,
            data=data,
        )
        self._rooms.journal.append(conn, event)


def _id(conversation: Conversation, draft: FactDraft) -> str:
    """The same draft of the same conversation gets the same id, so that learning twice doubles nothing."""
    source = "\x00".join((conversation.tenant, conversation.id, draft.message_id, draft.kind, draft.text))
    return hashlib.sha256(source.encode()).hexdigest()[:32]


def _audience(conversation: Conversation, kind: str) -> str:
    if kind in ABOUT_BUSINESS and conversation.account_id:
        return f"account:{conversation.account_id}"
    return conversation.person_id
