"""The chain that makes the journal tamper-evident: the tables, the hash of a row, and the walk that verifies it all.

Rows are appended unchained; sealing gives committed rows their position and hash. The chain is
hash_n = SHA-256(hash_{n-1} | canonical JSON of the row). The row carries the SHA-256 of each ciphertext that it refers to, taken
when it was appended, so that the chain outlives the erasure of a person's key.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, String, Table, func, select

from core.database import Instant, Json, metadata
from core.vault import content

GENESIS = "0" * 64
BATCH = 500

journal = Table(
    "journal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("type", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("causation_id", String(64)),
    Column("conversation_id", String(200)),
    Column("account_id", String(64)),
    Column("data", Json, nullable=False),
    Column("contents", Json, nullable=False),
    Column("position", Integer, unique=True),
    Column("hash", String(64)),
    Index(None, "tenant", "correlation_id"),
    Index(None, "tenant", "conversation_id"),
    Index(None, "tenant", "type"),
    sqlite_autoincrement=True,
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last sealed position and its hash."""

    position: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a walk over the chain found. `unsealed` rows are committed and not yet chained: a short tail is usual."""

    ok: bool
    sealed: int
    unsealed: int
    problems: tuple[str, ...]


def head_of(conn: Connection) -> Head:
    """Where the sealed part ends, as the sealer recorded it."""
    row = conn.execute(select(journal_head.c.position, journal_head.c.hash).where(journal_head.c.id == 1)).one_or_none()
    return Head(position=row.position, hash=row.hash) if row else Head()


def chained(previous: str, row: Row[Any]) -> str:
    """The hash of a row that follows one with the hash `previous`."""
    body = {
        "id": row.id,
        "type": row.type,
        "version": row.version,
        "tenant": row.tenant,
        "at": row.at.astimezone(UTC).isoformat(),
        "correlation_id": row.correlation_id,
        "causation_id": row.causation_id,
        "conversation_id": row.conversation_id,
        "account_id": row.account_id,
        "data": row.data,
        "contents": row.contents,
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}|{canonical}".encode()).hexdigest()


def verify(conn: Connection, checkpoint: Head | None = None) -> Verification:
    """Recomputes every hash and compares every ciphertext with its recorded digest.

    `checkpoint` is a head kept outside the database: with it a chain that was cut short or forged anew is found too.
    """
    problems: list[str] = []
    last = Head()
    for row in _sealed(conn):
        if row.position != last.position + 1:
            problems.append(f"Rows are missing between positions {last.position} and {row.position}.")
        if row.hash != chained(last.hash, row):
            problems.append(f"The row at position {row.position} (event {row.id}) was changed, or its place in the chain was.")
        last = Head(position=row.position, hash=row.hash)
        if checkpoint and row.position == checkpoint.position and row.hash != checkpoint.hash:
            problems.append(
                f"The row at position {row.position} is not the one that the checkpoint recorded: the chain was forged."
            )
    if last != head_of(conn):
        problems.append(f"The chain ends at position {last.position}, the sealer had come to {head_of(conn).position}.")
    if checkpoint and checkpoint.position > last.position:
        problems.append(f"The chain was cut: the checkpoint knows position {checkpoint.position}, the last is {last.position}.")
    problems.extend(_changed_contents(conn))
    unsealed = conn.execute(select(func.count()).select_from(journal).where(journal.c.position.is_(None))).scalar_one()
    return Verification(ok=not problems, sealed=last.position, unsealed=unsealed, problems=tuple(problems))


def _sealed(conn: Connection) -> Iterator[Row[Any]]:
    after = 0
    while rows := conn.execute(select(journal).where(journal.c.position > after).order_by(journal.c.position).limit(BATCH)).all():
        yield from rows
        after = rows[-1].position


def _changed_contents(conn: Connection) -> Iterator[str]:
    after = 0
    while rows := conn.execute(
        select(journal.c.number, journal.c.id, journal.c.contents)
        .where(journal.c.number > after)
        .order_by(journal.c.number)
        .limit(BATCH)
    ).all():
        digests = _digests_now(conn, [content_id for row in rows for content_id, _ in row.contents])
        for row in rows:
            for content_id, recorded in row.contents:
                if digests.get(content_id) != recorded:
                    yield f"The content {content_id} of event {row.id} was changed or removed."
        after = rows[-1].number


def _digests_now(conn: Connection, content_ids: Sequence[str]) -> dict[str, str]:
    """The digests of the ciphertexts as they are now; of a discarded content, the one that was recorded."""
    columns = (content.c.id, content.c.sealed, content.c.digest, content.c.discarded)
    rows = conn.execute(select(*columns).where(content.c.id.in_(content_ids)))
    return {row.id: row.digest if row.discarded else hashlib.sha256(row.sealed).hexdigest() for row in rows}
