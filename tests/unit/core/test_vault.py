from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from core.database import Database
from core.errors import BadInput, NotFound, Unavailable
from core.keyring import KeyRing
from core.vault import Erased, Vault, content


def test_what_was_sealed_opens_again(conn: Connection, vault: Vault) -> None:
    content_id = vault.seal(conn, tenant="t", person="ada", text="My number is 12 — naïve ☂")
    assert vault.open(conn, content_id) == "My number is 12 — naïve ☂"


def test_the_row_does_not_show_the_text(conn: Connection, vault: Vault) -> None:
    vault.seal(conn, tenant="t", person="ada", text="a secret canary")
    row = conn.execute(select(content)).one()
    assert b"canary" not in row.sealed


def test_a_person_uses_one_key_and_others_use_others(conn: Connection, vault: Vault) -> None:
    for tenant, person in (("t", "ada"), ("t", "ada"), ("t", "bob"), ("u", "ada")):
        vault.seal(conn, tenant=tenant, person=person, text="x")
    key_ids = conn.execute(select(content.c.key_id)).scalars().all()
    assert len(set(key_ids)) == 3


def test_the_key_is_found_again_after_a_restart(conn: Connection, keys: KeyRing) -> None:
    Vault(keys).seal(conn, tenant="t", person="ada", text="x")
    Vault(keys).seal(conn, tenant="t", person="ada", text="y")
    assert len(set(conn.execute(select(content.c.key_id)).scalars())) == 1


def test_destroying_a_key_erases_one_person_and_spares_the_rest(conn: Connection, vault: Vault) -> None:
    ada = vault.seal(conn, tenant="t", person="ada", text="x")
    bob = vault.seal(conn, tenant="t", person="bob", text="y")
    namesake = vault.seal(conn, tenant="u", person="ada", text="z")
    assert vault.destroy(conn, tenant="t", person="ada") == 1
    with pytest.raises(Erased, match="erased on request"):
        vault.open(conn, ada)
    assert vault.open_many(conn, [ada, bob, namesake]) == {ada: None, bob: "y", namesake: "z"}


def test_a_person_who_comes_back_gets_a_new_key(conn: Connection, vault: Vault) -> None:
    old = vault.seal(conn, tenant="t", person="ada", text="old")
    vault.destroy(conn, tenant="t", person="ada")
    new = vault.seal(conn, tenant="t", person="ada", text="new")
    assert vault.open_many(conn, [old, new]) == {old: None, new: "new"}


def test_single_contents_can_be_discarded(conn: Connection, vault: Vault) -> None:
    first = vault.seal(conn, tenant="t", person="ada", text="x")
    second = vault.seal(conn, tenant="t", person="ada", text="y")
    vault.discard(conn, [first])
    assert vault.open_many(conn, [first, second]) == {first: None, second: "y"}
    assert conn.execute(select(content.c.sealed).where(content.c.id == first)).scalar_one() == b""


def test_an_unknown_id_is_told_from_an_erased_one(conn: Connection, vault: Vault) -> None:
    with pytest.raises(NotFound) as raised:
        vault.open(conn, "nothing")
    assert not isinstance(raised.value, Erased)


@pytest.mark.parametrize("change", [{"person": "bob"}, {"tenant": "u"}, {"sealed": b"\x00" * 40}])
def test_a_changed_row_does_not_open(conn: Connection, vault: Vault, change: dict[str, object]) -> None:
    content_id = vault.seal(conn, tenant="t", person="ada", text="x")
    conn.execute(update(content).values(**change))
    with pytest.raises(Unavailable, match="changed outside"):
        vault.open(conn, content_id)


def test_text_that_is_no_unicode_is_refused(conn: Connection, vault: Vault) -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        vault.seal(conn, tenant="t", person="ada", text="\ud800")


def test_keys_outlive_a_restart_and_destroyed_ones_leave_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keys.db"
    ring = KeyRing(path)
    kept, gone = ring.fresh(), ring.fresh()
    material = ring.get(gone)
    assert material
    assert material in path.read_bytes()
    ring.destroy([gone])
    ring.close()
    assert material not in path.read_bytes()
    again = KeyRing(path)
    assert again.get(gone) is None
    assert again.get(kept)
    again.close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_key_destroyed_by_another_process_is_gone_here_too(tmp_path: Path) -> None:
    here, there = KeyRing(tmp_path / "keys.db"), KeyRing(tmp_path / "keys.db")
    key_id = here.fresh()
    assert here.get(key_id)
    there.destroy([key_id])
    assert here.get(key_id) is None
    here.close()
    there.close()


async def test_a_key_taken_by_a_write_that_failed_serves_the_next(database: Database, vault: Vault) -> None:
    def fails(conn: Connection) -> None:
        vault.seal(conn, tenant="t", person="ada", text="lost")
        raise BadInput("Stop here.")

    with pytest.raises(BadInput):
        await database.write(fails)
    content_id = await database.write(lambda conn: vault.seal(conn, tenant="t", person="ada", text="kept"))
    assert await database.read(lambda conn: vault.open(conn, content_id)) == "kept"
