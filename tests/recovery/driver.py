"""Sends messages, kills the process that answers them, starts it again, and sends again what was not acknowledged."""

import random
import signal
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.recovery.lives import Life, Orders
from tests.recovery.points import POINTS
from tests.recovery.script import Message, Script

WINDOW = 2
AT_ONCE = 3
MOST_UNANSWERED = 60
LONGEST_LIFE_S = 1.5
POINT_LIMIT_S = 6.0
START_LIMIT_S = 60.0
REPEATED = 0.1
COLD_EVERY = 10
SETTLE_LIMIT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How hard a run is."""

    folder: Path
    kills: int
    conversations: int
    seed: int = 1
    plant: str = ""


@dataclass(kw_only=True)
class Log:
    """What the driver saw."""

    acknowledged: dict[tuple[str, str], Message] = field(default_factory=dict[tuple[str, str], Message])
    kills: int = 0
    at_points: int = 0
    restarts: int = 0
    sent: int = 0
    repeats: int = 0
    warm_s: list[float] = field(default_factory=list[float])
    cold_s: list[float] = field(default_factory=list[float])
    problems: list[str] = field(default_factory=list[str])


class Driver:
    """Runs a plan and keeps the log."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.script = Script(seed=plan.seed, conversations=plan.conversations)
        self.log = Log()
        self._random = random.Random(plan.seed + 1)
        self._unanswered = 0
        self._open: dict[str, deque[Message]] = {name: deque() for name in self.script.names()}

    def run(self) -> Log:
        """All kills, then a life that ends by itself once everything is answered. Stops early when a life goes wrong."""
        for number in range(self.plan.kills):
            self._live(self._orders(number))
            if self.log.problems:
                return self.log
        self._last()
        return self.log

    def _orders(self, number: int) -> Orders:
        """Every other life ends at a named point, each point in turn; every tenth has its own interpreter."""
        named = number % 2 == 0
        return Orders(
            folder=self.plan.folder,
            point=POINTS[(number // 2) % len(POINTS)] if named else None,
            times=self._random.randint(1, 3),
            plant=self.plan.plant,
            cold=number % COLD_EVERY == COLD_EVERY - 1,
        )

    def _live(self, orders: Orders) -> None:
        """One life, up to its kill."""
        life = self._begin(orders)
        end = life.began + self._until(orders)
        first: float | None = None
        ready = False
        self._unanswered = 0
        while not life.dead and time.monotonic() < end:
            for heard in life.hear(0.02):
                if "ready" in heard:
                    ready, end = True, min(end, time.monotonic() + self._lifetime(orders))
                    self._unanswered = int(heard["ready"])
                    self._send_all(life)
                elif "done" in heard:
                    self._unanswered -= 1
                    first = first or time.monotonic() - life.began
                self._note(life, heard)
            if ready and self._unanswered < MOST_UNANSWERED:
                self._send_new(life)
        self.log.at_points += life.dead
        if not life.dead:
            life.kill()
        for heard in life.bury():
            self._note(None, heard)
        self._keep(orders, life, first)

    def _begin(self, orders: Orders) -> Life:
        self.log.restarts += 1
        return Life(orders)

    def _until(self, orders: Orders) -> float:
        """How long a life may be in all; a sixth of the random kills hit the start itself."""
        if not orders.point and not orders.cold and self._random.random() < 1 / 6:
            return self._random.uniform(0.01, 0.6)
        return START_LIMIT_S

    def _lifetime(self, orders: Orders) -> float:
        """From the moment when it is ready to its kill."""
        if orders.point or orders.cold:
            return POINT_LIMIT_S if orders.point else LONGEST_LIFE_S
        return self._random.uniform(0.02, LONGEST_LIFE_S)

    def _keep(self, orders: Orders, life: Life, first: float | None) -> None:
        self.log.kills += 1
        if life.code != -signal.SIGKILL:
            self.log.problems.append(f"A life ended by itself with the exit status {life.code}.")
        if first is not None:
            (self.log.cold_s if orders.cold else self.log.warm_s).append(first)

    def _last(self) -> None:
        """Settles everything and hears that it did."""
        life = self._begin(Orders(folder=self.plan.folder, plant=self.plan.plant))
        limit = life.began + SETTLE_LIMIT_S
        asked = settled = False
        while not life.dead and time.monotonic() < limit:
            for heard in life.hear(0.05):
                if "ready" in heard:
                    self._send_all(life)
                settled = settled or "settled" in heard
                self._note(None, heard)
            if not asked and not any(self._open.values()):
                asked = life.send(b'{"end": true}\n')
        if not life.dead:
            life.kill()
        life.bury()
        if not settled:
            self.log.problems.append("The last life did not come to its end.")

    def _send_all(self, life: Life) -> None:
        """What was sent before and not acknowledged, in the same order."""
        for waiting in self._open.values():
            for message in waiting:
                self._send(life, message)

    def _send_new(self, life: Life) -> None:
        """A few new messages, for conversations that don't wait for too much already."""
        for name in self._random.sample(sorted(self._open), min(AT_ONCE, len(self._open))):
            if len(self._open[name]) < WINDOW:
                message = self.script.next(name)
                self._open[name].append(message)
                self._send(life, message)

    def _send(self, life: Life, message: Message) -> None:
        self.log.sent += 1
        life.send(message.line())

    def _note(self, life: Life | None, heard: Mapping[str, Any]) -> None:
        """Keeps what was acknowledged; now and then a message is sent again although it was."""
        if "problem" in heard:
            self.log.problems.append(str(heard["problem"]))
        if "ack" not in heard:
            return
        conversation, message_id = heard["ack"]
        self._unanswered += bool(heard.get("new"))
        waiting = self._open[conversation]
        found = next((each for each in waiting if each.id == message_id), None)
        if found is None:
            return
        waiting.remove(found)
        self.log.acknowledged[found.name] = found
        if life and self._random.random() < REPEATED:
            self.log.repeats += 1
            self._send(life, self._random.choice(list(self.log.acknowledged.values())))
