from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.database import Database
from core.journal import Journal
from knowledge.index import MemoryIndex
from knowledge.ingest import Ingest
from knowledge.search import Search
from knowledge.vector_cache import HashEmbedder

PASSWORDS = """---
title: Passwords
audience: public
owner: identity
updated: 2026-10-14
---
All about passwords.

## Password length
<!-- asked
- how long must a password be
- Wie lang muss mein Passwort sein?
-->
A password needs at least 12 characters. Longer ones are welcome.

## When sign-in is locked
<!-- asked
- too many attempts, she is frozen out
-->
Six wrong tries lock sign-in for 15 minutes.
"""
REFUNDS = """---
title: Refunds
audience: public
---
## How long a refund takes
<!-- asked
- when do i get my money back
-->
Refunds arrive within 5 to 10 business days.

## Who can ask for a refund
Only an Owner or Billing admin can ask for a refund.
"""
CAPS = """---
title: Refund caps
audience: internal
---
## Cap of an agent
<!-- asked
- how large a refund may i approve
-->
A support agent may approve a refund of up to 100 USD.
"""


@dataclass
class Room:
    """A help centre of three articles in a folder, and all that takes it in and finds it."""

    folder: Path
    database: Database
    journal: Journal
    index: MemoryIndex
    embedder: HashEmbedder
    ingest: Ingest
    search: Search


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    folder = tmp_path / "help"
    folder.mkdir()
    for name, text in (("passwords.md", PASSWORDS), ("refunds.md", REFUNDS), ("caps.md", CAPS)):
        (folder / name).write_text(text, "utf-8")
    database = Database.open("sqlite://")
    database.create_all()
    journal, index, embedder = Journal(), MemoryIndex(), HashEmbedder()
    clock = FixedClock(datetime(2026, 11, 20, 10, tzinfo=UTC))
    ingest = Ingest(database=database, journal=journal, index=index, embedder=embedder, clock=clock)
    search = Search(database=database, index=index, embedder=embedder)
    yield Room(folder, database, journal, index, embedder, ingest, search)
    await database.close()
