"""The port to a CRM, in our words: who the customers are, and what was said and quoted to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from core.money import Money


@dataclass(frozen=True, kw_only=True)
class Nps:
    """The last answer to "would you recommend us?", 0 to 10. The comment is the customer's own words."""

    score: int
    answered_on: date
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Usage:
    """People active in each of the last eight weeks, oldest first, and the change over them (None: too short a time)."""

    weekly_active: tuple[int, ...]
    change_percent: int | None


@dataclass(frozen=True, kw_only=True)
class Account:
    """A customer company. `region` decides consent rules, `data_region` where its data is; `segment` is small, mid or large."""

    id: str
    name: str
    industry: str
    country: str
    region: str
    data_region: str
    timezone: str
    currency: str
    segment: str
    plan: str
    status: str
    customer_since: date
    account_manager: str | None = None
    csm: str | None = None
    vip: bool = False
    business_closing: bool = False
    po_number: str | None = None
    nps: Nps | None = None
    usage: Usage | None = None
    ownership_claim_open: bool = False
    same_person_as: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person at an account. `consent` by channel (email, sms, phone, in_app) is opted_in, opted_out or none_recorded.

    `role` is the person's own role there (Owner, Admin, Billing admin, Manager, ...); `active` is false once they left.
    `effective_consent` also counts an opt-out that the same person gave elsewhere. `two_factor` is None when unknown.
    """

    id: str
    account_id: str
    name: str
    title: str
    role: str
    email: str
    phone: str | None
    language: str
    active: bool
    consent: Mapping[str, str]
    effective_consent: Mapping[str, str]
    two_factor: bool | None = None
    vip: bool = False
    left_on: date | None = None
    same_person_as: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContactChange:
    """New details of a contact; `None` leaves what is there. `consent` names only the channels that change."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    title: str | None = None
    language: str | None = None
    consent: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class QuoteLine:
    """One line of a quote, as the customer reads it."""

    label: str
    amount: Money
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class QuoteDraft:
    """A quote to keep: what for, the lines, the total before tax, and the last day it stands."""

    plan: str
    billing: str
    term_months: int
    seats: int
    addons: tuple[str, ...]
    lines: tuple[QuoteLine, ...]
    total: Money
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class QuoteRecord:
    """A quote as kept."""

    number: str
    account_id: str
    made_at: datetime
    quote: QuoteDraft


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Something that happened with a customer: a code, and ids. Never their words."""

    kind: str
    contact_id: str | None = None
    conversation_id: str | None = None
    data: Mapping[str, str] = field(default_factory=dict[str, str])


class Crm(Protocol):
    """Reads accounts and contacts and keeps what was agreed. Keys and errors as in `skills.billing.port.Billing`."""

    async def account(self, account_id: str) -> Account: ...

    async def contacts(self, account_id: str) -> tuple[Contact, ...]:
        """All contacts, those who left included."""
        ...

    async def contact_by_email(self, email: str) -> tuple[tuple[Account, Contact], ...]:
        """Everyone with that address, case ignored: one person may be at two companies. Empty when nobody has it."""
        ...

    async def update_contact(self, contact_id: str, change: ContactChange, *, key: str) -> Contact: ...

    async def save_quote(self, account_id: str, draft: QuoteDraft, *, key: str) -> QuoteRecord: ...

    async def log_activity(self, account_id: str, activity: Activity, *, key: str) -> str:
        """Keeps `activity` and returns its id."""
        ...


class AccountSearch(Protocol):
    """Finds accounts for people at the desk, who know a company by its name."""

    async def accounts_named(self, name: str) -> tuple[Account, ...]:
        """The accounts that are called so or whose name begins so, case ignored, in order of name; at most ten."""
        ...
