"""One change of one account while it is being worked out: the document to change, the rules, and how money is charged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from core.errors import Conflict
from core.money import Money
from skills.billing.port import Line
from skills.sandbox.data import Terms
from skills.sandbox.dates import DAY, add_months
from skills.sandbox.deal import Deal, Item, Share, period_of, plain_item, recurring
from skills.sandbox.docs import AccountDoc, ChargeDoc, CreditDoc, InvoiceDoc, PaymentDoc, ScheduledDoc
from skills.sandbox.dunning import overdue_invoices

FIRST_INVOICE = 7068


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A service e-mail to the account's Owners and billing contacts."""

    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a change came to. `after` overrides what the next period costs when that is not yet in the document.

    `due_now` and `next_invoice` are before tax; `collected` is what is paid now of invoices that stand already.
    """

    effective_on: date
    lines: tuple[Line, ...] = ()
    due_now: Money | None = None
    next_invoice: Money | None = None
    collected: Money | None = None
    invoice_id: str | None = None
    after: Money | None = None
    after_recurs: str | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    amount: Money | None = None
    link: str | None = None
    expires_on: date | None = None
    ready_by: datetime | None = None
    mail: Mail | None = None
    undo: str | None = "TakeBack"


@dataclass
class Case:
    """A private copy of the account's document, to be changed. `take` counts up a series of the store."""

    doc: AccountDoc
    terms: Terms
    now: datetime
    number: str
    take: Callable[[str, int], int]
    before: Money = field(init=False)
    billed: str = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.recurring()
        self.billed = self.doc.billing or "monthly"

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def deal(self) -> Deal:
        return Deal.of(self.doc, self.today)

    def money(self, minor: int) -> Money:
        return self.doc.money(minor)

    def recurring(self) -> Money:
        """What a billing period costs before tax; nothing on a trial or after the end."""
        if self.doc.status in {"trial", "trial_ended", "ended"}:
            return self.money(0)
        return recurring(self.deal, self.terms.prices)

    def period(self) -> tuple[date, date]:
        """The billing period of today; the account must have one."""
        found = period_of(self.doc, self.today)
        if found is None:
            raise Conflict("Nothing is billed on this account yet: choose a plan first.", code="no_billing")
        return found

    def share_left(self) -> Share:
        """What is left of the billing period, today included."""
        start, end = self.period()
        return Share(days=(end - self.today).days, of_days=(end - start).days)

    def require(self, *statuses: str) -> None:
        """Refuses, with the account's status as the code, unless the status is one of those."""
        status = self.doc.status_on(self.today)
        if status not in statuses:
            raise Conflict(STATUS_REFUSALS[status], code=status)

    def require_paid(self) -> None:
        """Refuses while an invoice is overdue."""
        unpaid = overdue_invoices(self.doc, self.today)
        if unpaid:
            raise Conflict(f"{unpaid[0].id} is overdue: it must be paid first.", code="payment_due", invoice_id=unpaid[0].id)

    def schedule(self, change: ScheduledDoc) -> None:
        """Notes a change for later; one of the same kind (and add-on) gives way to it."""
        kept = [each for each in self.doc.scheduled if (each.kind, each.addon_ends) != (change.kind, change.addon_ends)]
        self.doc.scheduled = [*kept, change]

    def charge(self, items: Sequence[Item], share: Share | None = None) -> Outcome:
        """Charges something added: with today's invoice from the published amount on, else with the next invoice."""
        total = sum(each.minor for each in items)
        lines = tuple(each.line for each in items)
        if total >= self.terms.number("billing", "proration_invoice_now_from_minor"):
            end = self.period()[1] if share else self.today + DAY
            return self._invoiced(items, scope="extra", until=end)
        for each in items:
            charge = ChargeDoc(receipt=self.number, label=each.line.label, amount_minor=each.minor, detail=each.line.detail)
            self.doc.charges.append(charge)
        return Outcome(effective_on=self.today, lines=lines, next_invoice=self.money(total), amount=self.money(total))

    def start_period(self, items: Sequence[Item], months: int) -> Outcome:
        """Begins a new billing period today and charges it, with what waited for the next invoice.

        What is credited beyond it becomes account credit.
        """
        waiting = [plain_item("fee", each.label, self.money(each.amount_minor), each.detail) for each in self.doc.charges]
        self.doc.charges = []
        items = [*items, *waiting]
        total = sum(each.minor for each in items)
        outcome = self._invoiced(items, scope="plan", until=add_months(self.today, months))
        if total < 0:
            self.give_credit(-total, "unused_days")
        return outcome

    def give_credit(self, minor: int, cause: str) -> CreditDoc:
        """Puts credit on the account, which lapses after the published months."""
        until = add_months(self.today, self.terms.number("billing", "credit_expiry_months"))
        credit = CreditDoc(
            number=self.number, amount_minor=minor, left_minor=minor, given_on=self.today, expires_on=until, cause=cause
        )
        self.doc.credits.append(credit)
        return credit

    def forget(self, receipt: str) -> None:
        """Notes that a receipt was taken back out of turn: what came after it can't simply be put back as it was."""
        if self.doc.undo_stack[-1:] == [receipt]:
            self.doc.undo_stack.pop()
        else:
            self.doc.undo_stack.append(self.number)

    def _invoiced(self, items: Sequence[Item], *, scope: str, until: date) -> Outcome:
        subtotal = max(0, sum(each.minor for each in items))
        tax = self.tax(self.money(subtotal)).minor
        credit = self._use_credits(subtotal + tax)
        invoice = InvoiceDoc(
            id=f"INV-{self.take('invoice', FIRST_INVOICE)}",
            issued=self.today,
            due=self.today,
            period_start=self.today,
            period_end=until - DAY,
            currency=self.doc.currency,
            lines=[each.doc() for each in items],
            subtotal_minor=subtotal,
            tax_minor=tax,
            total_minor=subtotal + tax,
            status="open",
            paid_on=None,
            payments=[],
            scope=scope,
            credit_used_minor=credit,
            po_number=self.doc.po_number,
        )
        self._collect(invoice)
        self.doc.invoices.append(invoice)
        return Outcome(
            effective_on=self.today,
            lines=tuple(each.line for each in items),
            due_now=self.money(subtotal),
            invoice_id=invoice.id,
            amount=self.money(invoice.total_minor),
        )

    def tax(self, amount: Money) -> Money:
        return amount.times(self.doc.tax.percent, 100)

    def _collect(self, invoice: InvoiceDoc) -> None:
        """Takes the money where it can be taken at once: a working card or direct debit."""
        owed = invoice.owed_minor
        working = self.doc.payment_method not in {"bank_transfer", "none"}
        if owed and working and not any(each.status == "payment_failed" for each in self.doc.invoices):
            settle(invoice, self.today)
        elif not owed:
            invoice.status, invoice.paid_on = "paid", self.today
        elif self.doc.payment_method == "bank_transfer":
            invoice.due = self.today + timedelta(days=self.terms.number("billing", "bank_transfer_due_days"))

    def _use_credits(self, minor: int) -> int:
        used = 0
        for credit in sorted(self.doc.credits, key=lambda each: each.expires_on):
            if credit.expires_on > self.today:
                share = min(credit.left_minor, minor - used)
                credit.left_minor -= share
                used += share
        return used


STATUS_REFUSALS = {
    "active": "The account is active: that is for accounts that are not.",
    "trial": "The account is on its trial: it has to choose a plan first.",
    "trial_ended": "The account's trial is over: it has to choose a plan first.",
    "cancelling": "The account is cancelling: the cancellation has to be undone first.",
    "ended": "The account has ended: it has to be reactivated first.",
    "paused": "The account is paused: it has to wait until the pause is over.",
}


def settle(invoice: InvoiceDoc, today: date) -> None:
    """Notes that what was owed has been paid."""
    invoice.payments.append(PaymentDoc(date=today, amount_minor=invoice.owed_minor, result="settled"))
    invoice.status, invoice.paid_on = "paid", today


def with_warnings(outcome: Outcome, *warnings: tuple[str, str]) -> Outcome:
    """The same outcome with more to tell the customer."""
    return replace(outcome, warnings=(*outcome.warnings, *warnings))
