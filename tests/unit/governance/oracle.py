"""The rules written once more, in plain Python and another way: what the policies must never permit."""

from collections.abc import Callable, Iterator, Mapping

from core.action import ActionRequest, Effect, Origin
from core.people import Assurance, PrincipalKind
from governance.facts import KINDS, Facts

DESK = {"support_agent", "billing_lead", "finance", "account_manager", "sales_director", "cfo"}
PUBLIC = {
    "price_seats",
    "explain_referral",
    "incident_status",
    "explain_cancellation",
    "refund_window",
    "trial_status",
    "seat_limits",
    "plan_limits",
    "pause_price",
    "uptime_credit",
}
GOES_ON_SUSPENDED = {"change_payment_method", "request_export", "extend_payment", "open_ticket"}
DRY_RUN = {"add_seats", "remove_seats", "change_plan", "add_addon", "remove_addon", "start_addon_trial", "reduce_at_renewal"}
WITH_CODE = {"update_billing_contact", "change_payment_method", "move_region"}
OPEN = {"active", "trial", "trial_ended", "cancelling", "paused", "ended", "read_only"}
ASKERS: Mapping[frozenset[str], set[str]] = {
    frozenset({"Owner", "Admin", "Billing admin"}): {
        "find_invoices",
        "explain_charge",
        "find_double_charge",
        "renewal_info",
        "payment_status",
        "preview_plan_change",
        "grant_discount",
    },
    frozenset({"Owner", "Billing admin"}): {
        "add_seats",
        "remove_seats",
        "reissue_invoice",
        "update_billing_contact",
        "change_payment_method",
        "give_credit",
        "refund_payment",
        "send_payment_link",
    },
    frozenset({"Owner", "Admin"}): {
        "change_plan",
        "add_addon",
        "remove_addon",
        "start_addon_trial",
        "extend_trial",
        "request_export",
    },
    frozenset({"Owner"}): {
        "pause_plan",
        "renew_contract",
        "draft_quote",
        "reduce_at_renewal",
        "move_region",
        "extend_payment",
        "cancel_plan",
        "undo_cancellation",
        "reactivate_plan",
        "apply_save_offer",
    },
}
RANKS = {"support_agent": 1, "billing_lead": 2, "finance": 3, "account_manager": 11, "sales_director": 12, "cfo": 13}
BANDS = {
    "team": {12: 5, 24: 10, 36: 12},
    "business": {12: 10, 24: 15, 36: 18},
    "enterprise": {12: 15, 24: 20, 36: 25},
}
PERMIT, ASK, REFUSE = 0, 1, 2


def verdict(request: ActionRequest, facts: Facts) -> str:
    """allow, needs_approval or deny."""
    if not well_typed(facts):
        return "deny"
    found = max([PERMIT, *_identity(request, facts), *_standing(request, facts), *_own_rules(request, facts)])
    return ("allow", "needs_approval", "deny")[found]


def well_typed(facts: Facts) -> bool:
    """Whether every known fact is of its type, numbers within 64 bits."""
    for name, kind in KINDS.items():
        value = getattr(facts, name)
        if value is None:
            continue
        if type(value) is not kind or (kind is int and not -(2**63) <= value < 2**63):
            return False
    return True


def _refuse_unless(met: bool) -> int:
    return PERMIT if met else REFUSE


def _ask_unless(met: bool) -> int:
    return PERMIT if met else ASK


def _between(value: int | None, low: int, high: int) -> bool:
    return value is not None and low <= value <= high


def _signed(facts: Facts, role: str) -> bool:
    """Whether somebody of that role or above, other than the requester, said yes."""
    if facts.approver_is_requester is not False or facts.approver_role not in RANKS:
        return False
    return 0 <= RANKS[facts.approver_role] - RANKS[role] < 3


def _identity(request: ActionRequest, facts: Facts) -> Iterator[int]:
    who, skill = request.principal, request.skill
    yield _refuse_unless(facts.kill_switch is False and facts.skill_frozen is False)
    yield _refuse_unless(bool(request.account_id) or skill in PUBLIC)
    yield _refuse_unless(skill not in WITH_CODE or who.step_up)
    if who.kind is PrincipalKind.CUSTOMER:
        yield _refuse_unless(_knows(who.assurance, skill))
        own = facts.own_account is True and bool(who.account_id) and who.account_id == request.account_id
        yield _refuse_unless(own or (skill in PUBLIC and not request.account_id))
        yield _refuse_unless(all(skill not in skills or who.roles & roles for roles, skills in ASKERS.items()))
    elif who.kind is PrincipalKind.AGENT:
        yield _refuse_unless(bool(who.roles & DESK))
    else:
        yield _refuse_unless(request.effect is Effect.MESSAGE)
    origins = {argument.provenance.origin for argument in request.arguments.values() if not argument.content}
    yield _refuse_unless(request.effect is Effect.READ or Origin.DOCUMENT not in origins)
    yield _refuse_unless(request.effect is Effect.READ or Origin.TOOL not in origins)
    yield _refuse_unless(request.effect is Effect.READ or request.raised_by != "model")
    yield _refuse_unless(request.effect is not Effect.MONEY or Origin.MODEL not in origins)


def _knows(assurance: Assurance, skill: str) -> bool:
    if skill in PUBLIC or assurance is Assurance.VERIFIED:
        return True
    return skill == "send_code" and assurance is Assurance.CLAIMED


def _standing(request: ActionRequest, facts: Facts) -> Iterator[int]:
    if request.effect in {Effect.WRITE, Effect.MONEY}:
        yield _refuse_unless(facts.account_status in OPEN or request.skill in GOES_ON_SUSPENDED)
        yield _refuse_unless(facts.permitted is not False or request.skill == "extend_trial")
    if request.skill in DRY_RUN:
        yield _refuse_unless(facts.permitted is True)


def _own_rules(request: ActionRequest, facts: Facts) -> Iterator[int]:
    rules = OWN.get(request.skill)
    if rules:
        yield from rules(request, facts)


def _change_plan(request: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(request.values().get("plan") != "team_2024")


def _seats(_: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(
        facts.seats_after is not None and _between(facts.seats_used, 0, 2**63) and facts.seats_after >= (facts.seats_used or 0)
    )


def _reduce(request: ActionRequest, facts: Facts) -> Iterator[int]:
    yield from _seats(request, facts)
    yield _refuse_unless(facts.notice_passed is False)


def _pause(request: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(facts.plan in {"team", "business"} and facts.billing == "monthly" and facts.pauses_12m == 0)
    yield _refuse_unless(request.values().get("months") in {1, 2, 3})


def _renew(_: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(_between(facts.days_to_renewal, 0, 120) and facts.open_p1 is False and facts.dispute is False)


def _region(_: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(facts.plan in {"business", "enterprise"})


def _trial(_: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(_between(facts.trial_extensions, 0, 1) and _between(facts.extension_days, 1, 7))
    yield _ask_unless(facts.trial_extensions == 0 or _signed(facts, "support_agent"))


def _more_time(_: ActionRequest, facts: Facts) -> Iterator[int]:
    days, before = facts.extension_days, facts.payment_extensions_12m
    yield _refuse_unless(_between(facts.dunning_day, 0, 20) and _between(days, 1, 30) and _between(before, 0, 2**63))
    yield _ask_unless(_signed(facts, "support_agent"))
    small = _between(days, -(2**63), 10) and before == 0
    yield _ask_unless(small or _signed(facts, "billing_lead"))


def _link(_: ActionRequest, facts: Facts) -> Iterator[int]:
    yield _refuse_unless(_between(facts.referral_paid_months, 3, 2**63) and facts.overdue is False)


def _given(request: ActionRequest, facts: Facts) -> Iterator[int]:
    amount, cause, credits = facts.amount_usd_minor, facts.granted_usd_minor_90d, facts.credits_usd_minor_90d
    if amount is None or cause is None or credits is None or amount <= 0 or cause < 0 or credits < 0:
        yield REFUSE
        return
    yield _refuse_unless(amount + cause < 2**63 and amount + credits < 2**63)
    yield _refuse_unless(request.raised_by in {"customer", "agent"})
    yield _ask_unless(amount + cause <= 100_00 or _signed(facts, "billing_lead"))
    yield _ask_unless(amount + cause <= 1_000_00 or _signed(facts, "finance"))


def _credit(request: ActionRequest, facts: Facts) -> Iterator[int]:
    yield from _given(request, facts)
    grounds = {"first_monthly", "first_annual", "annual_renewal", "addon", "duplicate", "goodwill", "sla", "incident", "none"}
    yield _refuse_unless(facts.form == "credit" and facts.basis in grounds)
    total = (facts.amount_usd_minor or 0) + (facts.credits_usd_minor_90d or 0)
    yield _ask_unless(total <= 50_00 or _signed(facts, "support_agent"))


def _refund(request: ActionRequest, facts: Facts) -> Iterator[int]:
    yield from _given(request, facts)
    windows = {"first_monthly", "first_annual", "annual_renewal", "addon", "duplicate"}
    yield _refuse_unless(facts.form == "refund" and facts.basis in windows)
    yield _ask_unless(_signed(facts, "support_agent"))


def _discount(request: ActionRequest, facts: Facts) -> Iterator[int]:
    percent = facts.discount_percent
    most = BANDS.get(facts.plan or "", {}).get(facts.term_months or 0, 0)
    yield _refuse_unless(_between(percent, 1, min(most, 25)) and facts.billing == "annual" and facts.existing_discount is False)
    yield _refuse_unless(request.raised_by in {"customer", "agent"})
    yield _ask_unless(_signed(facts, "account_manager"))
    yield _ask_unless((percent or 0) <= 10 or _signed(facts, "sales_director"))
    yield _ask_unless((percent or 0) <= 20 or _signed(facts, "cfo"))


def _save(request: ActionRequest, facts: Facts) -> Iterator[int]:
    most = {"team": 10, "business": 15, "enterprise": 20}.get(facts.plan or "", 0)
    yield _refuse_unless(_between(facts.offer_percent, 1, most))
    months = request.values().get("months")
    longest = 6 if facts.plan == "enterprise" else 3
    yield _refuse_unless(not isinstance(months, int) or _between(months, 1, longest))
    clear = (facts.open_p1, facts.open_p2, facts.dispute, facts.business_closing, facts.existing_discount)
    yield _refuse_unless(all(one is False for one in clear))
    yield _refuse_unless(facts.save_offers_12m == 0 and facts.save_offers_in_conversation == 0)
    yield _ask_unless(facts.plan == "team" or _signed(facts, "account_manager"))
    yield _ask_unless(facts.plan in {"team", "business"} or _signed(facts, "sales_director"))


def _offer(request: ActionRequest, facts: Facts) -> Iterator[int]:
    kind = request.values().get("kind")
    yield _refuse_unless(kind in {"upsell", "cross_sell", "renewal", "referral"})
    yield _refuse_unless(_consents(facts))
    daytime = _between(facts.local_hour, 8, 19) and _between(facts.weekday, 0, 4)
    yield _refuse_unless(facts.live is True or daytime)
    most = {"in_app": 0, "email": 1, "sms": 0, "phone": 0}.get(facts.channel or "", -1)
    yield _refuse_unless(_between(facts.contacts_in_window, 0, most) and facts.offers_in_conversation == 0)
    yield _refuse_unless(not (facts.channel == "phone" and "Employee" in request.principal.roles))
    clear = (facts.open_p1, facts.open_p2, facts.dispute, facts.payment_failed, facts.overdue, facts.business_closing)
    yield _refuse_unless(all(one is False for one in clear))
    yield _refuse_unless(_between(facts.days_since_p1_closed, 14, 2**63))
    yield _refuse_unless(facts.account_status in {"active", "trial", "trial_ended", "paused"})
    if kind == "referral":
        yield _refuse_unless(_between(facts.nps, 9, 10) and _between(facts.nps_age_days, 0, 90))
        yield _refuse_unless(_between(facts.referral_paid_months, 3, 2**63))


def _consents(facts: Facts) -> bool:
    if facts.region not in {"EU", "UK", "US", "AU", "CA"}:
        return False
    if facts.consent == "opted_in":
        return True
    return facts.region == "US" and facts.channel in {"email", "in_app"} and facts.consent == "none_recorded"


OWN: Mapping[str, Callable[[ActionRequest, Facts], Iterator[int]]] = {
    "change_plan": _change_plan,
    "draft_quote": _change_plan,
    "remove_seats": _seats,
    "reduce_at_renewal": _reduce,
    "pause_plan": _pause,
    "renew_contract": _renew,
    "move_region": _region,
    "extend_trial": _trial,
    "extend_payment": _more_time,
    "create_referral_link": _link,
    "give_credit": _credit,
    "refund_payment": _refund,
    "grant_discount": _discount,
    "apply_save_offer": _save,
    "raise_offer": _offer,
}
