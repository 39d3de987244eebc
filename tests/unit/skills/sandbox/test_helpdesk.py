"""Tickets, call-backs and incidents, on the demo accounts."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from skills.helpdesk.port import CallbackOrder, NewTicket, TicketChange
from skills.sandbox.company import Sandbox
from tests.unit.skills.sandbox.refusals import refused

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def order(contact_id: str, first_hour: float, last_hour: float, phone: str | None = None) -> CallbackOrder:
    return CallbackOrder(
        contact_id=contact_id,
        earliest=NOW + timedelta(hours=first_hour),
        latest=NOW + timedelta(hours=last_hour),
        topic="billing",
        phone=phone,
    )


async def test_tickets_newest_first_with_their_incident(sandbox: Sandbox) -> None:
    tickets = await sandbox.helpdesk.tickets("ACC-001")
    assert [(each.id, each.open, each.incident) for each in tickets] == [("T-48120", True, "INC-1117"), ("T-47011", False, None)]
    assert tickets[1].solved_at is not None
    assert (await sandbox.helpdesk.ticket("T-48190")).opened_at == datetime(2026, 11, 20, 4, 50, tzinfo=UTC)


async def test_a_ticket_lives(sandbox: Sandbox, clock: FixedClock) -> None:
    new = NewTicket(subject=" Kiosk is white ", area="kiosk", priority="P2", text="Since this morning")
    ticket = await sandbox.helpdesk.open_ticket("ACC-002", new, key="open")
    assert (ticket.id, ticket.subject, ticket.status) == ("T-48201", "Kiosk is white", "open")
    clock.advance(timedelta(hours=1))
    change = TicketChange(comment="Solved itself", author="customer", status="solved", priority="P4")
    solved = await sandbox.helpdesk.update(ticket.id, change, key="solve")
    assert solved.solved_at == clock.now()
    assert [each.text for each in solved.comments] == ["Since this morning", "Solved itself"]
    assert (await sandbox.helpdesk.tickets("ACC-002"))[0] == solved
    assert await sandbox.helpdesk.update(ticket.id, change, key="solve") == solved


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewTicket(subject="x", area="y", priority="P0"), "bad_priority"),
        (NewTicket(subject="  ", area="y"), "no_subject"),
    ],
)
async def test_new_tickets_refused(sandbox: Sandbox, new: NewTicket, code: str) -> None:
    with refused(code):
        await sandbox.helpdesk.open_ticket("ACC-002", new, key="k")


@pytest.mark.parametrize(
    ("ticket_id", "change", "code"),
    [
        ("T-48177", TicketChange(status="lost"), "bad_status"),
        ("T-48177", TicketChange(priority="high"), "bad_priority"),
        ("T-48177", TicketChange(author="stranger", comment="x"), "bad_author"),
        ("T-1", TicketChange(status="open"), "unknown_ticket"),
    ],
)
async def test_updates_refused(sandbox: Sandbox, ticket_id: str, change: TicketChange, code: str) -> None:
    with refused(code):
        await sandbox.helpdesk.update(ticket_id, change, key="k")


async def test_a_call_back_inside_the_desks_hours(sandbox: Sandbox) -> None:
    booked = await sandbox.helpdesk.book_callback("ACC-031", order("C-031-1", 0, 15), key="k")
    assert booked.window == (datetime(2026, 11, 20, 14, tzinfo=UTC), datetime(2026, 11, 21, 1, tzinfo=UTC))
    assert booked.timezone == "America/Denver"


async def test_enterprise_is_called_at_any_hour(sandbox: Sandbox) -> None:
    booked = await sandbox.helpdesk.book_callback("ACC-012", order("C-012-1", 0, 1), key="k")
    assert booked.window[0] == NOW


@pytest.mark.parametrize(
    ("account_id", "wanted", "code"),
    [
        ("ACC-031", order("C-031-1", 0, 2), "outside_desk_hours"),
        ("ACC-002", order("C-002-1", 0, 48), "no_phone_support"),
        ("ACC-001", order("C-001-3", 0, 4), "no_phone_number"),
        ("ACC-001", order("C-001-1", -4, -2), "in_the_past"),
        ("ACC-001", order("C-002-1", 0, 4), "unknown_contact"),
        ("ACC-005", order("C-005-1", 0, 48), "unknown_contact"),
    ],
)
async def test_call_backs_refused(sandbox: Sandbox, account_id: str, wanted: CallbackOrder, code: str) -> None:
    with refused(code):
        await sandbox.helpdesk.book_callback(account_id, wanted, key="k")


async def test_a_number_given_is_enough(sandbox: Sandbox) -> None:
    booked = await sandbox.helpdesk.book_callback("ACC-001", order("C-001-3", 0, 4, phone="+44 20 7946 0199"), key="k")
    assert booked.contact_id == "C-001-3"


async def test_open_incidents_come_first_and_hold_nothing_internal(sandbox: Sandbox) -> None:
    incidents = await sandbox.helpdesk.incidents()
    assert incidents[0].id == "INC-1117"
    assert [each.ended_at is None for each in incidents] == [True, False, False, False]
    assert not any("24 November" in f"{each.update} {each.workaround}" for each in incidents)


async def test_mail_is_kept_newest_first(sandbox: Sandbox) -> None:
    await sandbox.outbox.send("a@b.example", "First", "one")
    await sandbox.outbox.send("a@b.example", "Second", "two")
    assert [each.subject for each in await sandbox.outbox.messages()] == ["Second", "First"]
