"""Answers that were checked before, kept for the same question, audience, language, prompts and knowledge.

Holds no customer's words: questions are kept as keyed hashes, and of answers only sentences that stand on articles.
"""

import hashlib
import hmac
import json
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.charging import charge
from core.clock import Clock
from core.conversation import Citation, Sentence
from core.database import Database, Instant, Json, metadata
from governance.redact import redact
from knowledge import shelf

KEPT_DAYS = 30
MOST_ASKED = 4_096
EDGES = ".,!?;:…\"'“”‘’«»()[]¿¡"

answers = Table(
    "knowledge_answer",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("knowledge", String(32), nullable=False),
    Column("sentences", Json, nullable=False),
    Column("hits", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
)

asked_for = Table(
    "knowledge_answer_day",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("hits", Integer, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What an answer is kept under. `prompts` is the version of what the model was told beside the question."""

    tenant: str
    text: str
    audience: frozenset[str]
    language: str
    prompts: str


@dataclass(frozen=True, kw_only=True)
class HitRate:
    """How often an answer was asked for, and how often one was there."""

    asked: int
    hits: int

    @property
    def share(self) -> float:
        return self.hits / self.asked if self.asked else 0.0


class AnswerCache:
    """Keeps answers. Only for questions that need nothing of the customer's own, and no earlier message: the caller sees to that.

    `secret` keys the hashes. What was kept over other knowledge is swept when the next answer is.
    """

    def __init__(self, *, database: Database, clock: Clock, secret: bytes, kept_days: int = KEPT_DAYS) -> None:
        self._database = database
        self._clock = clock
        self._key = hmac.digest(secret, b"rapport/knowledge/answers", hashlib.sha256)
        self._kept = timedelta(days=kept_days)
        self._asked: OrderedDict[str, str] = OrderedDict()

    async def get(self, question: Question) -> Sequence[Sentence] | None:
        """The kept answer to this very question; None when there is none. Counts both."""
        key = self._hashed(question)
        fresh = self._clock.now() - self._kept

        def read(conn: Connection) -> tuple[str, Any]:
            version = knowledge_version(conn, question.tenant)
            kept = select(answers.c.sentences).where(
                answers.c.tenant == question.tenant,
                answers.c.key == key,
                answers.c.knowledge == version,
                answers.c.made_at > fresh,
            )
            return version, conn.execute(kept).scalar_one_or_none()

        version, found = await self._database.read(read)
        self._remember(key, version)
        await self._database.write(lambda conn: self._count(conn, question.tenant, key, hit=found is not None))
        return None if found is None else tuple(_sentence(each) for each in found)

    async def put(self, question: Question, sentences: Sequence[Sentence], *, personal: Iterable[str] = ()) -> bool:
        """Keeps an answer to what `get` was just asked for. False when it isn't kept.

        That is so when a sentence stands on anything but articles, or holds one of the `personal` values or what looks like
        one; and when articles changed since it was asked.
        """
        key = self._hashed(question)
        version = self._asked.get(key)
        if version is None or not sentences or not all(_impersonal(each, personal) for each in sentences):
            return False
        row = {"tenant": question.tenant, "key": key, "knowledge": version, "sentences": [_kept(each) for each in sentences]}

        def write(conn: Connection) -> bool:
            current = knowledge_version(conn, question.tenant)
            self._sweep(conn, question.tenant, current)
            if current != version:
                return False
            conn.execute(delete(answers).where(answers.c.tenant == question.tenant, answers.c.key == key))
            try:
                with conn.begin_nested():
                    conn.execute(insert(answers).values(**row, hits=0, made_at=self._clock.now()))
            except IntegrityError:
                return False
            return True

        return await self._database.write(write)

    async def sweep(self, tenant: str) -> int:
        """Deletes what was kept over other knowledge or too long ago. Returns how many."""
        return await self._database.write(lambda conn: self._sweep(conn, tenant, knowledge_version(conn, tenant)))

    async def hit_rate(self, tenant: str, since: str) -> HitRate:
        """From the day `since` (as 2026-11-20) on."""
        sums = [func.coalesce(func.sum(column), 0) for column in (asked_for.c.asked, asked_for.c.hits)]
        wanted = select(*sums).where(asked_for.c.tenant == tenant, asked_for.c.day >= since)
        asked, hits = await self._database.read(lambda conn: tuple(conn.execute(wanted).one()))
        return HitRate(asked=int(asked), hits=int(hits))

    def _hashed(self, question: Question) -> str:
        parts = [
            question.tenant,
            plain(question.text),
            sorted(question.audience),
            question.language,
            question.prompts,
        ]
        return hmac.new(self._key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()

    def _remember(self, key: str, version: str) -> None:
        self._asked[key] = version
        self._asked.move_to_end(key)
        while len(self._asked) > MOST_ASKED:
            self._asked.popitem(last=False)

    def _sweep(self, conn: Connection, tenant: str, version: str) -> int:
        stale = or_(answers.c.knowledge != version, answers.c.made_at <= self._clock.now() - self._kept)
        return conn.execute(delete(answers).where(answers.c.tenant == tenant, stale)).rowcount

    def _count(self, conn: Connection, tenant: str, key: str, *, hit: bool) -> None:
        day, hits = self._clock.now().date().isoformat(), int(hit)
        of_day = (asked_for.c.tenant == tenant, asked_for.c.day == day)
        more = {"asked": asked_for.c.asked + 1, "hits": asked_for.c.hits + hits}
        if not conn.execute(update(asked_for).where(*of_day).values(more)).rowcount:
            try:
                with conn.begin_nested():
                    conn.execute(insert(asked_for).values(tenant=tenant, day=day, asked=1, hits=hits))
            except IntegrityError:
                conn.execute(update(asked_for).where(*of_day).values(more))
        if hit:
            of_it = (answers.c.tenant == tenant, answers.c.key == key)
            conn.execute(update(answers).where(*of_it).values(hits=answers.c.hits + 1))


class AnswersFor:
    """The cache for one tenant's readers of one audience, as the dialogue asks it."""

    def __init__(self, cache: AnswerCache, *, tenant: str, audience: frozenset[str], prompts: str) -> None:
        self._cache = cache
        self._tenant = tenant
        self._audience = audience
        self._prompts = prompts

    async def get(self, question: str, language: str) -> Sequence[Sentence] | None:
        return await self._cache.get(self._question(question, language))

    async def put(self, question: str, language: str, sentences: Sequence[Sentence]) -> None:
        current = charge()
        personal = [value for _, value in current.known] if current else []
        await self._cache.put(self._question(question, language), sentences, personal=personal)

    def _question(self, text: str, language: str) -> Question:
        return Question(tenant=self._tenant, text=text, audience=self._audience, language=language, prompts=self._prompts)


def knowledge_version(conn: Connection, tenant: str) -> str:
    """Names the articles of a tenant as they are now: another name as soon as one is added, changed or removed."""
    versions = conn.execute(select(shelf.article.c.version).where(shelf.article.c.tenant == tenant)).scalars()
    return hashlib.sha256("\n".join(sorted(versions)).encode()).hexdigest()[:16]


def plain(question: str) -> str:
    """A question without what changes nothing: case, spaces, punctuation around words."""
    words = unicodedata.normalize("NFKC", question).casefold().split()
    return " ".join(bare for word in words if (bare := word.strip(EDGES)))


def _impersonal(sentence: Sentence, personal: Iterable[str]) -> bool:
    if not sentence.citations or sentence.record_ids or sentence.approved:
        return False
    quotes = " ".join(each.quote for each in sentence.citations).casefold()
    for text in (sentence.text, sentence.original or ""):
        if any(value.strip() and value.strip().casefold() in text.casefold() for value in personal):
            return False
        if redact(text) != text and text.casefold() not in quotes:
            return False
    return True


def _kept(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "original": sentence.original,
        "citations": [asdict(each) for each in sentence.citations],
    }


def _sentence(values: Mapping[str, Any]) -> Sentence:
    return Sentence(
        text=values["text"],
        original=values["original"],
        citations=tuple(Citation(**each) for each in values["citations"]),
    )
