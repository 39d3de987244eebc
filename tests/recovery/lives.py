"""One life of the process under test: started, written to, listened to, killed.

A warm life is a fork of this process, which has imported everything, and opens the house from its files as any other; a cold one
starts its own interpreter. This process must have no threads of its own.
"""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.recovery.child import serve
from tests.recovery.house import ROOT
from tests.recovery.points import Trap

CHUNK = 65_536


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How a life begins: its folder, where it shall end by itself, what is broken on purpose, and its own interpreter or not."""

    folder: Path
    point: str | None = None
    times: int = 1
    plant: str = ""
    cold: bool = False


class Life:
    """A running child. `began` is on the monotonic clock; `code` its exit status once buried, -9 when it was killed."""

    def __init__(self, orders: Orders) -> None:
        self.began = time.monotonic()
        self.dead = False
        self.code = 0
        self._rest = b""
        self._process: subprocess.Popen[bytes] | None = None
        if orders.cold:
            self._start_cold(orders)
        else:
            self._start_warm(orders)

    def send(self, line: bytes) -> bool:
        """Writes a line; False when nobody listens any more."""
        try:
            os.write(self._to, line)
        except BrokenPipeError:
            return False
        return True

    def hear(self, timeout_s: float) -> list[Mapping[str, Any]]:
        """What the child has said meanwhile. Sets `dead` at the end of its output."""
        ready, _, _ = select.select([self._from], [], [], timeout_s)
        if not ready:
            return []
        heard = os.read(self._from, CHUNK)
        if not heard:
            self.dead = True
            return []
        *lines, self._rest = (self._rest + heard).split(b"\n")
        return [json.loads(line) for line in lines]

    def kill(self) -> None:
        """SIGKILL, as from a power cut of this process alone."""
        os.kill(self._pid, signal.SIGKILL)

    def bury(self) -> list[Mapping[str, Any]]:
        """What it said last, and its end."""
        heard: list[Mapping[str, Any]] = []
        while not self.dead:
            heard += self.hear(30.0)
        if self._process:
            self.code = self._process.wait()
        else:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        os.close(self._to)
        os.close(self._from)
        return heard

    def _start_cold(self, orders: Orders) -> None:
        command = [sys.executable, "-m", "tests.recovery.child", str(orders.folder), "--times", str(orders.times)]
        command += ["--plant", orders.plant] if orders.plant else []
        command += ["--point", orders.point] if orders.point else []
        into, self._to = os.pipe()
        self._from, out = os.pipe()
        self._process = subprocess.Popen(command, stdin=into, stdout=out, cwd=ROOT)
        self._pid = self._process.pid
        os.close(into)
        os.close(out)

    def _start_warm(self, orders: Orders) -> None:
        into, self._to = os.pipe()
        self._from, out = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._to)
            os.close(self._from)
            os.dup2(into, 0)
            os.dup2(out, 1)
            _live(orders)
        os.close(into)
        os.close(out)


def _live(orders: Orders) -> None:
    """The fork's whole life; it never returns."""
    try:
        asyncio.run(serve(orders.folder, Trap(point=orders.point, times=orders.times), orders.plant))
    except BaseException as error:  # noqa: BLE001 - the outermost edge of a process that must not run the driver's code on
        sys.stderr.write(f"child: {type(error).__name__}: {error}\n")
        os._exit(1)
    os._exit(0)
