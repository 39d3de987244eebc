"""The desk in Slack, fresh for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.bot.channels.slack_desk.world import World, world


@pytest.fixture
async def desk() -> AsyncIterator[World]:
    async with world() as made:
        yield made
