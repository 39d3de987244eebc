"""What is remembered and still holds, with its text: not expired, not closed, not erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from core.vault import Vault
from memory.facts import ABOUT_BUSINESS
from memory.tables import memories


@dataclass(frozen=True, kw_only=True)
class Known:
    """A memory with its text, where it comes from and how long it holds."""

    id: str
    tenant: str
    person_id: str
    account_id: str | None
    text: str
    kind: str
    confidence: float
    version: int
    conversation_id: str
    source_id: str
    learned_at: datetime
    expires_at: datetime


def current(conn: Connection, vault: Vault, tenant: str, person_id: str, account_id: str | None, now: datetime) -> list[Known]:
    """A person's memories that hold at `now`, and what colleagues of the same account told about the business."""
    mine: ColumnElement[bool] = memories.c.person_id == person_id
    if account_id is not None:
        shared = and_(memories.c.account_id == account_id, memories.c.kind.in_(ABOUT_BUSINESS))
        own = and_(mine, or_(memories.c.account_id == account_id, memories.c.account_id.is_(None)))
        mine = or_(own, shared)
    holds = and_(memories.c.tenant == tenant, memories.c.valid_until.is_(None), memories.c.expires_at > now)
    chosen = select(memories).where(holds, mine).order_by(memories.c.learned_at, memories.c.id)
    return opened(conn, vault, conn.execute(chosen).all())


def opened(conn: Connection, vault: Vault, rows: Sequence[Row[Any]]) -> list[Known]:
    """Rows with their texts; erased ones are left out."""
    texts = vault.open_many(conn, [row.content_id for row in rows])
    return [_known(row, text) for row in rows if (text := texts.get(row.content_id)) is not None]


def _known(row: Row[Any], text: str) -> Known:
    return Known(
        id=row.id,
        tenant=row.tenant,
        person_id=row.person_id,
        account_id=row.account_id,
        text=text,
        kind=row.kind,
        confidence=row.confidence,
        version=row.version,
        conversation_id=row.conversation_id,
        source_id=row.source_id,
        learned_at=row.learned_at,
        expires_at=row.expires_at,
    )
