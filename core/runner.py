"""Runs a workflow to its end: again after a pause when it fails, and given up after the last try."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from core.checkpoints import CheckpointedSteps
from core.clock import Clock, WallClock
from core.database import Database
from core.durable import Workflow
from core.errors import BadInput

PAUSES_S = (0.2, 1.0, 5.0)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One workflow to run: the registered name, the key that makes it unique, its lane and its argument."""

    name: str
    key: str
    lane: str
    argument: str

    @property
    def tenant(self) -> str:
        """The tenant, with whose id every lane begins."""
        return self.lane.partition("/")[0]


Failed = Callable[[Connection, Work, str], None]


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What both engines share. `failed` is told, in a transaction, of work that was given up, and of the last error's name.

    `pauses_s` are the waits between tries: one try more than there are pauses.
    """

    database: Database
    clock: Clock = field(default_factory=WallClock)
    failed: Failed | None = None
    pauses_s: Sequence[float] = PAUSES_S
    workflows: dict[str, Workflow] = field(default_factory=dict[str, Workflow])

    def check(self, name: str) -> None:
        """Raises `BadInput` for a workflow that was not registered."""
        if name not in self.workflows:
            raise BadInput(f"There is no workflow {name!r}: register it before launch.")

    async def run(self, work: Work) -> None:
        """Runs the work to its end; returns also when it was given up."""
        failure = await self._try(work)
        if failure:
            await self.give_up(work, failure)

    async def give_up(self, work: Work, failure: str) -> None:
        """Tells `failed` that this work will not be done."""
        structlog.get_logger("durable").error("workflow.failed", workflow=work.name, key=work.key, error=failure)
        failed = self.failed
        if failed:
            await self.database.write(lambda conn: failed(conn, work, failure))

    async def _try(self, work: Work) -> str | None:
        """None once it succeeded, or the name of the last error."""
        log = structlog.get_logger("durable").bind(workflow=work.name, key=work.key)
        failure: str | None = None
        for pause_s in (*self.pauses_s, None):
            try:
                self.check(work.name)
                steps = CheckpointedSteps(self.database, self.clock, tenant=work.tenant, key=work.key)
                await self.workflows[work.name](steps, work.argument)
                return None
            except Exception as error:
                failure = type(error).__name__
                log.warning("workflow.try_failed", error=failure, again_in_s=pause_s, exc_info=error)
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        return failure
