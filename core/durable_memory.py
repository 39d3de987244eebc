"""The durable port for tests and scripts: what was started lives in memory, what its steps wrote in the database."""

from dataclasses import dataclass, field
from functools import partial

from core.durable import Workflow
from core.errors import Unavailable
from core.lanes import Lanes
from core.runner import Runner, Work


@dataclass
class Memory:
    """What outlives a crash of the double: hand it to the next one. Unfinished work is in start order."""

    unfinished: dict[str, Work] = field(default_factory=dict[str, Work])
    finished: set[str] = field(default_factory=set[str])


class MemoryDurable:
    """`core.durable.Durable` without an engine."""

    def __init__(self, runner: Runner, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self._runner = runner
        self._lanes: Lanes | None = None

    def register(self, name: str, workflow: Workflow) -> None:
        self._runner.workflows[name] = workflow

    async def launch(self) -> None:
        self._lanes = Lanes()
        for work in self.memory.unfinished.values():
            self._lanes.offer(work.lane, work.key, partial(self._run, work))

    async def start(self, name: str, *, key: str, lane: str, argument: str) -> None:
        self._runner.check(name)
        if key in self.memory.finished or key in self.memory.unfinished:
            return
        work = Work(name=name, key=key, lane=lane, argument=argument)
        self._launched().offer(lane, key, partial(self._run, work))
        self.memory.unfinished[key] = work

    async def settle(self, timeout_s: float = 30.0) -> None:
        await self._launched().settle(timeout_s)

    async def close(self) -> None:
        if self._lanes:
            await self._lanes.close()

    def _launched(self) -> Lanes:
        if self._lanes is None:
            raise Unavailable("No work is taken yet: Rapport is still starting.")
        return self._lanes

    async def _run(self, work: Work) -> None:
        await self._runner.run(work)
        self.memory.unfinished.pop(work.key, None)
        self.memory.finished.add(work.key)
