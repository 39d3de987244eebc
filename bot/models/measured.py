"""A language model that is timed and traced: the same answers, and a span and an observation for each operation."""

from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import contextmanager
from time import perf_counter

from bot.telemetry import span
from core.conversation import Sentence
from core.language import (
    ConverseRequest,
    FactDraft,
    LanguageModel,
    PhraseRequest,
    Said,
    Understanding,
    UnderstandRequest,
    Uttered,
)

Observe = Callable[[str, str, float], None]


class Measured:
    """Wraps a model. `observe` is told the model's name, the operation and its seconds."""

    def __init__(self, model: LanguageModel, observe: Observe) -> None:
        self._model = model
        self._observe = observe
        self.name = model.name

    @property
    def fluent(self) -> bool:
        return self._model.fluent

    async def understand(self, request: UnderstandRequest) -> Understanding:
        with self._timed("understand"):
            return await self._model.understand(request)

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        with self._timed("phrase"):
            async for sentence in self._model.phrase(request):
                yield sentence

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        with self._timed("converse"):
            async for uttered in self._model.converse(request):
                yield uttered

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        with self._timed("translate"):
            return await self._model.translate(texts, language)

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        with self._timed("distil"):
            return await self._model.distil(said)

    async def summarise(self, said: Sequence[Said]) -> str:
        with self._timed("summarise"):
            return await self._model.summarise(said)

    @contextmanager
    def _timed(self, operation: str) -> Generator[None]:
        began = perf_counter()
        with span(f"model.{operation}", gen_ai__operation__name=operation, gen_ai__request__model=self.name):
            try:
                yield
            finally:
                self._observe(self.name, operation, perf_counter() - began)
