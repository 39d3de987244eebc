import asyncio
from pathlib import Path

import pytest

from core import inbox
from core.backup import Installation, backup, restore, verify
from core.database import Database
from core.errors import BadInput, Conflict
from core.journal import Journal
from core.keyring import KeyRing
from core.sealer import Checkpoint, Sealer
from core.vault import Vault
from tests.unit.core.conftest import NOON, an_inbound


class House:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database.open(f"sqlite:///{folder / 'rapport.db'}")
        self.database.create_all()
        self.keys = KeyRing(folder / "keys.db")
        self.vault = Vault(self.keys)
        self.journal = Journal()
        self.checkpoint = Checkpoint(folder / "checkpoint.json")
        self.sealer = Sealer(self.database, self.journal, self.checkpoint)
        self.installation = Installation(
            databases=[folder / "rapport.db"], files=[folder / "checkpoint.json"], keys=folder / "keys.db"
        )

    async def accept(self, message_id: str) -> None:
        await self.database.write(lambda conn: inbox.accept(conn, self.vault, self.journal, an_inbound(message_id)))

    async def close(self) -> None:
        await self.database.close()
        self.keys.close()


async def test_a_backup_under_load_comes_back_whole(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    await asyncio.gather(*(house.accept(f"before-{number}") for number in range(50)))
    await house.sealer.seal()
    load = [asyncio.create_task(house.accept(f"during-{number}")) for number in range(300)]
    running = asyncio.create_task(house.sealer.run())
    copy, keys = tmp_path / "copy", tmp_path / "copy-keys"
    await asyncio.to_thread(backup, house.installation, to=copy, at=NOON, keys_to=keys)
    await asyncio.gather(*load)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await house.close()

    restore(copy, to=tmp_path / "new", keys=keys)
    again = House(tmp_path / "new")
    found = await again.database.read(lambda conn: again.journal.verify(conn, again.checkpoint.read()))
    pending = await again.database.read(inbox.pending)
    texts = await again.database.read(lambda conn: [inbox.load(conn, again.vault, row.row_id)[0].text for row in pending])
    await again.close()
    assert found.ok, found.problems
    assert found.sealed + found.unsealed == len(pending) >= 50
    assert set(texts) == {"Hello"}


async def test_keys_stay_out_unless_asked_for(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    await house.accept("m1")
    backup(house.installation, to=tmp_path / "copy", at=NOON)
    await house.close()
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["manifest.json", "rapport.db"]


async def test_nothing_is_overwritten(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    backup(house.installation, to=tmp_path / "copy", at=NOON)
    with pytest.raises(Conflict, match="exists already"):
        backup(house.installation, to=tmp_path / "copy", at=NOON)
    with pytest.raises(Conflict, match="not empty"):
        restore(tmp_path / "copy", to=tmp_path / "data")
    await house.close()


@pytest.mark.parametrize("damage", ["flip", "drop", "manifest", "format", "escape"])
async def test_a_damaged_backup_is_refused(tmp_path: Path, damage: str) -> None:
    house = House(tmp_path / "data")
    copy = backup(house.installation, to=tmp_path / "copy", at=NOON)
    await house.close()
    database, manifest = copy / "rapport.db", copy / "manifest.json"
    if damage == "flip":
        body = bytearray(database.read_bytes())
        body[5000] ^= 1
        database.write_bytes(body)
    elif damage == "drop":
        database.unlink()
    elif damage == "manifest":
        manifest.write_text("{}", encoding="utf-8")
    elif damage == "format":
        manifest.write_text(manifest.read_text("utf-8").replace('"format": 1', '"format": 2'), encoding="utf-8")
    else:
        manifest.write_text(manifest.read_text("utf-8").replace('"rapport.db"', '"../rapport.db"'), encoding="utf-8")
    with pytest.raises(BadInput):
        restore(copy, to=tmp_path / "new")
    assert not (tmp_path / "new").exists()


async def test_a_missing_database_is_reported_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="missing"):
        backup(Installation(databases=[tmp_path / "none.db"]), to=tmp_path / "copy", at=NOON)
    assert not (tmp_path / "copy").exists()
    with pytest.raises(BadInput, match="no backup"):
        verify(tmp_path / "copy")
