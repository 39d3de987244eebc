"""The models that take part: the embedded one, the scripted one over two wires, and real ones from a configuration."""

import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from bot.models.anthropic.provider import AnthropicProvider
from bot.models.embedded.lexicon import Lexicon
from bot.models.fluent.model import FluentModel, Settings
from bot.models.fluent.prompts import Prompts
from bot.models.openai_compatible.provider import OpenAiProvider
from bot.models.provider import Provider, Role
from bot.wiring.models import language
from core.config import load
from core.conversation import Sentence
from core.database import Database
from core.errors import Unavailable
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
from tests.conformance.brain import Brain, Called, Cite, Wanted
from tests.conformance.dialogue import Means
from tests.conformance.playing import Cast
from tests.fakes import anthropic_server, openai_server

EMBEDDED, OPENAI, ANTHROPIC = "embedded", "scripted-openai", "scripted-anthropic"
OWN = (EMBEDDED, OPENAI, ANTHROPIC)
DOWN = "The model is down: try again later."
MODELS = {role: f"model-{role.value}" for role in Role}
PASSAGE = re.compile(r"⟦passage (\d+)⟧[^\n]*\n(.*?)\n⟦end of passage \1⟧", re.DOTALL)
BLOCK = re.compile(r"⟦\d+\.\d+⟧ ?(.*?)(?=\n⟦|\Z)", re.DOTALL)


@dataclass
class Breakable:
    """A model that can be made to fail."""

    model: LanguageModel
    down: bool = False
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.model.name

    @property
    def fluent(self) -> bool:
        return self.model.fluent

    async def understand(self, request: UnderstandRequest) -> Understanding:
        return await self._asked().understand(request)

    def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        return self._asked().phrase(request)

    def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        return self._asked().converse(request)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return await self._asked().translate(texts, language)

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        return await self._asked().distil(said)

    async def summarise(self, said: Sequence[Said]) -> str:
        return await self._asked().summarise(said)

    def _asked(self) -> LanguageModel:
        if self.down:
            raise Unavailable(DOWN)
        return self.model


@dataclass(kw_only=True)
class Listening:
    """A model that understands by itself: nobody tells it what lines mean."""

    name: str
    kind: str
    breakable: Breakable

    @property
    def model(self) -> LanguageModel:
        return self.breakable

    def begins(self, rng: random.Random) -> None:
        self.breakable.down = False

    def told(self, text: str, means: Means) -> None:
        return

    def goes_down(self, *, down: bool) -> None:
        self.breakable.down = down


@dataclass(kw_only=True)
class Scripted:
    """The scripted model. Its server stops answering when it goes down."""

    name: str
    model: LanguageModel
    brain: Brain
    kind: str = "scripted"

    def begins(self, rng: random.Random) -> None:
        self.brain.begins(rng)

    def told(self, text: str, means: Means) -> None:
        self.brain.meanings[text] = means

    def goes_down(self, *, down: bool) -> None:
        self.brain.down = down


@dataclass(frozen=True, kw_only=True)
class Company:
    """Where the casts come from: the embedded model, and the words for plans and add-ons."""

    embedded: LanguageModel
    lexicon: Lexicon
    settings: Settings = field(default_factory=Settings)
    sloppy: float = 0.2


@asynccontextmanager
async def cast_of(name: str, company: Company) -> AsyncGenerator[Cast]:
    """One of the suite's own models."""
    if name == EMBEDDED:
        yield Listening(name=name, kind=EMBEDDED, breakable=Breakable(company.embedded))
        return
    brain = Brain(sloppy=company.sloppy)
    opened = _openai(brain) if name == OPENAI else _anthropic(brain)
    async with opened as provider:
        model = FluentModel(name=name, provider=provider, prompts=Prompts.load(), settings=company.settings)
        yield Scripted(name=name, model=model, brain=brain)


@asynccontextmanager
async def real_cast(name: str, config: Path, company: Company) -> AsyncGenerator[Cast]:
    """A configured model, alone in its chain, with its masks, guards and prices. Raises `BadInput` when its key is missing."""
    found = load(config)
    models = found.models.model_copy(update={"chain": (name,)})
    database = Database.open("sqlite://")
    database.create_all()
    made = language(found.model_copy(update={"models": models}), company.embedded, database)
    try:
        await made.warm()
        yield Listening(name=name, kind="real", breakable=Breakable(made.model))
    finally:
        await made.close()
        await database.close()


@asynccontextmanager
async def _openai(brain: Brain) -> AsyncGenerator[Provider]:
    def script(asked: openai_server.Asked) -> openai_server.Script:
        if brain.down:
            return openai_server.Failing(status=503)
        said = brain.answer(_of_openai(asked))
        return openai_server.Scripted(*(_over_openai(each, place) for place, each in enumerate(said)))

    async with openai_server.FakeOpenAi(script) as server:
        provider = OpenAiProvider(name=OPENAI, models=MODELS, api_key="sk-none", base_url=server.base_url)
        yield provider
        await provider.close()


@asynccontextmanager
async def _anthropic(brain: Brain) -> AsyncGenerator[Provider]:
    def script(asked: anthropic_server.Asked) -> anthropic_server.Script:
        if brain.down:
            return anthropic_server.Failing(529)
        return anthropic_server.Scripted([_over_anthropic(each) for each in brain.answer(_of_anthropic(asked))])

    async with anthropic_server.FakeAnthropic(script) as server:
        provider = AnthropicProvider(name=ANTHROPIC, models=MODELS, api_key="sk-none", base_url=server.base_url)
        yield provider
        await provider.close()


def _over_openai(said: str | Cite | Called, place: int) -> openai_server.Step:
    match said:
        case Cite(text=text, passage=passage, block=block):
            return f"{text} [{passage + 1}.{block + 1}] "
        case Called(tool=tool, arguments=arguments):
            return openai_server.Call(tool, arguments, f"call_{place}")
        case _:
            return said


def _over_anthropic(said: str | Cite | Called) -> anthropic_server.Step:
    match said:
        case Cite(text=text, passage=passage, block=block):
            return anthropic_server.Cited(f"{text} ", [(passage, block, block + 1)])
        case Called(tool=tool, arguments=arguments):
            return anthropic_server.Call(tool, arguments)
        case _:
            return said


def _of_openai(asked: openai_server.Asked) -> Wanted:
    texts = [str(each["content"] or "") for each in asked.body["messages"] if each["role"] in ("user", "tool")]
    shape = asked.body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    blocks = [BLOCK.findall(body) for _, body in PASSAGE.findall("\n".join(texts))]
    tools = frozenset(str(each["function"]["name"]) for each in asked.body.get("tools", ()))
    return Wanted(texts=texts, fields=frozenset(shape.get("properties", {})), tools=tools, passages=blocks)


def _of_anthropic(asked: anthropic_server.Asked) -> Wanted:
    content = [each for message in asked.body["messages"] if message["role"] == "user" for each in message["content"]]
    shape = asked.body.get("output_config", {}).get("format", {}).get("schema", {})
    blocks = [[str(each["text"]) for each in found["content"]] for found in _results_in(content)]
    tools = frozenset(str(each["name"]) for each in asked.body.get("tools", ()))
    return Wanted(texts=asked.texts, fields=frozenset(shape.get("properties", {})), tools=tools, passages=blocks)


def _results_in(content: object) -> list[Mapping[str, Any]]:
    """Search results wherever they stand, in order."""
    if isinstance(content, list):
        return [found for each in cast("list[object]", content) for found in _results_in(each)]
    if isinstance(content, dict):
        block = cast("dict[str, Any]", content)
        return [block] if block.get("type") == "search_result" else _results_in(block.get("content"))
    return []
