"""The fluent model: understands, answers in its own words, calls tools and translates, over any provider."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.slots import SlotFinder
from bot.models.embedded.summarise import SECRET
from bot.models.fluent import distilling, translation, understanding
from bot.models.fluent.answers import Malformed
from bot.models.fluent.answers import texts as texts_of
from bot.models.fluent.asking import Asking, garbage
from bot.models.fluent.conversing import converse
from bot.models.fluent.marking import marked
from bot.models.fluent.plain_text import plain_text
from bot.models.fluent.prompts import Prompts
from bot.models.fluent.rounds import draft_of, round_of
from bot.models.fluent.window import Window, shortened
from bot.models.provider import FromUser, Prompt, Provider, Words
from core.conversation import Sentence
from core.language import (
    ConverseRequest,
    FactDraft,
    PhraseRequest,
    Said,
    Understanding,
    UnderstandRequest,
    Uttered,
)

UNDERSTAND_TOKENS = 1024
DISTIL_TOKENS = 1024
SUMMARY_TOKENS = 300
SUMMARY_LINES = 3
LONGEST_LINE = 300
NOTHING_SAID = "The customer hasn't said what it is about."
TRANSLATIONS: Mapping[str, object] = {
    "type": "object",
    "properties": {"texts": {"type": "array", "items": {"type": "string"}}},
    "required": ["texts"],
    "additionalProperties": False,
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a fluent model is set to. `company` and `assistant` are the names that its prompts use.

    `lexicon` has the company's plans and add-ons, for typing slots; `today` dates words such as "tomorrow"; `timeout_s` is given
    to each call; `window` is how much of a conversation is shown.
    """

    company: str = "the company"
    assistant: str = "AI assistant"
    lexicon: Lexicon = field(default_factory=Lexicon)
    timeout_s: float = 30.0
    window: Window = field(default_factory=Window)
    today: Callable[[], datetime] = lambda: datetime.now(UTC)


class FluentModel:
    """A `core.language.LanguageModel` over a provider. Raises `ProviderFailed`, which is `Unavailable`, and nothing else.

    It has no fallback of its own, and keeps nothing between calls.
    """

    fluent = True

    def __init__(self, *, name: str, provider: Provider, prompts: Prompts, settings: Settings | None = None) -> None:
        self.name = name
        self._settings = settings or Settings()
        self._asking = Asking(provider=provider, timeout_s=self._settings.timeout_s)
        self._prompts = prompts
        house = {"company": self._settings.company, "assistant": self._settings.assistant}
        self._systems = {key: each.filled(house) for key, each in prompts.files.items()}
        lexicon = self._settings.lexicon
        self._finder = SlotFinder(lexicon=lexicon)
        self._items = tuple(dict.fromkeys([*lexicon.plans, *lexicon.addons, *lexicon.upsell]))

    async def understand(self, request: UnderstandRequest) -> Understanding:
        """The understanding of the last customer message, from what customer and assistant said alone."""
        intents, task = understanding.told(request)
        said = [each for each in request.said if each.role in ("customer", "bot")]
        schema = understanding.schema(request, self._items)
        window = self._settings.window

        def prompt(window: Window) -> Prompt:
            parts = (Words(text=intents, steady=True), *window.words(said), Words(text=task))
            return self._prompt("understanding", "understand", parts, schema, UNDERSTAND_TOKENS)

        answer, model = await self._asking.json([prompt(window), prompt(window.halved())])
        reader = understanding.Reader(finder=self._finder, today=self._settings.today().date(), items=self._items)
        try:
            return reader.read(answer, request, model)
        except Malformed:
            raise garbage(self._asking.provider.name) from None

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        """One round, sentence by sentence. What was shown already, or in this round, isn't said again."""
        file, system = self._prompts["dialogue"], self._systems["dialogue"]
        window = self._settings.window
        written = [
            lambda: round_of(request, system, file.role, window=window),
            lambda: round_of(request, system, file.role, window=window, less=True),
        ]
        told = [text for each in request.already for text in (each.text, each.original or "")]
        told += [request.mend[0]] if request.mend else []
        async with aclosing(converse(self._asking, written, told=told, mending=request.mend is not None)) as uttered:
            async for each in uttered:
                yield each

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        """The sentences that cite a source, in English. Nothing when there are no sources or they don't answer."""
        if not request.sources:
            return
        file, system = self._prompts["drafting"], self._systems["drafting"]
        written = [lambda: draft_of(request, system, file.role), lambda: draft_of(request, system, file.role, less=True)]
        async with aclosing(converse(self._asking, written, told=())) as uttered:
            async for each in uttered:
                if isinstance(each, Sentence) and each.citations:
                    yield each

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        """The texts in another language; None when, asked twice, the model changes what must stay."""
        if not texts:
            return ()
        asked = f"Language: {language}\n{marked('texts', json.dumps(list(texts), ensure_ascii=False))}"
        wrong: list[str] = []
        for _ in range(2):
            again = f"\nAn earlier try was wrong. Keep exactly: {marked('check', '; '.join(wrong))}" if wrong else ""
            translated = await self._translated(asked + again, sum(map(len, texts)))
            wrong = translation.kept(texts, translated)
            if not wrong:
                return tuple(translated)
        return None

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        """Lasting facts that the customer told of themselves, each shown by a message of theirs."""
        if not any(each.role == "customer" for each in said):
            return ()
        window = distilling.window()
        windows = (window, window.halved())
        prompts = [
            self._prompt("distillation", "distil", distilling.words(said, each), distilling.SCHEMA, DISTIL_TOKENS)
            for each in windows
        ]
        answer, _ = await self._asking.json(prompts)
        try:
            return distilling.read(answer, distilling.labels(said))
        except Malformed:
            raise garbage(self._asking.provider.name) from None

    async def summarise(self, said: Sequence[Said]) -> str:
        """Three lines for the person who takes over. Codes and passwords are left out."""
        if not any(each.role == "customer" and each.text.strip() for each in said):
            return NOTHING_SAID
        window = distilling.window()
        prompts = [
            self._prompt("summary", "summarise", each.words(said), None, SUMMARY_TOKENS) for each in (window, window.halved())
        ]
        answer = await self._asking.whole(prompts)
        lines = [SECRET.sub("…", line) for each in answer.text.split("\n") if (line := plain_text(each))]
        if not lines:
            raise garbage(self._asking.provider.name)
        return "\n".join(shortened(line, LONGEST_LINE) for line in lines[:SUMMARY_LINES])

    async def _translated(self, asked: str, length: int) -> list[str]:
        """One try; a malformed answer is no translation."""
        prompt = self._prompt("translation", "translate", (Words(text=asked),), TRANSLATIONS, 256 + 2 * length)
        answer, _ = await self._asking.json([prompt])
        try:
            return [plain_text(each) for each in texts_of(answer, "texts")]
        except Malformed:
            raise garbage(self._asking.provider.name) from None

    def _prompt(
        self, name: str, operation: str, parts: Sequence[Words], schema: Mapping[str, object] | None, tokens: int
    ) -> Prompt:
        file = self._prompts[name]
        return Prompt(
            role=file.role,
            operation=operation,
            system=self._systems[name],
            messages=(FromUser(parts=tuple(parts)),),
            schema=schema,
            max_tokens=tokens,
        )
