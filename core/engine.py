"""The durable port over DBOS: it records what was started, and after a crash or a deploy hands out again what is unfinished.

DBOS lives in a thread and event loop of its own. For each piece of work it runs one workflow that merely waits, while the work
itself runs in the caller's event loop; the wait ends, and DBOS records the end, when the work is done. Steps are checkpointed in
our own database, in one transaction with the rows that they write.
"""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from core.checkpoints import clear
from core.durable import Workflow
from core.errors import Unavailable
from core.lanes import Lanes
from core.runner import Runner, Work

T = TypeVar("T")

APP_VERSION = "rapport-1"
KEEP = timedelta(days=7)
ACTIVE = ["PENDING", "ENQUEUED"]
WORKFLOW = "rapport.hold"
FIELDS = ("name", "key", "lane", "argument")
CLEARED_AT_ONCE = 10_000
LOOK_AGAIN_S = 2.0
RESULT_POLL_S = 0.05


@dataclass
class Held:
    """A piece of work as the engine's loop sees it. `entered` once DBOS runs its workflow, `over` once the work is done."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    result: "asyncio.Task[None] | None" = None


class EngineThread:
    """An event loop in a thread of its own, so that the engine never touches the caller's."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="durable-engine", daemon=True)
        self._thread.start()

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the engine's loop and waits for it from the caller's."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


class DbosDurable:
    """`core.durable.Durable` over DBOS. One per process; `url` names its own database, a file of its own on SQLite."""

    def __init__(self, runner: Runner, url: str, *, executor: str = "rapport") -> None:
        self._runner = runner
        self._url = url
        self._executor = executor
        self._thread: EngineThread | None = None
        self._lanes: Lanes | None = None
        self._held: dict[str, Held] = {}
        self._workflow: Any = None
        self._engine: Engine | None = None

    def register(self, name: str, workflow: Workflow) -> None:
        self._runner.workflows[name] = workflow

    async def launch(self) -> None:
        """Opens the engine; unfinished work takes the head of its lane, in the order in which it was started."""
        self._thread = EngineThread()
        unfinished = await self._thread.call(self._open())
        self._lanes = Lanes()
        for work, recovered in unfinished:
            self._lanes.offer(work.lane, work.key, partial(self._run, work, recovered=recovered))

    async def start(self, name: str, *, key: str, lane: str, argument: str) -> None:
        self._runner.check(name)
        lanes, _ = self._launched()
        work = Work(name=name, key=key, lane=lane, argument=argument)
        lanes.offer(lane, key, partial(self._run, work, recovered=False))

    async def settle(self, timeout_s: float = 30.0) -> None:
        lanes, _ = self._launched()
        await lanes.settle(timeout_s)

    async def close(self) -> None:
        if self._lanes is None or self._thread is None:
            return
        await self._lanes.close()
        await self._thread.call(_cut_off())
        await asyncio.to_thread(_destroy)
        self._thread.stop()
        if self._engine:
            self._engine.dispose()
        self._held.clear()
        self._lanes = self._thread = None

    def _launched(self) -> tuple[Lanes, EngineThread]:
        if self._lanes is None or self._thread is None:
            raise Unavailable("No work is taken yet: Rapport is still starting.")
        return self._lanes, self._thread

    async def _run(self, work: Work, *, recovered: bool) -> None:
        """One piece of work in its lane: take it up, do it, and have its end recorded."""
        _, thread = self._launched()
        if await thread.call(self._resume(work) if recovered else self._begin(work)):
            await self._runner.run(work)
            await thread.call(self._finish(work))
        elif recovered:
            await self._runner.give_up(work, "TooManyRecoveries")

    async def _open(self) -> list[tuple[Work, bool]]:
        """Launches DBOS in this loop and returns the unfinished work, oldest first, and whether DBOS hands it out again.

        What another application version began DBOS would never hand out: its record goes, so that it is begun anew. Its finished
        steps are kept by us and not repeated.
        """
        from dbos import DBOS, DBOSConfig

        self._engine = _sqlite_engine(self._url) if self._url.startswith("sqlite") else None
        config = DBOSConfig(
            name="rapport",
            system_database_url=self._url,
            system_database_engine=self._engine,
            application_version=APP_VERSION,
            executor_id=self._executor,
            enable_otlp=False,
            log_level="ERROR",
            max_executor_threads=16,
        )

        async def hold(name: str, key: str, lane: str, argument: str) -> None:
            held = self._hold(Work(name=name, key=key, lane=lane, argument=argument))
            held.entered.set()
            await held.over.wait()

        self._workflow = DBOS.workflow(name=WORKFLOW)(hold)
        DBOS(config=config)
        DBOS.launch()
        active = [status for status in await DBOS.list_workflows_async(name=WORKFLOW, status=ACTIVE) if status.input]
        await DBOS.delete_workflows_async([each.workflow_id for each in active if each.app_version != APP_VERSION])
        unfinished = [
            (Work(**dict(zip(FIELDS, each.input["args"], strict=True))), each.app_version == APP_VERSION)
            for each in active
            if each.input
        ]
        await self._clear({work.key for work, _ in unfinished})
        return unfinished

    async def _clear(self, active: set[str]) -> None:
        """Forgets work that ended long ago, and its checkpoints."""
        from dbos import DBOS

        before = self._runner.clock.now() - KEEP
        ended = await DBOS.list_workflows_async(
            name=WORKFLOW, completed_before=before.isoformat(), load_input=False, load_output=False, limit=CLEARED_AT_ONCE
        )
        await DBOS.delete_workflows_async([status.workflow_id for status in ended])
        await self._runner.database.write(lambda conn: clear(conn, before=before, keep=active))

    async def _begin(self, work: Work) -> bool:
        """Records the start. False when this key was started, and ended, before."""
        from dbos import DBOS, SetWorkflowID

        held = self._hold(work)
        with SetWorkflowID(work.key):
            handle = await DBOS.start_workflow_async(self._workflow, *(getattr(work, name) for name in FIELDS))
        held.result = asyncio.create_task(handle.get_result())
        entered = asyncio.create_task(held.entered.wait())
        await asyncio.wait({entered, held.result}, return_when=asyncio.FIRST_COMPLETED)
        entered.cancel()
        if not held.entered.is_set():
            del self._held[work.key]
        return held.entered.is_set()

    async def _resume(self, work: Work) -> bool:
        """Waits until DBOS hands out unfinished work again. False when it doesn't, after too many recoveries."""
        from dbos import DBOS

        held = self._hold(work)
        while not held.entered.is_set():
            try:
                await asyncio.wait_for(held.entered.wait(), LOOK_AGAIN_S)
            except TimeoutError:
                status = await DBOS.get_workflow_status_async(work.key)
                if status is None or status.status not in ACTIVE:
                    return False
        handle: Any = await DBOS.retrieve_workflow_async(work.key)
        held.result = asyncio.create_task(handle.get_result(polling_interval_sec=RESULT_POLL_S))
        return True

    async def _finish(self, work: Work) -> None:
        """Lets the workflow end and waits until that is recorded."""
        held = self._held[work.key]
        held.over.set()
        if held.result:
            await held.result
        del self._held[work.key]

    def _hold(self, work: Work) -> Held:
        return self._held.setdefault(work.key, Held())


async def _cut_off() -> None:
    """Cancels every task of this loop; DBOS then records no end, and hands the work out at the next launch."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _destroy() -> None:
    from dbos import DBOS

    DBOS.destroy(destroy_registry=True)


def _sqlite_engine(url: str) -> Engine:
    """An engine that makes every commit durable and lets readers read while one writes."""

    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = "IMMEDIATE"
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    engine = create_engine(url)
    event.listen(engine, "connect", connected)
    return engine
