"""Fresh worlds for scripts and the terminal: the help centre read once, everything else new for each."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.ask.play import Mind
from bot.ask.script import Script
from bot.ask.world import World, make_world
from bot.wiring.heavy import Heavy, load
from bot.wiring.models import Language, language
from bot.wiring.parts import Adapters, build
from core.clock import FixedClock
from core.config import Config
from core.database import Database
from core.durable_memory import MemoryDurable
from core.journal import Journal
from core.keyring import KeyRing
from core.language import LanguageModel
from core.runner import Runner
from knowledge.index import MemoryIndex
from knowledge.ingest import Ingest
from knowledge.search import Search
from memory.vectors import MemoryVectors
from skills.contract import Ports
from skills.procedures.published import library
from skills.sandbox.company import Sandbox

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class FreshWorlds:
    """Makes worlds. `mind` is what understands in all of them."""

    config: Config
    heavy: Heavy
    knowledge: Database
    search: Search
    mind: Mind
    language: Language

    @property
    def _model(self) -> LanguageModel:
        """The configured one, unless these worlds were given another to stand in for the embedded one."""
        return self.language.model if self.language.embedded is self.heavy.model else self.heavy.model

    async def make(self, script: Script) -> World:
        """A world at the demo company's first moment, in memory from end to end."""
        clock = FixedClock(self.config.demo.clock_start or START)
        database = Database.open("sqlite://")
        database.create_all()
        company = Sandbox.fresh(self.heavy.company, clock)
        house = build(
            self.config,
            Adapters(
                database=database,
                durable=MemoryDurable(Runner(database=database, clock=clock)),
                keys=KeyRing(None),
                clock=clock,
                ports=ports_of(company, self.heavy),
                outbox=company.outbox,
                memory_vectors=MemoryVectors(),
                search=self.search,
                knowledge=self.knowledge,
                embedder=self.heavy.embedder,
                model=self._model,
                gate=self.heavy.gate,
                secret=b"a script's codes need no secret",
                lexicon=self.language.lexicon,
                procedures=library(),
            ),
        )
        return await make_world(house, script)


def ports_of(company: Sandbox, heavy: Heavy) -> Ports:
    """The three ports of the sandbox company, and its price list."""
    return Ports(
        billing=company.billing,
        crm=company.crm,
        helpdesk=company.helpdesk,
        prices=heavy.prices,
        terms=heavy.terms,
    )


@asynccontextmanager
async def worlds(config: Config) -> AsyncGenerator[FreshWorlds]:
    """Worlds with the embedded model and the whole help centre. Loads what is shared, and closes it in the end."""
    heavy = load(config)
    await heavy.warm()
    async with opened(config, heavy, *(Path(each) for each in config.knowledge.paths)) as made:
        yield made


@asynccontextmanager
async def opened(config: Config, heavy: Heavy, *folders: Path) -> AsyncGenerator[FreshWorlds]:
    """Worlds over what is loaded already, with the articles of these folders."""
    knowledge = Database.open("sqlite://")
    knowledge.create_all()
    index = MemoryIndex()
    clock = FixedClock(config.demo.clock_start or START)
    ingest = Ingest(database=knowledge, journal=Journal(), index=index, embedder=heavy.filed, clock=clock)
    for folder in folders:
        await ingest.take(folder, tenant=config.tenant.id)
    search = Search(database=knowledge, index=index, embedder=heavy.embedder, learned=Path(config.models.cache) / "learned")
    await search.prepare(config.tenant.id)
    speaking = language(config, heavy.model, knowledge)
    try:
        yield FreshWorlds(config=config, heavy=heavy, knowledge=knowledge, search=search, mind=heavy.mind, language=speaking)
    finally:
        await speaking.close()
        await knowledge.close()
