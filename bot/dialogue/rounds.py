"""One answer of a model in its own words: rounds of sentences and calls, every sentence checked before anybody sees it."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.called import Calls
from bot.dialogue.checking import Falls, Stands
from bot.dialogue.draft import Draft
from bot.dialogue.guard import review
from bot.dialogue.tools import Fluency
from core.charging import charge
from core.conversation import Sentence
from core.errors import Unavailable
from core.language import ConverseRequest, Ended, Exchange, LanguageModel, Stop, ToolCall, Uttered

MOST_ROUNDS = 6
MOST_MENDS = 2
MOST_HELD = 3
MOST_SENTENCES = 24
DEADLINE_S = 45.0

Show = Callable[[Draft], Awaitable[None]]


@dataclass(kw_only=True)
class Heard:
    """What one round brought besides sentences."""

    said: list[str] = field(default_factory=list[str])
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    stop: Stop = Stop.CUT


@dataclass(kw_only=True)
class Rounds:
    """The rounds of one answer. `stood` are the sentences that the customer is told, as they were checked (in English).

    Sentences that claim nothing (a greeting, a transition, a question) wait for one that says something.
    """

    model: LanguageModel
    fluency: Fluency
    calls: Calls
    draft: Draft
    show: Show
    began: float = field(default_factory=time.perf_counter)
    stood: list[Sentence] = field(default_factory=list[Sentence])
    held: list[Sentence] = field(default_factory=list[Sentence])
    fallen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    rounds: int = 0
    mended: int = 0
    mends: int = 0
    cut: bool = False
    refused: bool = False
    first_ms: float | None = None

    async def run(self, request: ConverseRequest) -> None:
        """Goes on until all is said, a call ends the turn, time is up or the model fails."""
        exchanges: list[Exchange] = []
        while self.rounds < MOST_ROUNDS:
            last = self.rounds == MOST_ROUNDS - 1
            asked = replace(request, exchanges=tuple(exchanges), may_call=not last)
            heard = await self._round(asked)
            if heard is None:
                return
            if heard.calls:
                results = await self.calls.carry_out(heard.calls)
                if self.calls.over:
                    return
                exchanges.append(Exchange(said=" ".join(heard.said), calls=tuple(heard.calls), results=results))
                continue
            if heard.stop is not Stop.PAUSED:
                break
            exchanges.append(Exchange(said=" ".join(heard.said), calls=(), results=()))
        await self._mend(replace(request, exchanges=tuple(exchanges), may_call=False))

    async def release(self) -> None:
        """Shows what waited: a question to the customer, when there is nothing else to say."""
        held, self.held = self.held, []
        for sentence in held:
            await self.tell(sentence)

    async def _round(self, request: ConverseRequest, *, mending: bool = False) -> Heard | None:
        """One round; None when it was cut off."""
        self.rounds += 1
        heard = Heard()
        request = replace(request, already=tuple(self.stood), sources=tuple(self.calls.passages))
        stream = self.model.converse(request)
        try:
            while (uttered := await _next(stream)) is not None:
                match uttered:
                    case Sentence():
                        heard.said.append(uttered.text)
                        await self._judge(uttered, mending=mending)
                    case ToolCall():
                        heard.calls += [uttered] if request.may_call else []
                    case Ended(stop=stop):
                        heard.stop = stop
                        break
        except (Unavailable, TimeoutError):
            self.cut = True
            return None
        finally:
            await _close(stream)
        self.cut = heard.stop is Stop.CUT
        self.refused = heard.stop is Stop.REFUSED
        return heard

    async def _judge(self, sentence: Sentence, *, mending: bool) -> None:
        """Shows a sentence that stands; one that falls is kept to be mended once, and dropped after that.

        What a model claims to stand on is its citations; that it were a record's or approved wording isn't believed.
        """
        proposed = replace(sentence, record_ids=(), approved=None, original=None)
        cleaned = review([proposed], internal_articles=frozenset())
        if not cleaned or len(self.stood) >= MOST_SENTENCES or self._known(cleaned[0].text):
            return
        verdict = self.fluency.checking.check(cleaned[0], self.calls.evidence)
        match verdict:
            case Stands(sentence=stands):
                self.mended += mending
                await self._stands(stands)
            case Falls(reason=reason):
                if not mending:
                    self.fallen.append((cleaned[0].text, reason))

    async def _stands(self, sentence: Sentence) -> None:
        claims = bool(sentence.citations or sentence.record_ids)
        if not claims and not self.stood and len(self.held) < MOST_HELD:
            self.held.append(sentence)
            return
        await self.release()
        await self.tell(sentence)

    async def tell(self, sentence: Sentence) -> None:
        """Shows a checked sentence, in the customer's language."""
        if self.first_ms is None:
            self.first_ms = round((time.perf_counter() - self.began) * 1000, 1)
        self.stood.append(sentence)
        language = self.draft.language
        told: Sequence[Sentence] = (sentence,)
        if language != "en":
            told = await self.fluency.translating.one(sentence, language, before=tuple(self.draft.sentences))
            self.draft.settled.update(each.text for each in told)
        self.draft.say(told)
        await self.show(self.draft)

    async def _mend(self, request: ConverseRequest) -> None:
        """Has what fell put in other words that stand, once each, while there is time and something to stand on."""
        if self.cut or self.refused or not (self.calls.passages or self.calls.records):
            return
        for fallen in self.fallen[:MOST_MENDS]:
            if self.rounds >= MOST_ROUNDS:
                return
            self.mends += 1
            heard = await self._round(replace(request, mend=fallen), mending=True)
            self.cut = self.cut and not self.stood
            if heard is None:
                return

    def _known(self, text: str) -> bool:
        return any(each.text == text for each in (*self.stood, *self.held))


async def _next(stream: AsyncIterator[Uttered]) -> Uttered | None:
    """The next piece, waited for until the turn's deadline; None at the end. Only the model is waited for, never a write."""
    async with asyncio.timeout(_left()):
        return await anext(stream, None)


async def _close(stream: AsyncIterator[Uttered]) -> None:
    if isinstance(stream, AsyncGenerator):
        await stream.aclose()


def _left() -> float:
    """Seconds until the turn must be done."""
    present = charge()
    if present is None or present.deadline_at is None:
        return DEADLINE_S
    return max(0.0, present.deadline_at - time.monotonic())
