"""One process at a time on a data folder: two would take the same turns, and write to the same vectors."""

import fcntl
from pathlib import Path
from typing import IO, Self

from core.errors import Conflict

NAME = "running.lock"


class FolderLock:
    """Held from `take` until `release` or the end of the process, however that comes."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Takes the folder. Raises `Conflict` while another process, or another part of this one, holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / NAME).open("w", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            where = folder.absolute()
            raise Conflict(f"Rapport is running on {where} already: stop it first, or name another data_dir.") from error
        return cls(file)

    def release(self) -> None:
        """Lets go. Doing so again is no change."""
        self._file.close()
