"""On what grounds, up to what amount and until when an invoice may be refunded."""

from datetime import date

from core.money import Money
from skills.billing.port import RefundBasis, RefundWindow
from skills.sandbox.data import Terms
from skills.sandbox.docs import AccountDoc, InvoiceDoc

LONGEST_MONTH_DAYS = 31


def windows_of(doc: AccountDoc, invoice: InvoiceDoc, today: date, terms: Terms) -> tuple[RefundWindow, ...]:
    """Every basis that the invoice has or had, a duplicate payment first."""
    found = [
        _duplicate(invoice, today, terms),
        _first_or_renewal(doc, invoice, today, terms),
        _addon(invoice, today, terms),
    ]
    return tuple(each for each in found if each is not None)


def duplicate_minor(invoice: InvoiceDoc) -> int:
    """What was settled beyond the invoice and has not gone back as a duplicate."""
    back = sum(each.amount_minor for each in invoice.refunds if each.basis == RefundBasis.DUPLICATE)
    return max(0, invoice.settled_minor - (invoice.total_minor - invoice.credit_used_minor) - back)


def _duplicate(invoice: InvoiceDoc, today: date, terms: Terms) -> RefundWindow | None:
    extra = duplicate_minor(invoice)
    if not extra:
        return None
    last = max(each.date for each in invoice.payments if each.result == "settled")
    until = last + terms.days("billing", "duplicate_charge", "report_within_days")
    return _window(RefundBasis.DUPLICATE, Money(extra, invoice.currency), until, today)


def _first_or_renewal(doc: AccountDoc, invoice: InvoiceDoc, today: date, terms: Terms) -> RefundWindow | None:
    if invoice.paid_on is None or invoice.scope == "extra":
        return None
    annual = (invoice.period_end - invoice.period_start).days > LONGEST_MONTH_DAYS
    first = invoice.scope == "plan" or invoice.period_start == doc.customer_since
    if first:
        basis = RefundBasis.FIRST_ANNUAL if annual else RefundBasis.FIRST_MONTHLY
        until = invoice.paid_on + terms.days("refund_windows_days", basis.value)
    elif annual and invoice.period_start == doc.contract_start:
        basis = RefundBasis.ANNUAL_RENEWAL
        until = invoice.period_start + terms.days("refund_windows_days", basis.value)
    else:
        return None
    return _window(basis, Money(_left(invoice), invoice.currency), until, today)


def _addon(invoice: InvoiceDoc, today: date, terms: Terms) -> RefundWindow | None:
    bought = sum(each.amount_minor for each in invoice.lines if each.kind == "addon")
    if invoice.scope != "extra" or not bought or invoice.paid_on is None:
        return None
    with_tax = Money(bought, invoice.currency).times(invoice.total_minor, invoice.subtotal_minor)
    until = invoice.issued + terms.days("refund_windows_days", RefundBasis.ADDON.value)
    back = sum(each.amount_minor for each in invoice.refunds if each.basis == RefundBasis.ADDON)
    return _window(RefundBasis.ADDON, Money(max(0, with_tax.minor - back), invoice.currency), until, today)


def _left(invoice: InvoiceDoc) -> int:
    """What was paid for the invoice itself and has not gone back."""
    back = sum(each.amount_minor for each in invoice.refunds if each.basis != RefundBasis.DUPLICATE)
    return max(0, min(invoice.settled_minor, invoice.total_minor - invoice.credit_used_minor) - back)


def _window(basis: RefundBasis, amount: Money, until: date, today: date) -> RefundWindow:
    return RefundWindow(basis=basis, amount=amount, until=until, open=today <= until and amount.minor > 0)
