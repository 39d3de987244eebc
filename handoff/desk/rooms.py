"""What the desk stands on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from core.clock import Clock
from core.database import Database
from core.errors import Conflict, NotAllowed
from core.journal import Journal
from core.people import Principal, PrincipalKind, Tenant
from governance.approvals import Approvals
from governance.roles import SUPPORT_AGENT, enough
from handoff.case_book import CLAIMED, Case
from handoff.cases import Cases
from handoff.desk.customers import Accounts, Memories
from handoff.desk.views import Arrived, DeliveryView
from handoff.promises import Promises
from handoff.roster import Roster
from handoff.sla import Desk
from memory.threads import Threads


class Arrivals(Protocol):
    """What became of messages on the customers' channels. Its methods take part in the caller's transaction."""

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> Mapping[int, Arrived]:
        """By the position among all entries; what no channel had to be sent is left out."""
        ...

    def undelivered(self, conn: Connection, tenant: str) -> Sequence[DeliveryView]: ...

    def again(self, conn: Connection, tenant: str, delivery_id: str, by: str, at: datetime) -> DeliveryView:
        """Has a delivery tried again because a person (`by`) wants it. Raises `NotFound` or `Conflict`."""
        ...


class NoArrivals:
    """For where nothing is sent anywhere: web chat reads the thread itself."""

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> Mapping[int, Arrived]:
        return {}

    def undelivered(self, conn: Connection, tenant: str) -> Sequence[DeliveryView]:
        return ()

    def again(self, conn: Connection, tenant: str, delivery_id: str, by: str, at: datetime) -> DeliveryView:
        raise Conflict("This message was sent nowhere: there is nothing to repeat.", delivery_id=delivery_id)


def nobody(_lanes: Iterable[str]) -> None:
    """For where nobody waits to be woken."""


@dataclass(frozen=True, kw_only=True)
class DeskRooms:
    """All that the desk needs. `hours` is when it is staffed; `clock` the business clock; `wake` calls those who watch lanes."""

    tenant: Tenant
    database: Database
    journal: Journal
    threads: Threads
    cases: Cases
    promises: Promises
    approvals: Approvals
    roster: Roster
    accounts: Accounts
    memories: Memories
    hours: Desk
    clock: Clock
    arrivals: Arrivals = field(default_factory=NoArrivals)
    wake: Callable[[Iterable[str]], None] = nobody

    def lanes(self, conn: Connection, conversation_id: str) -> list[str]:
        """The lanes under which those who watch a conversation may know it."""
        return self.threads.lanes(conn, self.threads.get(conn, self.tenant.id, conversation_id))


def permit_reading(rooms: DeskRooms, agent: Principal) -> None:
    """Raises `NotAllowed` for whoever isn't at this desk."""
    if agent.kind is not PrincipalKind.AGENT or agent.tenant.id != rooms.tenant.id:
        raise NotAllowed("This is for the support desk: ask an administrator for a seat.")


def permit_working(rooms: DeskRooms, agent: Principal) -> None:
    """Raises `NotAllowed` for whoever doesn't work on cases."""
    permit_reading(rooms, agent)
    if enough(agent.roles, SUPPORT_AGENT) is None:
        raise NotAllowed("Only support agents work on cases: ask an administrator for the role support_agent.")


def held(rooms: DeskRooms, conn: Connection, case_id: str, agent: Principal) -> Case:
    """The case, which this agent holds. Raises `NotAllowed`, `NotFound` or `Conflict`."""
    permit_working(rooms, agent)
    case = rooms.cases.get(conn, rooms.tenant.id, case_id)
    if not case.live:
        raise Conflict(f"This case is {case.ended} already: open the conversation to see how it went.", case_id=case_id)
    if case.state != CLAIMED:
        raise Conflict("Nobody holds this case: claim it first.", case_id=case_id)
    if case.agent_id != agent.id:
        raise Conflict(f"{case.agent_name} holds this case: ask them to transfer it.", holder=case.agent_id, case_id=case_id)
    return case
