"""A whole house in memory around a scripted model and a small help centre: quick, and the same parts as in real use."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from structlog.testing import capture_logs

from bot.ask.script import Script
from bot.ask.world import customer_of
from bot.wiring import worlds as wiring
from bot.wiring.heavy import Heavy, light
from bot.wiring.worlds import FreshWorlds, opened
from core.clock import Clock
from core.config import Config, load
from core.people import Assurance, Principal
from knowledge.vector_cache import HashEmbedder
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from tests.fakes.model import ScriptedModel
from tests.scenario.slack_world import SlackWorld, environment, slack_world
from tests.scenario.story import Story
from tests.scenario.story_model import StoryModel
from tests.scenario.teams_world import TeamsWorld, teams_world
from tests.scenario.teams_world import environment as teams_environment

ROOT = Path(__file__).parents[2]
ARTICLES = ("passwords-and-sessions", "refund-windows", "mobile-app-versions")
INTERNAL = """---
title: How credits are decided
audience: internal
---

# How credits are decided

## Who decides

The zebra committee decides every goodwill credit above fifty dollars in its secret Tuesday meeting.
"""


class Meet(Protocol):
    """Begins a story with an account's Owner, or the named contact; with a stranger for None."""

    def __call__(
        self, account: str | None = "ACC-003", contact: str | None = None, assurance: Assurance | None = None
    ) -> Awaitable[Story]: ...


class Acquaint(Protocol):
    """A principal of another account, for a second conversation in the same house."""

    def __call__(self, story: Story, account: str, contact: str | None = None) -> Awaitable[Principal]: ...


@pytest.fixture(scope="session")
def heavy(config: Config) -> Heavy:
    """What is loaded once; each test puts its own model in."""
    return light(config, ScriptedModel(), HashEmbedder())


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, object]]]:
    """What was logged, instead of on the screen."""
    with capture_logs() as found:
        yield found


@pytest.fixture
def model() -> StoryModel:
    return StoryModel()


@pytest.fixture(scope="session")
def config() -> Config:
    """The shipped configuration; hashed vectors are less sure of an answer than real ones."""
    found = load(ROOT / "config.toml")
    return found.model_copy(update={"knowledge": found.knowledge.model_copy(update={"answerable": 0.3})})


@pytest.fixture(scope="session")
def library(config: Config, heavy: Heavy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshWorlds]:
    """Worlds over a small help centre that is read once."""
    folder = tmp_path_factory.mktemp("help")
    for name in ARTICLES:
        (folder / f"{name}.md").write_text((ROOT / "demo/halcyon/help" / f"{name}.md").read_text(encoding="utf-8"))
    (folder / "credits-internal.md").write_text(INTERNAL)
    context, loop = opened(config, heavy, folder), asyncio.new_event_loop()
    made = loop.run_until_complete(context.__aenter__())
    loop.run_until_complete(made.search.find("warm", tenant=config.tenant.id, audience=frozenset({"public"})))
    yield made
    loop.run_until_complete(context.__aexit__(None, None, None))
    loop.close()


@pytest.fixture
def worlds(library: FreshWorlds, model: StoryModel) -> FreshWorlds:
    heavy = replace(library.heavy, model=model)
    return replace(library, heavy=heavy, mind=heavy.mind)


@pytest.fixture
def companies(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    """Every sandbox company that is made, the latest last."""
    made: list[Sandbox] = []
    fresh = Sandbox.fresh

    def remembered(data: CompanyData, clock: Clock) -> Sandbox:
        made.append(fresh(data, clock))
        return made[-1]

    monkeypatch.setattr(wiring.Sandbox, "fresh", remembered)
    return made


@pytest.fixture
async def meet(worlds: FreshWorlds, model: StoryModel, companies: list[Sandbox]) -> AsyncIterator[Meet]:
    met: list[Story] = []

    async def begin(account: str | None = "ACC-003", contact: str | None = None, assurance: Assurance | None = None) -> Story:
        known = assurance or (Assurance.VERIFIED if account else Assurance.ANONYMOUS)
        world = await worlds.make(Script(id=0, turns=(), account=account, contact=contact, assurance=known))
        met.append(Story(world=world, company=companies[-1], model=model))
        return met[-1]

    yield begin
    for story in met:
        await story.world.close()


@pytest.fixture
async def slack(
    worlds: FreshWorlds, model: StoryModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SlackWorld]:
    """A whole Rapport with Slack connected."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    async with slack_world(worlds, model, tmp_path) as world:
        yield world


@pytest.fixture
async def teams(
    worlds: FreshWorlds, model: StoryModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TeamsWorld]:
    """A whole Rapport with Teams connected."""
    for name, value in teams_environment().items():
        monkeypatch.setenv(name, value)
    async with teams_world(worlds, model, tmp_path) as world:
        yield world


@pytest.fixture
async def playground(
    worlds: FreshWorlds, model: StoryModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TeamsWorld]:
    """The same as the Agents Playground meets it: nobody proves who they are, no dialogs, one view for everybody."""
    for name in teams_environment():
        monkeypatch.delenv(name, raising=False)
    async with teams_world(worlds, model, tmp_path, local=True) as world:
        yield world


@pytest.fixture
def acquaint() -> Acquaint:
    async def found(story: Story, account: str, contact: str | None = None) -> Principal:
        script = Script(id=0, turns=(), account=account, contact=contact, assurance=Assurance.VERIFIED)
        return await customer_of(story.house, script)

    return found
