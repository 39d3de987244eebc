"""One call over the `anthropic` package, which is loaded with this module (seconds): import it where a call is made."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from anthropic import (
    AnthropicError,
    APIStatusError,
    APITimeoutError,
    AsyncAnthropic,
    AsyncStream,
    DefaultAsyncHttpxClient,
    Timeout,
)

from bot.models.anthropic.failures import failed, refused
from bot.models.anthropic.reading import Reading
from bot.models.anthropic.request import Request
from bot.models.provider import Fault, Piece, ProviderFailed

ADDRESS = "https://api.anthropic.com"
MOST_BYTES = 32 * 1024 * 1024
CONNECT_S = 5.0
STREAM = "text/event-stream"
MISTAKES = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL, ValueError, TypeError)
KNOWN = (
    AnthropicError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    OSError,
    ValueError,
    TypeError,
    RuntimeError,
)
"""All that the package and its transport raise, and what decoding can."""


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How long a call waits: until `until` on the monotonic clock at most, and from one event to the next `between_s`."""

    until: float
    first_until: float
    between_s: float

    def first(self) -> float:
        return max(0.0, min(self.until, self.first_until) - time.monotonic())

    def next(self) -> float:
        return max(0.0, min(self.until - time.monotonic(), self.between_s))


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends the call when it grows beyond all measure, whatever it is read for."""

    def __init__(self, body: httpx2.AsyncByteStream, name: str) -> None:
        self._body = body
        self._name = name

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._body:
            read += len(part)
            if read > MOST_BYTES:
                raise failed(Fault.GARBAGE, self._name)
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


def connected(*, name: str, api_key: str, base_url: str | None) -> AsyncAnthropic:
    """A client that follows no redirect, traces nothing (a prompt is no matter for spans) and tries once.

    Bodies are asked for uncompressed and read as they are, so that their size is known before they are unpacked.
    """

    async def bound(response: httpx2.Response) -> None:
        response.headers.pop("content-encoding", None)
        response.stream = _Bounded(cast("httpx2.AsyncByteStream", response.stream), name)

    return AsyncAnthropic(
        api_key=api_key,
        base_url=(base_url or ADDRESS).rstrip("/").removesuffix("/v1"),
        max_retries=0,
        open_telemetry=False,
        default_headers={"Accept-Encoding": "identity"},
        http_client=DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [bound]}),
    )


async def called(client: AsyncAnthropic, request: Request, *, name: str, model: str, waits: Waits) -> AsyncIterator[Piece]:
    """The pieces of one answer; raises `ProviderFailed` and nothing else. The last one comes when the connection is done with."""
    reading = Reading(request=request, name=name, model=model)
    try:
        async with aclosing(_read(client, request, reading, waits)) as pieces:
            async for piece in pieces:
                yield piece
    except ProviderFailed as failure:
        failure.usage = reading.usage
        raise
    except KNOWN as error:
        if reading.end is None:
            failure = _failure(error, reading)
            failure.usage = reading.usage
            raise failure from None
    if reading.end is not None:
        yield reading.end


async def _read(client: AsyncAnthropic, request: Request, reading: Reading, waits: Waits) -> AsyncGenerator[Piece]:
    async with AsyncExitStack() as open_ones:
        async with asyncio.timeout(waits.first()):
            events = await _events(client, request, open_ones, reading.name, waits)
        reading.began = True
        wait = waits.first()
        while reading.end is None:
            for piece in reading.take(await _next(events, wait, reading.name)):
                yield piece
            wait = waits.next()


async def _events(
    client: AsyncAnthropic, request: Request, open_ones: AsyncExitStack, name: str, waits: Waits
) -> AsyncGenerator[Any]:
    """Sends the request; the events of the answer, raw: the package reads each as leniently as would hide garbage."""
    limit = Timeout(max(waits.until - time.monotonic(), 0.001), connect=CONNECT_S)
    opening = client.messages.with_streaming_response.create(**cast("Any", dict(request.body)), stream=True, timeout=limit)
    answer = await open_ones.enter_async_context(opening)
    if not answer.headers.get("content-type", "").lower().startswith(STREAM):
        raise failed(Fault.GARBAGE, name)
    events = cast("AsyncGenerator[Any]", AsyncStream.raw_events(answer.http_response))
    return await open_ones.enter_async_context(aclosing(events))


async def _next(events: AsyncGenerator[Any], wait: float, name: str) -> object:
    """The data of the next event, which may take so many seconds."""
    async with asyncio.timeout(wait):
        event = await anext(events, None)
    if event is None:
        raise failed(Fault.CUT, name)
    told: object = json.loads(event.data) if event.data else {}
    return {**cast("dict[str, object]", told), "type": "error"} if event.event == "error" and isinstance(told, dict) else told


def _failure(error: Exception, reading: Reading) -> ProviderFailed:
    """What an error of the package, of its transport or of Python means."""
    if isinstance(error, APIStatusError):
        headers = dict(error.response.headers)
        return refused(error.status_code, error.body, headers, name=reading.name, model=reading.model)
    if isinstance(error, TimeoutError | APITimeoutError | httpx2.TimeoutException):
        return failed(Fault.TIMEOUT, reading.name)
    if reading.began:
        garbled = isinstance(error, httpx2.DecodingError | ValueError | TypeError | RecursionError)
        return failed(Fault.GARBAGE if garbled else Fault.CUT, reading.name)
    if isinstance(error, MISTAKES) or isinstance(error.__cause__, MISTAKES):
        return _unfit(reading)
    return failed(Fault.UNREACHABLE, reading.name)


def _unfit(reading: Reading) -> ProviderFailed:
    return ProviderFailed(
        f"The request to the provider {reading.name} can't be sent: correct its base_url, or the key that api_key_env names.",
        fault=Fault.REJECTED,
    )
