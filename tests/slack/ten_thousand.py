"""Sends events as Slack does, again and again, and kills the server in between: `make test-slack-retries`.

Prints the figures and exits with 1 when an event was lost or answered twice, or when acknowledging took too long. `--plant`
breaks the product on purpose, to see that this would be found.
"""

import argparse
import asyncio
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.fakes.slack_api import BOT_TOKEN, FakeSlack
from tests.fakes.slack_events import SECRET, HttpSender
from tests.slack.senders import Event, events

ROOT = Path(__file__).parents[2]
SENDERS = 16
START_LIMIT_S, SLACKS_LIMIT_S, QUIET_LIMIT_S = 60.0, 3.0, 60.0
ACK_P99_MS = 300.0
SHOWN_FAULTS = 20


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How hard a run is: so many events a second, each delivered several times; the server is killed so often, evenly spread."""

    folder: Path
    events: int
    rate: float = 10.0
    kills: int = 2
    seed: int = 1
    plant: str = ""


@dataclass(kw_only=True)
class Log:
    """What was seen."""

    sent: int = 0
    refused: int = 0
    kills: int = 0
    acks_ms: list[float] = field(default_factory=list[float])
    took_s: float = 0.0
    answered: int = 0
    faults: list[str] = field(default_factory=list[str])

    @property
    def p99_ms(self) -> float:
        return percentile(self.acks_ms, 0.99)


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)] if ordered else 0.0


class Server:
    """The process under test."""

    def __init__(self, plan: Plan, api: str) -> None:
        self._plan = plan
        self._api = api
        self._process: asyncio.subprocess.Process | None = None
        self.port = _free_port()
        self.up = asyncio.Event()

    async def start(self, session: ClientSession) -> None:
        command = ["-m", "tests.slack.child", str(self._plan.folder), "--port", str(self.port), "--api", self._api]
        command += ["--plant", self._plan.plant] if self._plan.plant else []
        env = {**os.environ, "SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": BOT_TOKEN, "OPENBLAS_NUM_THREADS": "1"}
        with (self._plan.folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, env=env, stdout=log, stderr=log
            )
        async with asyncio.timeout(START_LIMIT_S):
            while not await self._ready(session):  # noqa: ASYNC110 - another process gets ready
                await asyncio.sleep(0.05)
        self.up.set()

    async def kill(self) -> None:
        """SIGKILL, as from a power cut."""
        assert self._process is not None
        self.up.clear()
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """An orderly end, so that its files can be read."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 30)

    async def _ready(self, session: ClientSession) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            raise RuntimeError(f"The server ended: see {self._plan.folder / 'server.log'}.")
        try:
            async with session.get(f"http://127.0.0.1:{self.port}/readyz") as response:
                return response.status == 200
        except (ClientError, TimeoutError):
            return False


class Driver:
    """Runs a plan."""

    def __init__(self, plan: Plan, slack: FakeSlack, session: ClientSession) -> None:
        self.plan = plan
        self.log = Log()
        self._slack = slack
        self._session = session
        self._server = Server(plan, slack.base_url)
        self._events = list(events(plan.events, plan.seed))
        self._begun = 0
        self._first_at = 0.0
        self._http = HttpSender(session=session, url=f"http://127.0.0.1:{self._server.port}/slack/events")

    async def run(self) -> Log:
        """Sends everything, waits for the answers, and adds up."""
        began = time.monotonic()
        await self._server.start(self._session)
        self._first_at, waiting = time.monotonic(), iter(self._events)
        killing = asyncio.create_task(self._kill())
        await asyncio.gather(*(self._send_all(waiting) for _ in range(SENDERS)))
        await killing
        await self._answered()
        await self._server.stop()
        self.log.took_s = time.monotonic() - began
        self._add_up()
        return self.log

    @property
    def _file(self) -> Path:
        return self.plan.folder / "rapport.db"

    async def close(self) -> None:
        await self._server.stop()

    async def _send_all(self, waiting: Iterator[Event]) -> None:
        for event in waiting:
            self._begun += 1
            await asyncio.sleep(max(0.0, self._first_at + self._begun / self.plan.rate - time.monotonic()))
            self._slack.messages[(event.channel, event.ts)] = dict(event.body["event"])
            if event.at_once:
                await asyncio.gather(*(self._deliver(event, copy) for copy in event.copies))
            else:
                for copy in event.copies:
                    await self._deliver(event, copy)

    async def _deliver(self, event: Event, copy: int) -> None:
        """One delivery; when it isn't acknowledged, Slack delivers it again."""
        while True:
            await self._server.up.wait()
            self.log.sent += 1
            try:
                answer = await self._http.send(event.body, retry=copy)
            except (ClientError, TimeoutError, OSError):
                self.log.refused += 1
                copy += 1
                await asyncio.sleep(0.02)
                continue
            self.log.acks_ms.append(answer.ms)
            if answer.status == 200:
                return
            self.log.faults.append(f"{event.name}: answered {answer.status}")
            return

    async def _kill(self) -> None:
        """Kills the server when so much was sent, and starts it again."""
        for number in range(1, self.plan.kills + 1):
            while self._begun < self.plan.events * number // (self.plan.kills + 1):  # noqa: ASYNC110 - the senders count
                await asyncio.sleep(0.005)
            await self._server.kill()
            self.log.kills += 1
            await self._server.start(self._session)

    async def _answered(self) -> None:
        """Waits until every event is answered and settled, or nothing has changed for long; then a moment for one too many."""
        last, since = (0, 0), time.monotonic()
        while time.monotonic() - since < QUIET_LIMIT_S and not (last[0] >= len(self._events) and last[1] == 0):
            await asyncio.sleep(0.2)
            now = sum(_deliveries(self._slack).values()), await asyncio.to_thread(_unsettled, self._file)
            if now != last:
                last, since = now, time.monotonic()
        await asyncio.sleep(1.0)

    def _add_up(self) -> None:
        """Each event stands once in the inbox, its turn has one delivery, and that stands once in Slack."""
        posted, accepted = _deliveries(self._slack), _accepted(self._file)
        for event in self._events:
            deliveries = [delivery for rows in accepted.get(event.name, ()) for delivery in rows]
            once = len(accepted.get(event.name, ())) == 1 and len(deliveries) == 1
            if once and deliveries[0][1] == "sent" and posted[deliveries[0][0]] == 1:
                self.log.answered += 1
            else:
                shown = [(state, posted[delivery]) for delivery, state in deliveries]
                self.log.faults.append(f"{event.name}: taken {len(accepted.get(event.name, ()))} times, sent {shown}")
        taken = sum(len(rows) for rows in accepted.values())
        if taken != len(self._events):
            self.log.faults.append(f"{taken} messages taken from {len(self._events)} events")
        if sum(posted.values()) != len(self._events):
            self.log.faults.append(f"{sum(posted.values())} answers to {len(self._events)} events")


def _deliveries(slack: FakeSlack) -> Counter[str]:
    """How often each delivery stands in Slack."""
    found: Counter[str] = Counter()
    for message in slack.messages.values():
        metadata: dict[str, Any] = message.get("metadata") or {}
        note: dict[str, Any] = metadata.get("event_payload") or {}
        if note.get("part") == 1:
            found[str(note["id"])] += 1
    return found


def _unsettled(file: Path) -> int:
    """How many messages wait to be sent, or are being sent."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return int(database.execute("select count(*) from deliveries where state in ('waiting', 'sending')").fetchone()[0])


def _accepted(file: Path) -> dict[tuple[str, str], list[list[tuple[str, str]]]]:
    """By event: for each time that it was taken, the deliveries of its turn with their states."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        rows = database.execute("select id, conversation_id, message_id from inbox").fetchall()
        sent: dict[str, list[tuple[str, str]]] = {}
        for turn_id, delivery_id, state in database.execute("select turn_id, id, state from deliveries"):
            sent.setdefault(turn_id, []).append((delivery_id, state))
    found: dict[tuple[str, str], list[list[tuple[str, str]]]] = {}
    for row_id, conversation_id, message_id in rows:
        found.setdefault((conversation_id, message_id), []).append(sent.get(row_id, []))
    return found


async def run(plan: Plan) -> Log:
    async with FakeSlack() as slack, ClientSession(timeout=ClientTimeout(total=SLACKS_LIMIT_S)) as session:
        driver = Driver(plan, slack, session)
        try:
            return await driver.run()
        finally:
            await driver.close()


def table(log: Log, plan: Plan) -> str:
    """The figures, one a line."""
    shares = (("p50", percentile(log.acks_ms, 0.5)), ("p99", log.p99_ms), ("most", max(log.acks_ms)))
    rows = [
        ("events", str(plan.events)),
        ("deliveries sent", f"{log.sent}, {log.refused} of them to a server that was down"),
        ("kills", str(log.kills)),
        ("answered exactly once", str(log.answered)),
        ("acknowledged within", ", ".join(f"{name} {ms:.0f} ms" for name, ms in shares)),
        ("took", f"{log.took_s:.0f} s"),
    ]
    return "\n".join(f"{name:24} {value}" for name, value in rows)


def main() -> int:
    """Runs one plan and reports."""
    options = argparse.ArgumentParser(description="Sends events as Slack does, and counts what was lost or answered twice.")
    options.add_argument("--events", type=int, default=10_000)
    options.add_argument("--rate", type=float, default=10.0, help="Events a second.")
    options.add_argument("--kills", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--plant", choices=("forget", ""), default="")
    options.add_argument("--keep", action="store_true", help="Leave the data folder for a look.")
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rapport-slack-"))
    plan = Plan(folder=folder, events=given.events, rate=given.rate, kills=given.kills, seed=given.seed, plant=given.plant)
    log = asyncio.run(run(plan))
    print(table(log, plan))
    for fault in log.faults[:SHOWN_FAULTS]:
        print(f"FAULT {fault}")
    if len(log.faults) > SHOWN_FAULTS:
        print(f"FAULT and {len(log.faults) - SHOWN_FAULTS} more")
    if log.p99_ms >= ACK_P99_MS:
        print(f"FAULT acknowledging took longer than {ACK_P99_MS:.0f} ms")
    if given.keep:
        print(f"data folder: {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if log.faults or log.p99_ms >= ACK_P99_MS else 0


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
