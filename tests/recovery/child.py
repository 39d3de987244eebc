"""The process that is killed: opens the kept house, takes up what is unfinished, and accepts what its standard input says.

Each line in is a JSON object: `c` (conversation), `m` (message id), `account`, `contact` and `text`, or `press` for the open
card; or `end`, to settle and leave. Lines out: `ready`, `ack` once a message is durable, `done` when a turn ended, `settled`.
"""

import argparse
import asyncio
import json
import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from bot.dialogue.state import DialogueState
from bot.dialogue.turn import Turns
from bot.wiring.kept import Kept
from core.conversation import Inbound, Press, Reply
from core.durable import Steps
from skills.billing.port import CreditOrder, Receipt
from skills.sandbox.billing import SandboxBilling
from tests.recovery.house import Customer, a_message, answered, launch, open_small
from tests.recovery.points import Trap, lay

Line = Mapping[str, str]


def tell(**what: object) -> None:
    """Writes one line in one piece, so that a kill never leaves half of it."""
    os.write(1, (json.dumps(what) + "\n").encode())


def tell_of_turns() -> None:
    """Has every finished turn told."""
    take = Turns.take

    async def told(self: Turns, steps: Steps, row_id: str) -> Reply:
        reply = await take(self, steps, row_id)
        tell(done=row_id)
        return reply

    Turns.take = told


def plant(fault: str) -> None:
    """Breaks the product on purpose: `double` gives every try of an effect a key of its own."""
    if fault != "double":
        return
    credit = SandboxBilling.credit

    async def keyless(self: SandboxBilling, account_id: str, order: CreditOrder, *, key: str) -> Receipt:
        return await credit(self, account_id, order, key=f"{key}/{uuid.uuid4().hex}")

    SandboxBilling.credit = keyless


class Desk:
    """Takes the lines of each conversation one after the other, those of several at once. `hasty` acknowledges too early."""

    def __init__(self, kept: Kept, *, hasty: bool) -> None:
        self._kept = kept
        self._hasty = hasty
        self._waiting: dict[str, asyncio.Queue[Line]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, line: Line) -> None:
        conversation = line["c"]
        if conversation not in self._waiting:
            self._waiting[conversation] = asyncio.Queue()
            self._tasks.add(asyncio.create_task(self._serve(conversation)))
        self._waiting[conversation].put_nowait(line)

    async def finish(self) -> None:
        """Waits until all that was taken is accepted and answered."""
        for waiting in self._waiting.values():
            await waiting.join()
        await self._kept.house.durable.settle(60.0)

    async def _serve(self, conversation: str) -> None:
        waiting = self._waiting[conversation]
        while True:
            line = await waiting.get()
            try:
                await self._accept(line)
            except Exception as error:  # noqa: BLE001 - the outermost edge of this process: the driver must hear of it
                tell(problem=f"{type(error).__name__}: {error}")
            waiting.task_done()

    async def _accept(self, line: Line) -> None:
        customer = Customer(account=line["account"], contact=line["contact"])
        inbound = a_message(self._kept, line["c"], line["m"], customer, line.get("text", ""))
        if "press" in line:
            inbound = await self._pressed(line, customer, inbound)
        if self._hasty:
            tell(ack=[line["c"], line["m"]])
        accepted = await self._kept.house.intake.accept(inbound)
        tell(ack=[line["c"], line["m"]], row=accepted.row_id, new=accepted.new)

    async def _pressed(self, line: Line, customer: Customer, inbound: Inbound) -> Inbound:
        """A press of the card that is open once the turns before it are done."""
        database, threads = self._kept.house.database, self._kept.house.threads

        def open_card(conn: Connection) -> str:
            conversation = threads.find(conn, inbound.ref)
            kept = threads.load_state(conn, inbound.ref.tenant, conversation.id) if conversation else None
            top = DialogueState.model_validate_json(kept).top if kept else None
            return top.card.id if top and top.card else "none"

        await answered(self._kept, inbound.ref.lane)
        card = Press(card_id=await database.read(open_card), choice=line["press"])
        return a_message(self._kept, line["c"], line["m"], customer, press=card)


async def serve(folder: Path, trap: Trap, fault: str) -> None:
    """Runs until the input ends or says so."""
    lay(trap)
    plant(fault)
    tell_of_turns()
    kept = await open_small(folder)
    sealing = asyncio.create_task(kept.sealer.run())
    tell(ready=await launch(kept))
    desk = Desk(kept, hasty=fault == "lose")
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while text := await reader.readline():
        line: Line = json.loads(text)
        if "end" in line:
            break
        desk.take(line)
    await desk.finish()
    sealing.cancel()
    await asyncio.gather(sealing, return_exceptions=True)
    await kept.close()
    tell(settled=True)


def main() -> None:
    """`python -m tests.recovery.child FOLDER [--point P --times N] [--plant double|lose]`"""
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--point")
    options.add_argument("--times", type=int, default=1)
    options.add_argument("--plant", default="")
    given = options.parse_args()
    asyncio.run(serve(given.folder, Trap(point=given.point, times=given.times), given.plant))
    os._exit(0)


if __name__ == "__main__":
    main()
