"""The release before: `python -m tests.recovery.release FOLDER COUNT` takes up that many turns and never comes to their end."""

import asyncio
import sys
from pathlib import Path

from core.language import Understanding, UnderstandRequest
from tests.fakes.model import ScriptedModel
from tests.recovery.child import tell
from tests.recovery.house import QUESTIONS, a_message, launch, open_small
from tests.recovery.script import customers


class SlowModel(ScriptedModel):
    """Thinks, and is still thinking when the process ends."""

    async def understand(self, request: UnderstandRequest) -> Understanding:
        tell(thinking=request.said[-1].message_id)
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")


async def serve(folder: Path, count: int) -> None:
    """Two messages for each conversation: the first is in flight when the process ends, the second waits behind it."""
    kept = await open_small(folder, SlowModel())
    await launch(kept)
    for number in range(count):
        for message in ("first", "second"):
            inbound = a_message(kept, f"c{number}", message, customers()[number], QUESTIONS[number % len(QUESTIONS)])
            await kept.house.intake.accept(inbound)
    tell(accepted=count * 2)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
