"""Invoices as the port shows them."""

from datetime import date

from skills.billing.port import Invoice, InvoiceLine, Payment, RefundBasis, Refunded
from skills.sandbox.data import Terms
from skills.sandbox.docs import AccountDoc, InvoiceDoc
from skills.sandbox.windows import windows_of


def invoice_view(account: AccountDoc, doc: InvoiceDoc, today: date, terms: Terms) -> Invoice:
    """An invoice with the windows in which it may be refunded."""
    money = account.money
    late = doc.status == "open" and doc.owed_minor > 0 and doc.due < today
    return Invoice(
        id=doc.id,
        account_id=account.id,
        issued_on=doc.issued,
        due_on=doc.due,
        period_start=doc.period_start,
        period_end=doc.period_end,
        currency=doc.currency,
        lines=_lines(account, doc),
        subtotal=money(doc.subtotal_minor),
        tax=money(doc.tax_minor),
        total=money(doc.total_minor),
        status="overdue" if late else doc.status,
        paid_on=doc.paid_on,
        payments=tuple(Payment(paid_on=each.date, amount=money(each.amount_minor), result=each.result) for each in doc.payments),
        refunds=_refunds(account, doc),
        windows=windows_of(account, doc, today, terms),
        credit_used=money(doc.credit_used_minor) if doc.credit_used_minor else None,
        po_number=doc.po_number,
    )


def _lines(account: AccountDoc, doc: InvoiceDoc) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            item=each.item,
            kind=each.kind,
            quantity=each.qty,
            unit=account.money(each.unit_minor),
            months=each.months,
            amount=account.money(each.amount_minor),
        )
        for each in doc.lines
    )


def _refunds(account: AccountDoc, doc: InvoiceDoc) -> tuple[Refunded, ...]:
    return tuple(
        Refunded(
            number=each.number,
            refunded_on=each.date,
            amount=account.money(each.amount_minor),
            basis=RefundBasis(each.basis),
            cause=each.cause,
        )
        for each in doc.refunds
    )
