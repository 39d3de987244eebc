"""Named points at which a process kills itself, put around the product's own functions from outside."""

import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot.intake import Intake
from core.checkpoints import CheckpointedSteps
from core.conversation import Inbound
from core.engine import DbosDurable
from core.inbox import Accepted
from core.runner import Work
from skills.billing.port import CreditOrder, Receipt
from skills.outcomes import Outcome, Outcomes
from skills.sandbox.billing import SandboxBilling

T = TypeVar("T")

POINTS = (
    "effect.after",
    "accept.before_commit",
    "reply.before_commit",
    "end.before",
    "outcome.before_commit",
    "accept.after_commit",
    "accept.before_ack",
    "effect.before",
    "reply.before",
    "reply.after",
    "end.after",
)


@dataclass
class Trap:
    """Kills this process when `point` is passed for the `times`-th time. Without a point it never does."""

    point: str | None = None
    times: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def passes(self, point: str) -> None:
        """To be called wherever a point is passed."""
        if point != self.point:
            return
        with self._lock:
            self.times -= 1
            if self.times <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def lay(trap: Trap) -> None:
    """Puts the trap around accepting, the effect, the outcome, the reply and the end of a turn."""
    _around_accepting(trap)
    _around_the_effect(trap)
    _around_the_reply(trap)


def _around_accepting(trap: Trap) -> None:
    write, start, accept = Intake.write, DbosDurable.start, Intake.accept

    def written(self: Intake, conn: Connection, inbound: Inbound, *, in_thread: str | None = None) -> Accepted:
        accepted = write(self, conn, inbound, in_thread=in_thread)
        trap.passes("accept.before_commit")
        return accepted

    async def started(self: DbosDurable, name: str, *, key: str, lane: str, argument: str) -> None:
        trap.passes("accept.after_commit")
        await start(self, name, key=key, lane=lane, argument=argument)

    async def accepted(self: Intake, inbound: Inbound) -> Accepted:
        done = await accept(self, inbound)
        trap.passes("accept.before_ack")
        return done

    Intake.write, DbosDurable.start, Intake.accept = written, started, accepted


def _around_the_effect(trap: Trap) -> None:
    credit, finish = SandboxBilling.credit, Outcomes.finish

    async def given(self: SandboxBilling, account_id: str, order: CreditOrder, *, key: str) -> Receipt:
        trap.passes("effect.before")
        receipt = await credit(self, account_id, order, key=key)
        trap.passes("effect.after")
        return receipt

    def finished(self: Outcomes, conn: Connection, outcome: Outcome, now: datetime) -> bool:
        noted = finish(self, conn, outcome, now)
        trap.passes("outcome.before_commit")
        return noted

    SandboxBilling.credit, Outcomes.finish = given, finished


def _around_the_reply(trap: Trap) -> None:
    step = CheckpointedSteps.step
    end: Callable[[DbosDurable, Work], Awaitable[None]] = getattr(DbosDurable, "_finish")  # noqa: B009 - private on purpose

    async def stepped(self: CheckpointedSteps, name: str, write: Callable[[Connection], T]) -> T:
        def written(conn: Connection) -> T:
            result = write(conn)
            trap.passes("reply.before_commit")
            return result

        trap.passes("reply.before")
        result = await step(self, name, written)
        trap.passes("reply.after")
        return result

    async def ended(self: DbosDurable, work: Work) -> None:
        trap.passes("end.before")
        await end(self, work)
        trap.passes("end.after")

    CheckpointedSteps.step = stepped
    setattr(DbosDurable, "_finish", ended)  # noqa: B010 - private on purpose
