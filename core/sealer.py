"""Seals the journal in the background, and keeps a checkpoint of the chain outside the database."""

import asyncio
import json
import os
import threading
from pathlib import Path

from core.chain import BATCH, Head
from core.database import Database
from core.errors import BadInput
from core.journal import Journal


class Checkpoint:
    """The last sealed head in a small file: a journal that was cut or forged anew no longer fits it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._written = 0

    def read(self) -> Head | None:
        """The recorded head; None before the first sealing. Raises `BadInput` when the file is damaged."""
        try:
            body = json.loads(self.path.read_text(encoding="utf-8"))
            return Head(position=int(body["position"]), hash=str(body["hash"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{self.path} is damaged: restore it from a backup; don't delete it.") from error

    def write(self, head: Head) -> None:
        """Replaces the file in one step. May be called from several threads: a later head stays."""
        with self._lock:
            if head.position < self._written:
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft = self.path.with_suffix(".new")
            with draft.open("w", encoding="utf-8") as file:
                json.dump({"position": head.position, "hash": head.hash}, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
            self._written = head.position


class Sealer:
    """Seals what was committed, every `interval_s` while it runs."""

    def __init__(self, database: Database, journal: Journal, checkpoint: Checkpoint, *, interval_s: float = 1.0) -> None:
        self._database = database
        self._journal = journal
        self._checkpoint = checkpoint
        self._interval_s = interval_s

    async def seal(self) -> int:
        """Seals all that is committed now, writes the checkpoint, and returns how many rows were sealed."""
        total = 0
        while count := await self._database.write(self._journal.seal):
            total += count
            if count < BATCH:
                break
        if total:
            head = await self._database.read(self._journal.head)
            await asyncio.to_thread(self._checkpoint.write, head)
        return total

    async def run(self) -> None:
        """Seals until cancelled."""
        while True:
            await self.seal()
            await asyncio.sleep(self._interval_s)
