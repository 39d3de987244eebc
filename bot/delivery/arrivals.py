"""What the desk is told of deliveries: whether each line arrived, which ones need a person, and trying one again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.delivery.composing import outgoing
from bot.delivery.ledger import FAILED, SENDING, SENT, UNCLEAR, WAITING, Delivery, Ledger, states_of
from core.clock import Clock
from handoff.cases import Cases
from handoff.desk.views import Arrived, DeliveryView
from memory.tables import entries
from memory.threads import Threads

ARRIVED = {
    WAITING: Arrived.WAITING,
    SENDING: Arrived.WAITING,
    SENT: Arrived.DELIVERED,
    FAILED: Arrived.FAILED,
    UNCLEAR: Arrived.UNKNOWN,
}


@dataclass(frozen=True, kw_only=True)
class DeliveryArrivals:
    """All methods take part in the caller's transaction."""

    ledger: Ledger
    threads: Threads
    cases: Cases
    wall: Clock

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> Mapping[int, Arrived]:
        """By the position among all entries; what no channel had to be sent is left out."""
        states = states_of(self.ledger.of_conversation(conn, tenant, conversation_id))
        if not states:
            return {}
        shown = _positions(conn, tenant, conversation_id)
        return {shown[place]: ARRIVED[state] for place, state in states.items() if place in shown}

    def undelivered(self, conn: Connection, tenant: str) -> Sequence[DeliveryView]:
        """What failed and what nobody knows of, the latest first."""
        return [self._view(conn, each) for each in self.ledger.unsettled(conn, tenant)]

    def again(self, conn: Connection, tenant: str, delivery_id: str, by: str, at: datetime) -> DeliveryView:
        """Has a delivery tried again because a person wants it. Raises `NotFound` or `Conflict`. `at` is the desk's time."""
        del at
        return self._view(conn, self.ledger.repeat(conn, tenant, delivery_id, by, self.wall.now()))

    def _view(self, conn: Connection, delivery: Delivery) -> DeliveryView:
        message = outgoing(conn, self.threads, delivery)
        cases = self.cases.of_conversation(conn, delivery.tenant, delivery.conversation_id)
        return DeliveryView(
            id=delivery.id,
            conversation_id=delivery.conversation_id,
            case_id=cases[-1].id if cases else None,
            channel=delivery.ref.channel,
            text=message.text if message else "",
            arrived=ARRIVED[delivery.state],
            error=delivery.error,
            at=delivery.created_at,
            again=delivery.state == FAILED,
            position=_positions(conn, delivery.tenant, delivery.conversation_id).get(delivery.first, 0),
        )


def _positions(conn: Connection, tenant: str, conversation_id: str) -> dict[int, int]:
    """The position among all entries of each that the customer sees, by the position that it has for them."""
    columns = (entries.c.position, entries.c.shown)
    mine = select(*columns).where(entries.c.tenant == tenant, entries.c.conversation_id == conversation_id)
    return {row.shown: row.position for row in conn.execute(mine) if row.shown is not None}
