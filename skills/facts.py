"""Gathers what policy should know before it decides: from the systems of record, the ledgers and the conversation.

What can't be read stays unknown, and policy denies what it needs and doesn't know. Reads run side by side, each with its own time
limit, so that one slow system costs no more than that.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfoNotFoundError

from core.action import ActionRequest, Effect
from core.database import Database
from core.errors import NotFound, Unavailable
from core.people import PrincipalKind
from governance.consent import local_time
from governance.facts import Facts
from governance.ledger import GRANT_WINDOW, Cause, ContactLedger, Given, GrantsLedger, Recipient
from governance.together import CREDIT
from skills.amounts import in_usd
from skills.billing.pricebook import InternalTerms
from skills.billing.records import DunningStage, Subscription
from skills.contract import Ports
from skills.crm.port import Account, Contact
from skills.helpdesk.port import Ticket

T = TypeVar("T")

READ_TIMEOUT_S = 2.0
YEAR = timedelta(days=365)
NEVER = 9999
UNUSED_DAYS = "unused_days"
LATE_STATES = {DunningStage.READ_ONLY: "read_only", DunningStage.SUSPENDED: "suspended", DunningStage.CLOSED: "closed"}


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What an administrator has switched off: everything, or single skills."""

    kill_switch: bool = False
    frozen: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What the conversation knows: who brought the matter up, what was offered before this, and what else it intends to give."""

    correlation_id: str
    raised_by: str = "customer"
    channel: str = "in_app"
    live: bool = True
    offers: int = 0
    save_offers: int = 0
    beside: tuple["Beside", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Money that other steps of the same plan would give: it counts against the same caps."""

    cause: str
    form: str
    usd_minor: int


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where facts are read."""

    ports: Ports
    database: Database
    contacts: ContactLedger
    grants: GrantsLedger


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The facts, and what the grants ledger said: a reservation holds only as long as that stands.

    `unread`: billing didn't answer, so that a denial may only mean that nothing is known.
    """

    facts: Facts
    given: Given | None = None
    unread: bool = False


def base_facts(request: ActionRequest, switches: Switches) -> Facts:
    """What is known without asking any system: enough to decide who may ask at all, and every plain read."""
    principal = request.principal
    own = principal.kind is PrincipalKind.CUSTOMER and principal.account_id is not None
    return Facts(
        kill_switch=switches.kill_switch,
        skill_frozen=request.skill in switches.frozen,
        own_account=own and principal.account_id == request.account_id if request.account_id else None,
    )


async def gather(sources: Sources, request: ActionRequest, talk: Talk, switches: Switches, now: datetime) -> Gathered:
    """All that policy may need for this request, as of now."""
    facts = base_facts(request, switches)
    account_id = request.account_id
    if request.effect is Effect.READ or account_id is None:
        return Gathered(facts=facts)
    ports = sources.ports
    subscription, account, tickets, people = await asyncio.gather(
        _known(ports.billing.subscription(account_id)),
        _known(ports.crm.account(account_id)),
        _known(ports.helpdesk.tickets(account_id)),
        _known(ports.crm.contacts(account_id)),
    )
    facts = _of_subscription(facts, subscription, ports.terms, now.date())
    facts = _of_account(facts, account, now)
    facts = _of_tickets(facts, tickets, now)
    facts = _of_talk(facts, talk, _person(people, request.principal.contact_id))
    facts = await _of_contacts(facts, sources, request, talk, now)
    return replace(await _of_grants(facts, sources, request, talk, now), unread=subscription is None)


def _of_subscription(facts: Facts, found: Subscription | None, terms: InternalTerms, today: date) -> Facts:
    if found is None:
        return facts
    history, dunning = found.history, found.dunning
    lately = [each for each in history.credits if each.given_on > today - GRANT_WINDOW and each.cause != UNUSED_DAYS]
    late = LATE_STATES.get(dunning.stage) if dunning else None
    return facts.with_(
        account_status=late or found.status.value,
        plan=found.plan,
        billing=found.billing,
        term_months=found.term_months,
        currency=found.currency,
        dispute=found.dispute_open or found.chargeback_open,
        payment_failed=dunning is not None and dunning.method != "transfer",
        dunning_day=dunning.day if dunning else 0,
        overdue=bool(found.overdue),
        existing_discount=found.discount is not None and (found.discount.ends_on is None or found.discount.ends_on > today),
        save_offers_12m=sum(1 for day in history.save_offers if day > today - YEAR),
        seats_used=found.seats_used,
        days_to_renewal=(found.renewal_date - today).days if found.renewal_date else None,
        notice_passed=found.notice_deadline is not None and today > found.notice_deadline,
        pauses_12m=sum(1 for pause in history.pauses if pause.start > today - YEAR),
        trial_extensions=len(history.trial_extensions),
        payment_extensions_12m=sum(1 for day in history.payment_extensions if day > today - YEAR),
        referral_paid_months=found.paid_months,
        credits_usd_minor_90d=sum(in_usd(each.amount, terms) for each in lately),
    )


def _of_account(facts: Facts, found: Account | None, now: datetime) -> Facts:
    if found is None:
        return facts
    try:
        hour, weekday = local_time(now, found.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        hour = weekday = None
    return facts.with_(
        region=found.region,
        data_region=found.data_region,
        segment=found.segment,
        business_closing=found.business_closing,
        local_hour=hour,
        weekday=weekday,
        nps=found.nps.score if found.nps else None,
        nps_age_days=(now.date() - found.nps.answered_on).days if found.nps else None,
    )


def _of_tickets(facts: Facts, found: tuple[Ticket, ...] | None, now: datetime) -> Facts:
    if found is None:
        return facts
    urgent = {each.priority for each in found if each.open}
    closed = [each.solved_at or each.updated_at for each in found if each.priority == "P1" and not each.open]
    return facts.with_(
        open_p1="P1" in urgent,
        open_p2="P2" in urgent,
        days_since_p1_closed=(now - max(closed)).days if closed else NEVER,
    )


def _of_talk(facts: Facts, talk: Talk, person: Contact | None) -> Facts:
    return facts.with_(
        channel=talk.channel,
        live=talk.live,
        offers_in_conversation=talk.offers,
        save_offers_in_conversation=talk.save_offers,
        consent=person.effective_consent.get(talk.channel) if person else None,
    )


async def _of_contacts(facts: Facts, sources: Sources, request: ActionRequest, talk: Talk, now: datetime) -> Facts:
    """What was sent to the person lately, and whether they said no; only messages are judged by it."""
    contact_id = request.principal.contact_id
    if request.effect is not Effect.MESSAGE or contact_id is None or request.account_id is None:
        return facts
    who = Recipient(tenant=request.principal.tenant.id, account_id=request.account_id, contact_id=contact_id)
    kind = str(request.values().get("kind", request.skill))
    ledger = sources.contacts
    sent = await sources.database.read(lambda conn: ledger.in_window(conn, who, channel=talk.channel, now=now))
    refused = await sources.database.read(lambda conn: ledger.refused(conn, who, channel=talk.channel, kind=kind))
    facts = facts.with_(contacts_in_window=sent)
    return facts.with_(consent="opted_out") if refused else facts


async def _of_grants(facts: Facts, sources: Sources, request: ActionRequest, talk: Talk, now: datetime) -> Gathered:
    """What was given before for the same cause, and as credit on the account."""
    cause, account_id = request.values().get("cause"), request.account_id
    if request.effect is not Effect.MONEY or not isinstance(cause, str) or account_id is None:
        return Gathered(facts=facts)
    about = Cause(tenant=request.principal.tenant.id, account_id=account_id, name=cause)
    key, ledger = request.idempotency_key, sources.grants
    given = await sources.database.read(lambda conn: ledger.given(conn, about, now=now, besides=key))
    credits_usd = max(given.credits_usd_minor, facts.credits_usd_minor_90d or 0)
    credits_usd += sum(each.usd_minor for each in talk.beside if each.form == CREDIT)
    granted_usd = given.cause_usd_minor + sum(each.usd_minor for each in talk.beside if each.cause == cause)
    return Gathered(
        facts=facts.with_(granted_usd_minor_90d=granted_usd, credits_usd_minor_90d=credits_usd),
        given=given,
    )


def _person(found: tuple[Contact, ...] | None, contact_id: str | None) -> Contact | None:
    return next((each for each in found or () if each.id == contact_id and each.active), None)


async def _known(read: Awaitable[T]) -> T | None:
    """The value, or None when the system doesn't know it or doesn't answer in time."""
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            return await read
    except (Unavailable, NotFound, TimeoutError):
        return None
