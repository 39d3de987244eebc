"""The one thread that writes to SQLite, and commits for many at once."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import OperationalError

from core.errors import Unavailable

T = TypeVar("T")

GROUP = 256
LOCKED_LIMIT_S = 15.0
LOCKED_PAUSE_S = 0.05


@dataclass(frozen=True)
class Job:
    """A write that waits for its turn, and whom to tell."""

    fn: Callable[[Connection], Any]
    future: Future[Any]

    def run(self, connection: Connection) -> "Outcome":
        """Runs the write in a savepoint; whatever it raises is its caller's."""
        try:
            with connection.begin_nested():
                return Outcome(self, self.fn(connection), None)
        except BaseException as error:
            if _transaction_lost(connection):
                raise
            return Outcome(self, None, error)


@dataclass(frozen=True)
class Outcome:
    """What a write came to, told only after the commit."""

    job: Job
    result: Any
    error: BaseException | None

    def tell(self) -> None:
        if self.error is None:
            self.job.future.set_result(self.result)
        else:
            self.job.future.set_exception(self.error)


class Writer:
    """Owns the writing connection. `submit` may be called from any thread."""

    def __init__(self, engine: Engine, *, locked_limit_s: float = LOCKED_LIMIT_S) -> None:
        self._engine = engine
        self._locked_limit_s = locked_limit_s
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queues a write. The future is done once its rows are durable."""
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise Unavailable("The database is closed: start Rapport again.")
            self._jobs.put(Job(fn, future))
        return future

    def close(self) -> None:
        """Finishes what was submitted and ends the thread."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while group := self._take():
            waiting = [job for job in group if job.future.set_running_or_notify_cancel()]
            try:
                outcomes = self._commit(waiting)
            except BaseException as error:  # noqa: BLE001 - told to every caller of the group: the thread must live on
                outcomes = [Outcome(job, None, _unavailable(error)) for job in waiting]
            for outcome in outcomes:
                outcome.tell()

    def _take(self) -> list[Job]:
        """The jobs that wait, at least one; none when the writer was closed and all is done."""
        first = self._jobs.get()
        group: list[Job] = []
        while first is not None:
            group.append(first)
            if len(group) >= GROUP or self._jobs.empty():
                return group
            first = self._jobs.get()
        if group:
            self._jobs.put(None)
        return group

    def _commit(self, jobs: list[Job]) -> list[Outcome]:
        if not jobs:
            return []
        with self._engine.connect() as connection:
            transaction = self._begin(connection)
            try:
                outcomes = [job.run(connection) for job in jobs]
                transaction.commit()
            except BaseException:
                transaction.rollback()
                raise
        return outcomes

    def _begin(self, connection: Connection) -> RootTransaction:
        limit = time.monotonic() + self._locked_limit_s
        while True:
            try:
                return connection.begin()
            except OperationalError as error:
                connection.rollback()
                if "locked" not in str(error) or time.monotonic() >= limit:
                    raise
                time.sleep(LOCKED_PAUSE_S)


def _transaction_lost(connection: Connection) -> bool:
    """Whether SQLite undid the whole transaction by itself, as it does on a full disk."""
    driver = connection.connection.dbapi_connection
    return driver is None or not driver.in_transaction


def _unavailable(error: BaseException) -> Unavailable:
    locked = isinstance(error, OperationalError) and "locked" in str(error)
    cause = "stays locked by another program" if locked else f"can't be written ({type(error).__name__})"
    told = Unavailable(f"The database {cause}: see who holds it and that the disk has room, then try again.")
    told.__cause__ = error
    return told
