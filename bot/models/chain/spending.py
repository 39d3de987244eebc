"""What calls to models cost: a row for each, and sums that a budget can look at before every call."""

import asyncio
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Float, Index, Integer, String, Table, func, insert, select

from core.charging import Charge, ModelCall
from core.clock import Clock
from core.database import Database, Instant, metadata
from core.errors import Unavailable

REFRESH_S = 15.0
MOST_SUMS = 20_000
MOST_WAITING = 10_000

model_calls = Table(
    "model_calls",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(200), nullable=False),
    Column("turn_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("day", String(10), nullable=False),
    Column("process", String(32), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("model", String(128), nullable=False),
    Column("role", String(32), nullable=False),
    Column("operation", String(32), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cached", Integer, nullable=False),
    Column("written", Integer, nullable=False),
    Column("cost_micros", Integer, nullable=False),
    Column("took_ms", Float, nullable=False),
    Column("first_ms", Float),
    Index(None, "tenant", "day"),
    Index(None, "tenant", "conversation_id"),
    Index(None, "tenant", "turn_id"),
)


class Scope(StrEnum):
    """Over what costs are summed."""

    DAY = "day"
    CONVERSATION = "conversation"
    TURN = "turn"


Key = tuple[Scope, str, str]
"""A scope, the tenant, and the day, conversation or turn."""


@dataclass(kw_only=True)
class _Sum:
    """Millionths of a dollar: what this process spent, and what the database knows of others (and of earlier runs)."""

    own: int
    others: int
    read_at: float


@dataclass(kw_only=True)
class _Sums:
    by_key: OrderedDict[Key, _Sum] = field(default_factory=OrderedDict[Key, _Sum])
    lock: threading.Lock = field(default_factory=threading.Lock)


class Spending:
    """Records calls and knows what was spent. `record` and `spent` never wait and may be called from any thread.

    `tenant` is charged for what nobody else is; `seen` is shown every call. Days are those of UTC. Rows are written a moment
    later; `flush` waits for that.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        tenant: str,
        refresh_s: float = REFRESH_S,
        monotonic: Callable[[], float] = time.monotonic,
        seen: Callable[[ModelCall], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant
        self._refresh_s = refresh_s
        self._monotonic = monotonic
        self.seen = seen
        self._process = uuid.uuid4().hex
        self._sums = _Sums()
        self._waiting: list[dict[str, object]] = []
        self._flushes: set[asyncio.Task[None]] = set()

    def keys(self, charge: Charge | None) -> dict[Scope, Key]:
        """Under what a call of this charge is summed."""
        tenant = charge.tenant if charge else self._tenant
        named = {Scope.DAY: self._day()}
        if charge and charge.conversation_id:
            named[Scope.CONVERSATION] = charge.conversation_id
        if charge and charge.turn_id:
            named[Scope.TURN] = charge.turn_id
        return {scope: (scope, tenant, name) for scope, name in named.items()}

    def record(self, charge: Charge | None, call: ModelCall) -> None:
        """Counts a call, in the charge and in the sums, and has its row written."""
        if charge is not None:
            charge.calls.append(call)
        if self.seen is not None:
            self.seen(call)
        with self._sums.lock:
            for key in self.keys(charge).values():
                if (known := self._sums.by_key.get(key)) is not None:
                    known.own += call.cost_micros
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(self._row(charge, call))
        self._soon()

    def spent(self, key: Key) -> int:
        """Millionths of a dollar spent so far; 0 for what `prepare` never read."""
        with self._sums.lock:
            known = self._sums.by_key.get(key)
            return known.own + known.others if known else 0

    async def prepare(self, wanted: Iterable[Key]) -> None:
        """Reads what was spent before, by earlier runs and by other processes: at first, and again every few seconds.

        When the database can't be read, what is known stays.
        """
        keys = [key for key in wanted if self._stale(key)]
        if not keys:
            return
        await self.flush()
        try:
            read = await self._database.read(lambda conn: {key: self._read(conn, key) for key in keys})
        except Unavailable:
            return
        with self._sums.lock:
            for key, (own, others) in read.items():
                known = self._sums.by_key.setdefault(key, _Sum(own=own, others=0, read_at=0.0))
                known.others, known.read_at = others, self._monotonic()
                self._sums.by_key.move_to_end(key)
            while len(self._sums.by_key) > MOST_SUMS:
                self._sums.by_key.popitem(last=False)

    async def flush(self) -> None:
        """Writes the rows that wait; those that can't be written now wait on."""
        with self._sums.lock:
            rows, self._waiting = self._waiting, []
        if not rows:
            return
        written = False
        try:
            await self._database.write(lambda conn: conn.execute(insert(model_calls), rows))
            written = True
        except Unavailable:
            return
        finally:
            if not written:
                with self._sums.lock:
                    self._waiting = [*rows, *self._waiting][:MOST_WAITING]

    async def close(self) -> None:
        """Writes what waits. Before the database is closed."""
        if self._flushes:
            await asyncio.gather(*self._flushes, return_exceptions=True)
        await self.flush()

    def _soon(self) -> None:
        """Starts to write, if there is a loop in this thread and nothing is being written."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if any(task.get_loop() is loop for task in tuple(self._flushes)):
            return
        task = loop.create_task(self._drain())
        self._flushes.add(task)
        task.add_done_callback(self._flushes.discard)

    async def _drain(self) -> None:
        """Writes until nothing new came meanwhile. What can't be written waits for the next call."""
        before = -1
        while self._waiting and before != len(self._waiting):
            before = len(self._waiting)
            await self.flush()

    def _stale(self, key: Key) -> bool:
        with self._sums.lock:
            known = self._sums.by_key.get(key)
            return known is None or self._monotonic() - known.read_at >= self._refresh_s

    def _read(self, conn: Connection, key: Key) -> tuple[int, int]:
        """What this process and what all others have written of a sum."""
        scope, tenant, name = key
        columns = {Scope.DAY: "day", Scope.CONVERSATION: "conversation_id", Scope.TURN: "turn_id"}
        mine: ColumnElement[bool] = model_calls.c.process == self._process
        of_it = (model_calls.c.tenant == tenant, model_calls.c[columns[scope]] == name)
        total = select(func.coalesce(func.sum(model_calls.c.cost_micros), 0)).where(*of_it)
        own = int(conn.execute(total.where(mine)).scalar_one())
        return own, int(conn.execute(total.where(~mine)).scalar_one())

    def _day(self) -> str:
        return self._clock.now().date().isoformat()

    def _row(self, charge: Charge | None, call: ModelCall) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "tenant": charge.tenant if charge else self._tenant,
            "conversation_id": charge.conversation_id if charge else "",
            "turn_id": charge.turn_id if charge else "",
            "at": now,
            "day": now.date().isoformat(),
            "process": self._process,
            "provider": call.provider,
            "model": call.model,
            "role": call.role,
            "operation": call.operation,
            "outcome": call.outcome,
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "cached": call.cached,
            "written": call.written,
            "cost_micros": call.cost_micros,
            "took_ms": round(call.took_ms, 2),
            "first_ms": None if call.first_ms is None else round(call.first_ms, 2),
        }
