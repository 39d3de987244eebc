"""Worlds behind the real adapters and the real chain, with the model server in the same process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.ask.script import Script
from bot.ask.world import World
from bot.wiring.heavy import Heavy
from bot.wiring.worlds import FreshWorlds, opened
from core.config import Config
from core.model_sections import ModelsSection, PriceSection, ProviderSection
from core.people import Assurance
from tests.benchmarks.models_server import Behaviour, Speaker
from tests.scenario.conftest import ARTICLES, ROOT
from tests.scenario.story_model import StoryModel

KEY = "MODELS_KEY"


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Fresh worlds for strangers, and the model server that speaks in them."""

    worlds: FreshWorlds
    speaker: Speaker

    def behave(self, name: str, behaviour: Behaviour | None = None) -> None:
        self.speaker.behaviours[name] = behaviour or Behaviour()

    @asynccontextmanager
    async def stranger(self) -> AsyncGenerator[World]:
        world = await self.worlds.make(Script(id=0, turns=(), account=None, contact=None, assurance=Assurance.ANONYMOUS))
        try:
            yield world
        finally:
            await world.close()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where the worlds get what they need: the configuration, what is loaded, and a folder for the help centre."""

    config: Config
    heavy: Heavy
    folder: Path
    kind: str

    @asynccontextmanager
    async def behind(self, *chain: str, deadline_s: float = 4.0) -> AsyncGenerator[Behind]:
        """Worlds whose chain is these providers and the model of the stories. The key must be in the environment."""
        for name in ARTICLES:
            (self.folder / f"{name}.md").write_text((ROOT / "demo/halcyon/help" / f"{name}.md").read_text(encoding="utf-8"))
        speaker = Speaker()
        runner = web.AppRunner(speaker.app(), handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        models = ModelsSection(
            chain=(*chain, "embedded"),
            providers=self._providers(chain, runner.addresses[0][1]),
            turn_deadline_s=deadline_s,
            cache_answers=False,
        )
        changed = self.config.model_copy(update={"models": models})
        try:
            async with opened(changed, replace(self.heavy, model=StoryModel()), self.folder) as worlds:
                yield Behind(worlds=worlds, speaker=speaker)
        finally:
            await runner.cleanup()

    def _providers(self, chain: tuple[str, ...], port: int) -> dict[str, ProviderSection]:
        price = PriceSection(input=3.0, output=15.0, cached=0.3)
        return {
            name: ProviderSection.model_validate(
                {
                    "kind": self.kind,
                    "model": f"{name}-1",
                    "base_url": f"http://127.0.0.1:{port}/{name}/v1",
                    "api_key_env": KEY,
                    "timeout_s": 1.0 if name == "bad" else 10.0,
                    "prices": {f"{name}-1": price},
                }
            )
            for name in chain
        }
