"""Journals what is asked for, decided and done: ids, codes and hashes, never an argument's value."""

from collections.abc import Mapping

from sqlalchemy import Connection

from core.action import ActionRequest, Decision
from core.clock import Clock
from core.database import Database
from core.events import JSON, Event
from core.journal import Journal
from governance.audit import DecisionRecord, judged, record
from governance.facts import Facts
from governance.ledger import ContactLedger, Recipient
from skills.outcomes import Outcome

OFFERS = "raise_offer"


class Recorder:
    """Writes the journal's lines for actions, and a decision record for each."""

    def __init__(self, database: Database, journal: Journal, contacts: ContactLedger, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._contacts = contacts
        self._clock = clock

    async def proposed(self, request: ActionRequest, decision: Decision, facts: Facts) -> None:
        """That it was asked for, and what policy said."""

        def write(conn: Connection) -> None:
            data = {"raised_by": request.raised_by, "arguments": sorted(request.arguments)}
            self._append(conn, request, "action.proposed", data)
            self._decided(conn, request, decision, facts)

        await self._database.write(write)

    async def decided(self, request: ActionRequest, decision: Decision, facts: Facts) -> None:
        """What policy said when it was about to be run."""
        await self._database.write(lambda conn: self._decided(conn, request, decision, facts))

    async def read(self, request: ActionRequest, decision: Decision, facts: Facts) -> None:
        """That something was read, under which decision."""

        def write(conn: Connection) -> None:
            self._decided(conn, request, decision, facts)
            self._append(conn, request, "action.finished", {"outcome": "done"})

        await self._database.write(write)

    def started(self, conn: Connection, request: ActionRequest, request_content: str) -> None:
        """That it is about to be tried, under which key. Committed before the first try."""
        self._append(conn, request, "action.started", {"key": request.idempotency_key}, (request_content,))

    def finished(self, conn: Connection, outcome: Outcome) -> None:
        """How it ended; an offer that was brought up counts as a contact."""
        request = outcome.request
        if outcome.done is None:
            self._append(conn, request, "action.failed", {"code": outcome.code, "uncertain": False})
            return
        self._append(conn, request, "action.finished", {"outcome": outcome.status.value})
        contact_id = request.principal.contact_id
        if request.skill == OFFERS and request.account_id and contact_id:
            who = Recipient(tenant=request.principal.tenant.id, account_id=request.account_id, contact_id=contact_id)
            kind = str(request.values().get("kind", OFFERS))
            self._contacts.record(conn, who, channel="in_app", kind=kind, at=self._clock.now())

    async def failed(self, request: ActionRequest, code: str, *, uncertain: bool) -> None:
        """That it failed; `uncertain` when nobody knows whether it had its effect."""
        data: dict[str, JSON] = {"code": code, "uncertain": uncertain}
        await self._database.write(lambda conn: self._append(conn, request, "action.failed", data))

    async def compensated(self, request: ActionRequest) -> None:
        """That it was taken back."""
        await self._database.write(lambda conn: self._append(conn, request, "action.compensated", {}))

    def _decided(self, conn: Connection, request: ActionRequest, decision: Decision, facts: Facts) -> None:
        found = judged(request, decision, facts)
        self._append(conn, request, "action.decided", found)
        record(
            conn,
            DecisionRecord(
                id=request.id,
                tenant=request.principal.tenant.id,
                kind="action",
                at=self._clock.now(),
                correlation_id=request.correlation_id,
                conversation_id=request.conversation_id,
                account_id=request.account_id,
                decided=(found,),
                versions={"policy": decision.version},
            ),
        )

    def _append(
        self, conn: Connection, request: ActionRequest, kind: str, data: Mapping[str, JSON], contents: tuple[str, ...] = ()
    ) -> None:
        event = Event(
            type=kind,
            tenant=request.principal.tenant.id,
            at=self._clock.now(),
            correlation_id=request.correlation_id,
            conversation_id=request.conversation_id,
            account_id=request.account_id,
            data={"action": request.id, "skill": request.skill, "arguments_hash": request.arguments_hash, **data},
            content_ids=contents,
        )
        self._journal.append(conn, event)
