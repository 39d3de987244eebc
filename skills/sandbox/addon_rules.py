"""Buying, trying and ending add-ons."""

from datetime import timedelta

from core.errors import Conflict
from skills.billing.port import AddAddon, RemoveAddon, StartAddonTrial
from skills.billing.pricebook import Addon
from skills.sandbox.case import Case, Outcome
from skills.sandbox.deal import addon_item, recurring
from skills.sandbox.docs import AddonTrialDoc, ScheduledDoc

LABELS = {
    "verified_email_domain": "a verified email domain",
    "owner_two_factor_on": "an Owner with two-factor sign-in switched on",
    "time_tracking_days": "days of time-tracking data",
    "timesheet_approval_on": "timesheet approval switched on",
    "published_schedule_weeks": "weeks of published schedules",
    "skills_coverage_percent": "% of active people with skills recorded",
}


def add_addon(case: Case, change: AddAddon) -> Outcome:
    """Buys an add-on for every paid seat, prorated for the rest of the period."""
    case.require("active")
    addon = _fitting(case, change.addon)
    share = case.share_left()
    item = addon_item(case.deal, case.terms.prices, addon.id, case.doc.seats_bought, share)
    outcome = case.charge([item], share)
    case.doc.addons.append(addon.id)
    case.doc.scheduled = [each for each in case.doc.scheduled if each.addon_ends != addon.id]
    return outcome


def remove_addon(case: Case, change: RemoveAddon) -> Outcome:
    """Ends an add-on with the billing period; nothing is given back for it."""
    case.require("active", "cancelling")
    addon = case.terms.catalogue.addon(change.addon)
    if case.terms.prices.included(addon.id, case.doc.plan):
        raise Conflict(f"{addon.name} comes with the plan: it can't be removed alone.", code="addon_included")
    if addon.id not in case.doc.addons:
        raise Conflict(f"The account does not have {addon.name}.", code="addon_not_active")
    if any(each.addon_ends == addon.id for each in case.doc.scheduled):
        raise Conflict(f"{addon.name} is ending already.", code="no_change")
    when = case.period()[1]
    kept = [each for each in case.doc.addons if each != addon.id]
    ending = ScheduledDoc(receipt=case.number, kind="addon_end", on=when, summary=f"{addon.name} ends", addon_ends=addon.id)
    case.schedule(ending)
    return Outcome(effective_on=when, after=recurring(case.deal.with_addons(kept), case.terms.prices))


def start_addon_trial(case: Case, change: StartAddonTrial) -> Outcome:
    """A free trial, once per account and add-on, for accounts that could also buy it."""
    case.require("active")
    addon = _fitting(case, change.addon)
    if not addon.trial_days:
        raise Conflict(f"{addon.name} has no trial: it can be bought.", code="no_trial")
    if any(each.addon == addon.id for each in case.doc.addon_trials):
        raise Conflict(f"{addon.name} was tried before, and a trial is given once.", code="trial_used")
    until = case.today + timedelta(days=addon.trial_days)
    case.doc.addon_trials.append(AddonTrialDoc(addon=addon.id, start=case.today, until=until))
    return Outcome(effective_on=case.today, expires_on=until)


def _fitting(case: Case, addon_id: str) -> Addon:
    """The add-on, if this account may have it: plan, region and prerequisites in that order."""
    addon = case.terms.catalogue.addon(addon_id)
    plan = case.terms.catalogue.plan(case.doc.plan)
    if addon.id in plan.included_addons:
        raise Conflict(f"{addon.name} comes with {plan.name} at no extra charge.", code="addon_included")
    if addon.id in case.doc.addons:
        raise Conflict(f"The account has {addon.name} already.", code="addon_already_active")
    if not case.terms.prices.sold_on(addon.id, plan.id):
        names = ", ".join(case.terms.catalogue.plan(each).name for each in addon.buyable_on)
        raise Conflict(f"{addon.name} is sold on {names}, not on {plan.name}.", code="addon_not_sold_on_plan")
    if case.doc.data_region in addon.excluded_data_regions:
        raise Conflict(f"{addon.name} is not available in the account's data region.", code="addon_region_excluded")
    _require_prerequisites(case, addon)
    return addon


def _require_prerequisites(case: Case, addon: Addon) -> None:
    states = {each: _met(case, each) for each in addon.prerequisites}
    unmet = [each for each, state in states.items() if state is False]
    unknown = [each for each, state in states.items() if state is None]
    if unmet:
        raise Conflict(f"{addon.name} needs {_spelled(unmet)} first.", code="prerequisite_unmet", prerequisites=unmet)
    if unknown:
        text = f"{addon.name} needs {_spelled(unknown)}, and the records don't say: check first."
        raise Conflict(text, code="prerequisite_unknown", prerequisites=unknown)


def _met(case: Case, prerequisite: str) -> bool | None:
    name, _, least = prerequisite.partition(">=")
    known = case.doc.prerequisites
    owners = [each.two_factor for each in case.doc.contacts if each.role == "Owner" and each.active]
    two_factor = True if True in owners else known.owner_two_factor
    values: dict[str, str | int | bool | None] = {
        "verified_email_domain": known.verified_domain,
        "owner_two_factor_on": two_factor,
        "time_tracking_days": known.time_tracking_days,
        "timesheet_approval_on": known.timesheet_approval_on,
        "published_schedule_weeks": known.schedule_weeks,
        "skills_coverage_percent": known.skills_coverage_percent,
    }
    value = values.get(name)
    if value is None:
        return None
    return int(value) >= int(least) if least else bool(value)


def _spelled(prerequisites: list[str]) -> str:
    named: list[str] = []
    for each in prerequisites:
        name, _, least = each.partition(">=")
        named.append(f"at least {least} {LABELS[name]}" if least else LABELS[name])
    return " and ".join(named)
