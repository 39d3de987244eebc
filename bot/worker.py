"""What goes on beside the turns: conversations end, facts are learned, promises and approvals run out, the journal is sealed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sized
from dataclasses import dataclass, field
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from bot.house import House
from bot.telemetry import correlated, span
from core import inbox
from core.errors import RapportError
from core.sealer import Sealer

Part = Callable[[], Awaitable[object]]


@dataclass
class Worker:
    """Runs until it is stopped. A round that fails is logged and tried again with the next. `upkeep` are further parts."""

    house: House
    sealer: Sealer
    every_s: float = 15.0
    upkeep: Mapping[str, Part] = field(default_factory=dict[str, "Part"])
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
        """One round of everything that is due. A part that fails doesn't keep the others from being done."""
        house, now = self.house, self.house.clock.now()
        parts: tuple[tuple[str, Part], ...] = (
            ("ended", lambda: house.database.write(self._end_idle)),
            ("learned", lambda: house.distiller.learn_all(now=now)),
            ("forgotten", lambda: house.forget.sweep(now=now)),
            ("promised", lambda: house.database.write(lambda conn: house.cases.keeping.tend(conn, now))),
            ("taken_up", lambda: house.approving.take_up(house.tenant.id)),
            ("expired", lambda: house.approving.expire(house.tenant.id)),
            *self.upkeep.items(),
        )
        with correlated(uuid4().hex), span("worker.round"):
            done = {name: await self._part(name, work) for name, work in parts}
            if any(done.values()):
                structlog.get_logger("worker").info("worker.round", **{name: value for name, value in done.items() if value})

    async def _part(self, name: str, work: Callable[[], Awaitable[object]]) -> int:
        """How many there were; none when the part failed, which is logged and tried again with the next round."""
        log = structlog.get_logger("worker")
        try:
            found = await work()
        except RapportError as error:
            log.warning("worker.part_failed", part=name, code=error.code)
            return 0
        except Exception as error:
            log.error("worker.part_failed", part=name, exc_info=error)
            return 0
        return found if isinstance(found, int) else len(found) if isinstance(found, Sized) else 0

    def _end_idle(self, conn: Connection) -> int:
        """Ends what was left idle, but for conversations in which a message still waits for its turn."""
        house = self.house
        waiting = {each.lane for each in inbox.pending(conn)}
        idle = [each for each in house.threads.idle(conn, house.clock.now()) if each.lane not in waiting]
        for each in idle:
            house.threads.end(conn, each.tenant, each.id, at=house.clock.now(), reason="idle", correlation_id=uuid4().hex)
        return len(idle)
