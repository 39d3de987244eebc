"""What set-up does ahead of time, so that starting is quick: learn from examples, read the help centre, fill the data folder."""

from pathlib import Path

from bot.wiring.heavy import load
from bot.wiring.kept import open_house, take_in
from core.clock import WallClock
from core.config import Config
from core.database import Database
from core.journal import Journal
from knowledge.index import MemoryIndex
from knowledge.ingest import Ingest
from knowledge.search import Search


async def learn(config: Config) -> str:
    """Fits what is learned from examples and embeds the articles; both are cached beside the sentence model."""
    heavy = load(config)
    await heavy.warm()
    scratch = Database.open("sqlite://")
    scratch.create_all()
    index = MemoryIndex()
    ingest = Ingest(database=scratch, journal=Journal(), index=index, embedder=heavy.filed, clock=WallClock())
    reports = [await ingest.take(Path(path), tenant=config.tenant.id) for path in config.knowledge.paths]
    learned = Path(config.models.cache) / "learned"
    await Search(database=scratch, index=index, embedder=heavy.embedder, learned=learned).prepare(config.tenant.id)
    await scratch.close()
    return f"Learned what can be asked for; {sum(len(report.added) for report in reports)} articles are ready."


async def fill(config: Config) -> str:
    """Makes the data folder, with the help centre indexed."""
    kept = await open_house(config, load(config))
    reports = await take_in(kept, config.knowledge.paths)
    await kept.company.close()
    await kept.house.database.close()
    return f"{config.data_dir} holds {sum(len(each.added) + len(each.unchanged) for each in reports)} articles."
