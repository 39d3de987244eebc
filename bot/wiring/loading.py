"""What has been loaded since the start, for the pages and for /readyz."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.rooms import Check
from core.database import Database
from core.errors import RapportError
from core.tenants import tenants

STAGES = {
    "embedder": "Loading the sentence model",
    "model": "Learning what can be asked for",
    "index": "Reading the help centre",
    "engine": "Taking up unfinished work",
}


@dataclass(kw_only=True)
class Loading:
    """The stages of a start. `failed` says why one will not be reached."""

    database: Database
    done: set[str] = field(default_factory=set[str])
    failed: str = ""

    def loading(self) -> str | None:
        """What is being done now, in words; None when all is there."""
        if self.failed:
            return "The assistant couldn't be started: see the server's log"
        return next((words for stage, words in STAGES.items() if stage not in self.done), None)

    async def checks(self) -> Sequence[Check]:
        found = [
            Check(name=stage, ok=stage in self.done, detail="" if stage in self.done else words)
            for stage, words in STAGES.items()
        ]
        try:
            await self.database.read(lambda conn: conn.execute(select(tenants.c.id)).first())
            found.append(Check(name="database", ok=True))
        except RapportError as error:
            found.append(Check(name="database", ok=False, detail=error.message))
        return found
