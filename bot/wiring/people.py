"""Who the customers are, as pages and desk ask for it: contacts from the CRM, accounts when policy allows that read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from bot import rooms as front
from bot.telemetry import correlation
from bot.wiring.contacts import CrmContacts
from core.action import Allow
from core.errors import NotAllowed
from core.people import Principal
from skills.catalogue import find
from skills.contract import Context, Ready
from skills.crm.port import AccountSearch
from skills.facts import Talk
from skills.run import Runner

SHOWN_FIELDS = ("plan", "status", "segment", "region", "currency", "customer_since", "account_manager")


@dataclass(frozen=True, kw_only=True)
class CrmPeople(CrmContacts):
    """Who the customers are, from the CRM. An account is shown to the desk only when policy allows that read."""

    runner: Runner
    search: AccountSearch

    async def by_name(self, name: str) -> Sequence[tuple[str, str]]:
        """Id and name of the accounts that are called so, or whose name begins so."""
        return [(each.id, each.name) for each in await self.search.accounts_named(name)]

    async def consent(self, contact_id: str) -> Mapping[str, str]:
        """By channel: opted_in, opted_out or none_recorded, whichever of the person's contacts said so."""
        person = await self.by_id(contact_id)
        contacts = await self.ports.crm.contacts(person.account_id) if person else ()
        found = next((each for each in contacts if each.id == contact_id), None)
        return found.effective_consent if found else {}

    async def account(self, account_id: str, reader: Principal) -> front.AccountView:
        """An account for the desk. Raises `NotAllowed` when policy says so; the decision is on record."""
        await self._permit(account_id, reader)
        account = await self.ports.crm.account(account_id)
        subscription = await self.ports.billing.subscription(account_id)
        tickets = await self.ports.helpdesk.tickets(account_id)
        rows = [(_words(name), _words(str(value))) for name in SHOWN_FIELDS if (value := getattr(account, name)) is not None]
        rows.append(("Seats", f"{subscription.seats_used} of {subscription.seats_bought}"))
        if subscription.renewal_date:
            rows.append(("Renewal", subscription.renewal_date.isoformat()))
        flags = [
            *(["VIP"] if account.vip else []),
            *(["Payment failed"] if subscription.dunning else []),
            *(["Business closing"] if account.business_closing else []),
        ]
        lines = [
            front.TicketLine(id=each.id, subject=each.subject, priority=each.priority, state=each.status) for each in tickets
        ]
        return front.AccountView(id=account.id, name=account.name, rows=tuple(rows), tickets=tuple(lines), flags=tuple(flags))

    async def _permit(self, account_id: str, reader: Principal) -> None:
        context = Context(
            principal=reader,
            account_id=account_id,
            conversation_id="console",
            ports=self.ports,
            clock=self.runner.proposer.clock,
        )
        talk = Talk(correlation_id=correlation() or uuid4().hex, raised_by="agent", live=False)
        proposal = await self.runner.propose(find("get_account"), context, Ready(arguments={}), talk)
        if not isinstance(proposal.decision, Allow):
            reasons = proposal.decision.reasons if proposal.decision else ()
            raise NotAllowed(reasons[0].agent if reasons else "Policy doesn't allow this read.")


def _words(value: str) -> str:
    """A code word for people: `customer_since` as "Customer since"; names, dates and abbreviations as they are."""
    return value.replace("_", " ").capitalize() if value.islower() else value
