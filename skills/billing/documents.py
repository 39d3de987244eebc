"""What a billing system issues: invoices with their payments, previews of a change, receipts.

Money excludes tax unless a field says otherwise; a date is a day in UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime

from core.money import Money
from skills.billing.records import Line, RefundBasis


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One line of an invoice. `kind` is seats, addon, discount, credit or fee.

    The amount is quantity x unit x months, or the share of it that a part of a period comes to.
    """

    item: str
    kind: str
    quantity: int
    unit: Money
    months: int
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One try to collect an invoice: `result` is settled, failed or pending (a hold that the bank releases)."""

    paid_on: date
    amount: Money
    result: str


@dataclass(frozen=True, kw_only=True)
class Refunded:
    """Money that went back to the original payment method."""

    number: str
    refunded_on: date
    amount: Money
    basis: RefundBasis
    cause: str


@dataclass(frozen=True, kw_only=True)
class RefundWindow:
    """A reason to refund an invoice, the most that may go back for it (tax included), and the last day to ask."""

    basis: RefundBasis
    amount: Money
    until: date
    open: bool


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An invoice as issued, what was paid on it and what went back.

    `status` is paid, open, overdue or payment_failed. `windows` lists every basis on which money may or might have gone back;
    `period_end` is the last day that it pays for.
    """

    id: str
    account_id: str
    issued_on: date
    due_on: date
    period_start: date
    period_end: date
    currency: str
    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    tax: Money
    total: Money
    status: str
    paid_on: date | None
    payments: tuple[Payment, ...]
    refunds: tuple[Refunded, ...] = ()
    windows: tuple[RefundWindow, ...] = ()
    credit_used: Money | None = None
    po_number: str | None = None

    @property
    def settled(self) -> Money:
        """All that was collected, duplicates included."""
        return Money(sum(each.amount.minor for each in self.payments if each.result == "settled"), self.currency)

    @property
    def refundable(self) -> Money:
        """What was collected and has not gone back."""
        return self.settled - Money(sum(each.amount.minor for each in self.refunds), self.currency)

    @property
    def balance(self) -> Money:
        """What is still owed."""
        credit = self.credit_used.minor if self.credit_used else 0
        return Money(max(0, self.total.minor - credit - self.settled.minor), self.currency)

    def window(self, basis: RefundBasis) -> RefundWindow | None:
        """The window of that basis, open or closed."""
        return next((each for each in self.windows if each.basis is basis), None)

    @property
    def open_window(self) -> RefundWindow | None:
        """The first basis on which money may go back today."""
        return next((each for each in self.windows if each.open), None)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a change would do, before anyone agrees to it.

    `due_now` is charged at once and `next_invoice` added to the next one (negative: a credit), both before tax;
    `due_now_with_tax` includes it. `recurring_before` and `recurring_after` are what a billing period costs before tax, and
    `recurs` is "month" or "year", and `recurred` that of before where the rhythm changes too.
    `warnings` are (code, what to tell the customer).
    """

    change: str
    lines: tuple[Line, ...]
    due_now: Money
    due_now_with_tax: Money
    next_invoice: Money
    effective_on: date
    recurring_before: Money
    recurring_after: Money
    recurs: str
    recurred: str = ""
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Proof that something was done, once. `undo` says with which change it can be taken back, if it can.

    `invoice_id` is the invoice issued for it; `link` and `expires_on` belong to what is a link (payment, referral, export).
    """

    number: str
    account_id: str
    kind: str
    made_at: datetime
    effective_on: date
    amount: Money
    lines: tuple[Line, ...] = ()
    invoice_id: str | None = None
    link: str | None = None
    expires_on: date | None = None
    ready_by: datetime | None = None
    undo: str | None = None
