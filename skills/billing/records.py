"""What a billing system knows of an account: its subscription, invoices, payments and what was given before.

Money excludes tax unless a field says otherwise; a date is a day in UTC; `None` means that nothing is on record.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.money import Money


class Status(StrEnum):
    """Where an account is in its life."""

    ACTIVE = "active"
    TRIAL = "trial"
    TRIAL_ENDED = "trial_ended"
    CANCELLING = "cancelling"
    ENDED = "ended"
    PAUSED = "paused"


class DunningStage(StrEnum):
    """How far the collection of an unpaid invoice has come, mildest first: a card is retried, a transfer reminded of."""

    REMINDING = "reminding"
    RETRYING = "retrying"
    BANNER = "banner"
    READ_ONLY = "read_only"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class RefundBasis(StrEnum):
    """Why money may go back: a duplicate payment, or one of the published windows."""

    DUPLICATE = "duplicate"
    FIRST_MONTHLY = "first_monthly"
    FIRST_ANNUAL = "first_annual"
    ANNUAL_RENEWAL = "annual_renewal"
    ADDON = "addon"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One labelled amount of a computation, with how it came about ("10 seats x $7.00 x 15/30 days")."""

    label: str
    amount: Money
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Discount:
    """The one discount on an account. `ends_on` is the first day without it."""

    percent: int
    kind: str
    approved_by: str | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Dunning:
    """An unpaid invoice being collected: a failing card, or (`method` transfer) a transfer past its due date.

    `started_on` is the first failed try, or the due date; `day` counts from it. `held_by` names what stops the next stage from
    being taken automatically (chargeback, account_value).
    """

    invoice_id: str
    method: str
    started_on: date
    day: int
    stage: DunningStage
    next_retry: date | None
    next_stage: DunningStage | None
    next_stage_on: date | None
    extended_until: date | None = None
    held_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of days: `until` is the first day after it."""

    start: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Account credit: what was given, what is left, until when, and for what cause."""

    number: str
    amount: Money
    left: Money
    given_on: date
    expires_on: date
    cause: str


@dataclass(frozen=True, kw_only=True)
class History:
    """What was done for the account before; empty means that the records show none."""

    pauses: tuple[Span, ...] = ()
    save_offers: tuple[date, ...] = ()
    trial_extensions: tuple[date, ...] = ()
    payment_extensions: tuple[date, ...] = ()
    region_moves: tuple[date, ...] = ()
    addon_trials: tuple[tuple[str, date], ...] = ()
    credits: tuple[Credit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prerequisites:
    """What add-ons ask for first. `None` is unknown, which is not the same as unmet."""

    verified_domain: str | None = None
    owner_two_factor: bool | None = None
    schedule_weeks: int | None = None
    skills_coverage_percent: int | None = None
    time_tracking_days: int | None = None
    timesheet_approval_on: bool | None = None
    post_publish_edit_percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class Grace:
    """More seats in use than paid, inside the plan's grace: the extra ones are billed from `until`."""

    seats: int
    since: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A change that is agreed and takes effect later (a downgrade, fewer seats, an add-on's end, a renewal)."""

    receipt: str
    kind: str
    effective_on: date
    summary: str


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A contract as it stands today.

    `price_per_seat` is the list price a seat and month before `discount`; `period` is what is paid for now, `renewal_date` the
    first day of the next term and `notice_deadline` the last day to stop it (annual only). `ends_on` is the first day without
    service. `yearly_value` is twelve months of seats and add-ons after discount. `reactivate_until` is the last day on which
    an ended account can come back.
    """

    account_id: str
    status: Status
    plan: str
    plan_name: str
    billing: str | None
    term_months: int
    currency: str
    seats_bought: int
    seats_used: int
    locations: int
    price_per_seat: Money
    yearly_value: Money
    tax_percent: Decimal
    customer_since: date
    contract_start: date
    payment_method: str
    payment_label: str | None = None
    integrations: int | None = None
    seats_at_renewal: int | None = None
    addons: tuple[str, ...] = ()
    included_addons: tuple[str, ...] = ()
    addon_trials: tuple[tuple[str, date], ...] = ()
    discount: Discount | None = None
    period: Span | None = None
    renewal_date: date | None = None
    notice_deadline: date | None = None
    ends_on: date | None = None
    reactivate_until: date | None = None
    paused: Span | None = None
    grace: Grace | None = None
    dunning: Dunning | None = None
    overdue: tuple[str, ...] = ()
    balance_due: Money
    credit_balance: Money
    pending_charges: tuple[Line, ...] = ()
    scheduled: tuple[Scheduled, ...] = ()
    history: History = field(default_factory=History)
    prerequisites: Prerequisites = field(default_factory=Prerequisites)
    paid_months: int = 0
    dispute_open: bool = False
    chargeback_open: bool = False
    chargeback_answer_due: date | None = None
