"""Actions that were prepared for agents: kept sealed until they are run, for an hour; what came of them stays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Connection, Index, Integer, Row, String, Table, and_, delete, insert, select, update

from core.action import ActionRequest
from core.database import Instant, metadata
from core.errors import NotFound
from core.language import SlotValue
from core.vault import Vault
from governance.request_text import request_from_text, request_to_text
from handoff.desk.views import ActionView, Verdict

KEPT_FOR = timedelta(hours=1)
PROPOSED, DONE, FAILED, UNSETTLED, ASKED = "proposed", "done", "failed", "unsettled", "asked"

prepared_actions = Table(
    "prepared_actions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("case_id", String(32), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("person_id", String(200), nullable=False),
    Column("agent_id", String(200), nullable=False),
    Column("skill", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("approval_id", String(64)),
    Column("view_id", String(32), nullable=False),
    Column("request_id", String(32)),
    Column("prepared_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index(None, "tenant", "case_id"),
)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An action as it is kept: how it looks, the slots behind its fields, and the exact request unless a value is missing.

    `position` is the customer's line that it was prepared for, `place` its place among those offered for it (0: asked for).
    """

    view: ActionView
    slots: tuple[SlotValue, ...]
    request: ActionRequest | None
    agent_id: str
    conversation_id: str
    person_id: str
    position: int
    place: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What is sealed of it besides the request."""

    view: ActionView
    slots: tuple[SlotValue, ...]


_SEEN = TypeAdapter(_Seen)


class PreparedActions:
    """Keeps and finds them. All methods take part in the caller's transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, conn: Connection, tenant: str, made: Prepared, now: datetime) -> None:
        """Keeps a prepared action, and drops what has expired of its case."""
        self._sweep(conn, tenant, made.view.case_id, now)
        request = request_to_text(made.request) if made.request else None
        values: dict[str, Any] = {
            "id": made.view.id,
            "tenant": tenant,
            "case_id": made.view.case_id,
            "conversation_id": made.conversation_id,
            "person_id": made.person_id,
            "agent_id": made.agent_id,
            "skill": made.view.skill,
            "position": made.position,
            "place": made.place,
            "state": made.view.state,
            "verdict": made.view.verdict.value,
            "view_id": self._seal(conn, tenant, made.person_id, _text(made)),
            "request_id": self._seal(conn, tenant, made.person_id, request) if request else None,
            "prepared_at": now,
            "expires_at": made.expires_at,
        }
        conn.execute(insert(prepared_actions).values(values))

    def get(self, conn: Connection, tenant: str, action_id: str) -> Prepared:
        """The action of that id. Raises `NotFound`, also when its customer was erased."""
        found = self._many(conn, tenant, prepared_actions.c.id == action_id)
        if not found:
            raise NotFound("This action isn't kept any more: look at the case for what fits now.", action=action_id)
        return found[0]

    def of_case(self, conn: Connection, tenant: str, case_id: str, agent_id: str) -> list[Prepared]:
        """All that is kept for an agent in a case, the oldest first."""
        mine = and_(prepared_actions.c.case_id == case_id, prepared_actions.c.agent_id == agent_id)
        return self._many(conn, tenant, mine)

    def settled(self, conn: Connection, tenant: str, case_id: str) -> list[tuple[datetime, Prepared]]:
        """What was run or asked for in a case, by whomever, and when; the oldest first."""
        of_case = and_(prepared_actions.c.case_id == case_id, prepared_actions.c.settled_at.is_not(None))
        columns = (prepared_actions.c.id, prepared_actions.c.settled_at)
        times = conn.execute(select(*columns).where(prepared_actions.c.tenant == tenant, of_case)).all()
        at = {row.id: row.settled_at for row in times}
        return sorted(((at[each.view.id], each) for each in self._many(conn, tenant, of_case)), key=lambda pair: pair[0])

    def settle(self, conn: Connection, tenant: str, made: Prepared, now: datetime) -> None:
        """Keeps what became of it."""
        old = conn.execute(select(prepared_actions.c.view_id).where(_this(tenant, made.view.id))).scalar_one()
        values = {
            "state": made.view.state,
            "verdict": made.view.verdict.value,
            "approval_id": made.view.approval_id,
            "view_id": self._seal(conn, tenant, made.person_id, _text(made)),
            "settled_at": now,
        }
        conn.execute(update(prepared_actions).where(_this(tenant, made.view.id)).values(values))
        self._vault.discard(conn, [old])

    def _sweep(self, conn: Connection, tenant: str, case_id: str, now: datetime) -> None:
        """Lets go of what nobody ran in time."""
        over = and_(
            prepared_actions.c.tenant == tenant,
            prepared_actions.c.case_id == case_id,
            prepared_actions.c.state == PROPOSED,
            prepared_actions.c.expires_at <= now,
        )
        rows = conn.execute(select(prepared_actions.c.view_id, prepared_actions.c.request_id).where(over)).all()
        self._vault.discard(conn, [each for row in rows for each in row if each])
        conn.execute(delete(prepared_actions).where(over))

    def _seal(self, conn: Connection, tenant: str, person: str, text: str) -> str:
        return self._vault.seal(conn, tenant=tenant, person=person, text=text)

    def _many(self, conn: Connection, tenant: str, wanted: Any) -> list[Prepared]:
        chosen = select(prepared_actions).where(prepared_actions.c.tenant == tenant, wanted)
        rows = conn.execute(chosen.order_by(prepared_actions.c.prepared_at, prepared_actions.c.place)).all()
        ids = [each for row in rows for each in (row.view_id, row.request_id) if each]
        texts = self._vault.open_many(conn, ids)
        return [_prepared(row, texts[row.view_id] or "", texts.get(row.request_id)) for row in rows if texts.get(row.view_id)]


def changed(made: Prepared, **values: Any) -> Prepared:
    """The same action with other values in its view."""
    return replace(made, view=replace(made.view, **values))


def offered_for(kept: Sequence[Prepared], position: int, now: datetime) -> list[Prepared]:
    """Those that were offered for the customer's line at `position` and still hold, in the order in which they were."""
    return [each for each in kept if each.place and each.position == position and (each.expires_at > now or _over(each))]


def _over(made: Prepared) -> bool:
    return made.view.state != PROPOSED


def _this(tenant: str, action_id: str) -> Any:
    return and_(prepared_actions.c.tenant == tenant, prepared_actions.c.id == action_id)


def _text(made: Prepared) -> str:
    return _SEEN.dump_json(_Seen(view=made.view, slots=made.slots)).decode()


def _prepared(row: Row[Any], seen: str, request: str | None) -> Prepared:
    opened = _SEEN.validate_json(seen)
    view = replace(opened.view, state=row.state, verdict=Verdict(row.verdict), approval_id=row.approval_id)
    return Prepared(
        view=view,
        slots=opened.slots,
        request=request_from_text(request) if request else None,
        agent_id=row.agent_id,
        conversation_id=row.conversation_id,
        person_id=row.person_id,
        position=row.position,
        place=row.place,
        expires_at=row.expires_at,
    )
