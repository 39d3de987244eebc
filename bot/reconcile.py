"""Brings records of one conversation into agreement: offers, refusals and consent, case and tickets, whoever wrote them where.

What is safe is mended: a missing line of the contact ledger, a consent in the CRM that the customer has withdrawn, an activity of
an offer. The rest is listed for people. Checking twice changes nothing the second time.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bot.agreement import (
    ALL,
    IN_APP,
    Records,
    Report,
    closed_channels,
    logged_in_crm,
    raised_by,
    raised_in,
    refused_in,
    tickets_in,
    unmatched,
    unsettled,
)
from core.clock import Clock
from core.conversation import Entry
from core.database import Database
from core.errors import Conflict, NotFound, Unavailable
from core.events import Event
from core.journal import Journal
from governance.ledger import ContactLedger, Noted, Recipient
from handoff.case_book import WAITING
from handoff.cases import Cases
from handoff.lease import DESK
from memory.tables import BOT
from memory.threads import Threads
from skills.contract import Ports
from skills.crm.port import Activity, Contact, ContactChange

OPTED_OUT = "opted_out"
JOINED, CHECKED = "conversation.joined", "reconciled"
LATELY = timedelta(days=1)
MOST_DUE = 500


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Checks conversations: when one that went over several channels ends, and by hand."""

    database: Database
    journal: Journal
    threads: Threads
    cases: Cases
    ledger: ContactLedger
    ports: Ports
    clock: Clock

    async def check(self, tenant: str, conversation_id: str) -> Report:
        """Compares, mends and lists; journals `reconciled`. A system that doesn't answer is listed. Raises `NotFound`."""
        records = await self.database.write(partial(self._own, tenant, conversation_id))
        if records.who is not None:
            await self._agree_consent(records, records.who)
            await self._agree_activities(records, records.who)
        await self._agree_tickets(records)
        await self.database.write(partial(self._note, records))
        return Report(
            conversation_id=conversation_id,
            offers=len(records.offers),
            refusals=len(records.refusals),
            mended=tuple(records.mended),
            differs=tuple(records.differs),
        )

    async def check_ended(self, tenant: str) -> int:
        """Checks what has ended lately after going over several channels, each once. Returns how many there were."""
        due = await self.database.read(partial(self._due, tenant))
        for conversation_id in due:
            await self.check(tenant, conversation_id)
        return len(due)

    async def check_contact(self, tenant: str, contact_id: str) -> list[Report]:
        """The same for every conversation of a contact, the latest first."""
        theirs = await self.database.read(lambda conn: self.threads.by_person(conn, tenant, contact_id))
        return [await self.check(tenant, each.id) for each in theirs]

    def _due(self, tenant: str, conn: Connection) -> list[str]:
        joined = self.journal.find(conn, tenant, JOINED, limit=MOST_DUE)
        ids = dict.fromkeys(each.conversation_id for each in joined if each.conversation_id)
        return [each for each in ids if self._is_due(conn, tenant, each)]

    def _is_due(self, conn: Connection, tenant: str, conversation_id: str) -> bool:
        conversation = self.threads.get(conn, tenant, conversation_id)
        if conversation.ended_at is None or self.clock.now() - conversation.ended_at > LATELY:
            return False
        events = self.journal.of_conversation(conn, tenant, conversation_id)
        return not any(each.type == CHECKED and each.at >= conversation.ended_at for each in events)

    def _own(self, tenant: str, conversation_id: str, conn: Connection) -> Records:
        """Our own records, the ledger mended from the thread and the journal."""
        conversation = self.threads.get(conn, tenant, conversation_id)
        events = self.journal.of_conversation(conn, tenant, conversation_id)
        entries = self.threads.read(conn, tenant, conversation_id, internal=True)
        records = Records(conversation=conversation, tickets=tickets_in(entries))
        self._compare_case(conn, records)
        for action in unsettled(events):
            records.differ("action.unsettled", action)
        if conversation.account_id is None or conversation.contact_id is None:
            return records
        who = Recipient(tenant=tenant, account_id=conversation.account_id, contact_id=conversation.contact_id)
        records.who = who
        self._agree_ledger(conn, records, who, events, entries)
        found = self.journal.find(conn, tenant, "consent.given", account_id=who.account_id)
        records.given = [
            each for each in found if each.conversation_id == conversation_id or each.data.get("contact_id") == who.contact_id
        ]
        return records

    def _agree_ledger(
        self, conn: Connection, records: Records, who: Recipient, events: Sequence[Event], entries: Sequence[Entry]
    ) -> None:
        records.offers = raised_in(events, entries)
        records.logged = logged_in_crm(records.offers, events)
        there = [each for each in self.ledger.sent(conn, who) if each.channel == IN_APP]
        for offer in unmatched([*(each.noted for each in records.offers), *self._elsewhere(conn, records, who)], there):
            self.ledger.restore(conn, who, offer)
            records.mend("ledger.offer", offer.id)
        for channel, kind, event in refused_in(events):
            if not self.ledger.refused(conn, who, channel=channel, kind=kind):
                self.ledger.refuse(conn, who, channel=channel, kind=kind, at=event.at)
                records.mend("ledger.refusal", event.id)
        records.refusals = self.ledger.refusals(conn, who)

    def _elsewhere(self, conn: Connection, records: Records, who: Recipient) -> list[Noted]:
        """The offers to the same person in other conversations: each needs a line of its own in the ledger."""
        here = records.conversation.id
        theirs = {each.id for each in self.threads.by_person(conn, who.tenant, who.contact_id)} - {here}
        found = self.journal.find(conn, who.tenant, "offer.raised", account_id=who.account_id)
        return [raised_by(each).noted for each in found if each.conversation_id in theirs]

    def _compare_case(self, conn: Connection, records: Records) -> None:
        """A live case and the conversation's holder belong together."""
        conversation = records.conversation
        live = records.live = self.cases.live_in(conn, conversation.tenant, conversation.id)
        if live is None:
            if conversation.open and conversation.holder != BOT:
                records.differ("case.none", conversation.id)
            return
        holder = DESK if live.state == WAITING else live.agent_id
        if not conversation.open:
            records.differ("case.outlived", live.id)
        elif conversation.holder != holder or conversation.epoch != live.epoch:
            records.differ("case.holder", live.id)

    async def _agree_consent(self, records: Records, who: Recipient) -> None:
        """A refusal of everything by a channel is an opt-out in the CRM; once, so that a later choice there stands."""
        try:
            for refusal in records.refusals:
                for channel in closed_channels(refusal):
                    await self._opt_out(records, who, refusal, channel)
        except Conflict:
            records.differ("consent.contact_left", who.contact_id)
        except (Unavailable, NotFound):
            records.differ("crm.silent", who.account_id)

    async def _opt_out(self, records: Records, who: Recipient, refusal: Noted, channel: str) -> None:
        if await self._opted_out(who, channel):
            return
        if any(each.data.get("channel") in (channel, ALL) and each.at > refusal.at for each in records.given):
            return
        change = ContactChange(consent={channel: OPTED_OUT})
        await self.ports.crm.update_contact(who.contact_id, change, key=f"refusal/{refusal.id}/{channel}")
        if await self._opted_out(who, channel):
            records.mend("crm.consent", refusal.id)
        else:
            records.differ("crm.consent", refusal.id)

    async def _opted_out(self, who: Recipient, channel: str) -> bool:
        found: Sequence[Contact] = await self.ports.crm.contacts(who.account_id)
        contact = next((each for each in found if each.id == who.contact_id), None)
        if contact is None:
            raise NotFound("The CRM doesn't know this contact: look for them there.", contact_id=who.contact_id)
        return contact.effective_consent.get(channel) == OPTED_OUT

    async def _agree_activities(self, records: Records, who: Recipient) -> None:
        """Every offer is an activity in the CRM; its key keeps a repeat from being another."""
        try:
            for offer in records.offers:
                noted = offer.noted
                if noted.id in records.logged:
                    continue
                activity = Activity(
                    kind="offer_raised",
                    contact_id=who.contact_id,
                    conversation_id=records.conversation.id,
                    data={"kind": noted.kind, "item": offer.item},
                )
                await self.ports.crm.log_activity(who.account_id, activity, key=f"offer/{noted.id}")
                records.logged.add(noted.id)
                records.mend("crm.offer", noted.id)
        except (Unavailable, NotFound):
            records.differ("crm.silent", who.account_id)

    async def _agree_tickets(self, records: Records) -> None:
        """What the customer was told of a ticket is so at the helpdesk."""
        for ticket_id in records.tickets:
            try:
                ticket = await self.ports.helpdesk.ticket(ticket_id)
            except NotFound:
                records.differ("ticket.missing", ticket_id)
                continue
            except Unavailable:
                records.differ("helpdesk.silent", ticket_id)
                return
            if ticket.account_id != records.conversation.account_id:
                records.differ("ticket.account", ticket_id)
            elif records.live is not None and not ticket.open:
                records.differ("ticket.solved", ticket_id)

    def _note(self, records: Records, conn: Connection) -> None:
        conversation = records.conversation
        event = Event(
            type="reconciled",
            tenant=conversation.tenant,
            at=self.clock.now(),
            correlation_id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            account_id=conversation.account_id,
            data={
                "offers": len(records.offers),
                "refusals": len(records.refusals),
                "mended": [[each.code, each.id] for each in records.mended],
                "differs": [[each.code, each.id] for each in records.differs],
                "logged": sorted(records.logged),
            },
        )
        self.journal.append(conn, event)
