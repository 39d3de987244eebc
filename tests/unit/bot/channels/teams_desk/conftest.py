from collections.abc import AsyncIterator

import pytest

from tests.fakes.scripted_desk import ScriptedDesk
from tests.unit.bot.channels.teams_desk.table import Table


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    made = Table(script=ScriptedDesk())
    yield made
    await made.timely.stop()
