"""Private answers for agents: from internal articles too when they ask for themselves, from public ones alone for customers."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from core.conversation import Citation, Sentence
from core.errors import BadInput, NotFound, Unavailable
from core.language import PhraseRequest, Said, UnderstandRequest
from core.people import Principal
from handoff.desk.copilot import CopilotRooms, permit
from handoff.desk.matter import Matter, customer_of, drafting_for, read_matter
from handoff.desk.views import AnswerView
from knowledge import shelf
from knowledge.articles import Article
from knowledge.glossary import guess
from knowledge.ground import support
from knowledge.keywords import Readers
from skills.catalogue import intents

EVERYTHING = frozenset({"public", "internal"})
INTERNAL = "internal"
PASSAGES = 6
MOST_CHARACTERS = 2_000
NOTHING = "No article answers this surely enough. Ask it in other words, or ask a colleague."
NOTHING_PUBLIC = "Nothing that customers may read answers this surely enough, so there is no draft."


class AgentAnswers:
    """Answers questions of agents, and drafts replies for them. Sends and keeps nothing."""

    def __init__(self, rooms: CopilotRooms) -> None:
        self._rooms = rooms

    async def ask(self, question: str, agent: Principal) -> AnswerView:
        """An answer for the agent's own eyes. What stands on an internal article says so."""
        permit(agent, self._rooms.tenant)
        asked, tenant = _asked(question), self._rooms.tenant.id
        language = guess(asked)
        found = await self._rooms.search.find(asked, tenant=tenant, audience=EVERYTHING, limit=PASSAGES, language=language)
        if found.answerable < self._rooms.threshold:
            return _nothing(NOTHING, found.answerable)
        request = PhraseRequest(question=asked, language=language, sources=found.sources())
        async with drafting_for(self._rooms, None):
            phrased = [sentence async for sentence in self._rooms.model.phrase(request)]
        articles = await self._rooms.knowledge.read(partial(_articles, tenant=tenant, sentences=phrased))
        texts = {name: article.source for name, article in articles.items()}
        kept = [each for each in phrased if _frames(each) or support(each, texts).supported]
        citations = _citations(kept)
        if not citations:
            return _nothing(NOTHING, found.answerable)
        internal = {name: article.title for name, article in articles.items() if article.audience == INTERNAL}
        return AnswerView(
            text=_with_warning(kept, internal),
            citations=tuple(_marked(each, internal) for each in citations),
            confidence=round(found.answerable, 3),
            sure=True,
        )

    async def draft(self, message: str, agent: Principal, case_id: str | None = None) -> AnswerView:
        """A reply to a customer's message in their language, from what customers may be told alone."""
        permit(agent, self._rooms.tenant)
        asked, tenant = _asked(message), self._rooms.tenant.id
        matter = await self._matter(tenant, case_id) if case_id else None
        facts = {"plan": matter.case.plan} if matter and matter.case.plan else {}
        async with drafting_for(self._rooms, matter):
            language = await self._language(asked, matter)
            recalled = await self._recalled(asked, matter)
            answered = await self._rooms.answers.answer(tenant, asked, language, recalled=recalled, facts=facts)
        if not answered.sentences:
            return _nothing(NOTHING_PUBLIC, answered.answerable)
        return AnswerView(
            text=" ".join(each.text for each in answered.sentences),
            citations=_citations(answered.sentences),
            confidence=round(answered.answerable, 3),
            sure=True,
        )

    async def _matter(self, tenant: str, case_id: str) -> Matter:
        return await self._rooms.database.read(lambda conn: read_matter(self._rooms, conn, tenant, case_id))

    async def _language(self, message: str, matter: Matter | None) -> str:
        said = [*(matter.said if matter else ()), Said(role="customer", text=message)]
        try:
            understood = await self._rooms.model.understand(UnderstandRequest(said=said, intents=intents()))
        except Unavailable:
            return matter.conversation.language if matter else guess(message)
        return understood.language

    async def _recalled(self, message: str, matter: Matter | None) -> Sequence[str]:
        if matter is None:
            return ()
        rooms = self._rooms
        customer = await customer_of(rooms, matter)
        try:
            found = await rooms.recall.find(customer, message, budget_tokens=rooms.recall_tokens, now=rooms.now)
        except Unavailable:
            return ()
        return [each.text for each in found]


def _asked(text: str) -> str:
    asked = text.strip()
    if not asked:
        raise BadInput("There is no question: write what you want to know.")
    if len(asked) > MOST_CHARACTERS:
        raise BadInput(f"The question is longer than {MOST_CHARACTERS:,} characters: ask in fewer words.")
    return asked


def _articles(conn: Connection, tenant: str, sentences: Sequence[Sentence]) -> dict[str, Article]:
    readers, found = Readers(tenant=tenant, audience=EVERYTHING), dict[str, Article]()
    for each in {citation.article for sentence in sentences for citation in sentence.citations}:
        with suppress(NotFound):
            found[each] = shelf.get(conn, readers, each)
    return found


def _frames(sentence: Sentence) -> bool:
    return (sentence.approved or "").startswith("frame.") and not sentence.citations


def _citations(sentences: Sequence[Sentence]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(each for sentence in sentences for each in sentence.citations))


def _with_warning(sentences: Sequence[Sentence], internal: dict[str, str]) -> str:
    text = " ".join(each.text for each in sentences)
    cited = dict.fromkeys(each.article for each in _citations(sentences))
    named = [internal[each] for each in cited if each in internal]
    return f"{text}\n\nInternal, not for customers: {'; '.join(named)}." if named else text


def _marked(citation: Citation, internal: dict[str, str]) -> Citation:
    return replace(citation, heading=f"{citation.heading} (internal)") if citation.article in internal else citation


def _nothing(text: str, answerable: float) -> AnswerView:
    return AnswerView(text=text, citations=(), confidence=round(answerable, 3), sure=False)
