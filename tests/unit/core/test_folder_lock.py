from pathlib import Path

import pytest

from core.errors import Conflict
from core.folder_lock import FolderLock


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    held = FolderLock.take(tmp_path / "data")
    with pytest.raises(Conflict, match="stop it first"):
        FolderLock.take(tmp_path / "data")
    FolderLock.take(tmp_path / "other").release()
    held.release()
    held.release()
    FolderLock.take(tmp_path / "data").release()
