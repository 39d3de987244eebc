"""What every provider of language models keeps, whatever it speaks on the wire."""

import json
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.models.provider import (
    Fault,
    Finish,
    Finished,
    FromModel,
    FromUser,
    Passage,
    Passages,
    Piece,
    Prompt,
    ProviderFailed,
    Result,
    Role,
    Text,
    Words,
)
from core.language import ToolCall, ToolSpec
from tests.contract.providers import MODELS, PROVIDERS, USAGE, Cited, Part, Played, Stage, failing

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}
TOOL = ToolSpec(name="find_invoice", description="Finds an invoice.", schema=SCHEMA)
QUESTION = FromUser(parts=(Words(text="What about INV-7?"),))
PLAIN = Prompt(role=Role.DRAFT, operation="draft", system="Be brief.", messages=(QUESTION,))
PLANS = Passage(id="p1", title="Plans", blocks=("Team costs EUR 5.", "Business costs EUR 9."))
TERMS = Passage(id="p2", title="Terms", blocks=("Cancel at any time.",))
FAULTS = [
    Fault.RATE_LIMITED,
    Fault.OVERLOADED,
    Fault.TIMEOUT,
    Fault.UNREACHABLE,
    Fault.CUT,
    Fault.GARBAGE,
    Fault.REJECTED,
    Fault.CONTEXT_FULL,
]


@pytest.fixture(params=PROVIDERS)
def played(request: pytest.FixtureRequest) -> Played:
    return PROVIDERS[request.param]


async def asked(stage: Stage, prompt: Prompt = PLAIN, *, timeout_s: float = 5.0) -> list[Piece]:
    return [piece async for piece in stage.provider.stream(prompt, timeout_s=timeout_s)]


def text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


def finished(pieces: Sequence[Piece]) -> Finished:
    found = [piece for piece in pieces if isinstance(piece, Finished)]
    assert found == [pieces[-1]]
    return found[0]


async def test_text_then_the_end_with_its_count(played: Played) -> None:
    async with played(Part(said=("Hel", "lo ", "there."))) as stage:
        pieces = await asked(stage)
        assert stage.provider.model(Role.DRAFT) == MODELS[Role.DRAFT]
    assert text(pieces) == "Hello there."
    assert finished(pieces) == Finished(finish=Finish.END, model=MODELS[Role.DRAFT], usage=USAGE)


async def test_a_call_comes_whole_behind_the_text(played: Played) -> None:
    async with played(Part(said=("One moment. ",), call=("find_invoice", {"id": "INV-7"}))) as stage:
        pieces = await asked(stage, replace(PLAIN, tools=(TOOL,)))
    assert text(pieces).strip() == "One moment."
    [call] = [piece for piece in pieces if isinstance(piece, ToolCall)]
    assert (call.tool, dict(call.arguments)) == ("find_invoice", {"id": "INV-7"})
    assert call.id
    assert pieces[-2] is call
    assert finished(pieces).finish is Finish.CALLS


async def test_results_reach_the_model(played: Played) -> None:
    call = ToolCall(id="c1", tool="find_invoice", arguments={"id": "INV-7"})
    result = Result(call_id="c1", text="INV-7 is open.", passages=(TERMS,))
    messages = (QUESTION, FromModel(text="One moment.", calls=(call,)), FromUser(parts=(result,)))
    async with played(Part(said=("It is open.",))) as stage:
        pieces = await asked(stage, replace(PLAIN, tools=(TOOL,), messages=messages))
        told = stage.results()
    assert text(pieces) == "It is open."
    assert "INV-7 is open." in told
    assert "Cancel at any time." in told


async def test_citations_name_passages_and_blocks(played: Played) -> None:
    said = ("Hello. ", Cited(text="Business costs EUR 9.", quote=(0, 1, 2)), Cited(text="Cancel at any time.", quote=(1, 0, 1)))
    messages = (FromUser(parts=(Passages(passages=(PLANS, TERMS)), Words(text="What does it cost?"))),)
    async with played(Part(said=said)) as stage:
        pieces = await asked(stage, replace(PLAIN, messages=messages))
    cited: dict[tuple[tuple[int, int, int], ...], str] = {}
    for piece in pieces:
        if isinstance(piece, Text) and piece.quotes:
            cited[piece.quotes] = cited.get(piece.quotes, "") + piece.text
    words = {quotes: told.strip() for quotes, told in cited.items()}
    assert words == {((0, 1, 2),): "Business costs EUR 9.", ((1, 0, 1),): "Cancel at any time."}
    assert " ".join(text(pieces).replace(".", ". ").split()) == "Hello. Business costs EUR 9. Cancel at any time."


async def test_a_schema_brings_one_object(played: Played) -> None:
    async with played(Part(said=('{"id": ', '"INV-7"}'))) as stage:
        pieces = await asked(stage, replace(PLAIN, schema=SCHEMA))
    assert json.loads(text(pieces)) == {"id": "INV-7"}


@pytest.mark.parametrize("finish", [Finish.MAX_TOKENS, Finish.REFUSED])
async def test_why_it_ended_otherwise(played: Played, finish: Finish) -> None:
    async with played(Part(said=("Well, ",), finish=finish)) as stage:
        assert finished(await asked(stage)).finish is finish


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_failure_has_its_fault_and_keeps_the_key_to_itself(played: Played, fault: Fault) -> None:
    async with played(failing(fault)) as stage:
        with pytest.raises(ProviderFailed) as raised:
            await asked(stage, timeout_s=1.0 if fault is Fault.TIMEOUT else 5.0)
    assert raised.value.fault is fault
    assert raised.value.retry_after_s == (7.0 if fault is Fault.RATE_LIMITED else None)
    assert "sk-secret" not in raised.value.message


async def test_the_deadline_holds(played: Played) -> None:
    async with played(Part(said=("Hello.",), holds=True)) as stage:
        await _opened(stage)
        began = time.monotonic()
        with pytest.raises(ProviderFailed) as raised:
            await asked(stage, timeout_s=0.3)
        assert time.monotonic() - began < 2.0
        await stage.left()
    assert raised.value.fault is Fault.TIMEOUT


async def test_closing_ends_the_call(played: Played) -> None:
    async with played(Part(said=("Hello. ",), holds=True)) as stage:
        await _opened(stage)
        assert stage.running() == 0


async def _opened(stage: Stage) -> None:
    """The first piece comes, and the call is closed."""
    pieces = cast("AsyncGenerator[Any]", stage.provider.stream(PLAIN, timeout_s=10))
    assert isinstance(await anext(pieces), Text)
    assert stage.running() == 1
    await pieces.aclose()
    await stage.left()
