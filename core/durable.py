"""The port to durable execution: a workflow started once runs to its end, in its lane's order, across crashes.

A workflow is an async function of (`Steps`, argument). Between its steps it may run again after a crash; a finished step never
runs again, and the rows it wrote are committed together with the record that it finished.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Steps(Protocol):
    """What a running workflow may ask of the engine."""

    async def step(self, name: str, write: Callable[[Connection], T]) -> T:
        """Runs `write` once, in one transaction with the checkpoint; later runs give back its (JSON) result."""
        ...


Workflow = Callable[[Steps, str], Awaitable[None]]


class Durable(Protocol):
    """Starts workflows. All methods may be called from the event loop."""

    def register(self, name: str, workflow: Workflow) -> None:
        """Makes a workflow known under a name that never changes. Call before `launch`."""
        ...

    async def launch(self) -> None:
        """Opens the engine and takes up every workflow that a crash or a deploy cut off."""
        ...

    async def start(self, name: str, *, key: str, lane: str, argument: str) -> None:
        """Starts a workflow unless `key` was started before. Workflows of one lane run one at a time, in start order.

        Raises `Unavailable` before `launch` and after `close`.
        """
        ...

    async def settle(self, timeout_s: float = 30.0) -> None:
        """Waits until nothing that was started here is unfinished. Raises `Unavailable` on time-out."""
        ...

    async def close(self) -> None:
        """Stops taking work and leaves what is unfinished to the next launch."""
        ...
