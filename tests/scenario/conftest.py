"""A whole house in memory around a scripted model and a small help centre: quick, and the same parts as in real use."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.ask.script import parse
from bot.ask.world import World
from bot.wiring.heavy import light
from bot.wiring.worlds import FreshWorlds, opened
from core.config import load
from knowledge.vector_cache import HashEmbedder
from tests.fakes.model import Meant, ScriptedModel

ROOT = Path(__file__).parents[2]
MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture(scope="session")
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def worlds(model: ScriptedModel, tmp_path: Path) -> AsyncIterator[FreshWorlds]:
    model.meanings.clear()
    help_centre = tmp_path / "help"
    help_centre.mkdir()
    for name in ("passwords-and-sessions", "refund-windows", "mobile-app-versions"):
        (help_centre / f"{name}.md").write_text((ROOT / "demo/halcyon/help" / f"{name}.md").read_text(encoding="utf-8"))
    config = load(ROOT / "config.toml")
    async with opened(config, light(config, model, HashEmbedder()), help_centre) as made:
        yield made


@pytest.fixture
async def meet(worlds: FreshWorlds, model: ScriptedModel) -> AsyncIterator[MakeWorld]:
    """`await meet("ACC-003", {"text": Meant(...)})` gives a world with that account's Owner."""
    met: list[World] = []

    async def make(account: str | None, meanings: dict[str, Meant] | None = None, contact: str | None = None) -> World:
        model.meanings.update(meanings or {})
        line = "{}" if account is None else f'{{"text": "-", "account": "{account}"}}'
        if contact:
            line = f'{{"text": "-", "account": "{account}", "contact": "{contact}"}}'
        world = await worlds.make(parse(line if account else "-", 1))
        met.append(world)
        return world

    yield make
    for world in met:
        await world.close()
