"""What every helpdesk adapter has to keep."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, NotFound
from skills.helpdesk.port import CallbackOrder, Helpdesk, NewTicket, TicketChange
from tests.contract.adapters import ADAPTERS

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(params=list(ADAPTERS))
async def helpdesk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Helpdesk]:
    systems = ADAPTERS[request.param](tmp_path)
    yield systems.helpdesk
    await systems.sandbox.close()


async def test_a_ticket_is_found_by_id_and_by_account(helpdesk: Helpdesk) -> None:
    ticket = await helpdesk.open_ticket("ACC-005", NewTicket(subject="Hello", area="other", text="Words"), key="k")
    assert await helpdesk.ticket(ticket.id) == ticket
    assert (await helpdesk.tickets("ACC-005"))[0] == ticket


async def test_opening_twice_with_one_key_opens_one(helpdesk: Helpdesk) -> None:
    new = NewTicket(subject="Hello", area="other")
    assert await helpdesk.open_ticket("ACC-005", new, key="k") == await helpdesk.open_ticket("ACC-005", new, key="k")
    assert [each.subject for each in await helpdesk.tickets("ACC-005")].count("Hello") == 1
    with pytest.raises(Conflict):
        await helpdesk.open_ticket("ACC-005", NewTicket(subject="Other", area="other"), key="k")


async def test_comments_are_appended(helpdesk: Helpdesk) -> None:
    await helpdesk.update("T-48177", TicketChange(comment="One"), key="a")
    ticket = await helpdesk.update(
        "T-48177", TicketChange(comment="Two", author="agent", public=False, status="pending"), key="b"
    )
    assert [(each.text, each.author, each.public) for each in ticket.comments] == [
        ("One", "customer", True),
        ("Two", "agent", False),
    ]
    assert ticket.status == "pending"


async def test_unknown_ids_are_not_found(helpdesk: Helpdesk) -> None:
    for call in (helpdesk.ticket("X"), helpdesk.tickets("X"), helpdesk.update("X", TicketChange(status="open"), key="k")):
        with pytest.raises(NotFound):
            await call


async def test_call_backs_lie_in_the_window_asked_for(helpdesk: Helpdesk) -> None:
    order = CallbackOrder(contact_id="C-005-2", earliest=NOW, latest=NOW + timedelta(days=1), topic="plan")
    booked = await helpdesk.book_callback("ACC-005", order, key="k")
    assert order.earliest <= booked.window[0] < booked.window[1] <= order.latest
    with pytest.raises(Conflict):
        await helpdesk.book_callback("ACC-005", CallbackOrder(contact_id="C-005-2", earliest=NOW, latest=NOW, topic="x"), key="k")


async def test_incidents_are_public_and_open_ones_first(helpdesk: Helpdesk) -> None:
    over = [each.ended_at is not None for each in await helpdesk.incidents()]
    assert over == sorted(over)
