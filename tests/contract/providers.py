"""The providers that keep one contract, and how each is brought to play the same part."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from bot.models.anthropic.provider import AnthropicProvider
from bot.models.openai_compatible.provider import OpenAiProvider
from bot.models.provider import Fault, Finish, Finished, Piece, Prompt, Provider, ProviderFailed, Role, Text, Usage
from core.language import ToolCall
from tests.fakes import anthropic_server as anthropic
from tests.fakes import openai_server as openai
from tests.fakes.provider import ScriptedProvider

MODELS = {role: f"model-of-{role.value}" for role in Role}
USAGE = Usage(input=50, output=20, cached=40)


@dataclass(frozen=True, kw_only=True)
class Cited:
    """A sentence that stands on blocks of a passage: passage, first block, block behind the last, from 0."""

    text: str
    quote: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a model says, which tool it calls, how it ends; or how it fails, after what it has said. `holds`: it never ends."""

    said: Sequence[str | Cited] = ()
    call: tuple[str, dict[str, object]] | None = None
    finish: Finish = Finish.END
    fault: Fault | None = None
    holds: bool = False


class Stage(Protocol):
    """A provider in its part. `results` are the texts that it was last sent as results of calls."""

    @property
    def provider(self) -> Provider: ...

    def results(self) -> str: ...

    def running(self) -> int: ...

    async def left(self) -> None: ...


Played = Callable[[Part], AbstractAsyncContextManager[Stage]]


def _nowhere() -> str:
    """An address at which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


@dataclass
class ScriptedStage:
    provider: ScriptedProvider

    def results(self) -> str:
        return str(self.provider.prompts[-1].messages)

    def running(self) -> int:
        return self.provider.running

    async def left(self) -> None:
        await asyncio.sleep(0)


@asynccontextmanager
async def scripted(part: Part) -> AsyncGenerator[Stage]:
    said: list[str | Piece | ProviderFailed | asyncio.Event] = [
        Text(text=each.text, quotes=(each.quote,)) if isinstance(each, Cited) else each for each in part.said
    ]
    if part.call is not None:
        said.append(ToolCall(id="c1", tool=part.call[0], arguments=part.call[1]))
    if part.holds or part.fault is Fault.TIMEOUT:
        said.append(asyncio.Event())
    elif part.fault is not None:
        said.append(
            ProviderFailed("It fails.", fault=part.fault, retry_after_s=7.0 if part.fault is Fault.RATE_LIMITED else None)
        )
    finish = Finish.CALLS if part.call is not None else part.finish

    def script(prompt: Prompt) -> Sequence[str | Piece | ProviderFailed | asyncio.Event]:
        return [*said, Finished(finish=finish, model=MODELS[prompt.role], usage=USAGE)]

    yield ScriptedStage(ScriptedProvider(script, name="tested", models=MODELS))


@dataclass
class OpenAiStage:
    provider: OpenAiProvider
    server: openai.FakeOpenAi

    def results(self) -> str:
        return "\n".join(self.server.asked[-1].texts)

    def running(self) -> int:
        return self.server.running

    async def left(self) -> None:
        await self.server.left()


def _openai_script(part: Part, *, native: bool) -> openai.Script:
    failures: dict[Fault, openai.Script] = {
        Fault.RATE_LIMITED: openai.Failing(status=429, headers={"retry-after": "7"}),
        Fault.OVERLOADED: openai.Failing(status=503),
        Fault.REJECTED: openai.Failing(status=401),
        Fault.CONTEXT_FULL: openai.Failing(status=400, error={"code": "context_length_exceeded"}),
    }
    if part.fault is not None and part.fault in failures:
        return failures[part.fault]
    steps: list[openai.Step] = [_in_brackets(each) if isinstance(each, Cited) else each for each in part.said]
    if part.call is not None:
        name, arguments = part.call
        steps.append(openai.Call(name, arguments) if native else json.dumps({"call": name, "arguments": arguments}))
    if part.holds or part.fault is Fault.TIMEOUT:
        steps.append(openai.Silence())
    elif part.fault is Fault.CUT:
        steps.append(openai.Cut())
    elif part.fault is Fault.GARBAGE:
        steps.append(openai.Raw(b"data: {nonsense\n\n"))
    stops = {Finish.MAX_TOKENS: "length", Finish.REFUSED: "content_filter"}
    counted = {"prompt_tokens": 90, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 40}}
    return openai.Scripted(*steps, stop=stops.get(part.finish, ""), usage=counted)


def _in_brackets(cited: Cited) -> str:
    number, first, last = cited.quote
    return f"{cited.text} [{number + 1}.{first + 1}-{last}] "


@asynccontextmanager
async def _openai(part: Part, *, native: bool) -> AsyncGenerator[Stage]:
    async with openai.FakeOpenAi(lambda _: _openai_script(part, native=native)) as server:
        provider = OpenAiProvider(
            name="tested",
            models=MODELS,
            api_key="sk-secret",
            base_url=_nowhere() if part.fault is Fault.UNREACHABLE else server.base_url,
            native_tools=native,
            json_schema=native,
        )
        yield OpenAiStage(provider, server)
        await provider.close()


def openai_native(part: Part) -> AbstractAsyncContextManager[Stage]:
    return _openai(part, native=True)


def openai_worded(part: Part) -> AbstractAsyncContextManager[Stage]:
    return _openai(part, native=False)


@dataclass
class AnthropicStage:
    provider: AnthropicProvider
    server: anthropic.FakeAnthropic

    def results(self) -> str:
        return "\n".join(self.server.asked[-1].texts)

    def running(self) -> int:
        return self.server.running

    async def left(self) -> None:
        await self.server.left()


def _anthropic_script(part: Part) -> anthropic.Script:
    failures: dict[Fault, anthropic.Script] = {
        Fault.RATE_LIMITED: anthropic.Failing(429, retry_after="7"),
        Fault.OVERLOADED: anthropic.Failing(529),
        Fault.REJECTED: anthropic.Failing(401),
        Fault.CONTEXT_FULL: anthropic.Failing(400, message="prompt is too long: 300000 tokens > 200000 maximum"),
    }
    if part.fault is not None and part.fault in failures:
        return failures[part.fault]
    steps: list[anthropic.Step] = [
        anthropic.Cited(each.text, [each.quote]) if isinstance(each, Cited) else each for each in part.said
    ]
    if part.call is not None:
        steps.append(anthropic.Call(*part.call))
    if part.holds or part.fault is Fault.TIMEOUT:
        steps.append(anthropic.Silence())
    elif part.fault is Fault.CUT:
        steps.append(anthropic.Cut())
    elif part.fault is Fault.GARBAGE:
        steps.append(anthropic.Raw(b"event: content_block_delta\ndata: {nonsense\n\n"))
    stops = {Finish.MAX_TOKENS: "max_tokens", Finish.REFUSED: "refusal"}
    return anthropic.Scripted(steps, stop=stops.get(part.finish), usage=anthropic.Counted(input=50, output=20, cached=40))


@asynccontextmanager
async def anthropic_own(part: Part) -> AsyncGenerator[Stage]:
    async with anthropic.FakeAnthropic(lambda _: _anthropic_script(part)) as server:
        provider = AnthropicProvider(
            name="tested",
            models=MODELS,
            api_key="sk-secret",
            base_url=_nowhere() if part.fault is Fault.UNREACHABLE else server.base_url,
        )
        await provider.warm()
        yield AnthropicStage(provider, server)
        await provider.close()


PROVIDERS: dict[str, Played] = {
    "scripted": scripted,
    "openai": openai_native,
    "openai in words": openai_worded,
    "anthropic": anthropic_own,
}


def failing(fault: Fault) -> Part:
    """A part that fails: in the midst of an answer where that is how it fails."""
    said = ("Hello. ",) if fault in (Fault.CUT, Fault.GARBAGE, Fault.TIMEOUT) else ()
    return Part(said=said, fault=fault)
