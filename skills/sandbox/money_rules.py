"""Refunds, credits, and taking either back."""

from core.errors import BadInput, Conflict, NotFound
from core.money import Money
from skills.billing.port import CreditOrder, RefundOrder, ReverseCredit, ReverseRefund
from skills.sandbox.case import Case, Outcome
from skills.sandbox.docs import InvoiceDoc, RefundDoc
from skills.sandbox.payment_rules import invoice_of
from skills.sandbox.windows import windows_of


def refund(case: Case, order: RefundOrder) -> Outcome:
    """Money back to the original payment method: in a window or as a duplicate, never more than was paid for it."""
    _require_amount(case, order.amount)
    invoice = invoice_of(case, order.invoice_id)
    window = next((each for each in windows_of(case.doc, invoice, case.today, case.terms) if each.basis is order.basis), None)
    if window is None:
        raise Conflict(f"{invoice.id} was never refundable on that basis.", code="no_refund_basis", basis=order.basis.value)
    if case.today > window.until:
        text = f"{invoice.id} could be refunded on that basis until {window.until}."
        raise Conflict(text, code="outside_window", until=window.until.isoformat())
    most = min(window.amount.minor, _refundable(invoice))
    if order.amount.minor > most:
        text = f"At most {case.money(most)} of {invoice.id} can be refunded."
        raise Conflict(text, code="over_refund", most_minor=most)
    invoice.refunds.append(
        RefundDoc(
            number=case.number,
            date=case.today,
            amount_minor=order.amount.minor,
            basis=order.basis.value,
            cause=order.cause,
        )
    )
    return Outcome(effective_on=case.today, amount=order.amount, invoice_id=invoice.id, undo="ReverseRefund")


def credit(case: Case, order: CreditOrder) -> Outcome:
    """Account credit, used on the next invoice and gone after the published months."""
    _require_amount(case, order.amount)
    if case.doc.status in {"ended", "trial", "trial_ended"}:
        raise Conflict("Credit is for accounts that will get another invoice.", code="no_billing")
    given = case.give_credit(order.amount.minor, order.cause)
    return Outcome(effective_on=case.today, amount=order.amount, expires_on=given.expires_on, undo="ReverseCredit")


def reverse_credit(case: Case, change: ReverseCredit) -> Outcome:
    """Takes a credit back as long as none of it was used."""
    for given in case.doc.credits:
        if given.number == change.number:
            if given.left_minor != given.amount_minor:
                raise Conflict("Part of that credit was used: it can't be taken back.", code="credit_used")
            case.doc.credits.remove(given)
            case.forget(change.number)
            return Outcome(effective_on=case.today, amount=case.money(-given.amount_minor), undo=None)
    raise NotFound("The account has no such credit: check the number.", code="unknown_credit")


def reverse_refund(case: Case, change: ReverseRefund) -> Outcome:
    """Stops a refund on the day it was ordered; afterwards the money has left."""
    for invoice in case.doc.invoices:
        for given in invoice.refunds:
            if given.number == change.number:
                if given.date != case.today:
                    raise Conflict("That refund has left already: it can't be stopped.", code="too_late")
                invoice.refunds.remove(given)
                case.forget(change.number)
                return Outcome(effective_on=case.today, amount=case.money(-given.amount_minor), undo=None)
    raise NotFound("The account has no such refund: check the number.", code="unknown_refund")


def _require_amount(case: Case, amount: Money) -> None:
    if amount.currency != case.doc.currency:
        text = f"The account is billed in {case.doc.currency}: give the amount in that currency."
        raise BadInput(text, code="other_currency", currency=case.doc.currency)
    if amount.minor <= 0:
        raise BadInput("Give an amount above zero.", code="bad_amount")


def _refundable(invoice: InvoiceDoc) -> int:
    return invoice.settled_minor - sum(each.amount_minor for each in invoice.refunds)
