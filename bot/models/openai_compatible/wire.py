"""The openai package, as far as it is used: one call of chat completions as bytes, and what its exceptions mean."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import httpx2
import openai

from bot.models.openai_compatible import faults
from bot.models.provider import Fault, ProviderFailed

OPENAI = "https://api.openai.com/v1"
MOST_BYTES = 16_000_000
_NEVER_SENT = (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.LocalProtocolError, ValueError)
ADDRESS = "The request can't be sent: correct base_url (such as http://127.0.0.1:8000/v1) or the key."

FAILURES: tuple[type[Exception], ...] = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    OSError,
    TimeoutError,
    ValueError,
    RuntimeError,
)
"""All that the package and what is below it may raise: an answer nested too deeply is a RuntimeError as well."""


class Endless(httpx2.TransportError):
    """More bytes came than any answer has."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise Endless("the answer never ends")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    response.stream = _Bounded(cast(httpx2.AsyncByteStream, response.stream))


class Wire:
    """Asks one server. Nothing is repeated, no redirect followed, and no key or account taken from the environment."""

    def __init__(self, api_key: str | None, base_url: str | None) -> None:
        http = openai.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [_bound]})
        own = openai.Omit()
        headers: dict[str, Any] = {"OpenAI-Organization": own, "OpenAI-Project": own, "Accept-Encoding": "identity"}
        self._headers: dict[str, Any] = {} if api_key else {"Authorization": own}
        self._client = openai.AsyncOpenAI(
            api_key=api_key or "none",
            admin_api_key="",
            base_url=base_url or OPENAI,
            max_retries=0,
            default_headers=headers,
            http_client=http,
        )

    def call(self, body: Mapping[str, Any], timeout_s: float) -> AbstractAsyncContextManager[Any]:
        """The response, once its head is there; leaving the context closes the connection."""
        create: Any = self._client.chat.completions.with_streaming_response.create
        return cast("AbstractAsyncContextManager[Any]", create(**body, timeout=timeout_s, extra_headers=self._headers))

    async def close(self) -> None:
        await self._client.close()


def told(error: BaseException) -> tuple[int, str] | None:
    """The status of a refusal, and its words in small letters."""
    if not isinstance(error, openai.APIStatusError):
        return None
    return error.status_code, f"{faults.words_of(error.body)} {error.param or ''}"


def failure(error: BaseException) -> ProviderFailed:
    """What went wrong, in our own words."""
    if isinstance(error, openai.APIStatusError):
        headers = cast("Mapping[str, str]", error.response.headers)
        return faults.failed(error.body, status=error.status_code, retry_after_s=faults.wait(headers))
    if isinstance(error, TimeoutError | openai.APITimeoutError | httpx2.TimeoutException):
        return ProviderFailed("The model server took too long.", fault=Fault.TIMEOUT)
    if isinstance(error, openai.APIConnectionError):
        if isinstance(error.__cause__, _NEVER_SENT):
            return ProviderFailed(ADDRESS, fault=Fault.REJECTED)
        return ProviderFailed("The model server can't be reached: check base_url, and that it runs.", fault=Fault.UNREACHABLE)
    if isinstance(error, Endless | httpx2.DecodingError | openai.APIError):
        return ProviderFailed("The model server's answer can't be read.", fault=Fault.GARBAGE)
    if isinstance(error, httpx2.InvalidURL | openai.OpenAIError | ValueError):
        return ProviderFailed(ADDRESS, fault=Fault.REJECTED)
    return ProviderFailed("The connection to the model server broke.", fault=Fault.CUT)
