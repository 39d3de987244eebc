"""A real `rapport serve` on a fresh data folder behind the model server, and a customer who writes to it over the web chat."""

import asyncio
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.http.sessions import LINK_LIFETIME
from bot.http.tokens import Purpose, Tokens, load_secret
from core.clock import WallClock
from tests.benchmarks.report import ROOT

READY_LIMIT_S = 420.0
PRICES = "{ input = 3.0, output = 15.0, cached = 0.3, written = 3.75 }"
ENDS = ("reply_end", "notice")
KEY = "RAPPORT_BENCH_KEY"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How a server is set up. `chain` names providers of the model server, or `embedded`."""

    chain: tuple[str, ...]
    kind: str = "openai"
    timeout_s: float = 6.0
    deadline_s: float = 20.0
    understanding: str = "cheap_first"
    cache_answers: bool = True

    def toml(self, models_port: int) -> str:
        """The table of the models."""
        chain = ", ".join(f'"{name}"' for name in self.chain)
        lines = [
            "[models]",
            f"chain = [{chain}]",
            f'cache = "{ROOT}/.cache"',
            f'understanding = "{self.understanding}"',
            f"turn_deadline_s = {self.deadline_s}",
            f"cache_answers = {str(self.cache_answers).lower()}",
        ]
        for name in self.chain:
            if name != "embedded":
                lines += ["", *self._provider(name, models_port)]
        return "\n".join(lines)

    def _provider(self, name: str, models_port: int) -> list[str]:
        return [
            f"[models.providers.{name}]",
            f'kind = "{self.kind}"',
            f'model = "{name}-1"',
            f'base_url = "http://127.0.0.1:{models_port}/{name}/v1"',
            f'api_key_env = "{KEY}"',
            f"timeout_s = {self.timeout_s}",
            f"[models.providers.{name}.prices]",
            f'"{name}-1" = {PRICES}',
        ]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a customer got for one message. `shown` are the texts in order with the seconds (since 1970) when they came."""

    row_id: str
    sent_at: float
    shown: tuple[tuple[str, float], ...]
    uncited: tuple[str, ...]
    card: str
    receipt: bool
    handed_over: bool
    ended: bool
    ended_at: float

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.shown]

    @property
    def answered(self) -> bool:
        """Whether it ended with anything for the customer: words, a card, a receipt, or a person."""
        return self.ended and bool(self.shown or self.card or self.receipt or self.handed_over)

    @property
    def first_s(self) -> float | None:
        return self.shown[0][1] - self.sent_at if self.shown else None


@dataclass(kw_only=True)
class Customer:
    """Somebody at the web chat. One conversation, one event stream."""

    address: str
    http: aiohttp.ClientSession
    csrf: str = ""
    news: "asyncio.Queue[tuple[dict[str, Any], float]]" = field(default_factory=asyncio.Queue["tuple[dict[str, Any], float]"])
    _reading: "asyncio.Task[None] | None" = None

    async def enter(self, link: str) -> None:
        """Opens the page by a link (/chat, or a demo customer's), and follows what is said."""
        async with self.http.get(self.address + link) as page:
            page.raise_for_status()
        async with self.http.get(f"{self.address}/api/session") as told:
            self.csrf = (await told.json())["csrf"]
        self._reading = asyncio.create_task(self._read())
        await asyncio.sleep(0)

    async def leave(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError, aiohttp.ClientError):
                await self._reading
        await self.http.close()

    async def says(self, text: str, *, within_s: float) -> Turn:
        """Sends a message and waits for the end of its reply."""
        return await self._sends("/api/messages", {"text": text}, within_s=within_s)

    async def presses(self, card_id: str, choice: str, *, within_s: float) -> Turn:
        return await self._sends("/api/press", {"card_id": card_id, "choice": choice}, within_s=within_s)

    async def _sends(self, path: str, body: Mapping[str, str], *, within_s: float) -> Turn:
        sent_at = time.time()
        headers = {"X-CSRF-Token": self.csrf, "Origin": self.address}
        given = {**body, "client_msg_id": secrets.token_urlsafe(12)}
        async with self.http.post(self.address + path, json=given, headers=headers) as answer:
            told = await answer.json()
            if answer.status != 202:
                raise RuntimeError(f"{path} was refused with {answer.status}: {told}")
        return await self._reply(told["row_id"], sent_at, within_s)

    async def _reply(self, row_id: str, sent_at: float, within_s: float) -> Turn:
        shown: list[tuple[str, float]] = []
        uncited, card = list[str](), ""
        receipt = handed_over = ended = False
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not ended:
                    entry, at = await self.news.get()
                    kind, body = entry["kind"], entry["body"]
                    if entry["turn"] != row_id:
                        continue
                    if kind == "sentence" and entry["author"] == "bot":
                        shown.append((body["text"], at))
                        uncited += [] if body["citations"] else [body["text"]]
                    card = body["id"] if kind == "card" else card
                    receipt = receipt or kind == "receipt"
                    handed_over = handed_over or kind == "notice"
                    ended = kind in ENDS
        await self._rest(row_id, shown)
        return Turn(
            row_id=row_id,
            sent_at=sent_at,
            shown=tuple(shown),
            uncited=tuple(uncited),
            card=card,
            receipt=receipt,
            handed_over=handed_over,
            ended=ended,
            ended_at=time.time(),
        )

    async def _rest(self, row_id: str, shown: list[tuple[str, float]]) -> None:
        """What comes right behind the end, which would be a fault."""
        await asyncio.sleep(0.02)
        while not self.news.empty():
            entry, at = self.news.get_nowait()
            if entry["kind"] == "sentence" and entry["author"] == "bot" and entry["turn"] == row_id:
                shown.append((entry["body"]["text"], at))

    async def _read(self) -> None:
        name = ""
        async with self.http.get(f"{self.address}/api/events", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            async for raw in stream.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: ") and name == "entry":
                    self.news.put_nowait((json.loads(line[6:]), time.time()))


@dataclass(kw_only=True)
class Server:
    """A running `rapport serve`."""

    process: "subprocess.Popen[bytes]"
    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def resident_mb(self) -> float:
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) / 1024

    @property
    def logged(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What its database tells, read beside it."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/rapport.db?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    async def customer(self, contact: str | None = None) -> Customer:
        """A stranger, or one of the demo's customers."""
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=60))
        customer = Customer(address=self.address, http=http)
        await customer.enter(self._link(contact) if contact else "/demo/stranger")
        return customer

    def _link(self, contact: str) -> str:
        """A demo customer's link, made with the installation's own secret."""
        tokens = Tokens(load_secret(self.folder / "data", None), "halcyon", WallClock())
        return f"/demo/as/{contact}?t={tokens.issue(Purpose.GUEST_LINK, {'sub': contact}, LINK_LIFETIME)}"


@dataclass(kw_only=True)
class Models:
    """A running model server."""

    process: "subprocess.Popen[bytes]"
    port: int
    http: aiohttp.ClientSession

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def behave(self, name: str, **how: object) -> None:
        async with self.http.post(f"{self.address}/-/{name}", json=how) as answer:
            answer.raise_for_status()

    async def log(self, first: int = 0) -> Sequence[Mapping[str, Any]]:
        async with self.http.get(f"{self.address}/-/log", params={"from": str(first)}) as answer:
            return await answer.json()


@asynccontextmanager
async def models() -> AsyncGenerator[Models]:
    """A model server in a process of its own."""
    port = free_port()
    process = _begun([sys.executable, "-m", "tests.benchmarks.models_server", str(port)])
    http = aiohttp.ClientSession()
    running = Models(process=process, port=port, http=http)
    try:
        await _until_answered(f"{running.address}/-/log", process, http)
        yield running
    finally:
        await http.close()
        _end(process)


@asynccontextmanager
async def serving(wanted: Wanted, models_port: int) -> AsyncGenerator[Server]:
    """`rapport serve` on a fresh data folder under /tmp."""
    with tempfile.TemporaryDirectory(prefix="rapport-models-") as folder:
        config, port = Path(folder) / "config.toml", free_port()
        config.write_text(_config(Path(folder), wanted, models_port), encoding="utf-8")
        command = [sys.executable, "-m", "bot", "serve", "--config", str(config), "--port", str(port)]
        environment = {**os.environ, KEY: "sk-nobody", "OPENBLAS_NUM_THREADS": "1"}
        process = _begun(command, environment, Path(folder) / "log")
        server = Server(process=process, port=port, folder=Path(folder))
        try:
            async with aiohttp.ClientSession() as http:
                await _until_answered(f"{server.address}/readyz", process, http)
            yield server
        except SystemExit:
            print(server.logged[-3000:], file=sys.stderr)
            raise
        finally:
            _end(process)


def _begun(
    command: Sequence[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> "subprocess.Popen[bytes]":
    if log is None:
        return subprocess.Popen(command, cwd=ROOT, env=environment)
    with log.open("wb") as written:
        return subprocess.Popen(command, cwd=ROOT, stdout=written, stderr=subprocess.STDOUT, env=environment)


async def quiet(models: Models) -> None:
    """Waits until nothing is learned from past conversations any more."""
    known, now = -1, 0
    while known != now:
        await asyncio.sleep(2.0)
        known, now = now, len(await models.log())


def _config(folder: Path, wanted: Wanted, models_port: int) -> str:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace('data_dir = "data"', f'data_dir = "{folder}/data"').replace(
        "messages_a_minute = 40", "messages_a_minute = 6000"
    )
    return re.sub(r"\[models\]\n.*?(?=\n\[)", lambda _: wanted.toml(models_port) + "\n", text, count=1, flags=re.DOTALL)


async def _until_answered(address: str, process: "subprocess.Popen[bytes]", http: aiohttp.ClientSession) -> None:
    limit = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < limit and process.poll() is None:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(address, timeout=aiohttp.ClientTimeout(total=5)) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.2)
    raise SystemExit(f"{address} didn't answer in {READY_LIMIT_S:.0f} s: start it by hand to see why.")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
