"""Cheap first: the embedded model understands, and a larger one is asked only where that one is unsure."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from bot.models.chain.timing import until
from bot.models.embedded.language import LANGUAGES
from core.conversation import Sentence
from core.errors import Unavailable
from core.language import (
    Act,
    Asked,
    ConverseRequest,
    FactDraft,
    LanguageModel,
    PhraseRequest,
    Said,
    SlotValue,
    TriageSignal,
    Understanding,
    UnderstandRequest,
    Uttered,
)

NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Sure:
    """From where on the cheap model's word is taken. Between `out_from` and `out_to` it may or may not be out of scope."""

    act: float = 0.8
    intent: float = 0.75
    margin: float = 0.25
    out_from: float = 0.3
    out_to: float = 0.75
    triage: float = 0.8
    languages: frozenset[str] = frozenset(LANGUAGES)

    def of(self, understood: Understanding, request: UnderstandRequest) -> bool:
        """Whether nothing more needs to be known than this model knows."""
        if understood.language not in self.languages:
            return False
        if self._told(understood, request):
            return True
        if understood.act is not Act.OTHER:
            waiting = request.expecting is not None or request.active_intent is not None
            if understood.act_confidence >= self.act and not understood.asked:
                return True
            if waiting and understood.act_confidence < self.act:
                return False
        if self.out_from <= understood.out_of_scope < self.out_to:
            return False
        if not understood.asked:
            return understood.out_of_scope >= self.out_to
        return self._wishes(understood.asked)

    def _told(self, understood: Understanding, request: UnderstandRequest) -> bool:
        """Whether the value that was just asked for is there, and nothing else is wanted more surely."""
        expected = request.expecting
        if expected is None or not any(slot.name == expected.name for slot in understood.slots):
            return False
        return understood.intent in (NONE, request.active_intent) or understood.confidence < self.intent

    def _wishes(self, asked: tuple[Asked, ...]) -> bool:
        """Whether the first wish is sure, and stands out from other readings of the same words; further wishes likewise."""
        firsts = [each for place, each in enumerate(asked) if all(each.text != other.text for other in asked[:place])]
        if any(each.confidence < self.intent for each in firsts):
            return False
        rivals = [each for each in asked if each not in firsts]
        by_text = {each.text: each.confidence for each in firsts}
        return all(by_text[each.text] - each.confidence >= self.margin for each in rivals)


class Cascade:
    """A `core.language.LanguageModel`: `cheap` understands first; `large` is asked when that is unsure, and does all else.

    Where both have spoken, the larger one's word counts, but: an act of which the cheap one was sure stays, so that no text
    talks a card into being confirmed; a person is called when the cheap one was sure of that; values that only the cheap one
    found join those of the same intent. A larger model that fails or takes longer than `patience_s` leaves what the cheap one
    understood. `Understanding.model` names all that were asked.
    """

    def __init__(
        self,
        *,
        cheap: LanguageModel,
        large: LanguageModel,
        sure: Sure | None = None,
        patience_s: float = 8.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cheap = cheap
        self._large = large
        self._sure = sure or Sure()
        self._patience_s = patience_s
        self._clock = clock
        self.name = large.name

    @property
    def fluent(self) -> bool:
        return self._large.fluent

    async def understand(self, request: UnderstandRequest) -> Understanding:
        first = await self._cheap.understand(request)
        if self._sure.of(first, request) or not self._large.fluent:
            return first
        try:
            with until(self._clock() + self._patience_s):
                async with asyncio.timeout(self._patience_s):
                    second = await self._large.understand(request)
        except (Unavailable, TimeoutError):
            return first
        return first if second.model == first.model else self._both(first, second)

    def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        return self._large.phrase(request)

    def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        return self._large.converse(request)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return await self._large.translate(texts, language)

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        return await self._large.distil(said)

    async def summarise(self, said: Sequence[Said]) -> str:
        return await self._large.summarise(said)

    def _both(self, first: Understanding, second: Understanding) -> Understanding:
        kept = first if first.act is not Act.OTHER and first.act_confidence >= self._sure.act else second
        found = {each.intent: each.slots for each in reversed(first.asked)}
        return replace(
            second,
            act=self._act(kept.act, first),
            act_confidence=kept.act_confidence,
            asked=tuple(replace(each, slots=_joined(each.slots, found.get(each.intent, ()))) for each in second.asked),
            slots=_joined(second.slots, first.slots),
            triage=self._triage(first.triage, second.triage),
            mood=min(first.mood, second.mood),
            frustration=max(first.frustration, second.frustration),
            repeats=max(first.repeats, second.repeats),
            model=f"{first.model}>{second.model}",
        )

    def _act(self, act: Act, first: Understanding) -> Act:
        """A yes needs both, or the cheap one's doubt: where it surely heard something else, there is none."""
        surely_not = first.act is Act.OTHER and first.act_confidence >= self._sure.act
        return Act.OTHER if act is Act.AFFIRM and surely_not else act

    def _triage(self, first: TriageSignal, second: TriageSignal) -> TriageSignal:
        missed = second.reason == NONE and first.reason != NONE and first.confidence >= self._sure.triage
        return first if missed else second


def _joined(slots: tuple[SlotValue, ...], more: tuple[SlotValue, ...]) -> tuple[SlotValue, ...]:
    named = {slot.name for slot in slots}
    return (*slots, *(slot for slot in more if slot.name not in named))
