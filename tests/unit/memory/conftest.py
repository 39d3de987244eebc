"""A small house for the tests of memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from core.conversation import Author, ConversationRef, EntryKind
from core.database import Database
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault
from memory.distil import Rooms
from memory.threads import NewEntry, Threads
from memory.vectors import MemoryVectors
from tests.fakes.embedder import HashingEmbedder

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REF = ConversationRef(tenant="halcyon", channel="web_chat", installation="main", conversation_id="c1")
VISITOR = Principal(kind=PrincipalKind.CUSTOMER, id="visitor-1", tenant=Tenant(id="halcyon", region="eu"))
ADA = replace(
    VISITOR,
    name="Ada Example",
    account_id="ACC-001",
    contact_id="CON-1",
    assurance=Assurance.VERIFIED,
    roles=frozenset({"Owner"}),
)
BEN = replace(ADA, id="visitor-2", name="Ben Example", contact_id="CON-2")
EVE = replace(ADA, id="visitor-3", name="Eve Elsewhere", contact_id="CON-9", account_id="ACC-009")


def ref(conversation: str = "c1") -> ConversationRef:
    return replace(REF, conversation_id=conversation)


def text(words: str, *, author: Author = Author.CUSTOMER, author_id: str = "CON-1", message_id: str = "m1") -> NewEntry:
    body = {"text": words, "message_id": message_id} if author is Author.CUSTOMER else {"text": words}
    return NewEntry(kind=EntryKind.TEXT, author=author, author_id=author_id, author_name="Ada", body=body, at=NOON)


def sentence(words: str, turn_id: str) -> NewEntry:
    return NewEntry(kind=EntryKind.SENTENCE, author=Author.BOT, author_id="bot", body={"text": words}, at=NOON, turn_id=turn_id)


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
def vault() -> Iterator[Vault]:
    ring = KeyRing()
    yield Vault(ring)
    ring.close()


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def threads(vault: Vault, journal: Journal) -> Threads:
    return Threads(vault, journal)


@pytest.fixture
def rooms(database: Database, vault: Vault, journal: Journal, threads: Threads) -> Rooms:
    return Rooms(
        database=database,
        vault=vault,
        journal=journal,
        threads=threads,
        vectors=MemoryVectors(),
        embedder=HashingEmbedder(),
    )
