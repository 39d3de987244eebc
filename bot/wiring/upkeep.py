"""What the commands beside `serve` do: back up, verify the journal, explain an id, take in articles."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from core.backup import Installation, backup
from core.clock import WallClock
from core.config import Config
from core.database import Database
from core.embedding import Embedder
from core.errors import BadInput
from core.events import Event
from core.folder_lock import FolderLock
from core.journal import Journal
from core.sealer import Checkpoint
from governance.audit import explain
from knowledge.ingest import Report

T = TypeVar("T")


def back_up(config: Config, to: Path, keys_to: Path | None) -> Path:
    """Copies the installation, which may run meanwhile, into the new folder `to`, and its keys into `keys_to` when given.

    Raises `Conflict` when a folder exists and `BadInput` when there is nothing to copy, or PostgreSQL to be copied with its own
    tools.
    """
    if config.core.database_url_env:
        raise BadInput("This installation is kept in PostgreSQL: back it up with pg_dump, and copy keys.db and checkpoint.json.")
    data = config.data_dir
    # What was done in the sandbox company is copied last: an effect that the first copy has begun is then never missing.
    databases = [data / "rapport.db", *(path for path in [data / "sandbox.db"] if path.is_file())]
    installation = Installation(databases=databases, files=[data / "checkpoint.json"], keys=data / "keys.db")
    made = backup(installation, to=to, at=WallClock().now(), keys_to=keys_to)
    _note_backup(config, with_keys=keys_to is not None)
    return made


def verify_journal(config: Config) -> tuple[str, bool]:
    """A report on the journal's chain, and whether it is whole."""
    checkpoint = Checkpoint(config.data_dir / "checkpoint.json").read()
    found = _view(config, lambda conn: Journal().verify(conn, checkpoint))
    kept = f"the checkpoint outside the database is at {checkpoint.position}" if checkpoint else "there is no checkpoint yet"
    counted = f"{found.sealed} rows are sealed, {found.unsealed} wait to be; {kept}."
    if found.ok:
        return f"The journal is whole: {counted}", True
    return "\n".join([f"The journal is NOT whole: {counted}", *(f"  {each}" for each in found.problems)]), False


def explain_id(config: Config, id: str) -> str:
    """The chain of what led to a turn, an action, an approval or an event. Raises `NotFound`."""
    return str(_view(config, lambda conn: explain(conn, Journal(), config.tenant.id, id)))


async def ingest_path(config: Config, path: Path, embedder: Embedder | None = None) -> str:
    """Takes a file or folder into the help centre and says what became of each article.

    Raises `Conflict` while the server runs, which owns the vectors: it reads `knowledge.paths` at every start.
    """
    from bot.wiring.kept import clock_of, open_database
    from knowledge.chroma_index import ChromaIndex
    from knowledge.ingest import Ingest

    lock = FolderLock.take(config.data_dir)
    database = open_database(config)
    index = ChromaIndex(config.data_dir / "vectors" / "knowledge")
    try:
        clock, _ = await database.write(lambda conn: clock_of(conn, config))
        filed = embedder or _filed(config)
        ingest = Ingest(database=database, journal=Journal(), index=index, embedder=filed, clock=clock)
        return _told(await ingest.take(path, tenant=config.tenant.id))
    finally:
        await database.close()
        lock.release()


def _told(report: Report) -> str:
    counted = ", ".join(
        f"{len(ids)} {name}"
        for name, ids in (
            ("added", report.added),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("removed", report.removed),
            ("failed", report.failed),
        )
    )
    return "\n".join([f"Articles: {counted}.", *(f"  {why}" for why in report.failed.values())])


def _filed(config: Config) -> Embedder:
    from knowledge.embedder import MiniLmEmbedder
    from knowledge.vector_cache import VectorCache

    cache = Path(config.models.cache)
    return VectorCache(MiniLmEmbedder(cache / "models"), cache / "vectors.db")


def existing_database(config: Config) -> Database:
    """The database as it is. Raises `BadInput` when there is none yet."""
    if not config.core.database_url_env and not (config.data_dir / "rapport.db").is_file():
        raise BadInput(f"{config.data_dir.absolute()} holds no database: check data_dir in config.toml, or start Rapport once.")
    return Database.open(config.database_url)


def _view(config: Config, read: Callable[[Connection], T]) -> T:
    """What `read` finds, without holding up a server that runs."""

    async def look() -> T:
        database = existing_database(config)
        try:
            return await database.read(read)
        finally:
            await database.close()

    return asyncio.run(look())


def _note_backup(config: Config, *, with_keys: bool) -> None:
    from bot.wiring.kept import clock_of

    def note(conn: Connection) -> None:
        clock, _ = clock_of(conn, config)
        event = Event(
            type="backup.made",
            tenant=config.tenant.id,
            at=clock.now(),
            correlation_id=uuid4().hex,
            conversation_id=None,
            account_id=None,
            data={"with_keys": with_keys},
        )
        Journal().append(conn, event)

    database = existing_database(config)
    try:
        database.write_blocking(note)
    finally:
        database.close_blocking()
