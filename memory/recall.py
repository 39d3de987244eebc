"""What is remembered of a customer that matters to a question: relevant, recent and certain, within a budget of tokens."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.people import Principal
from memory.distil import Rooms
from memory.known import Known, current
from memory.vectors import Near

CANDIDATES = 24
RELEVANT = 0.2
HALF_LIFE_DAYS = 180.0
CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """A memory that bears on the question, with the message it comes from, since when it is known, and its score (0 to 1)."""

    memory_id: str
    text: str
    kind: str
    conversation_id: str
    source_id: str
    at: datetime
    score: float


class Recall:
    """Finds memories by meaning. A person gets their own, and what colleagues of the same account told about the business."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def find(self, asker: Principal, query: str, *, budget_tokens: int, now: datetime) -> list[Recalled]:
        """The memories that matter to `query`, the best first. Nothing for anybody who isn't verified."""
        if not asker.verified or asker.contact_id is None or not query.strip() or budget_tokens < 1:
            return []
        tenant = asker.tenant.id
        known = await self._rooms.database.read(
            lambda conn: current(conn, self._rooms.vault, tenant, asker.person_id, asker.account_id, now)
        )
        if not known:
            return []
        near = await asyncio.to_thread(self._nearest, asker, query)
        return within(ranked(known, near, now), budget_tokens)

    def _nearest(self, asker: Principal, query: str) -> list[Near]:
        vector = self._rooms.embedder.embed([query])[0].tolist()
        audiences = [asker.person_id, *([f"account:{asker.account_id}"] if asker.account_id else [])]
        return self._rooms.vectors.nearest(asker.tenant.id, audiences, vector, CANDIDATES)


def ranked(known: Sequence[Known], near: Sequence[Near], now: datetime) -> list[Recalled]:
    """Memories by similarity times recency (halved every 180 days, at least a half) times confidence."""
    similarity = {each.id: each.similarity for each in near if each.similarity >= RELEVANT}
    found = [_recalled(each, similarity[each.id], now) for each in known if each.id in similarity]
    return sorted(found, key=lambda recalled: (-recalled.score, recalled.memory_id))


def within(found: Sequence[Recalled], budget_tokens: int) -> list[Recalled]:
    """The best that fit into the budget together; one that is too long leaves room for the next."""
    left, chosen = budget_tokens, list[Recalled]()
    for each in found:
        cost = tokens(each.text)
        if cost <= left:
            chosen.append(each)
            left -= cost
    return chosen


def tokens(text: str) -> int:
    """About how many tokens a model counts in a text."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


def _recalled(known: Known, similarity: float, now: datetime) -> Recalled:
    age_days = max(0.0, (now - known.learned_at).total_seconds() / 86_400)
    recency = 0.5 + 0.5 * 0.5 ** (age_days / HALF_LIFE_DAYS)
    return Recalled(
        memory_id=known.id,
        text=known.text,
        kind=known.kind,
        conversation_id=known.conversation_id,
        source_id=known.source_id,
        at=known.learned_at,
        score=max(0.0, min(1.0, similarity)) * recency * known.confidence,
    )
