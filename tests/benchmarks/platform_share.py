"""One run of the platform's share of a turn: the whole house on files, with a scripted model. Prints its figures as JSON."""

import asyncio
import contextlib
import json
import logging
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import structlog
from sqlalchemy import Connection, Engine, event

from bot.dialogue.turn import Turns
from bot.wiring.heavy import light
from bot.wiring.kept import Kept, open_house, take_in
from core.conversation import EntryKind, Inbound, Reply
from core.durable import Steps
from knowledge.vector_cache import HashEmbedder
from memory.tables import entries
from tests.benchmarks.report import percentile
from tests.fakes.model import ScriptedModel
from tests.recovery.house import MEANINGS, MOST_CREDITS, QUESTIONS, YES, Customer, a_message, config_for, credit, launch
from tests.recovery.script import customers

TURNS = 500
PAIRS = 60
LANES = 20
SENDERS = 100
ACKNOWLEDGED = 2_000
TURNS_IN_A_CONVERSATION = 10
LONGEST_TURN_S = 60.0


@dataclass
class Ends:
    """Tells when a turn has ended, and how long its parts took."""

    waiting: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    def watch(self) -> None:
        take, of = Turns.take, self.of

        async def told(self: Turns, steps: Steps, row_id: str) -> Reply:
            reply = await take(self, steps, row_id)
            of(row_id).set()
            return reply

        Turns.take = told

    def of(self, row_id: str) -> asyncio.Event:
        return self.waiting.setdefault(row_id, asyncio.Event())

    async def end(self, row_id: str) -> None:
        """Waits for the end of a turn. Raises `TimeoutError` when it fails or hangs."""
        async with asyncio.timeout(LONGEST_TURN_S):
            await self.of(row_id).wait()


def quieten() -> None:
    """Only what goes wrong is logged, and not where the figures go."""
    warnings = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=warnings, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


class Bench:
    """One house and its figures, in milliseconds unless their name says otherwise."""

    def __init__(self, kept: Kept, ends: Ends) -> None:
        self._kept = kept
        self._ends = ends
        self._people = customers()
        self._credits: dict[str, int] = defaultdict(int)
        self.figures: dict[str, float] = {}

    async def sequential(self) -> None:
        """One conversation after the other: questions, then credits asked for and confirmed."""
        for number in range(30):
            await self._turn(self._question("warm", number))
        commits = Counted()
        began = process_time()
        times = [await self._turn(self._question("one", number)) for number in range(TURNS)]
        self.figures["question: processor"] = (process_time() - began) / TURNS * 1000
        self._spread("question", times)
        self.figures["commits of a question"] = commits.taken() / TURNS
        cards: list[float] = []
        confirmed: list[float] = []
        for number in range(PAIRS):
            customer = self._people[number % len(self._people)]
            text = self._credit(customer)
            cards.append(await self._turn(self._message(f"pair{number}", "card", customer, text)))
            commits.taken()
            confirmed.append(await self._turn(self._message(f"pair{number}", "yes", customer, YES)))
        self.figures["commits of a confirmed credit"] = commits.taken()
        self._spread("card", cards)
        self._spread("confirmed credit", confirmed)

    async def concurrent(self) -> None:
        """Twenty conversations at once, each waiting for its reply before it goes on."""

        async def lane(name: str) -> list[float]:
            messages = [self._message(name, f"m{n}", self._people[0], QUESTIONS[n % 6]) for n in range(TURNS // LANES)]
            return [await self._turn(each) for each in messages]

        began = perf_counter()
        times = [each for group in await asyncio.gather(*(lane(f"lane{n}") for n in range(LANES))) for each in group]
        self.figures["turns a second, 20 at once"] = len(times) / (perf_counter() - began)
        self._spread("question, 20 at once", times)

    async def acknowledge(self, name: str) -> None:
        """A hundred senders at once, each sending the next message as soon as the last is acknowledged."""
        times: list[float] = []

        async def sender(number: int) -> None:
            for count in range(ACKNOWLEDGED // SENDERS):
                message = self._message(f"{name}{number}", f"m{count}", self._people[number % len(self._people)], QUESTIONS[0])
                began = perf_counter()
                await self._kept.house.intake.accept(message)
                times.append((perf_counter() - began) * 1000)

        began = perf_counter()
        await asyncio.gather(*(sender(number) for number in range(SENDERS)))
        self.figures[f"{name}: acknowledgements a second"] = len(times) / (perf_counter() - began)
        self.figures[f"{name}: p50"] = percentile(times, 0.5)
        self.figures[f"{name}: p99"] = percentile(times, 0.99)

    async def _turn(self, message: Inbound) -> float:
        """Accepted, answered, and read back, in milliseconds."""
        house = self._kept.house
        began = perf_counter()
        accepted = await house.intake.accept(message)
        await self._ends.end(accepted.row_id)
        ended = await house.database.read(lambda conn: _ends(conn, accepted.row_id))
        assert ended == 1, "the reply can't be read"
        return (perf_counter() - began) * 1000

    def _question(self, name: str, number: int) -> Inbound:
        conversation = f"{name}{number // TURNS_IN_A_CONVERSATION}"
        return self._message(conversation, f"m{number}", self._people[0], QUESTIONS[number % len(QUESTIONS)])

    def _message(self, conversation: str, message_id: str, customer: Customer, text: str) -> Inbound:
        return a_message(self._kept, conversation, message_id, customer, text)

    def _credit(self, customer: Customer) -> str:
        self._credits[customer.account] += 1
        return credit(self._credits[customer.account] % MOST_CREDITS)

    def _spread(self, name: str, times: list[float]) -> None:
        self.figures[f"{name}: p50"] = percentile(times, 0.5)
        self.figures[f"{name}: p95"] = percentile(times, 0.95)


def _ends(conn: Connection, row_id: str) -> int:
    wanted = entries.select().where(entries.c.turn_id == row_id, entries.c.kind == EntryKind.REPLY_END.value)
    return len(conn.execute(wanted).all())


class Counted:
    """Counts what the SQLAlchemy engines of this process commit: the database and the durable engine."""

    def __init__(self) -> None:
        self._count = 0
        event.listen(Engine, "commit", self._note)

    def taken(self) -> int:
        """How many since it was last asked."""
        count, self._count = self._count, 0
        return count

    def _note(self, _: Connection) -> None:
        self._count += 1


def floor(folder: Path, commits: int, rounds: int = 200) -> dict[str, float]:
    """What that many durable commits of one row cost here, with nothing around them."""
    times: list[float] = []
    with contextlib.closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE line (number INTEGER PRIMARY KEY, text TEXT)")
        for _ in range(rounds):
            began = perf_counter()
            for _ in range(commits):
                bare.execute("BEGIN IMMEDIATE")
                bare.execute("INSERT INTO line (text) VALUES (?)", ("x" * 400,))
                bare.execute("COMMIT")
            times.append((perf_counter() - began) * 1000)
    return {"floor: p50": percentile(times, 0.5), "floor: p95": percentile(times, 0.95)}


async def with_house(folder: Path, work: Callable[[Kept], Awaitable[None]]) -> None:
    """A house with the demo company's help centre, every part on files."""
    config = config_for(folder)
    kept = await open_house(config, light(config, ScriptedModel(meanings=dict(MEANINGS)), HashEmbedder()))
    await take_in(kept, config.knowledge.paths)
    sealing = asyncio.create_task(kept.sealer.run())
    await work(kept)
    sealing.cancel()
    await asyncio.gather(sealing, return_exceptions=True)
    await kept.close()


async def run() -> dict[str, float]:
    """All of it, in two fresh houses."""
    quieten()
    ends = Ends()
    ends.watch()
    figures: dict[str, float] = {}

    async def turns(kept: Kept) -> None:
        await launch(kept)
        bench = Bench(kept, ends)
        await bench.sequential()
        await bench.concurrent()
        await kept.house.durable.settle()
        figures.update(bench.figures)

    async def alone(kept: Kept) -> None:
        bench = Bench(kept, ends)
        await bench.acknowledge("kept for later")
        figures.update(bench.figures)

    async def answering(kept: Kept) -> None:
        await launch(kept)
        bench = Bench(kept, ends)
        await bench.acknowledge("while turns are taken")
        await kept.house.durable.settle(300.0)
        figures.update(bench.figures)

    for work in (turns, answering, alone):
        with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
            await with_house(Path(folder), work)
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        figures |= floor(Path(folder), max(1, round(figures["commits of a question"])))
    return figures


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run())))
