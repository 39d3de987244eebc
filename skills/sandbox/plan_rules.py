"""Changing the plan, the billing rhythm and the number of seats."""

from datetime import date

from core.errors import BadInput, Conflict
from skills.billing.port import ChangePlan, SeatsAtRenewal, SetSeats
from skills.billing.pricebook import Plan
from skills.billing.prices import MONTHS
from skills.sandbox.case import Case, Outcome, with_warnings
from skills.sandbox.dates import add_months
from skills.sandbox.deal import Deal, Item, credited, extra_seat_items, items_of, recurring
from skills.sandbox.docs import DiscountDoc, ScheduledDoc

RECURS = {"monthly": "month", "annual": "year"}
Warnings = tuple[tuple[str, str], ...]


def change_plan(case: Case, change: ChangePlan) -> Outcome:
    """Upwards at once, downwards and from annual to monthly later; a trial becomes a customer at once."""
    case.require("active", "trial", "trial_ended")
    plan = _on_sale(case, change.plan)
    billing = change.billing or case.doc.billing or "monthly"
    notes: Warnings = ()
    if change.billing is None and plan.seat_price_minor.get(billing) is None:
        billing, notes = "annual", (("annual_only", f"{plan.name} is sold on annual billing only."),)
    unit = case.terms.prices.seat_price(plan.id, billing, case.doc.currency)
    seats, seat_notes = _plan_seats(case, plan, change.seats)
    if case.doc.billing is not None and (plan.id, billing) == (case.doc.plan, case.doc.billing):
        return _same_plan(case, seats)
    case.require_paid()
    addons, addon_notes = _kept_addons(case, plan)
    target = Deal(plan=plan.id, billing=billing, seats=seats, addons=addons, unit=unit, percent_off=_percent_kept(case, plan))
    if case.doc.status != "active":
        return with_warnings(_start(case, target), *notes, *seat_notes)
    step = case.terms.catalogue.rank(plan.id) - case.terms.catalogue.rank(case.doc.plan)
    later = step < 0 or (case.doc.billing, billing) == ("annual", "monthly")
    if later and step > 0:
        when = case.doc.renewal_date
        raise Conflict(f"Annual billing lasts until {when}: upgrade on annual billing.", code="annual_until_renewal")
    outcome = _later(case, plan, target) if later else _upgrade(case, target)
    return with_warnings(outcome, *notes, *seat_notes, *addon_notes)


def set_seats(case: Case, change: SetSeats) -> Outcome:
    """More seats at once, prorated by day; fewer from the next period, or the next term on annual billing."""
    case.require("active", "cancelling")
    if change.seats == case.doc.seats_bought:
        raise Conflict(f"The account has {change.seats} seats already: nothing to change.", code="no_change")
    _check_seats(case, change.seats)
    if change.seats < case.doc.seats_bought:
        return _fewer(case, change.seats)
    share = case.share_left()
    extra = change.seats - case.doc.seats_bought
    items = extra_seat_items(case.deal, case.terms.prices, extra, share)
    outcome = case.charge(items, share)
    case.doc.seats_bought = change.seats
    if case.doc.seats_used <= change.seats:
        case.doc.seat_grace_since = None
    return outcome


def seats_at_renewal(case: Case, change: SeatsAtRenewal) -> Outcome:
    """Another number of seats from the next term (monthly: the next period) on."""
    case.require("active")
    _check_seats(case, change.seats)
    if change.seats < case.doc.seats_bought:
        return _fewer(case, change.seats)
    return _seats_from(case, change.seats, case.doc.renewal_date or case.period()[1])


def notice_deadline(case: Case) -> date | None:
    """The last day to stop the next renewal or to ask for fewer seats; `None` on monthly billing."""
    if case.doc.renewal_date is None:
        return None
    plan = case.terms.catalogue.plan(case.doc.plan)
    return date.fromordinal(case.doc.renewal_date.toordinal() - plan.renewal_notice_days)


def require_notice(case: Case) -> None:
    """Refuses once the notice deadline has passed."""
    deadline = notice_deadline(case)
    if deadline is not None and case.today > deadline:
        raise Conflict(
            f"Fewer seats had to be asked for by {deadline}: they are possible for the term after next.",
            code="notice_passed",
            deadline=deadline.isoformat(),
        )


def check_seats(case: Case, plan: Plan, seats: int) -> None:
    """Refuses numbers of seats that the plan is not sold with, or that are fewer than are in use."""
    if seats < plan.min_seats:
        text = f"{plan.name} is sold from {plan.min_seats} seats: ask for at least that."
        raise Conflict(text, code="below_plan_minimum", minimum=plan.min_seats)
    if seats > plan.max_seats:
        text = f"{plan.name} is sold up to {plan.max_seats:,} seats: a larger plan is needed."
        raise Conflict(text, code="above_plan_maximum", maximum=plan.max_seats)
    if seats % plan.seat_step:
        text = f"{plan.name} seats are sold in steps of {plan.seat_step}: ask for a multiple of it."
        raise BadInput(text, code="bad_seat_step", step=plan.seat_step)


def _check_seats(case: Case, seats: int) -> None:
    check_seats(case, case.terms.catalogue.plan(case.doc.plan), seats)


def _fewer(case: Case, seats: int) -> Outcome:
    if seats < case.doc.seats_used:
        raise Conflict(
            f"{case.doc.seats_used} seats are in use: people have to be archived before there can be {seats}.",
            code="seats_under_use",
            in_use=case.doc.seats_used,
        )
    require_notice(case)
    return _seats_from(case, seats, case.doc.renewal_date or case.period()[1])


def _seats_from(case: Case, seats: int, when: date) -> Outcome:
    summary = f"{seats} seats instead of {case.doc.seats_bought}"
    case.schedule(ScheduledDoc(receipt=case.number, kind="seats", on=when, summary=summary, seats=seats))
    return Outcome(effective_on=when, after=recurring(case.deal.with_seats(seats), case.terms.prices))


def _on_sale(case: Case, plan_id: str) -> Plan:
    plan = case.terms.catalogue.plan(plan_id)
    if plan.closed:
        raise Conflict("That plan is closed and can't be chosen any more.", code="plan_closed")
    return plan


def _plan_seats(case: Case, plan: Plan, asked: int | None) -> tuple[int, Warnings]:
    """The seats on the new plan: those asked for or had, raised to the plan's minimum and step."""
    trial = case.doc.billing is None
    wanted = asked if asked is not None else (case.doc.seats_used if trial else case.doc.seats_bought)
    seats = case.terms.prices.billed_seats(plan.id, wanted)
    if seats < case.doc.seats_used:
        text = f"{case.doc.seats_used} seats are in use: ask for at least as many."
        raise Conflict(text, code="seats_under_use", in_use=case.doc.seats_used)
    if seats == wanted:
        return seats, ()
    return seats, (("seats_rounded", f"{plan.name} starts at {plan.min_seats} seats, in steps of {plan.seat_step}: {seats}."),)


def _same_plan(case: Case, seats: int) -> Outcome:
    if seats == case.doc.seats_bought:
        raise Conflict("The account is on that plan already: nothing to change.", code="no_change")
    return set_seats(case, SetSeats(seats=seats))


def _kept_addons(case: Case, plan: Plan) -> tuple[tuple[str, ...], Warnings]:
    """The add-ons still paid for on the new plan, and what to say of the others."""
    kept: list[str] = []
    notes: list[tuple[str, str]] = []
    for addon_id in case.doc.addons:
        addon = case.terms.catalogue.addon(addon_id)
        if addon_id in plan.included_addons:
            notes.append(("addon_included", f"{addon.name} comes with {plan.name} at no extra charge."))
        elif case.terms.prices.sold_on(addon_id, plan.id):
            kept.append(addon_id)
        else:
            notes.append(("addon_ends", f"{addon.name} is not sold on {plan.name} and ends with the present plan."))
    return tuple(kept), tuple(notes)


def _percent_kept(case: Case, plan: Plan) -> int:
    """A published discount goes along where the plan has it, and an offer to stay until it ends; a negotiated one does not."""
    discount = case.doc.discount
    if discount is None or not case.doc.percent_off(case.today):
        return 0
    return discount.percent if _goes_along(case, discount, plan) else 0


def _goes_along(case: Case, discount: DiscountDoc, plan: Plan) -> bool:
    if discount.kind == "save_offer":
        return True
    return any(each.id == discount.kind and plan.id in each.plans for each in case.terms.catalogue.discounts)


def _start(case: Case, target: Deal) -> Outcome:
    """A trial becomes a customer."""
    ended = case.doc.ends_on if case.doc.status == "trial_ended" else None
    if ended is not None and case.today > ended + case.terms.days("trial", "data_kept_days"):
        raise Conflict("The trial's data is gone: a new account has to be opened.", code="trial_data_deleted")
    outcome = _begin(case, target, [])
    case.doc.status, case.doc.ends_on = "active", None
    if case.doc.payment_method == "none":
        return with_warnings(outcome, ("no_payment_method", "There is no payment method yet: the invoice stays open until paid."))
    return outcome


def _upgrade(case: Case, target: Deal) -> Outcome:
    if target.seats < case.doc.seats_bought:
        raise Conflict("Fewer seats are possible from the next renewal on, not with an upgrade.", code="fewer_seats_later")
    unused = credited(items_of(case.deal, case.terms.prices, case.share_left()))
    return _begin(case, target, unused)


def _begin(case: Case, target: Deal, unused: list[Item]) -> Outcome:
    """Starts the deal today, with a full period paid in advance less what was paid before and not used."""
    months = MONTHS[target.billing]
    doc = case.doc
    plan = case.terms.catalogue.plan(target.plan)
    if doc.discount is not None and not _goes_along(case, doc.discount, plan):
        doc.discount = None
    doc.plan, doc.billing, doc.seats_bought = target.plan, target.billing, target.seats
    doc.seat_price_minor, doc.addons = target.unit.minor, list(target.addons)
    doc.term_months, doc.contract_start = months, case.today
    doc.renewal_date = add_months(case.today, months) if months > 1 else None
    doc.scheduled = []
    return case.start_period([*items_of(target, case.terms.prices), *unused], months)


def _later(case: Case, plan: Plan, target: Deal) -> Outcome:
    """A lower plan, or monthly billing: when what is paid for has run out."""
    notes = _limits(case, plan)
    when = case.doc.renewal_date or case.period()[1]
    for addon_id in set(case.doc.addons) - set(target.addons):
        ending = ScheduledDoc(receipt=case.number, kind="addon_end", on=when, summary=f"{addon_id} ends", addon_ends=addon_id)
        case.schedule(ending)
    change = ScheduledDoc(
        receipt=case.number,
        kind="plan",
        on=when,
        summary=f"{plan.name}, {target.billing}, {target.seats} seats",
        plan=target.plan,
        billing=target.billing,
        seats=target.seats,
        seat_price_minor=target.unit.minor,
        term_months=MONTHS[target.billing],
    )
    case.schedule(change)
    after = recurring(target, case.terms.prices)
    return Outcome(effective_on=when, after=after, after_recurs=RECURS[target.billing], warnings=notes)


def _limits(case: Case, plan: Plan) -> Warnings:
    """Refuses a plan whose limits the account is above; says what is unknown and what will be hidden."""
    for name, value in (("locations", case.doc.locations), ("integrations", case.doc.integrations)):
        limit = plan.limit(name)
        if limit is not None and value is not None and value > limit:
            text = f"{plan.name} allows {limit} {name} and the account has {value}: remove some first."
            raise Conflict(text, code="over_plan_limits", limit=limit, has=value, of=name)
    notes: list[tuple[str, str]] = []
    if case.doc.integrations is None and plan.limit("integrations") is not None:
        text = f"{plan.name} allows {plan.limit('integrations')} active integrations: any above that must be removed first."
        notes.append(("integrations_unknown", text))
    present = case.terms.catalogue.plan(case.doc.plan)
    if (plan.limit("history_months") or 0) < (present.limit("history_months") or 0):
        text = f"History older than {plan.limit('history_months')} months is hidden for 90 days and then deleted."
        notes.append(("history_hidden", text))
    return tuple(notes)
