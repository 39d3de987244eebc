"""A language model that understands exactly what it was told to: for scenarios that are about everything but understanding."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.conversation import Sentence
from core.language import (
    Act,
    Asked,
    ConverseRequest,
    Ended,
    FactDraft,
    PhraseRequest,
    RevenueSignal,
    Said,
    SlotValue,
    Stop,
    TriageSignal,
    Understanding,
    UnderstandRequest,
    Uttered,
)


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a text means. `slots` are name and value."""

    intent: str = "question"
    act: Act = Act.OTHER
    slots: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    also: tuple[str, ...] = ()
    revenue: str = "none"
    item: str | None = None
    triage: str = "none"
    language: str = "en"


@dataclass
class ScriptedModel:
    """Understands by a table of texts; phrases the best source as it is."""

    meanings: dict[str, Meant] = field(default_factory=dict[str, Meant])
    name: str = "scripted"
    fluent: bool = False

    async def understand(self, request: UnderstandRequest) -> Understanding:
        last = request.said[-1]
        meant = self.meanings.get(last.text, Meant())
        slots = tuple(
            SlotValue(name=name, value=value, message_id=last.message_id, start=0, end=len(last.text))
            for name, value in meant.slots.items()
        )
        asked = [Asked(intent=meant.intent, confidence=0.95, text=last.text, slots=slots)] if meant.intent != "none" else []
        asked += [Asked(intent=name, confidence=0.9, text=last.text) for name in meant.also]
        return Understanding(
            act=meant.act,
            act_confidence=0.95,
            asked=tuple(asked),
            out_of_scope=0.0,
            language=meant.language,
            revenue=RevenueSignal(label=meant.revenue, confidence=0.9, item=meant.item),
            triage=TriageSignal(reason=meant.triage, confidence=0.95),
            mood=0.0,
            model=self.name,
            slots=slots,
        )

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        for source in request.sources[:1]:
            yield Sentence(text=source.text, citations=(source.citation,))

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        for source in request.sources[:1]:
            yield Sentence(text=source.text, citations=(source.citation,))
        yield Ended(stop=Stop.END, model=self.name)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return None

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        return []

    async def summarise(self, said: Sequence[Said]) -> str:
        return said[0].text[:120] if said else ""
