"""A Slack on loopback and the adapter in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.database import Database
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_side import Side, opened


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    kept = Database.open(f"sqlite:///{tmp_path / 'rapport.db'}")
    kept.create_all()
    yield kept
    await kept.close()


@pytest.fixture
async def side(slack: FakeSlack, database: Database) -> AsyncIterator[Side]:
    made = await opened(slack, database)
    yield made
    await made.close()
