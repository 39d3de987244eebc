"""Answers from the help centre: search, phrase, check every sentence; when nothing stands, nothing is said."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.dialogue.tools import Answered, Passages
from core.conversation import Sentence
from core.database import Database
from core.errors import NotFound
from core.language import LanguageModel, PhraseRequest
from knowledge import shelf
from knowledge.ground import support
from knowledge.keywords import Readers
from knowledge.search import Found, Search

PUBLIC = frozenset({"public"})
INTERNAL = frozenset({"internal"})
NEAR = 0.8
MOST_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class HelpCentre:
    """Searches for customers: internal articles are never among what an answer is made from.

    They are looked at only to see that a question is about what staff alone may know (`staff_margin`): then it is declined. From
    `nearly` on the nearest headings are named, where no answer is given.
    """

    search: Search
    database: Database
    model: LanguageModel
    threshold: float = 0.5
    staff_margin: float = 0.15
    nearly: float = 0.2
    passages: int = 6

    async def likelihood(self, tenant: str, question: str, language: str) -> float:
        """How likely the public articles answer this, 0 to 1."""
        found = await self.search.find(question, tenant=tenant, audience=PUBLIC, limit=1, language=language)
        return found.answerable

    async def answer(
        self, tenant: str, question: str, language: str, *, recalled: Sequence[str] = (), facts: Mapping[str, str] | None = None
    ) -> Answered:
        """The sentences that stand, with their citations."""
        found, internal = await self._both(tenant, question, language)
        passages = _ids(found)
        if self._staff_only(found, internal):
            return Answered(passages=passages, answerable=found.answerable, staff_only=True)
        if found.answerable < self.threshold:
            return Answered(passages=passages, answerable=found.answerable, choices=self._near(found))
        sources = found.sources()
        request = PhraseRequest(question=question, language=language, sources=sources, recalled=recalled, facts=dict(facts or {}))
        phrased = [sentence async for sentence in self.model.phrase(request)]
        cited = {citation.article for sentence in phrased for citation in sentence.citations}
        texts = await self._sources(tenant, cited)
        kept = tuple(sentence for sentence in phrased if _frames(sentence) or support(sentence, texts).supported)
        quoting = any(sentence.citations for sentence in kept)
        return Answered(
            sentences=kept if quoting else (),
            passages=passages,
            answerable=found.answerable,
            dropped=len(phrased) - len(kept),
        )

    async def find(self, tenant: str, question: str, language: str) -> Passages:
        """What customers may read about a question, with the texts behind it. Nothing when it is about what staff alone know."""
        found, internal = await self._both(tenant, question, language)
        if self._staff_only(found, internal):
            return Passages(ids=_ids(found), answerable=found.answerable, staff_only=True)
        sources = found.sources()
        texts = await self._sources(tenant, {source.citation.article for source in sources})
        return Passages(sources=sources, texts=texts, ids=_ids(found), answerable=found.answerable)

    async def _both(self, tenant: str, question: str, language: str) -> tuple[Found, Found]:
        return await asyncio.gather(
            self.search.find(question, tenant=tenant, audience=PUBLIC, limit=self.passages, language=language),
            self.search.find(question, tenant=tenant, audience=INTERNAL, limit=1, language=language),
        )

    async def _sources(self, tenant: str, articles: Collection[str]) -> dict[str, str]:
        """The source texts of articles, as customers may read them; none for what isn't there for them."""
        readers = Readers(tenant=tenant, audience=PUBLIC)

        def read(conn: Connection) -> dict[str, str]:
            found: dict[str, str] = {}
            for each in articles:
                with suppress(NotFound):
                    found[each] = shelf.get(conn, readers, each).source
            return found

        return await self.database.read(read)

    def _near(self, found: Found) -> tuple[str, ...]:
        """The headings that come nearest, when they may be what is meant."""
        if found.answerable < self.nearly:
            return ()
        best = found.hits[0].score
        return tuple(dict.fromkeys(hit.heading for hit in found.hits if hit.score >= NEAR * best))[:MOST_NEAR]

    def _staff_only(self, found: Found, internal: Found) -> bool:
        if not internal.hits:
            return False
        return internal.answerable >= self.threshold and internal.answerable > found.answerable + self.staff_margin


def _ids(found: Found) -> tuple[str, ...]:
    return tuple(f"{hit.article}#{hit.start}-{hit.end}" for hit in found.hits)


def _frames(sentence: Sentence) -> bool:
    """Whether it is approved wording that introduces a quotation; a model has no other sentences that need no source."""
    return (sentence.approved or "").startswith("frame.") and not sentence.citations
