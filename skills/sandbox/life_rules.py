"""Pausing, leaving, coming back, renewing, and the trial."""

from datetime import date, timedelta

from core.errors import BadInput, Conflict
from skills.billing.port import Cancel, ExtendTrial, Line, Pause, Reactivate, Renew, UndoCancel
from skills.billing.prices import MONTHS
from skills.sandbox.case import Case, Mail, Outcome, with_warnings
from skills.sandbox.dates import DAY, add_months
from skills.sandbox.deal import items_of, recurring
from skills.sandbox.docs import ScheduledDoc, SpanDoc
from skills.sandbox.plan_rules import check_seats, notice_deadline, require_notice


def pause(case: Case, change: Pause) -> Outcome:
    """A seasonal pause for a share of the seat price."""
    case.require("active")
    _require_pausable(case)
    first, last = case.terms.catalogue.numbers("seasonal_pause", "months")
    if not first <= change.months <= last:
        raise BadInput(f"A pause lasts {first} to {last} months.", code="outside_limits")
    start = change.start or case.period()[1]
    if start < case.today:
        raise BadInput("A pause can't begin in the past: give a day from today on.", code="in_the_past")
    every = case.terms.number("seasonal_pause", "every_months")
    for earlier in case.doc.pauses:
        again = add_months(earlier.start, every)
        if start < again:
            text = f"The account paused from {earlier.start}: the next pause can begin on {again}."
            raise Conflict(text, code="paused_lately", possible_from=again.isoformat())
    case.doc.pauses.append(SpanDoc(start=start, until=add_months(start, change.months)))
    percent = case.terms.number("seasonal_pause", "percent_of_seat_price")
    unit = case.money(case.doc.seat_price_minor)
    monthly = unit.times(case.doc.seats_bought * percent, 100)
    line = Line(label="seats during the pause", amount=monthly, detail=f"{case.doc.seats_bought} x {unit} x {percent}%")
    outcome = Outcome(effective_on=start, lines=(line,), after=monthly, expires_on=add_months(start, change.months))
    notes = [("read_only", "Data is read-only during the pause.")]
    if case.doc.addons:
        notes.append(("addon_price_unknown", "What add-ons cost during a pause is not laid down: billing has to confirm it."))
    return with_warnings(outcome, *notes)


def cancel(case: Case, change: Cancel) -> Outcome:
    """Ends at the end of what is paid for; past the notice deadline, at the end of the term that then follows."""
    case.require("active", "trial", "paused")
    doc = case.doc
    warnings: list[tuple[str, str]] = []
    if doc.status == "trial" and doc.ends_on is not None:
        ends = doc.ends_on
    elif doc.renewal_date is not None:
        ends = doc.renewal_date
        deadline = notice_deadline(case)
        if deadline is not None and case.today > deadline:
            ends = add_months(ends, case.terms.number("renewal", "auto_renew_months"))
            text = f"The notice deadline was {deadline}, so the contract renews once more and ends on {ends}."
            warnings.append(("notice_passed", text))
    else:
        ends = case.period()[1]
    doc.status, doc.ends_on = ("trial" if doc.status == "trial" else "cancelling"), ends
    doc.cancelled_on, doc.cancel_reason = case.today, change.reason
    doc.scheduled = []
    warnings.append(("export_until", f"After that the account is read-only until {ends + _days(case, 'read_only_days')}."))
    mail = Mail(subject="Your cancellation", body=f"Your Halcyon plan ends on {ends}. An Owner can undo this until then.")
    return Outcome(effective_on=ends, after=case.money(0), warnings=tuple(warnings), mail=mail)


def undo_cancel(case: Case, _: UndoCancel) -> Outcome:
    """Keeps a cancelling account, until the day it ends."""
    trial = case.doc.status == "trial" and case.doc.cancelled_on is not None
    if not trial:
        case.require("cancelling")
        case.doc.status, case.doc.ends_on = "active", None
    case.doc.cancelled_on = case.doc.cancel_reason = None
    return Outcome(effective_on=case.today)


def reactivate(case: Case, change: Reactivate) -> Outcome:
    """Brings an ended account back with all of its data; a new period starts and is charged today."""
    case.require("ended")
    doc = case.doc
    last = last_reactivation(case)
    if last is None or case.today > last:
        raise Conflict(f"The account could be brought back until {last}: its data is gone.", code="outside_window")
    case.require_paid()
    seats = change.seats if change.seats is not None else doc.seats_bought
    check_seats(case, case.terms.catalogue.plan(doc.plan), seats)
    months = MONTHS[doc.billing or "monthly"]
    doc.status, doc.ends_on, doc.seats_bought = "active", None, seats
    doc.cancelled_on = doc.cancel_reason = None
    doc.contract_start, doc.term_months = case.today, months
    doc.renewal_date = add_months(case.today, months) if months > 1 else None
    return case.start_period(items_of(case.deal, case.terms.prices), months)


def renew(case: Case, change: Renew) -> Outcome:
    """Signs the next term at the present price."""
    case.require("active")
    doc = case.doc
    plan = case.terms.catalogue.plan(doc.plan)
    if doc.renewal_date is None:
        raise Conflict("A monthly plan has no term to renew: it can move to annual billing.", code="no_term")
    opens = doc.renewal_date - case.terms.days("renewal", "early_renew_days")
    if case.today < opens:
        text = f"The contract renews on {doc.renewal_date} and can be renewed early from {opens} on."
        raise Conflict(text, code="outside_renewal_window", possible_from=opens.isoformat())
    if any(each.kind == "renew" for each in doc.scheduled):
        raise Conflict("The next term is signed already.", code="no_change")
    if change.term_months not in plan.terms_months or change.term_months == 1:
        sold = ", ".join(str(each) for each in plan.terms_months if each > 1)
        raise BadInput(f"{plan.name} is renewed for {sold} months.", code="term_not_sold")
    seats = _renewal_seats(case, change)
    summary = f"{change.term_months} months with {seats} seats"
    term = ScheduledDoc(
        receipt=case.number, kind="renew", on=doc.renewal_date, summary=summary, seats=seats, term_months=change.term_months
    )
    doc.scheduled = [each for each in doc.scheduled if each.kind != "seats"]
    case.schedule(term)
    return Outcome(effective_on=doc.renewal_date, after=recurring(case.deal.with_seats(seats), case.terms.prices))


def extend_trial(case: Case, change: ExtendTrial) -> Outcome:
    """Some more days: as often as published, and once more if staff want it."""
    case.require("trial")
    days = case.terms.number("trial", "extension_days")
    if change.days != days:
        raise BadInput(f"A trial is extended by {days} days.", code="outside_limits")
    if len(case.doc.trial_extensions) > case.terms.number("trial", "extensions"):
        raise Conflict("The trial was extended as often as is possible.", code="extension_used")
    ends = (case.doc.ends_on or case.today) + days * DAY
    case.doc.ends_on = ends
    case.doc.trial_extensions.append(case.today)
    return Outcome(effective_on=ends, expires_on=ends)


def last_reactivation(case: Case) -> date | None:
    """The last day on which an ended account can come back."""
    return case.doc.ends_on + _days(case, "reactivate_days") if case.doc.ends_on else None


def _days(case: Case, name: str) -> timedelta:
    return case.terms.days("ending", name)


def _require_pausable(case: Case) -> None:
    plan = case.terms.catalogue.plan(case.doc.plan)
    allowed = "seasonal_pause_monthly" in plan.entitlements or "all_team" in plan.entitlements
    if case.doc.billing != "monthly" or not allowed or plan.sold_as == "enterprise":
        raise Conflict("Only Team and Business on monthly billing can pause.", code="pause_not_sold")


def _renewal_seats(case: Case, change: Renew) -> int:
    doc = case.doc
    planned = next((each.seats for each in doc.scheduled if each.kind == "seats" and each.seats), doc.seats_bought)
    seats = change.seats if change.seats is not None else planned
    check_seats(case, case.terms.catalogue.plan(doc.plan), seats)
    if seats < doc.seats_used:
        text = f"{doc.seats_used} seats are in use: ask for at least as many."
        raise Conflict(text, code="seats_under_use", in_use=doc.seats_used)
    if seats < doc.seats_bought:
        require_notice(case)
    return seats
