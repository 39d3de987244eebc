"""Claude as a provider. The `anthropic` package takes seconds to load: it is loaded with the first call, or ahead by `warm`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, cast

from bot.models.anthropic.failures import failed
from bot.models.anthropic.request import Request, built
from bot.models.provider import Fault, Piece, Prompt, ProviderFailed, Role

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from anthropic import AsyncAnthropic

MOST_CHARACTERS_A_TOKEN = 8


@dataclass(kw_only=True)
class AnthropicProvider:
    """`bot.models.provider.Provider` over Anthropic's Messages interface, at `base_url` or at Anthropic itself.

    A request that can't fit into `context_tokens` isn't sent. `first_s` bounds the wait for the first event, `between_s` each
    silence after it; the time-out of a call bounds the whole.
    """

    name: str
    models: Mapping[Role, str]
    api_key: str = field(repr=False)
    base_url: str | None = None
    trusted: bool = False
    context_tokens: int = 200_000
    first_s: float = 15.0
    between_s: float = 10.0
    _client: "AsyncAnthropic | None" = field(default=None, init=False, repr=False)
    _opening: Lock = field(default_factory=Lock, init=False, repr=False)

    def model(self, role: Role) -> str:
        return self.models[role]

    async def warm(self) -> None:
        """Loads the package and makes the client, so that the first call needn't wait for it."""
        await asyncio.to_thread(self._connected)

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        """The answer as it comes; closing the iterator closes the connection."""
        began = time.monotonic()
        model = self.model(prompt.role)
        request = self._request(prompt, model)
        client = await self._ready(timeout_s)
        from bot.models.anthropic.calling import Waits, called

        waits = Waits(until=began + timeout_s, first_until=time.monotonic() + self.first_s, between_s=self.between_s)
        answer = called(client, request, name=self.name, model=model, waits=waits)
        async with aclosing(cast("AsyncGenerator[Piece]", answer)) as pieces:
            async for piece in pieces:
                yield piece

    def _request(self, prompt: Prompt, model: str) -> Request:
        try:
            request = built(prompt, model)
            length = len(json.dumps(request.body, ensure_ascii=False))
        except (ValueError, TypeError) as error:
            words = f"The request to the provider {self.name} can't be written: correct the tools or arguments ({error})."
            raise ProviderFailed(words, fault=Fault.REJECTED) from None
        if length > self.context_tokens * MOST_CHARACTERS_A_TOKEN:
            raise failed(Fault.CONTEXT_FULL, self.name)
        return request

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ready(self, timeout_s: float) -> "AsyncAnthropic":
        if self._client is not None:
            return self._client
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.to_thread(self._connected)
        except TimeoutError:
            raise failed(Fault.TIMEOUT, self.name) from None
        except (ValueError, TypeError):
            raise ProviderFailed(
                f"The provider {self.name} can't be reached: correct its base_url, or the key that api_key_env names.",
                fault=Fault.REJECTED,
            ) from None

    def _connected(self) -> "AsyncAnthropic":
        from bot.models.anthropic.calling import connected

        with self._opening:
            if self._client is None:
                self._client = connected(name=self.name, api_key=self.api_key, base_url=self.base_url)
            return self._client
