from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from core.database import Database
from core.journal import Journal
from core.keyring import KeyRing
from core.vault import Vault
from governance import approvals, audit, ledger, registry

ROOMS = (approvals, audit, ledger, registry)


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database.open("sqlite://")
    database.create_all()
    yield database
    database.close_blocking()


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.engine.begin() as connection:
        yield connection


@pytest.fixture
def vault() -> Iterator[Vault]:
    keys = KeyRing()
    yield Vault(keys)
    keys.close()


@pytest.fixture
def journal() -> Journal:
    return Journal()
