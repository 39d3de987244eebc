"""What a workflow's finished steps gave, committed together with the rows that they wrote."""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import Column, Connection, String, Table, bindparam, delete, insert, select

from core.clock import Clock
from core.database import Database, Instant, Json, metadata

T = TypeVar("T")

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("workflow", String(200), primary_key=True),
    Column("step", String(200), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("result", Json),
    Column("at", Instant, nullable=False),
)

_RESULT = select(checkpoints.c.result).where(
    checkpoints.c.workflow == bindparam("workflow"), checkpoints.c.step == bindparam("step")
)
_INSERT = insert(checkpoints)


class CheckpointedSteps:
    """The steps of one run of a workflow. A name used twice is told apart by the order of use."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str, key: str) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant
        self._key = key
        self._uses: dict[str, int] = {}

    async def step(self, name: str, write: Callable[[Connection], T]) -> T:
        """Runs `write` once, in one transaction with the checkpoint; later runs give back its (JSON) result."""
        self._uses[name] = self._uses.get(name, 0) + 1
        step = name if self._uses[name] == 1 else f"{name}#{self._uses[name]}"

        def once(conn: Connection) -> T:
            known = conn.execute(_RESULT, {"workflow": self._key, "step": step}).one_or_none()
            if known:
                return cast("T", known.result)
            result = write(conn)
            row = {"workflow": self._key, "step": step, "tenant": self._tenant, "result": result, "at": self._clock.now()}
            conn.execute(_INSERT, row)
            return cast("T", json.loads(json.dumps(result)))

        return await self._database.write(once)


def clear(conn: Connection, *, before: datetime, keep: Collection[str]) -> None:
    """Removes checkpoints older than `before`, except those of the workflows `keep`."""
    chosen = checkpoints.c.at < before
    conn.execute(delete(checkpoints).where(chosen, checkpoints.c.workflow.not_in(list(keep))))
