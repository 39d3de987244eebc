"""The scripted model with more to script: what is learned, what is phrased, what it was told, and how it breaks."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from core.conversation import Sentence
from core.errors import Unavailable
from core.language import FactDraft, PhraseRequest, Said, Understanding, UnderstandRequest
from tests.fakes.model import ScriptedModel


@dataclass
class StoryModel(ScriptedModel):
    """`kinds` are facts to be learned, by words and kind; `phrased` replaces an answer; `broken` is raised by every method."""

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    phrased: Sequence[Sentence] | None = None
    broken: Exception | None = None
    asked: list[PhraseRequest] = field(default_factory=list[PhraseRequest])
    heard: list[str] = field(default_factory=list[str])

    def down(self) -> None:
        self.broken = Unavailable("The model is down: try again later.")

    async def understand(self, request: UnderstandRequest) -> Understanding:
        self._break()
        self.heard.extend(each.text for each in request.said)
        return await super().understand(request)

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        self._break()
        self.asked.append(request)
        if self.phrased is not None:
            for sentence in self.phrased:
                yield sentence
            return
        async for sentence in super().phrase(request):
            yield sentence

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        self._break()
        return [
            FactDraft(text=each.text, kind=kind, confidence=0.9, message_id=each.message_id)
            for each in said
            for words, kind in self.kinds.items()
            if each.role == "customer" and words in each.text
        ]

    async def summarise(self, said: Sequence[Said]) -> str:
        self._break()
        return await super().summarise(said)

    def _break(self) -> None:
        if self.broken is not None:
            raise self.broken
