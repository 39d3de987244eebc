"""What the mere passing of time does to an account: agreed changes take effect, contracts renew, trials and contracts end."""

from datetime import date

from skills.sandbox.data import Terms
from skills.sandbox.dates import add_months
from skills.sandbox.docs import AccountDoc, ScheduledDoc


def aged(doc: AccountDoc, today: date, terms: Terms) -> AccountDoc:
    """The document as it stands on `today`; the one given stays as it is."""
    if not _due(doc, today):
        return doc
    doc = doc.model_copy(deep=True)
    for change in sorted((each for each in doc.scheduled if each.on <= today), key=lambda each: each.on):
        take_effect(doc, change)
    doc.scheduled = [each for each in doc.scheduled if each.on > today]
    _end(doc, today)
    _renew(doc, today, terms)
    return doc


def take_effect(doc: AccountDoc, change: ScheduledDoc) -> None:
    """Carries out a change that was agreed before."""
    doc.plan = change.plan or doc.plan
    doc.billing = change.billing or doc.billing
    doc.seats_bought = change.seats or doc.seats_bought
    doc.data_region = change.data_region or doc.data_region
    if change.seat_price_minor is not None:
        doc.seat_price_minor = change.seat_price_minor
    if change.addon_ends in doc.addons:
        doc.addons.remove(change.addon_ends)
    if change.term_months is not None:
        _new_term(doc, change.on, change.term_months)


def _due(doc: AccountDoc, today: date) -> bool:
    ending = doc.ends_on is not None and doc.ends_on <= today and doc.status not in {"ended", "trial_ended"}
    renewing = doc.renewal_date is not None and doc.renewal_date <= today and doc.status == "active"
    return ending or renewing or any(each.on <= today for each in doc.scheduled)


def _end(doc: AccountDoc, today: date) -> None:
    if doc.ends_on is not None and doc.ends_on <= today:
        doc.status = "trial_ended" if doc.status in {"trial", "trial_ended"} else "ended"


def _renew(doc: AccountDoc, today: date, terms: Terms) -> None:
    while doc.status == "active" and doc.renewal_date is not None and doc.renewal_date <= today:
        _new_term(doc, doc.renewal_date, terms.number("renewal", "auto_renew_months"))


def _new_term(doc: AccountDoc, start: date, months: int) -> None:
    doc.contract_start = start
    doc.term_months = months
    doc.renewal_date = add_months(start, months) if months > 1 else None
