"""Several language models in order: the next goes on where one fails, says nothing again, and all are done in time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.models.chain.budget import WhenSpent
from bot.models.chain.once import Once
from bot.models.chain.order import Link, Order, any_fluent
from bot.models.chain.timing import closing, left, until, within
from bot.models.provider import Fault
from core.conversation import Sentence
from core.errors import BadInput, Unavailable
from core.language import (
    ConverseRequest,
    Ended,
    FactDraft,
    LanguageModel,
    PhraseRequest,
    Said,
    Stop,
    ToolCall,
    Understanding,
    UnderstandRequest,
    Uttered,
)

T = TypeVar("T")

FIRST_SHARE = 0.6
GRACE_S = 0.25
LOCAL_S = 1.0


@dataclass(kw_only=True)
class _Round:
    """One answer on its way through the chain."""

    request: ConverseRequest
    once: Once
    calls: int = 0

    def for_next(self) -> ConverseRequest:
        """The request as the next model gets it: with what was said by those before it."""
        self.once.moved_on()
        return replace(self.request, already=(*self.request.already, *self.once.said))

    def broken_off(self, model: str, failed: Unavailable) -> Ended | None:
        """How the round ends although a model failed; None when the next one goes on."""
        if self.calls:
            return Ended(stop=Stop.CALLS, model=model)
        if failed.data.get("fault") == Fault.REFUSED.value:
            return Ended(stop=Stop.REFUSED, model=model)
        if self.request.mend is not None and self.once.said:
            return Ended(stop=Stop.END, model=model)
        return None

    def empty(self, ended: Ended) -> bool:
        """Whether a model had something to answer and ended without a word."""
        had = self.request.already or self.request.exchanges or self.request.mend or self.once.said or self.calls
        return ended.stop is Stop.END and not had


class Chain:
    """A `core.language.LanguageModel` over others, the first that can.

    A model that others stand behind must begin within three fifths of the time that is left; one that needs no provider gets a
    second even after the deadline. `limit_s` is the time where no turn sets a deadline. A fluent model that refuses isn't
    overruled by another. Calls that were proposed before a model broke off are carried out first: the round ends with them.
    """

    def __init__(
        self,
        links: Sequence[Link],
        *,
        when_spent: WhenSpent = "embedded",
        limit_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not links:
            raise BadInput("A chain needs at least one language model: name one in models.chain in config.toml.")
        self._links = tuple(links)
        self._when_spent: WhenSpent = when_spent
        self._limit_s = limit_s
        self._clock = clock
        self.name = ">".join(link.model.name for link in links)

    @property
    def fluent(self) -> bool:
        """Whether a fluent model would be asked now: its provider isn't left alone and there is money for it."""
        return any_fluent(self._links, self._when_spent)

    async def understand(self, request: UnderstandRequest) -> Understanding:
        answer = await self._ask(lambda model: model.understand(request))
        return _given(answer)

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        answer = await self._ask(lambda model: model.distil(said))
        return _given(answer)

    async def summarise(self, said: Sequence[Said]) -> str:
        answer = await self._ask(lambda model: model.summarise(said))
        return _given(answer)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        async def whole(model: LanguageModel) -> Sequence[str] | None:
            given = await model.translate(texts, language)
            return given if given is not None and len(given) == len(texts) else None

        return await self._ask(whole)

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        order, once = self._order(speaks=True), Once()
        while (link := order.take()) is not None:
            once.moved_on()
            try:
                async with closing(self._paced(link, order, link.model.phrase(request))) as sentences:
                    async for sentence in sentences:
                        if once.lets(sentence, quotes=not link.model.fluent):
                            yield sentence
                return
            except Unavailable as failed:
                order.fell(link, failed)
        raise order.ending()

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        order, going = self._order(speaks=True), _Round(request=request, once=Once(request.already))
        while (link := order.take()) is not None:
            try:
                async with closing(self._round(link, order, going)) as uttering:
                    async for uttered in uttering:
                        yield uttered
                return
            except Unavailable as failed:
                ended = going.broken_off(link.model.name, failed)
                order.fell(link, failed)
            if ended is not None:
                yield ended
                return
        raise order.ending()

    async def _round(self, link: Link, order: Order, going: _Round) -> AsyncIterator[Uttered]:
        """What one model adds to the round, with its end. Raises `Unavailable` when it breaks off or has nothing to say."""
        async with closing(self._paced(link, order, link.model.converse(going.for_next()))) as uttering:
            async for uttered in uttering:
                match uttered:
                    case Ended():
                        if link.model.fluent and order.more and going.empty(uttered):
                            raise Unavailable(f"{link.model.name} ended without a word.", fault=Fault.GARBAGE.value)
                        yield uttered
                        return
                    case ToolCall():
                        going.calls += 1
                        yield uttered
                    case Sentence():
                        if going.once.lets(uttered, quotes=not link.model.fluent):
                            yield uttered
        raise Unavailable(f"{link.model.name} broke off: try again in a moment.", fault=Fault.CUT.value)

    async def _ask(self, ask: Callable[[LanguageModel], Awaitable[T | None]]) -> T | None:
        """The first answer that isn't None; None when nobody has a better one. Raises `Unavailable` when nobody answers."""
        order, answered = self._order(speaks=False), False
        while (link := order.take()) is not None:
            seconds = self._seconds(link, order)
            try:
                with until(self._clock() + seconds):
                    async with asyncio.timeout(seconds + GRACE_S):
                        answer = await ask(link.model)
            except TimeoutError:
                order.fell(link, _late(link))
                continue
            except Unavailable as failed:
                order.fell(link, failed)
                continue
            if answer is not None:
                return answer
            answered = True
        if answered:
            return None
        raise order.ending()

    async def _paced(self, link: Link, order: Order, stream: AsyncIterator[T]) -> AsyncIterator[T]:
        """A model's stream in time: it must begin early enough for those behind it, and end by the deadline."""
        began, first = self._clock(), self._seconds(link, order)
        whole = max(self._left(began), LOCAL_S) if not link.model.fluent else self._left(began)
        seconds = first
        async with closing(stream) as pieces:
            while True:
                try:
                    with until(self._clock() + seconds):
                        piece = await within(seconds + GRACE_S, pieces)
                except TimeoutError as error:
                    raise _late(link) from error
                if piece is None:
                    return
                yield piece
                seconds = max(0.0, began + whole - self._clock())

    def _order(self, *, speaks: bool) -> Order:
        return Order(self._links, self._when_spent, speaks=speaks)

    def _seconds(self, link: Link, order: Order) -> float:
        """How long this model may take until its answer, or the first of it, is there."""
        remaining = self._left(self._clock())
        if not link.model.fluent:
            return max(remaining, LOCAL_S)
        return remaining * FIRST_SHARE if order.more else remaining

    def _left(self, now: float) -> float:
        remaining = left(self._clock)
        return max(0.0, self._limit_s if remaining is None else remaining)


def _given(answer: T | None) -> T:
    if answer is None:
        raise Unavailable("The language model gave nothing: try again in a moment.", fault=Fault.GARBAGE.value)
    return answer


def _late(link: Link) -> Unavailable:
    return Unavailable(f"{link.model.name} took too long to answer: try again in a moment.", fault=Fault.TIMEOUT.value)
