"""Houses for the tests of the desk: whole ones in memory, around a scripted model and a small help centre."""

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.ask.script import Script
from bot.wiring import worlds as wiring
from bot.wiring.heavy import light
from bot.wiring.worlds import FreshWorlds, opened
from core.clock import Clock
from core.config import load
from core.people import Assurance
from knowledge.vector_cache import HashEmbedder
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from tests.fakes.copilot_house import Begin, Copilot, copilot_over
from tests.fakes.model import ScriptedModel
from tests.scenario.story import Story
from tests.scenario.story_model import StoryModel

ROOT = Path(__file__).parents[4]
ARTICLES = ("passwords-and-sessions", "refund-windows", "mobile-app-versions")
INTERNAL = """---
title: How credits are decided
audience: internal
---

# How credits are decided

## Who decides

The zebra committee decides every goodwill credit above fifty dollars in its secret Tuesday meeting.
"""


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, object]]]:
    """What was logged, instead of on the screen."""
    with capture_logs() as found:
        yield found


@pytest.fixture(scope="session")
def copilot_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshWorlds]:
    """Worlds over a small help centre that is read once; hashed vectors are less sure of an answer than real ones."""
    found = load(ROOT / "config.toml")
    config = found.model_copy(update={"knowledge": found.knowledge.model_copy(update={"answerable": 0.3})})
    folder = tmp_path_factory.mktemp("help")
    for name in ARTICLES:
        (folder / f"{name}.md").write_text((ROOT / "demo/halcyon/help" / f"{name}.md").read_text(encoding="utf-8"))
    (folder / "credits-internal.md").write_text(INTERNAL)
    loop = asyncio.new_event_loop()
    context = opened(config, light(config, ScriptedModel(), HashEmbedder()), folder)
    made = loop.run_until_complete(context.__aenter__())
    loop.run_until_complete(made.search.find("warm", tenant=config.tenant.id, audience=frozenset({"public"})))
    yield made
    loop.run_until_complete(context.__aexit__(None, None, None))
    loop.close()


@pytest.fixture
async def begin(copilot_library: FreshWorlds, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Begin]:
    """Begins a story with an account's Owner or the named contact, or with a stranger for None, handed over to Sam."""
    made: list[Sandbox] = []
    fresh, met = Sandbox.fresh, list[Copilot]()

    def remembered(data: CompanyData, clock: Clock) -> Sandbox:
        made.append(fresh(data, clock))
        return made[-1]

    monkeypatch.setattr(wiring.Sandbox, "fresh", remembered)

    async def begun(account: str | None = "ACC-003", contact: str | None = None, *, handed: bool = True) -> Copilot:
        model = StoryModel()
        heavy = replace(copilot_library.heavy, model=model)
        known = Assurance.VERIFIED if account else Assurance.ANONYMOUS
        worlds = replace(copilot_library, heavy=heavy, mind=heavy.mind)
        world = await worlds.make(Script(id=0, turns=(), account=account, contact=contact, assurance=known))
        story = Story(world=world, company=made[-1], model=model)
        met.append(copilot_over(story, copilot_library.knowledge))
        if handed:
            await met[-1].hand_over()
        return met[-1]

    yield begun
    for each in met:
        await each.story.world.close()
