"""Which rule works out which change. A rule changes the case's document, or refuses and leaves everything as it was."""

from collections.abc import Callable, Mapping
from typing import Any

from core.errors import Conflict
from core.money import Money
from skills.billing.port import (
    AddAddon,
    ApplySaveOffer,
    Cancel,
    Change,
    ChangeBillingDetails,
    ChangePlan,
    CreatePaymentLink,
    CreateReferralLink,
    ExtendPayment,
    ExtendTrial,
    Pause,
    Preview,
    Reactivate,
    Receipt,
    RemoveAddon,
    Renew,
    ReplacePaymentMethod,
    RequestExport,
    RequestRegionMove,
    ReverseCredit,
    ReverseRefund,
    SeatsAtRenewal,
    SetSeats,
    StartAddonTrial,
    UndoCancel,
)
from skills.sandbox import addon_rules, life_rules, money_rules, payment_rules, plan_rules
from skills.sandbox.case import Case, Outcome
from skills.sandbox.plan_rules import RECURS

RULES: Mapping[type, Callable[[Case, Any], Outcome]] = {
    ChangePlan: plan_rules.change_plan,
    SetSeats: plan_rules.set_seats,
    SeatsAtRenewal: plan_rules.seats_at_renewal,
    AddAddon: addon_rules.add_addon,
    RemoveAddon: addon_rules.remove_addon,
    StartAddonTrial: addon_rules.start_addon_trial,
    Pause: life_rules.pause,
    Cancel: life_rules.cancel,
    UndoCancel: life_rules.undo_cancel,
    Reactivate: life_rules.reactivate,
    Renew: life_rules.renew,
    ExtendTrial: life_rules.extend_trial,
    ReplacePaymentMethod: payment_rules.replace_payment_method,
    ApplySaveOffer: payment_rules.apply_save_offer,
    ExtendPayment: payment_rules.extend_payment,
    RequestRegionMove: payment_rules.request_region_move,
    ChangeBillingDetails: payment_rules.change_billing_details,
    CreatePaymentLink: payment_rules.create_payment_link,
    CreateReferralLink: payment_rules.create_referral_link,
    RequestExport: payment_rules.request_export,
    ReverseCredit: money_rules.reverse_credit,
    ReverseRefund: money_rules.reverse_refund,
}


def work_out(case: Case, change: Change) -> Outcome:
    """Carries out a change on the case's document."""
    rule = RULES.get(type(change))
    if rule is None:
        raise Conflict("That can only be done, not tried out.", code="no_preview")
    return rule(case, change)


def preview_of(case: Case, change: Change, outcome: Outcome) -> Preview:
    """What the change came to, as shown before it is agreed."""
    zero = case.money(0)
    due_now = outcome.due_now or zero
    collected = outcome.collected or zero
    return Preview(
        change=type(change).__name__,
        lines=outcome.lines,
        due_now=due_now,
        due_now_with_tax=due_now + case.tax(due_now) + collected,
        next_invoice=outcome.next_invoice or zero,
        effective_on=outcome.effective_on,
        recurring_before=case.before,
        recurring_after=outcome.after if outcome.after is not None else case.recurring(),
        recurs=outcome.after_recurs or RECURS[case.doc.billing or "monthly"],
        recurred=RECURS[case.billed],
        warnings=outcome.warnings,
    )


def receipt_of(case: Case, kind: str, outcome: Outcome) -> Receipt:
    """Proof of what was done."""
    amount: Money = outcome.amount or outcome.due_now or case.money(0)
    return Receipt(
        number=case.number,
        account_id=case.doc.id,
        kind=kind,
        made_at=case.now,
        effective_on=outcome.effective_on,
        amount=amount,
        lines=outcome.lines,
        invoice_id=outcome.invoice_id,
        link=outcome.link,
        expires_on=outcome.expires_on,
        ready_by=outcome.ready_by,
        undo=outcome.undo,
    )
