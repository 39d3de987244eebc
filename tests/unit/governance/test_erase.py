from collections.abc import Awaitable, Callable

import pytest

from core.database import Database
from core.errors import Unavailable
from core.journal import Journal
from core.vault import Erased, Vault
from governance.erase import Eraser, Owner
from tests.unit.governance.builders import NOW


def owner(name: str, calls: list[str], failures: int = 0) -> Owner:
    left = [failures]

    async def erase(tenant: str, person: str) -> int:
        calls.append(f"{name}:{tenant}:{person}")
        if left[0]:
            left[0] -= 1
            raise Unavailable("The store is busy: try again.")
        return 2

    erasing: Callable[[str, str], Awaitable[int]] = erase
    return Owner(name=name, erase=erasing)


async def test_the_key_and_every_owners_share_are_gone(database: Database, vault: Vault, journal: Journal) -> None:
    sealed = await database.write(lambda conn: vault.seal(conn, tenant="halcyon", person="C-1", text="my secret"))
    other = await database.write(lambda conn: vault.seal(conn, tenant="halcyon", person="C-2", text="stays"))
    calls: list[str] = []
    eraser = Eraser(database, vault, journal, (owner("memory", calls), owner("threads", calls)))
    erasure = await eraser.erase("halcyon", "C-1", NOW)
    assert (erasure.keys, erasure.removed) == (1, {"memory": 2, "threads": 2})
    assert calls == ["memory:halcyon:C-1", "threads:halcyon:C-1"]
    with pytest.raises(Erased):
        await database.read(lambda conn: vault.open(conn, sealed))
    assert await database.read(lambda conn: vault.open(conn, other)) == "stays"
    events = await database.read(lambda conn: journal.find(conn, "halcyon", "person.erased"))
    assert [event.data["removed"] for event in events] == [{"memory": 2, "threads": 2}]


async def test_an_owner_that_fails_stops_neither_the_key_nor_the_others(
    database: Database, vault: Vault, journal: Journal
) -> None:
    sealed = await database.write(lambda conn: vault.seal(conn, tenant="halcyon", person="C-1", text="my secret"))
    calls: list[str] = []
    eraser = Eraser(database, vault, journal, (owner("memory", calls, failures=1), owner("threads", calls)))
    with pytest.raises(Unavailable, match="memory could not finish"):
        await eraser.erase("halcyon", "C-1", NOW)
    assert len(calls) == 2
    with pytest.raises(Erased):
        await database.read(lambda conn: vault.open(conn, sealed))
    assert (await eraser.erase("halcyon", "C-1", NOW)).removed == {"memory": 2, "threads": 2}
