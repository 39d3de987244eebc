"""The sandbox company's helpdesk."""

from datetime import datetime

from pydantic import TypeAdapter

from core.errors import BadInput, Conflict, NotFound
from skills.helpdesk.port import Callback, CallbackOrder, Comment, Incident, NewTicket, Ticket, TicketChange
from skills.sandbox.dates import DeskHours
from skills.sandbox.desk import Desk, Once
from skills.sandbox.docs import AccountDoc, CommentDoc, TicketDoc
from skills.sandbox.store import StoreSession

TICKET = TypeAdapter(Ticket)
CALLBACK = TypeAdapter(Callback)
PRIORITIES = {"P1", "P2", "P3", "P4"}
STATUSES = {"open", "pending", "solved"}
AUTHORS = {"customer", "agent", "assistant"}
FIRST_TICKET = 48201
TRIAL_FEATURES = "business"


class SandboxHelpdesk:
    """`Helpdesk` over the sandbox's documents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def tickets(self, account_id: str) -> tuple[Ticket, ...]:
        def work(session: StoreSession) -> tuple[Ticket, ...]:
            doc = self._desk.account(session, account_id)
            newest_first = sorted(doc.tickets, key=lambda each: each.opened, reverse=True)
            return tuple(_ticket(doc, each) for each in newest_first)

        return await self._desk.read("helpdesk.tickets", work)

    async def ticket(self, ticket_id: str) -> Ticket:
        def work(session: StoreSession) -> Ticket:
            doc = self._desk.account(session, self._account_of(session, ticket_id))
            return _ticket(doc, _find(doc, ticket_id))

        return await self._desk.read("helpdesk.ticket", work)

    async def open_ticket(self, account_id: str, new: NewTicket, *, key: str) -> Ticket:
        def work(session: StoreSession) -> Ticket:
            doc = self._desk.copy_of(session, account_id)
            ticket = self._new(doc, new, f"T-{session.next_number('ticket', FIRST_TICKET)}")
            doc.tickets.append(ticket)
            self._desk.keep(session, doc)
            session.put("ticket_account", ticket.id, doc.id)
            return _ticket(doc, ticket)

        once = Once(key=key, about=f"helpdesk.open_ticket {account_id}", content=new, result=TICKET, work=work)
        return await self._desk.write("helpdesk.open_ticket", once)

    async def update(self, ticket_id: str, change: TicketChange, *, key: str) -> Ticket:
        def work(session: StoreSession) -> Ticket:
            doc = self._desk.copy_of(session, self._account_of(session, ticket_id))
            ticket = _find(doc, ticket_id)
            _apply(ticket, change, self._desk.clock.now())
            self._desk.keep(session, doc)
            return _ticket(doc, ticket)

        once = Once(key=key, about=f"helpdesk.update {ticket_id}", content=change, result=TICKET, work=work)
        return await self._desk.write("helpdesk.update", once)

    async def book_callback(self, account_id: str, order: CallbackOrder, *, key: str) -> Callback:
        def work(session: StoreSession) -> Callback:
            doc = self._desk.account(session, account_id)
            window = self._window(doc, order)
            number = f"CB-{session.next_number('callback', 501)}"
            callback = Callback(
                number=number,
                account_id=doc.id,
                contact_id=order.contact_id,
                window=window,
                topic=order.topic,
                timezone=doc.timezone,
            )
            session.put("callback", number, CALLBACK.dump_json(callback).decode())
            return callback

        once = Once(key=key, about=f"helpdesk.book_callback {account_id}", content=order, result=CALLBACK, work=work)
        return await self._desk.write("helpdesk.book_callback", once)

    async def incidents(self) -> tuple[Incident, ...]:
        def work(_: StoreSession) -> tuple[Incident, ...]:
            newest_first = sorted(self._desk.data.incidents, key=lambda each: each.started_at, reverse=True)
            return tuple(sorted(newest_first, key=lambda each: each.ended_at is not None))

        return await self._desk.read("helpdesk.incidents", work)

    def _account_of(self, session: StoreSession, ticket_id: str) -> str:
        found = session.get("ticket_account", ticket_id) or self._desk.data.account_of_ticket.get(ticket_id)
        if found is None:
            raise NotFound("There is no ticket of that id: check the number.", code="unknown_ticket")
        return found

    def _new(self, doc: AccountDoc, new: NewTicket, ticket_id: str) -> TicketDoc:
        if new.priority not in PRIORITIES:
            raise BadInput("A ticket's priority is P1, P2, P3 or P4.", code="bad_priority")
        if not new.subject.strip():
            raise BadInput("A ticket needs a subject.", code="no_subject")
        now = self._desk.clock.now()
        text = [CommentDoc(at=now, author="customer", text=new.text)] if new.text else []
        return TicketDoc(
            id=ticket_id,
            opened=now,
            priority=new.priority,
            status="open",
            area=new.area,
            subject=new.subject.strip(),
            last_update=now,
            incident=new.incident,
            comments=text,
        )

    def _window(self, doc: AccountDoc, order: CallbackOrder) -> tuple[datetime, datetime]:
        contact = next((each for each in doc.contacts if each.id == order.contact_id and each.active), None)
        if contact is None:
            raise NotFound("The account has no such active contact: check the id.", code="unknown_contact")
        plan = self._desk.data.terms.catalogue.plan(doc.plan if doc.billing else TRIAL_FEATURES)
        if "phone" not in plan.support.channels:
            text = f"{plan.name} has no phone support: offer e-mail or chat."
            raise Conflict(text, code="no_phone_support", channels=list(plan.support.channels))
        if not order.phone and not contact.phone:
            raise Conflict("There is no phone number on file: ask for one.", code="no_phone_number")
        earliest = max(order.earliest, self._desk.clock.now())
        if order.latest <= earliest:
            raise BadInput("That time has passed: ask for a later one.", code="in_the_past")
        hours = DeskHours.of(plan.support.hours, doc.timezone)
        window = hours.within(earliest, order.latest)
        if window is None:
            opening = hours.next_opening(earliest)
            text = f"The desk is staffed {plan.support.hours}: next from {opening:%A %H:%M} there."
            raise Conflict(text, code="outside_desk_hours", next_opening=opening.isoformat())
        return window


def _ticket(doc: AccountDoc, ticket: TicketDoc) -> Ticket:
    return Ticket(
        id=ticket.id,
        account_id=doc.id,
        opened_at=ticket.opened,
        updated_at=ticket.last_update,
        priority=ticket.priority,
        status=ticket.status,
        area=ticket.area,
        subject=ticket.subject,
        incident=ticket.incident,
        comments=tuple(Comment(at=each.at, author=each.author, text=each.text, public=each.public) for each in ticket.comments),
        solved_at=ticket.last_update if ticket.status == "solved" else None,
    )


def _find(doc: AccountDoc, ticket_id: str) -> TicketDoc:
    return next(each for each in doc.tickets if each.id == ticket_id)


def _apply(ticket: TicketDoc, change: TicketChange, now: datetime) -> None:
    if change.status is not None and change.status not in STATUSES:
        raise BadInput("A ticket is open, pending or solved.", code="bad_status")
    if change.priority is not None and change.priority not in PRIORITIES:
        raise BadInput("A ticket's priority is P1, P2, P3 or P4.", code="bad_priority")
    if change.author not in AUTHORS:
        raise BadInput("A comment is by a customer, an agent or the assistant.", code="bad_author")
    ticket.status = change.status or ticket.status
    ticket.priority = change.priority or ticket.priority
    if change.comment:
        ticket.comments.append(CommentDoc(at=now, author=change.author, text=change.comment, public=change.public))
    ticket.last_update = now
