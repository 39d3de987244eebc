"""How much hasn't arrived, for those who watch the installation."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from bot.delivery.ledger import FAILED, SENDING, UNCLEAR, WAITING, deliveries


def open_by_state(conn: Connection, tenant: str) -> Mapping[tuple[str, ...], int]:
    """The messages that haven't certainly arrived, by channel and state."""
    by = (deliveries.c.channel, deliveries.c.state)
    mine = (deliveries.c.tenant == tenant, deliveries.c.state.in_([WAITING, SENDING, FAILED, UNCLEAR]))
    return {
        (channel, state): count for channel, state, count in conn.execute(select(*by, func.count()).where(*mine).group_by(*by))
    }
