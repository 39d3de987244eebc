"""The installation that is kept: files in the data folder, DBOS, Chroma; what `rapport serve` runs."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from bot.dialogue.given_up import give_up
from bot.dialogue.help_centre import PUBLIC
from bot.dialogue.tools import KeptAnswers, NothingKept
from bot.house import House
from bot.http.tokens import load_secret
from bot.intake import TURN
from bot.wiring.heavy import Heavy
from bot.wiring.models import Language, language
from bot.wiring.parts import Adapters, build
from bot.wiring.worlds import START, ports_of
from core import tenants
from core.clock import BusinessClock, Clock, WallClock
from core.config import Config
from core.database import Database
from core.durable import Durable, Steps
from core.engine import DbosDurable
from core.errors import BadInput, RapportError
from core.folder_lock import FolderLock
from core.journal import Journal
from core.keyring import KeyRing
from core.migrate import migrate
from core.people import Tenant
from core.runner import Runner, Work
from core.sealer import Checkpoint, Sealer
from core.settings import remembered_instant
from core.vault import sealed_any
from governance.registry import Registry
from knowledge.answer_cache import AnswerCache, AnswersFor
from knowledge.chroma_index import ChromaIndex
from knowledge.index import VectorIndex
from knowledge.ingest import Ingest, Report
from knowledge.search import Search
from memory.chroma_memory import ChromaVectors
from skills.procedures.procedure import Procedure
from skills.procedures.published import Shelf, bodies, library
from skills.sandbox.company import Sandbox


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The house with what only a kept one has."""

    house: House
    company: Sandbox
    ingest: Ingest
    sealer: Sealer
    secret: bytes
    first: bool
    lock: FolderLock
    language: Language
    answers: AnswerCache

    async def close(self) -> None:
        """Stops taking work, seals what is there, and lets go of the files."""
        await self.house.durable.close()
        await self.sealer.seal()
        await self.company.close()
        await self.language.close()
        await self.house.database.close()
        self.lock.release()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What was opened on the way to a house."""

    database: Database
    clock: Clock
    durable: Durable
    company: Sandbox
    index: VectorIndex
    language: Language
    answers: AnswerCache
    procedures: Mapping[str, Procedure]
    secret: bytes


def open_database(config: Config) -> Database:
    """The database, at the newest schema."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database.open(config.database_url)
    migrate(database)
    return database


async def open_house(config: Config, heavy: Heavy, *, index: VectorIndex | None = None) -> Kept:
    """Opens it all; the engine isn't launched yet, so that routes can be served while the models load.

    Raises `Conflict` while another process runs on the data folder, `BadInput` when its keys are missing.
    """
    data = config.data_dir
    lock, database = _claimed(config)
    tenant = Tenant(id=config.tenant.id, region=config.tenant.region)
    await database.write(lambda conn: tenants.register(conn, tenant))
    clock, first = await database.write(lambda conn: clock_of(conn, config))

    def failed(conn: Connection, work: Work, error: str) -> None:
        give_up(house.turns.writing, work.argument, error, conn)

    runner = Runner(database=database, clock=clock, failed=failed)
    durable = DbosDurable(runner, f"sqlite:///{data / 'engine.db'}")
    opened = await _opened(config, heavy, runner, durable, index)
    house = build(config, _adapters(config, heavy, opened))
    register_turns(durable, house)
    journal = house.journal
    return Kept(
        house=house,
        company=opened.company,
        ingest=Ingest(database=database, journal=journal, index=opened.index, embedder=heavy.filed, clock=clock),
        sealer=_sealer(config, database, journal),
        secret=opened.secret,
        first=first,
        lock=lock,
        language=opened.language,
        answers=opened.answers,
    )


async def _opened(config: Config, heavy: Heavy, runner: Runner, durable: Durable, index: VectorIndex | None) -> Opened:
    """What the house stands on, over the database that the engine runs on."""
    data, database, clock, tenant = config.data_dir, runner.database, runner.clock, config.tenant.id
    secret = load_secret(data, os.environ.get(config.server.secret_env))
    return Opened(
        database=database,
        clock=clock,
        durable=durable,
        company=Sandbox.kept(heavy.company, clock, data / "sandbox.db", tenant=tenant),
        index=index or ChromaIndex(data / "vectors" / "knowledge"),
        language=language(config, heavy.model, database),
        answers=AnswerCache(database=database, clock=WallClock(), secret=secret),
        procedures=await database.write(lambda conn: _procedures(conn, tenant, clock)),
        secret=secret,
    )


def _sealer(config: Config, database: Database, journal: Journal) -> Sealer:
    checkpoint = Checkpoint(config.data_dir / "checkpoint.json")
    return Sealer(database, journal, checkpoint, interval_s=config.core.seal_interval_s)


def _adapters(config: Config, heavy: Heavy, opened: Opened) -> Adapters:
    """The adapters of a kept installation, over its data folder."""
    data, company = config.data_dir, opened.company
    learned = Path(config.models.cache) / "learned"
    return Adapters(
        database=opened.database,
        durable=opened.durable,
        keys=KeyRing(data / "keys.db"),
        clock=opened.clock,
        ports=ports_of(company, heavy),
        outbox=company.outbox,
        memory_vectors=ChromaVectors(data / "vectors" / "memory"),
        search=Search(database=opened.database, index=opened.index, embedder=heavy.embedder, learned=learned),
        knowledge=opened.database,
        embedder=heavy.embedder,
        model=opened.language.model,
        gate=heavy.gate,
        secret=opened.secret,
        lexicon=opened.language.lexicon,
        answers=_kept_answers(config, opened),
        procedures=opened.procedures,
    )


def shelf() -> Shelf:
    """The published procedures of this installation."""
    return Shelf(Journal(), Registry(Journal()))


def _procedures(conn: Connection, tenant: str, clock: Clock) -> dict[str, Procedure]:
    """Those that are live; the shipped ones whose example dialogues passed are published with the first start."""
    kept = shelf()
    tested = library()
    kept.stock(conn, tenant, {name: body for name, body in bodies().items() if name in tested}, clock.now())
    return kept.live(conn, tenant)


def _kept_answers(config: Config, opened: Opened) -> KeptAnswers:
    """Answers for customers, under the prompts that made them."""
    if not config.models.cache_answers:
        return NothingKept()
    prompts = " ".join(f"{name}={label}" for name, label in opened.language.prompts.versions().items())
    named = f"{prompts} {config.tenant.name} {config.bot.name}"
    return AnswersFor(opened.answers, tenant=config.tenant.id, audience=PUBLIC, prompts=named)


def _claimed(config: Config) -> tuple[FolderLock, Database]:
    """The data folder for this process alone, and its database, once it is clear that what is in it can be read."""
    lock = FolderLock.take(config.data_dir)
    try:
        database = open_database(config)
    except RapportError:
        lock.release()
        raise
    keys = config.data_dir / "keys.db"
    if not keys.exists() and database.write_blocking(sealed_any):
        database.close_blocking()
        lock.release()
        raise BadInput(
            f"{keys} is missing, and nothing that customers wrote can be read without it: put it back from where the keys are"
            " kept apart from the backups, then start again."
        )
    return lock, database


def register_turns(durable: Durable, house: House) -> None:
    """Makes the turn known to the engine, under a name that never changes."""

    async def turn(steps: Steps, row_id: str) -> None:
        await house.turns.take(steps, row_id)

    durable.register(TURN, turn)


async def take_in(kept: Kept, paths: Sequence[str]) -> list[Report]:
    """Brings the help centre in line with folders or files."""
    reports = [await kept.ingest.take(Path(path), tenant=kept.house.tenant.id) for path in paths]
    await kept.house.search.prepare(kept.house.tenant.id)
    return reports


def clock_of(conn: Connection, config: Config) -> tuple[Clock, bool]:
    """The business clock, and whether it begins now: the demo's runs on from its first moment since the installation began."""
    wall = WallClock()
    start = (config.demo.clock_start or START) if config.demo.enabled else None
    now = wall.now()
    origin = remembered_instant(conn, "clock_origin", now)
    if start is None:
        return wall, origin == now
    return BusinessClock(start=start, origin=origin), origin == now
