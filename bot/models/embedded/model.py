"""The embedded language model: it needs no key and no network, and understands what the skills' own examples teach it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.models.embedded import distil, phrase, summarise
from bot.models.embedded.intents import IntentExamples, IntentHeads, fit_intents
from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.signals import SignalHeads, fit_signals
from bot.models.embedded.slots import SlotFinder
from bot.models.embedded.store import HeadStore
from bot.models.embedded.understand import NAME, Heads, Reader
from bot.models.embedded.views import Viewer
from core.conversation import Sentence
from core.embedding import Embedder
from core.language import (
    ConverseRequest,
    Ended,
    FactDraft,
    IntentSpec,
    PhraseRequest,
    Said,
    Stop,
    Understanding,
    UnderstandRequest,
    Uttered,
)


class EmbeddedModel:
    """A `core.language.LanguageModel` made of sentence vectors, word lists and small fitted heads.

    `embedder` looks at what customers write; `filed` (the same one by default) at examples, and may keep their vectors on disk.
    `question_examples` are what people ask the help centre, `hard_questions` those that look like requests, `cases` what procedures
    serve. Fitted heads are kept in `cache_dir` and fitted anew only when examples change. `today` dates words such as "tomorrow".
    """

    name = NAME
    fluent = False

    def __init__(  # noqa: PLR0913 - the composition root names each of these once
        self,
        *,
        embedder: Embedder,
        question_examples: Sequence[str],
        lexicon: Lexicon | Path,
        cache_dir: Path,
        filed: Embedder | None = None,
        hard_questions: Sequence[str] = (),
        cases: Sequence[str] = (),
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        words = lexicon if isinstance(lexicon, Lexicon) else Lexicon.load(lexicon)
        self._today = today
        self._embedder = embedder
        self._questions = tuple(question_examples)
        self._hard = tuple(hard_questions)
        self._cases = tuple(cases)
        self._store = HeadStore(cache_dir)
        self._student = Viewer(embedder=filed or embedder, lexicon=words)
        self._reader = Reader(viewer=Viewer(embedder=embedder, lexicon=words), finder=SlotFinder(lexicon=words))
        self._lock = threading.Lock()
        self._signals: SignalHeads | None = None
        self._intents: dict[tuple[IntentSpec, ...], IntentHeads] = {}

    def warm(self, intents: Sequence[IntentSpec] = ()) -> None:
        """Loads or fits what will be needed: the signals, and the heads for `intents`. Takes seconds the first time."""
        self._heads(tuple(intents))

    async def understand(self, request: UnderstandRequest) -> Understanding:
        """The understanding of the last customer message."""
        return (await asyncio.to_thread(self.understand_many, [request]))[0]

    def understand_many(self, requests: Sequence[UnderstandRequest]) -> list[Understanding]:
        """Understands many at once, which is faster for each. Blocks."""
        found: list[Understanding | None] = [None] * len(requests)
        groups: dict[tuple[IntentSpec, ...], list[int]] = {}
        for place, request in enumerate(requests):
            groups.setdefault(tuple(request.intents), []).append(place)
        for intents, places in groups.items():
            read = self._reader.read([requests[place] for place in places], self._heads(intents), self._today().date())
            for place, understanding in zip(places, read, strict=True):
                found[place] = understanding
        return [each for each in found if each is not None]

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        """The sentences of the sources that answer, framed in the customer's language."""
        for sentence in await asyncio.to_thread(phrase.answer, request, self._embedder):
            yield sentence

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        """What the sources say to the last message, in quotations that weren't shown before. Calls no tools."""
        last = request.said[-1].text if request.said else ""
        asked = PhraseRequest(
            question=last, language="en", sources=request.sources, recalled=request.recalled, facts=request.facts
        )
        shown = {(each.article, each.start) for sentence in request.already for each in sentence.citations}
        async for sentence in self.phrase(asked):
            fresh = not any((each.article, each.start) in shown for each in sentence.citations)
            if request.mend is None and fresh and not request.doubtful:
                yield sentence
        yield Ended(stop=Stop.END, model=self.name)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        """None: it knows the frames of a few languages, and translates nothing."""
        return None

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        """Lasting facts that the customer told of themselves."""
        return await asyncio.to_thread(distil.facts, said, self._embedder)

    async def summarise(self, said: Sequence[Said]) -> str:
        """Three lines: what was wanted first, the figures, how it stands."""
        return summarise.summary(said)

    def signals(self) -> SignalHeads:
        """The heads that depend on no skill."""
        return self._heads(next(iter(self._intents), ())).signals

    def _heads(self, intents: tuple[IntentSpec, ...]) -> Heads:
        with self._lock:
            if self._signals is None:
                self._signals = fit_signals(self._student, self._store, self._questions, self._cases)
            if intents not in self._intents:
                examples = IntentExamples.of(intents, self._questions, self._hard)
                latest = dict(list(self._intents.items())[-1:])
                self._intents = {**latest, intents: fit_intents(examples, self._student, self._store)}
            return Heads(intents=self._intents[intents], signals=self._signals)
