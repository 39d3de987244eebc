"""What every language model keeps: the embedded one, and the fluent one over each provider."""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.models.anthropic.provider import AnthropicProvider
from bot.models.embedded.model import EmbeddedModel
from bot.models.fluent.model import FluentModel, Settings
from bot.models.fluent.prompts import Prompts
from bot.models.openai_compatible.provider import OpenAiProvider
from bot.models.provider import Fault, Provider, ProviderFailed, Role, Text
from core.conversation import Sentence
from core.errors import Unavailable
from core.language import (
    ConverseRequest,
    Ended,
    LanguageModel,
    PhraseRequest,
    Said,
    Stop,
    ToolCall,
    ToolSpec,
    UnderstandRequest,
    Uttered,
)
from knowledge.ground import support
from tests.fakes import anthropic_server, openai_server
from tests.fakes.lexicon import SMALL
from tests.fakes.provider import ScriptedProvider
from tests.unit.bot.models.fluent.conftest import ARTICLE, PAUSE, SEAT, SOURCES, customer
from tests.unit.models.conftest import INTENTS, make, thin

TOOL = ToolSpec(
    name="find_invoices",
    description="Finds invoices",
    schema={
        "type": "object",
        "properties": {"month": {"type": "string"}},
        "required": ["month"],
        "additionalProperties": False,
    },
)
CALL = ToolCall(id="call_1", tool="find_invoices", arguments={"month": "2026-10"})
WISH = "put us on Team"
SAID = [*customer(f"We run two cafés. Please {WISH}"), Said(role="bot", text="Gladly.", message_id="b"), *customer(WISH)]
UNDERSTOOD = json.dumps(
    {
        "act": "other",
        "act_confidence": 0.9,
        "asked": [{"intent": "change_plan", "words": WISH, "confidence": 0.9, "slots": [{"name": "plan", "quote": "Team"}]}],
        "slots": [],
        "language": "en",
        "mood": 0.0,
        "triage": {"reason": "none", "confidence": 0.9},
        "revenue": {"label": "none", "item": "", "confidence": 0.9},
        "out_of_scope": 0.0,
    }
)
FACTS = json.dumps(
    {
        "facts": [
            {"text": "They run two cafés.", "kind": "business", "message": label, "quote": "We run two cafés", "confidence": 0.9}
            for label in ("m1", "m2", "m77")
        ]
    }
)


@dataclass(frozen=True)
class Quoted:
    """Text that cites the first block of a passage."""

    text: str
    passage: int


@dataclass(frozen=True)
class Break:
    """The connection ends here."""


Play = Sequence[str | Quoted | ToolCall | Break]
Adapter = Callable[[Sequence[Play], Path], AbstractAsyncContextManager[LanguageModel]]
MODELS = {role: f"model-{role.value}" for role in Role}


def fluent(provider: Provider) -> LanguageModel:
    return FluentModel(name="fluent", provider=provider, prompts=Prompts.load(), settings=Settings(lexicon=SMALL, timeout_s=5.0))


@asynccontextmanager
async def embedded(_: Sequence[Play], folder: Path) -> AsyncGenerator[LanguageModel]:
    with pytest.MonkeyPatch.context() as patch:
        thin(patch)
        model: EmbeddedModel = make(folder)
        yield model


@asynccontextmanager
async def scripted(plays: Sequence[Play], _: Path) -> AsyncGenerator[LanguageModel]:
    def step(each: str | Quoted | ToolCall | Break) -> str | Text | ToolCall | ProviderFailed:
        if isinstance(each, Quoted):
            return Text(text=each.text, quotes=((each.passage, 0, 1),))
        return ProviderFailed("cut", fault=Fault.CUT) if isinstance(each, Break) else each

    yield fluent(ScriptedProvider([[step(each) for each in play] for play in plays]))


@asynccontextmanager
async def anthropic(plays: Sequence[Play], _: Path) -> AsyncGenerator[LanguageModel]:
    def step(each: str | Quoted | ToolCall | Break) -> anthropic_server.Step:
        if isinstance(each, Quoted):
            return anthropic_server.Cited(each.text, [(each.passage, 0, 1)])
        if isinstance(each, ToolCall):
            return anthropic_server.Call(each.tool, each.arguments, each.id)
        return anthropic_server.Cut() if isinstance(each, Break) else each

    scripts = [anthropic_server.Scripted([step(each) for each in play]) for play in plays]
    async with anthropic_server.FakeAnthropic(scripts) as server:
        provider = AnthropicProvider(name="claude", models=MODELS, api_key="sk-none", base_url=server.base_url)
        yield fluent(provider)
        await provider.close()


@asynccontextmanager
async def openai(plays: Sequence[Play], _: Path) -> AsyncGenerator[LanguageModel]:
    def step(each: str | Quoted | ToolCall | Break) -> openai_server.Step:
        if isinstance(each, Quoted):
            return f"{each.text} [{each.passage + 1}.1]"
        if isinstance(each, ToolCall):
            return openai_server.Call(each.tool, each.arguments, each.id)
        return openai_server.Cut() if isinstance(each, Break) else each

    scripts = [openai_server.Scripted(*(step(each) for each in play)) for play in plays]
    async with openai_server.FakeOpenAi(scripts) as server:
        provider = OpenAiProvider(name="private", models=MODELS, api_key="sk-none", base_url=server.base_url)
        yield fluent(provider)
        await provider.close()


FLUENT: dict[str, Adapter] = {"scripted": scripted, "anthropic": anthropic, "openai": openai}
ADAPTERS: dict[str, Adapter] = {"embedded": embedded, **FLUENT}


@pytest.fixture(params=list(ADAPTERS))
def any_model(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture(params=list(FLUENT))
def fluent_model(request: pytest.FixtureRequest) -> Adapter:
    return FLUENT[request.param]


async def test_it_understands_what_stands_in_the_customers_words(any_model: Adapter, tmp_path: Path) -> None:
    async with any_model([[UNDERSTOOD]], tmp_path) as model:
        seen = await model.understand(UnderstandRequest(said=SAID, intents=INTENTS))
    assert seen.intent == "change_plan"
    assert 0.0 <= seen.confidence <= 1.0
    assert -1.0 <= seen.mood <= 1.0
    assert [(slot.name, slot.value) for slot in seen.asked[0].slots] == [("plan", "team")]
    texts = {each.message_id: each.text for each in SAID if each.role == "customer"}
    for slot in seen.asked[0].slots:
        assert texts[slot.message_id][slot.start : slot.end] == "Team"
    assert {each.intent for each in seen.asked} <= {"question", *(intent.name for intent in INTENTS)}


async def test_a_round_cites_exactly_and_has_one_end(any_model: Adapter, tmp_path: Path) -> None:
    request = ConverseRequest(said=customer("What does a seat cost a month?"), sources=(PAUSE, SEAT))
    async with any_model([["Well. ", Quoted("A seat costs $35.00 a month.", 1)]], tmp_path) as model:
        uttered = [each async for each in model.converse(request)]
    sentences = [each for each in uttered if isinstance(each, Sentence)]
    citing = [each for each in sentences if each.citations]
    assert any("$35.00" in each.text for each in citing)
    for each in (citation for sentence in citing for citation in sentence.citations):
        assert ARTICLE[each.start : each.end] == each.quote
    assert all(support(each, SOURCES).supported for each in citing)
    assert [each.stop for each in uttered if isinstance(each, Ended)] == [Stop.END]
    assert isinstance(uttered[-1], Ended)


async def test_what_was_shown_is_not_said_again(any_model: Adapter, tmp_path: Path) -> None:
    shown = Sentence(text="A seat costs $35.00 a month.", citations=(SEAT.citation,))
    request = ConverseRequest(said=customer("What does a seat cost a month?"), sources=(SEAT,), already=(shown,))
    async with any_model([[Quoted("A seat costs $35.00 a month.", 0)]], tmp_path) as model:
        uttered = [each async for each in model.converse(request)]
    assert not [each for each in uttered if isinstance(each, Sentence)]


async def test_a_draft_stands_on_its_sources(any_model: Adapter, tmp_path: Path) -> None:
    request = PhraseRequest(question="What does a seat cost a month?", language="en", sources=(PAUSE, SEAT))
    async with any_model([[Quoted("A seat costs $35.00 a month.", 1), " I guess so."]], tmp_path) as model:
        phrased = [each async for each in model.phrase(request)]
        assert [each async for each in model.phrase(PhraseRequest(question="x", language="en", sources=()))] == []
    assert phrased
    assert all(support(each, SOURCES).supported for each in phrased)


async def test_facts_name_messages_of_the_customer(any_model: Adapter, tmp_path: Path) -> None:
    said = customer("We run two cafés.", "Thanks!")
    async with any_model([[FACTS]], tmp_path) as model:
        facts = await model.distil(said)
    assert [each.message_id for each in facts] == ["id-0"]


async def test_a_summary_is_at_most_three_lines(any_model: Adapter, tmp_path: Path) -> None:
    async with any_model([["Wants Team.\nTwo cafés.\nOpen.\nMore."]], tmp_path) as model:
        summary = await model.summarise(SAID)
    assert 1 <= len(summary.split("\n")) <= 3


async def test_a_translation_keeps_count_and_figures_or_is_none(any_model: Adapter, tmp_path: Path) -> None:
    wrong = json.dumps({"texts": ["Es kostet 36 $."]})
    right = json.dumps({"texts": ["Es kostet 35 $."]})
    async with any_model([[right], [wrong], [wrong]], tmp_path) as model:
        told = await model.translate(["It costs $35."], "de")
        assert told == (("Es kostet 35 $.",) if model.fluent else None)
        assert await model.translate(["It costs $35."], "de") is None


async def test_calls_come_after_what_was_said(fluent_model: Adapter, tmp_path: Path) -> None:
    request = ConverseRequest(said=customer("Show the October invoice"), tools=(TOOL,))
    async with fluent_model([["Let me look.", CALL]], tmp_path) as model:
        uttered = [each async for each in model.converse(request)]
    assert uttered[:2] == [Sentence(text="Let me look."), CALL]
    assert [each.stop for each in uttered[2:] if isinstance(each, Ended)] == [Stop.CALLS]


@pytest.mark.parametrize("play", [["This is no object."], ['{"act": "other"}'], ['{"texts": [1]}'], [Break()], ["{", Break()]])
async def test_garbage_and_breaks_are_unavailable_and_nothing_else(fluent_model: Adapter, tmp_path: Path, play: Play) -> None:
    async with fluent_model([play, play, play], tmp_path) as model:
        with pytest.raises(Unavailable):
            await model.understand(UnderstandRequest(said=SAID, intents=INTENTS))
        with pytest.raises(Unavailable):
            await model.distil(SAID)
        with pytest.raises(Unavailable):
            await model.translate(["One."], "de")


async def test_a_break_midway_leaves_whole_sentences(fluent_model: Adapter, tmp_path: Path) -> None:
    got: list[Uttered] = []
    async with fluent_model([["It is so. It is al", Break()]], tmp_path) as model:

        async def listen() -> None:
            async for each in model.converse(ConverseRequest(said=customer("Why?"))):
                got.append(each)

        with pytest.raises(Unavailable):
            await listen()
    assert got in ([], [Sentence(text="It is so.")])
