"""What goes on beside the turns: conversations end, facts are learned, promises and approvals run out, the journal is sealed."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from bot.house import House
from bot.telemetry import correlated, span
from core.errors import RapportError
from core.sealer import Sealer


@dataclass
class Worker:
    """Runs until it is stopped. A round that fails is logged and tried again with the next."""

    house: House
    sealer: Sealer
    every_s: float = 15.0
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Seals all the time and does the rounds in between, until `stop`."""
        sealing = asyncio.create_task(self.sealer.run())
        try:
            while not self._stopped.is_set():
                await self.round()
                try:
                    await asyncio.wait_for(self._stopped.wait(), self.every_s)
                except TimeoutError:
                    continue
        finally:
            sealing.cancel()
            await asyncio.gather(sealing, return_exceptions=True)

    def stop(self) -> None:
        self._stopped.set()

    async def round(self) -> None:
        """One round of everything that is due."""
        house, log = self.house, structlog.get_logger("worker")
        now = house.clock.now()
        with correlated(uuid4().hex), span("worker.round"):
            try:
                ended = await house.database.write(self._end_idle)
                learned = await house.distiller.learn_all(now=now)
                forgotten = await house.forget.sweep(now=now)
                await house.database.write(lambda conn: house.promises.break_overdue(conn, now))
                expired = await house.database.write(partial(house.approvals.expire, tenant=house.tenant.id, now=now))
            except RapportError as error:
                log.warning("worker.round_failed", code=error.code)
                return
            if ended or learned or forgotten or expired:
                log.info("worker.round", ended=ended, learned=learned, forgotten=forgotten)

    def _end_idle(self, conn: Connection) -> int:
        house = self.house
        idle = house.threads.idle(conn, house.clock.now())
        for each in idle:
            house.threads.end(conn, each.tenant, each.id, at=house.clock.now(), reason="idle", correlation_id=uuid4().hex)
        return len(idle)
