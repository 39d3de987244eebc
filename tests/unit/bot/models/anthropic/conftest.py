"""A provider at a server of the tests' own."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.models.anthropic.provider import AnthropicProvider
from bot.models.provider import Role

Reach = Callable[[str], AnthropicProvider]


@pytest.fixture
async def reach() -> AsyncIterator[Reach]:
    made: list[AnthropicProvider] = []

    def at(base_url: str) -> AnthropicProvider:
        models = {role: "claude-haiku-5-5" if role is Role.DISTIL else "claude-sonnet-5-5" for role in Role}
        provider = AnthropicProvider(
            name="claude",
            models=models,
            api_key="sk-ant-secret",
            base_url=base_url,
            trusted=False,
            context_tokens=100_000,
            first_s=0.5,
            between_s=0.3,
        )
        made.append(provider)
        return provider

    yield at
    for provider in made:
        await provider.close()
