"""Asks any server that speaks chat completions, and gives its answer as it comes."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import InitVar, dataclass, replace
from typing import Any, cast

from bot.models.openai_compatible import faults
from bot.models.openai_compatible.answer import Answer
from bot.models.openai_compatible.events import LONGEST_EVENT, Events, garbage
from bot.models.openai_compatible.patience import Patience
from bot.models.openai_compatible.request import Manner, Request, written_as
from bot.models.provider import Fault, Piece, Prompt, ProviderFailed, Role

FIRST_BYTE_S = 30.0
SILENCE_S = 20.0
MOST_MANNERS = 3
UNWRITTEN = "The request can't be written as JSON: correct the schemas of the tools, or the arguments of earlier calls."


@dataclass(kw_only=True, eq=False)
class OpenAiProvider:
    """One server. Without a base_url it is OpenAI's own; without a key none is sent.

    `native_tools` and `json_schema` say what the server understands; what it doesn't is put into words. `first_byte_s` and
    `silence_s` bound the wait for the first byte and between two of them, within the time of the whole call.
    """

    name: str
    models: Mapping[Role, str]
    api_key: InitVar[str | None] = None
    base_url: InitVar[str | None] = None
    trusted: bool = False
    native_tools: bool = True
    json_schema: bool = True
    context_tokens: int = 128_000
    first_byte_s: float = FIRST_BYTE_S
    silence_s: float = SILENCE_S

    def __post_init__(self, api_key: str | None, base_url: str | None) -> None:
        from bot.models.openai_compatible import wire

        self._sdk = wire
        self._wire = wire.Wire(api_key, base_url)
        limit = "max_completion_tokens" if base_url is None else "max_tokens"
        self._manner = Manner(native_tools=self.native_tools, json_schema=self.json_schema, limit=limit)

    def model(self, role: Role) -> str:
        return self.models[role]

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        patience = Patience(whole_s=timeout_s, first_byte_s=self.first_byte_s, silence_s=self.silence_s)
        answer: Answer | None = None
        try:
            async with AsyncExitStack() as stack:
                request, response = await self._asked(stack, prompt, patience)
                answer, events = Answer(prompt, request, self._manner, self.model(prompt.role)), Events()
                chunks = await stack.enter_async_context(aclosing(response.iter_bytes()))
                more: bytes | None = b""
                while more is not None:
                    more = None if events.done or answer.over else await self._next(chunks, answer, patience)
                    for event in events.end() if more is None else events.feed(more):
                        for piece in answer.feed(event):
                            yield piece
                for piece in _last(events, answer):
                    yield piece
        except ProviderFailed as error:
            error.usage = answer.usage if answer is not None else error.usage
            raise
        except self._sdk.FAILURES as error:
            failed = self._sdk.failure(error)
            failed.usage = answer.usage if answer is not None else failed.usage
            raise failed from None

    async def close(self) -> None:
        await self._wire.close()

    async def _asked(self, stack: AsyncExitStack, prompt: Prompt, patience: Patience) -> tuple[Request, Any]:
        """The response, asked for in the manner that the server takes. What it refuses is remembered."""
        manner: Manner | None = self._manner
        refusal: Exception | None = None
        for _ in range(MOST_MANNERS):
            if manner is None:
                break
            request = self._fitting(prompt, manner)
            response, refusal = await self._opened(stack, request, patience)
            if refusal is None:
                self._manner = manner if manner.usage is not None else replace(manner, usage=True)
                return request, response
            manner = self._other(refusal, manner)
        assert refusal is not None
        raise refusal

    async def _opened(self, stack: AsyncExitStack, request: Request, patience: Patience) -> tuple[Any, Exception | None]:
        """The response, or why there is none."""
        try:
            async with patience.wait():
                response = await stack.enter_async_context(self._wire.call(request.body, patience.left_s))
                await self._checked(response)
        except self._sdk.FAILURES as error:
            return None, error
        return response, None

    def _other(self, error: BaseException, manner: Manner) -> Manner | None:
        """Another manner to ask in, where the refusal lets one hope that it helps."""
        told = self._sdk.told(error)
        failed = self._sdk.failure(error)
        if told is None or told[0] not in (400, 422) or failed.fault is not Fault.REJECTED:
            return None
        other = manner.without(told[1], named=failed.message != faults.REFUSED)
        if other is None and manner.usage is False and self._manner.usage is None:
            self._manner = replace(self._manner, usage=True)
        return other

    def _fitting(self, prompt: Prompt, manner: Manner) -> Request:
        try:
            request = written_as(prompt, manner, self.model(prompt.role))
            tokens = request.tokens
        except (TypeError, ValueError, RecursionError):
            raise ProviderFailed(UNWRITTEN, fault=Fault.REJECTED) from None
        if tokens + prompt.max_tokens > self.context_tokens:
            raise ProviderFailed("The conversation is longer than this model can read.", fault=Fault.CONTEXT_FULL)
        return request

    async def _next(self, chunks: AsyncIterator[bytes], answer: Answer, patience: Patience) -> bytes | None:
        """The next bytes; None when there are no more. Whatever goes wrong behind a whole answer takes nothing from it."""
        if answer.finish is not None:
            patience.finished()
        try:
            async with patience.wait():
                more = await anext(chunks, None)
        except self._sdk.FAILURES:
            if answer.finish is not None:
                return None
            raise
        patience.came()
        return more

    async def _checked(self, response: Any) -> None:
        """Turns away what is no stream of events; an error in JSON is told by its type."""
        kind = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
        if kind in ("", "text/event-stream"):
            return
        if kind != "application/json":
            raise garbage("something other than a stream of events")
        body = b""
        async with aclosing(response.iter_bytes()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > LONGEST_EVENT:
                    break
        try:
            found: Any = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and (told := cast("dict[str, Any]", found).get("error")):
            raise faults.within(told)
        raise garbage("a whole answer instead of a stream of events")


def _last(events: Events, answer: Answer) -> list[Piece]:
    if events.odd and not events.seen:
        raise garbage("something other than a stream of events")
    return answer.end(done=events.done)
