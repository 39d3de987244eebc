"""The sandbox's own records, as they lie in its store: one document an account, dates and minor units as in the demo files."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.money import Money


def _moment(value: object) -> object:
    """A bare day in the files stands for that day's morning."""
    if isinstance(value, str) and len(value) == 10:
        return datetime.combine(date.fromisoformat(value), time(9, 0), tzinfo=UTC)
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Doc(BaseModel):
    model_config = ConfigDict(extra="ignore")


class PaymentDoc(Doc):
    date: date
    amount_minor: int
    result: str


class RefundDoc(Doc):
    number: str
    date: date
    amount_minor: int
    basis: str
    cause: str


class LineDoc(Doc):
    item: str
    qty: int
    unit_minor: int
    months: int
    amount_minor: int

    @property
    def kind(self) -> str:
        if self.item.endswith(" seats"):
            return "seats"
        first = self.item.split(" ", 1)[0]
        return first if first in {"discount", "credit", "fee"} else "addon"


class InvoiceDoc(Doc):
    """`scope` says what it charges: a whole billing period (period), a new plan (plan), or something added (extra)."""

    id: str
    issued: date
    due: date
    period_start: date
    period_end: date
    currency: str
    lines: list[LineDoc]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    status: str
    paid_on: date | None
    payments: list[PaymentDoc]
    refunds: list[RefundDoc] = Field(default_factory=list[RefundDoc])
    scope: str = "period"
    credit_used_minor: int = 0
    po_number: str | None = None

    @property
    def settled_minor(self) -> int:
        return sum(each.amount_minor for each in self.payments if each.result == "settled")

    @property
    def owed_minor(self) -> int:
        return max(0, self.total_minor - self.credit_used_minor - self.settled_minor)


class ContactDoc(Doc):
    id: str
    name: str
    title: str
    role: str
    email: str
    phone: str | None
    language: str
    active: bool
    consent: dict[str, str]
    two_factor: bool | None = None
    vip: bool = False
    left_on: date | None = None
    same_person_as: list[str] = Field(default_factory=list[str])


class CommentDoc(Doc):
    at: Moment
    author: str
    text: str
    public: bool = True


class TicketDoc(Doc):
    id: str
    opened: Moment
    priority: str
    status: str
    area: str
    subject: str
    last_update: Moment
    incident: str | None = None
    comments: list[CommentDoc] = Field(default_factory=list[CommentDoc])


class DiscountDoc(Doc):
    percent: int
    kind: str
    approved_by: str | None = None
    ends_on: date | None = None


class SpanDoc(Doc):
    start: date
    until: date


class ExtensionDoc(Doc):
    given_on: date
    days: int
    invoice_id: str


class AddonTrialDoc(Doc):
    addon: str
    start: date
    until: date


class CreditDoc(Doc):
    number: str
    amount_minor: int
    left_minor: int
    given_on: date
    expires_on: date
    cause: str


class ChargeDoc(Doc):
    """Something that the next invoice will charge (or, negative, take off)."""

    receipt: str
    label: str
    amount_minor: int
    detail: str = ""


class ScheduledDoc(Doc):
    """A change that takes effect on `on`; only the named fields change."""

    receipt: str
    kind: str
    on: date
    summary: str
    plan: str | None = None
    billing: str | None = None
    seat_price_minor: int | None = None
    seats: int | None = None
    addon_ends: str | None = None
    term_months: int | None = None
    data_region: str | None = None


class PrerequisiteDoc(Doc):
    verified_domain: str | None = None
    owner_two_factor: bool | None = None
    schedule_weeks: int | None = None
    skills_coverage_percent: int | None = None
    time_tracking_days: int | None = None
    timesheet_approval_on: bool | None = None
    post_publish_edit_percent: int | None = None


class UsageDoc(Doc):
    weekly_active_people: list[int]
    change_percent_8_weeks: int | None


class NpsDoc(Doc):
    score: int
    date: date
    comment: str | None = None


class TaxDoc(Doc):
    percent: Decimal
    why: str


class BillingDetailsDoc(Doc):
    name: str | None = None
    address: str | None = None
    vat_id: str | None = None


class AccountDoc(Doc):
    """All that the sandbox company knows of one account. `undo_stack` holds the receipts that may be taken back, last first."""

    id: str
    name: str
    industry: str
    country: str
    region: str
    data_region: str
    timezone: str
    currency: str
    status: str
    segment: str
    plan: str
    billing: str | None
    term_months: int
    customer_since: date
    contract_start: date
    renewal_date: date | None
    ends_on: date | None
    seats_bought: int
    seats_used: int
    locations: int
    integrations: int | None = None
    addons: list[str]
    discount: DiscountDoc | None
    seat_price_minor: int
    tax: TaxDoc
    payment_method: str
    payment_label: str | None = None
    account_manager: str | None
    customer_success_manager: str | None
    contacts: list[ContactDoc]
    invoices: list[InvoiceDoc]
    tickets: list[TicketDoc]
    usage: UsageDoc | None
    nps: NpsDoc | None
    vip: bool = False
    business_closing: bool = False
    po_number: str | None = None
    billing_details: BillingDetailsDoc = Field(default_factory=BillingDetailsDoc)
    ownership_claim_since: date | None = None
    seat_grace_since: date | None = None
    chargeback_since: date | None = None
    chargeback_answer_due: date | None = None
    cancelled_on: date | None = None
    cancel_reason: str | None = None
    prerequisites: PrerequisiteDoc = Field(default_factory=PrerequisiteDoc)
    pauses: list[SpanDoc] = Field(default_factory=list[SpanDoc])
    save_offers: list[date] = Field(default_factory=list[date])
    trial_extensions: list[date] = Field(default_factory=list[date])
    payment_extensions: list[ExtensionDoc] = Field(default_factory=list[ExtensionDoc])
    region_moves: list[date] = Field(default_factory=list[date])
    addon_trials: list[AddonTrialDoc] = Field(default_factory=list[AddonTrialDoc])
    credits: list[CreditDoc] = Field(default_factory=list[CreditDoc])
    charges: list[ChargeDoc] = Field(default_factory=list[ChargeDoc])
    scheduled: list[ScheduledDoc] = Field(default_factory=list[ScheduledDoc])
    undo_stack: list[str] = Field(default_factory=list[str])

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def status_on(self, today: date) -> str:
        """The status as kept, but for an active account in a pause."""
        pausing = self.status == "active" and any(each.start <= today < each.until for each in self.pauses)
        return "paused" if pausing else self.status

    def percent_off(self, today: date) -> int:
        """The discount on seats that holds today."""
        if self.discount is None or (self.discount.ends_on is not None and self.discount.ends_on <= today):
            return 0
        return self.discount.percent
