"""Payment methods, unpaid invoices, offers to stay, billing details, links, exports and moves of region."""

import hashlib
from datetime import timedelta

from core.errors import BadInput, Conflict, NotFound
from skills.billing.port import (
    ApplySaveOffer,
    ChangeBillingDetails,
    CreatePaymentLink,
    CreateReferralLink,
    ExtendPayment,
    Line,
    ReplacePaymentMethod,
    RequestExport,
    RequestRegionMove,
)
from skills.sandbox.case import Case, Mail, Outcome, settle, with_warnings
from skills.sandbox.dates import add_months, business_days_after
from skills.sandbox.deal import plain_item, recurring, seat_item
from skills.sandbox.docs import ChargeDoc, DiscountDoc, ExtensionDoc, InvoiceDoc, ScheduledDoc
from skills.sandbox.dunning import overdue_invoices
from skills.sandbox.view import Account, paid_months

EXPORT_READY_HOURS = 24
EXPORT_LINK_DAYS = 7
LONGEST_EXTENSION_DAYS = 30
REGION_MOVE_BUSINESS_DAYS = 10
KINDS = {"card", "direct_debit", "bank_transfer"}


def replace_payment_method(case: Case, change: ReplacePaymentMethod) -> Outcome:
    """A new card or bank account, with which unpaid invoices are tried again at once."""
    if change.kind not in KINDS:
        raise BadInput(f"A payment method is one of {', '.join(sorted(KINDS))}.", code="unknown_payment_method")
    if change.kind != "card" and case.doc.billing != "annual":
        raise Conflict("Direct debit and bank transfer are for annual billing: use a card.", code="annual_only")
    least = case.terms.number("billing", "bank_transfer_from_minor")
    if change.kind == "bank_transfer" and case.recurring().minor < least:
        text = f"Bank transfer is for annual invoices of {case.money(least)} or more: use a card or direct debit."
        raise Conflict(text, code="below_transfer_minimum")
    case.doc.payment_method = change.kind
    case.doc.payment_label = change.label or None
    if change.kind == "bank_transfer":
        return Outcome(effective_on=case.today)
    collected = overdue_invoices(case.doc, case.today)
    owed = sum(each.owed_minor for each in collected)
    lines = tuple(Line(label=f"unpaid {each.id}", amount=case.money(each.owed_minor)) for each in collected)
    for invoice in collected:
        settle(invoice, case.today)
    outcome = Outcome(effective_on=case.today, lines=lines, collected=case.money(owed), amount=case.money(owed))
    if not owed:
        return outcome
    return with_warnings(outcome, ("retries_now", f"{case.money(owed)} that is unpaid will be collected straight away."))


def extend_payment(case: Case, change: ExtendPayment) -> Outcome:
    """More days before an unpaid invoice has consequences, if asked in time."""
    if not 1 <= change.days <= LONGEST_EXTENSION_DAYS:
        raise BadInput(f"More time means 1 to {LONGEST_EXTENSION_DAYS} days.", code="outside_limits")
    dunning = Account(doc=case.doc, today=case.today, terms=case.terms).dunning()
    if dunning is None:
        raise Conflict("Nothing is overdue on this account.", code="nothing_overdue")
    if dunning.day >= case.terms.number("billing", "dunning_days", "read_only"):
        raise Conflict(f"More time has to be asked for before day 21, and this is day {dunning.day}.", code="too_late")
    given = ExtensionDoc(given_on=case.today, days=change.days, invoice_id=dunning.invoice_id)
    case.doc.payment_extensions.append(given)
    after = Account(doc=case.doc, today=case.today, terms=case.terms).dunning()
    until = after.extended_until if after else None
    return Outcome(effective_on=until or case.today, expires_on=until)


def apply_save_offer(case: Case, change: ApplySaveOffer) -> Outcome:
    """A discount on seats for a while, to stay: once in a while, within the plan's terms, never on top of another."""
    case.require("active", "cancelling")
    plan = case.terms.catalogue.plan(case.doc.plan)
    most = case.terms.internal.save_offer(plan.sold_as)
    if most is None or not 0 < change.percent <= most[0] or not 0 < change.months <= most[1]:
        raise Conflict("The plan has no such offer.", code="outside_limits")
    if case.doc.percent_off(case.today):
        raise Conflict("The account has a discount already, and discounts never add up.", code="existing_discount")
    every = case.terms.internal.save_offers.get("per_account_every_months")
    for earlier in case.doc.save_offers:
        if isinstance(every, int) and case.today < add_months(earlier, every):
            raise Conflict(f"The account had such an offer on {earlier}.", code="save_offer_used")
    case.doc.save_offers.append(case.today)
    if case.doc.status == "cancelling":
        case.doc.status, case.doc.ends_on, case.doc.cancelled_on = "active", None, None
    return _annual_saving(case, change) if case.doc.billing == "annual" else _monthly_saving(case, change)


def change_billing_details(case: Case, change: ChangeBillingDetails) -> Outcome:
    """What invoices are made out to; one that was issued lately can be made out anew. Amounts never change."""
    details = case.doc.billing_details
    for name in ("name", "address", "vat_id"):
        value = getattr(change, name)
        if value is not None:
            setattr(details, name, value)
    if change.po_number is not None:
        _require_purchase_orders(case)
        case.doc.po_number = change.po_number
    if change.reissue_invoice_id is None:
        return Outcome(effective_on=case.today)
    invoice = invoice_of(case, change.reissue_invoice_id)
    last = invoice.issued + case.terms.days("billing", "invoice_reissue_days")
    if case.today > last:
        raise Conflict(f"{invoice.id} could be reissued until {last}.", code="outside_window", until=last.isoformat())
    invoice.po_number = case.doc.po_number
    return Outcome(effective_on=case.today, invoice_id=invoice.id)


def create_payment_link(case: Case, change: CreatePaymentLink) -> Outcome:
    """A link to pay an invoice, mailed to the billing contacts."""
    invoice = invoice_of(case, change.invoice_id)
    if not invoice.owed_minor:
        raise Conflict(f"{invoice.id} is paid: there is nothing to pay.", code="nothing_to_pay")
    link = f"https://pay.halcyon.example/{_token(case, invoice.id)}"
    mail = Mail(subject=f"Payment link for {invoice.id}", body=f"{case.money(invoice.owed_minor)} can be paid at {link}")
    owed = case.money(invoice.owed_minor)
    return Outcome(effective_on=case.today, link=link, invoice_id=invoice.id, amount=owed, mail=mail, undo=None)


def create_referral_link(case: Case, _: CreateReferralLink) -> Outcome:
    """A link for another company, for customers of some months without arrears."""
    case.require("active", "cancelling")
    least = case.terms.number("referral", "min_paid_months")
    months = paid_months(case.doc, case.today)
    if months < least:
        text = f"A referral link needs {least} months of paid invoices, and there are {months}."
        raise Conflict(text, code="not_enough_paid_months", paid_months=months)
    if overdue_invoices(case.doc, case.today):
        raise Conflict("A referral link needs an account without an overdue balance.", code="overdue_balance")
    until = case.today + case.terms.days("referral", "link_days")
    link = f"https://app.halcyon.example/r/{_token(case, 'refer')}"
    return Outcome(effective_on=case.today, link=link, expires_on=until, undo=None)


def request_export(case: Case, _: RequestExport) -> Outcome:
    """A full export, while the data can still be read."""
    ends = case.doc.ends_on
    over = case.doc.status in {"ended", "trial_ended"} and ends is not None
    if over and ends is not None and case.today > ends + case.terms.days("ending", "read_only_days"):
        raise Conflict("The read-only time after the end is over: reactivate the account to export.", code="read_only_over")
    ready = case.now + timedelta(hours=EXPORT_READY_HOURS)
    until = (ready + timedelta(days=EXPORT_LINK_DAYS)).date()
    link = f"https://app.halcyon.example/exports/{_token(case, 'export')}"
    mail = Mail(subject="Your export is being made", body=f"It will be at {link} by {ready:%d %B %H:%M} UTC, for 7 days.")
    return Outcome(effective_on=ready.date(), link=link, expires_on=until, ready_by=ready, mail=mail, undo=None)


def request_region_move(case: Case, change: RequestRegionMove) -> Outcome:
    """Moves the data to another region, once a year, for the plan's fee."""
    case.require("active")
    doc = case.doc
    plan = case.terms.catalogue.plan(doc.plan)
    if change.region not in {"EU", "US", "AU"}:
        raise BadInput("Data can be kept in EU, US or AU.", code="unknown_region")
    if plan.sold_as not in {"business", "enterprise"}:
        raise Conflict("Only Business and Enterprise accounts can move region.", code="plan_not_eligible")
    if change.region == doc.data_region:
        raise Conflict("The data is kept there already.", code="no_change")
    if any(case.today < add_months(each, 12) for each in doc.region_moves):
        raise Conflict("The account moved less than 12 months ago.", code="moved_lately")
    for addon_id in doc.addons:
        if change.region in case.terms.catalogue.addon(addon_id).excluded_data_regions:
            raise Conflict("An add-on of the account is not available there: remove it first.", code="addon_region_excluded")
    done = business_days_after(case.now, REGION_MOVE_BUSINESS_DAYS).date()
    summary = f"data moves to {change.region}"
    case.schedule(ScheduledDoc(receipt=case.number, kind="region", on=done, summary=summary, data_region=change.region))
    doc.region_moves.append(case.today)
    outcome = _region_fee(case, plan.sold_as)
    note = ("read_only_4_hours", f"It takes up to 10 business days, until {done}, with a read-only window of 4 hours.")
    return with_warnings(outcome, note)


def invoice_of(case: Case, invoice_id: str) -> InvoiceDoc:
    """The account's invoice of that id."""
    for invoice in case.doc.invoices:
        if invoice.id == invoice_id:
            return invoice
    raise NotFound("The account has no such invoice: check the number.", code="unknown_invoice")


def _monthly_saving(case: Case, change: ApplySaveOffer) -> Outcome:
    start = case.period()[1]
    ends = add_months(start, change.months)
    case.doc.discount = DiscountDoc(percent=change.percent, kind="save_offer", approved_by=None, ends_on=ends)
    after = recurring(case.deal, case.terms.prices)
    saved = plain_item("discount", "offer to stay", after - case.before, f"{change.percent}% of seats for {change.months} months")
    return Outcome(effective_on=start, lines=(saved.line,), after=after, expires_on=ends)


def _annual_saving(case: Case, change: ApplySaveOffer) -> Outcome:
    """On annual billing the months are taken off the next invoice in one sum."""
    yearly = seat_item(case.deal, case.terms.prices, case.doc.seats_bought).line.amount
    saved = yearly.times(change.percent * change.months, 100 * 12)
    item = plain_item(
        "discount", "offer to stay", case.money(-saved.minor), f"{change.percent}% of seats for {change.months} months"
    )
    charge = ChargeDoc(receipt=case.number, label=item.line.label, amount_minor=-saved.minor, detail=item.line.detail)
    case.doc.charges.append(charge)
    return Outcome(effective_on=case.period()[1], lines=(item.line,), next_invoice=case.money(-saved.minor))


def _region_fee(case: Case, plan: str) -> Outcome:
    fees = case.terms.catalogue.rules["billing"]
    by_plan = fees.get("region_move_fee_minor") if isinstance(fees, dict) else None
    prices = by_plan.get(plan) if isinstance(by_plan, dict) else None
    fee = prices.get(case.doc.currency) if isinstance(prices, dict) else None
    if plan == "enterprise":
        return Outcome(effective_on=case.today)
    if not isinstance(fee, int):
        text = f"The fee is not laid down in {case.doc.currency}: billing has to name it."
        raise Conflict(text, code="fee_unknown_in_currency")
    return case.charge([plain_item("fee", "region move", case.money(fee))])


def _require_purchase_orders(case: Case) -> None:
    least = case.terms.number("billing", "po_min_minor_usd")
    if case.doc.billing != "annual" or case.terms.usd_minor(case.recurring()) < least:
        raise Conflict("Purchase orders are for annual contracts worth 5,000 USD or more.", code="po_not_accepted")


def _token(case: Case, purpose: str) -> str:
    """Stands for the random part of a link: the same for the same receipt, so that a repeat is the same link."""
    return hashlib.sha256(f"{case.doc.id} {case.number} {purpose}".encode()).hexdigest()[:16]
