"""A small house for the tests of core: a database in memory, a vault, a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from core.clock import FixedClock
from core.conversation import ConversationRef, Inbound, Press
from core.database import Database
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database.open("sqlite://")
    opened.create_all()
    yield opened
    opened.close_blocking()


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.engine.begin() as connection:
        yield connection


@pytest.fixture
def keys() -> Iterator[KeyRing]:
    ring = KeyRing()
    yield ring
    ring.close()


@pytest.fixture
def vault(keys: KeyRing) -> Vault:
    return Vault(keys)


@pytest.fixture
def journal() -> Journal:
    return Journal()


def an_inbound(message_id: str = "m1", *, text: str = "Hello", conversation: str = "c1", press: Press | None = None) -> Inbound:
    sender = Principal(
        kind=PrincipalKind.CUSTOMER,
        id="visitor-1",
        tenant=Tenant(id="halcyon", region="eu"),
        name="Ada Example",
        roles=frozenset({"Owner", "Billing admin"}),
        account_id="A001",
        contact_id="A001-1",
        assurance=Assurance.VERIFIED,
    )
    ref = ConversationRef(tenant="halcyon", channel="web_chat", installation="main", conversation_id=conversation)
    return Inbound(ref=ref, message_id=message_id, sender=sender, text=text, received_at=NOON, press=press)
