"""A language model that needs no provider, counted like those that do: each operation is a call that costs nothing."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from bot.models.chain.metering import CLOSED, OK
from bot.models.chain.spending import Spending
from bot.models.chain.timing import closing
from core.charging import ModelCall, charge
from core.conversation import Sentence
from core.errors import Unavailable
from core.language import (
    ConverseRequest,
    Ended,
    FactDraft,
    LanguageModel,
    PhraseRequest,
    Said,
    Understanding,
    UnderstandRequest,
    Uttered,
)

T = TypeVar("T")
FAILED = "failed"


class Counted:
    """Wraps a model. Its calls join the charge and the spending, at no cost."""

    def __init__(self, model: LanguageModel, spending: Spending, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._spending = spending
        self._clock = clock
        self.name = model.name

    @property
    def fluent(self) -> bool:
        return self._model.fluent

    async def understand(self, request: UnderstandRequest) -> Understanding:
        return await self._asked("understand", self._model.understand(request))

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        return await self._asked("distil", self._model.distil(said))

    async def summarise(self, said: Sequence[Said]) -> str:
        return await self._asked("summarise", self._model.summarise(said))

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return await self._model.translate(texts, language)

    def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        return self._streamed("phrase", self._model.phrase(request))

    def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        return self._streamed("converse", self._model.converse(request))

    async def _asked(self, operation: str, asking: Awaitable[T]) -> T:
        began, outcome = self._clock(), CLOSED
        try:
            answer = await asking
            outcome = OK
        except Unavailable:
            outcome = FAILED
            raise
        finally:
            self._count(operation, outcome, began, None)
        return answer

    async def _streamed(self, operation: str, stream: AsyncIterator[T]) -> AsyncIterator[T]:
        began, outcome = self._clock(), CLOSED
        first: float | None = None
        try:
            async with closing(stream) as pieces:
                async for piece in pieces:
                    first = self._clock() if first is None else first
                    outcome = OK if isinstance(piece, Ended) else outcome
                    yield piece
            outcome = OK
        except Unavailable:
            outcome = FAILED
            raise
        finally:
            self._count(operation, outcome, began, first)

    def _count(self, operation: str, outcome: str, began: float, first: float | None) -> None:
        current = charge()
        call = ModelCall(
            provider=self.name,
            model=self.name,
            role=current.role if current else "dialogue",
            operation=operation,
            outcome=outcome,
            took_ms=(self._clock() - began) * 1_000,
            first_ms=None if first is None else (first - began) * 1_000,
        )
        self._spending.record(current, call)
