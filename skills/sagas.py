"""Runs sagas: keeps each in its own row, committed before every step, so that a crash loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Connection, Index, Row, String, Table, insert, select, update

from core.action import ActionRequest
from core.database import Instant, Json, metadata
from core.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from core.events import Event as JournalEvent
from core.journal import Journal
from core.vault import Vault
from governance.request_text import request_from_text, request_to_text
from skills.facts import Talk
from skills.outcomes import Outcome, Status
from skills.refusals import code_of
from skills.run import Runner
from skills.saga import ENDED, Do, Event, Phase, SagaState, advance

sagas = Table(
    "sagas",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), primary_key=True),
    Column("phase", String(16), nullable=False),
    Column("state", Json, nullable=False),
    Column("skills", Json, nullable=False),
    Column("plan_id", String(64), nullable=False),
    Column("account_id", String(64)),
    Column("conversation_id", String(200), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("raised_by", String(16), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Index(None, "tenant", "phase"),
)

_PLAN = TypeAdapter(tuple[str, ...])


@dataclass(frozen=True, kw_only=True)
class Saga:
    """A saga as kept: its state, and the requests that it consists of."""

    id: str
    tenant: str
    state: SagaState
    requests: tuple[ActionRequest, ...]
    raised_by: str

    @property
    def left(self) -> tuple[ActionRequest, ...]:
        """What a person has to look after, when it was parked."""
        return tuple(self.requests[index] for index in self.state.left)


class Sagas:
    """Starts sagas and takes up those that a crash cut off."""

    def __init__(self, runner: Runner, vault: Vault, journal: Journal) -> None:
        self._runner = runner
        self._vault = vault
        self._journal = journal

    async def run(self, saga_id: str, requests: Sequence[ActionRequest], talk: Talk) -> Saga:
        """Runs the requests in order, all or none. The same id again gives the same saga, taken up where it stood."""
        if not requests:
            raise BadInput("A saga needs at least one action.", code="empty_saga")
        first = requests[0]
        tenant = first.principal.tenant.id
        now = self._runner.now

        def begin(conn: Connection) -> None:
            if _find(conn, tenant, saga_id) is not None:
                return
            plan = _PLAN.dump_json(tuple(request_to_text(each) for each in requests)).decode()
            sealed = self._vault.seal(conn, tenant=tenant, person=first.principal.person_id, text=plan)
            row = {"id": saga_id, "tenant": tenant, "plan_id": sealed, "account_id": first.account_id}
            row |= {"conversation_id": first.conversation_id, "correlation_id": talk.correlation_id}
            row |= {"phase": Phase.RUNNING, "state": SagaState.of(len(requests)).model_dump(mode="json")}
            row |= {"skills": [each.skill for each in requests], "raised_by": talk.raised_by}
            conn.execute(insert(sagas).values(**row, begun_at=now, moved_at=now))
            self._tell(conn, row, "started", now)

        await self._runner.database.write(begin)
        return await self.resume(tenant, saga_id)

    async def resume(self, tenant: str, saga_id: str) -> Saga:
        """Goes on from where the saga stands, to its end."""
        saga = await self.find(tenant, saga_id)
        talk = Talk(correlation_id=saga.requests[0].correlation_id, raised_by=saga.raised_by)
        state, command = advance(saga.state, Event.GO)
        while command is not None:
            await self._keep(saga, state)
            request = saga.requests[command.index]
            if isinstance(command, Do):
                event, code = await self._do(request, talk)
            else:
                event, code = await self._undo(request)
            state, command = advance(state.model_copy(update={"code": state.code or code}), event)
        if state != saga.state:
            await self._keep(saga, state)
        return Saga(id=saga.id, tenant=tenant, state=state, requests=saga.requests, raised_by=saga.raised_by)

    async def find(self, tenant: str, saga_id: str) -> Saga:
        """The saga of that id. Raises `NotFound`."""

        def read(conn: Connection) -> Saga:
            row = _find(conn, tenant, saga_id)
            if row is None:
                raise NotFound(f"There is no saga {saga_id}: check the id.", saga=saga_id)
            plan = _PLAN.validate_json(self._vault.open(conn, row.plan_id))
            state = SagaState.model_validate(row.state)
            requests = tuple(request_from_text(each) for each in plan)
            return Saga(id=row.id, tenant=tenant, state=state, requests=requests, raised_by=row.raised_by)

        return await self._runner.database.read(read)

    async def unfinished(self, tenant: str) -> list[str]:
        """The sagas that a crash cut off, the oldest first; to be given to `resume`."""
        going = (Phase.RUNNING, Phase.COMPENSATING)
        rows = select(sagas.c.id).where(sagas.c.tenant == tenant, sagas.c.phase.in_(going)).order_by(sagas.c.begun_at)
        return await self._runner.database.read(lambda conn: list(conn.execute(rows).scalars()))

    async def _do(self, request: ActionRequest, talk: Talk) -> tuple[Event, str]:
        try:
            outcome = await self._runner.run(request, talk)
        except (BadInput, Conflict, NotFound, NotAllowed) as error:
            return Event.FAILED, code_of(error)
        return _event_of(outcome), "" if outcome.status is Status.DONE else outcome.code or outcome.status.value

    async def _undo(self, request: ActionRequest) -> tuple[Event, str]:
        """Takes an action back; what doesn't work out is left to a person."""
        try:
            await self._runner.compensate(request)
        except (BadInput, Conflict, NotFound, NotAllowed, Unavailable) as error:
            return Event.STUCK, code_of(error)
        return Event.UNDONE, ""

    async def _keep(self, saga: Saga, state: SagaState) -> None:
        """Commits where the saga stands, before the next step is taken."""
        now = self._runner.now

        def keep(conn: Connection) -> None:
            chosen = (sagas.c.tenant == saga.tenant) & (sagas.c.id == saga.id)
            values = {"phase": state.phase, "state": state.model_dump(mode="json"), "moved_at": now}
            conn.execute(update(sagas).where(chosen).values(**values))
            if state.phase in ENDED:
                first = saga.requests[0]
                row = {"id": saga.id, "tenant": saga.tenant, "account_id": first.account_id}
                row |= {"conversation_id": first.conversation_id, "correlation_id": first.correlation_id}
                row |= {"skills": [each.skill for each in saga.requests], "left": list(state.left), "code": state.code}
                self._tell(conn, row, state.phase.value, now)

        await self._runner.database.write(keep)

    def _tell(self, conn: Connection, row: dict[str, Any], what: str, now: datetime) -> None:
        event = JournalEvent(
            type=f"saga.{what}",
            tenant=row["tenant"],
            at=now,
            correlation_id=row["correlation_id"],
            conversation_id=row["conversation_id"],
            account_id=row["account_id"],
            data={"saga": row["id"], "skills": row["skills"], "left": row.get("left", []), "code": row.get("code", "")},
        )
        self._journal.append(conn, event)


def _find(conn: Connection, tenant: str, saga_id: str) -> Row[Any] | None:
    return conn.execute(select(sagas).where(sagas.c.tenant == tenant, sagas.c.id == saga_id)).one_or_none()


def _event_of(outcome: Outcome) -> Event:
    if outcome.status is Status.DONE:
        return Event.DONE
    return Event.UNSURE if outcome.uncertain else Event.FAILED
