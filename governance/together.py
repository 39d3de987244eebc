"""What policy should know of a step when others come with it: what they change, and all money that is asked for at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.action import ActionRequest, Allow, Decision, Deny, NeedsApproval, Reason
from governance.facts import Facts
from governance.roles import highest

CREDIT = "credit"
STATUS_AFTER: Mapping[str, str] = {
    "cancel_plan": "cancelling",
    "pause_plan": "paused",
    "undo_cancellation": "active",
    "reactivate_plan": "active",
}
COUNTED: Mapping[str, str] = {
    "pause_plan": "pauses_12m",
    "extend_trial": "trial_extensions",
    "extend_payment": "payment_extensions_12m",
    "apply_save_offer": "save_offers_12m",
}
SEATS = frozenset({"add_seats", "remove_seats"})


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A step that isn't done yet, as it would be asked for. `relative`: its seats count from what there is then."""

    request: ActionRequest
    facts: Facts
    relative: bool = False

    @property
    def cause(self) -> str:
        value = self.request.values().get("cause")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, kw_only=True)
class Together:
    """What policy says of steps, each with the others in view, and of all as a whole: the strictest decides."""

    steps: tuple[Decision, ...]
    whole: Decision


def in_view(step: Judged, earlier: Sequence[Judged], others: Sequence[Judged]) -> Facts:
    """The facts that hold once the `earlier` steps have happened; the money of all `others` counts, whatever the order."""
    facts = step.facts
    for each in earlier:
        facts = _after(facts, each, relative=step.relative and step.request.skill in SEATS)
    return _with_money(facts, step, others)


def strictest(decisions: Sequence[Decision]) -> Decision:
    """One decision for all of them: a denial before an approval, and the highest role that is asked for."""
    denied = [each for each in decisions if isinstance(each, Deny)]
    if denied:
        return Deny(policies=_policies(denied), version=denied[0].version, reasons=_reasons(denied))
    waiting = [each for each in decisions if isinstance(each, NeedsApproval)]
    approver = highest([each.approver for each in waiting])
    if approver is None:
        return Allow(policies=_policies(decisions), version=decisions[0].version)
    return NeedsApproval(approver=approver, policies=_policies(waiting), version=waiting[0].version, reasons=_reasons(waiting))


def _after(facts: Facts, earlier: Judged, *, relative: bool) -> Facts:
    skill, values = earlier.request.skill, earlier.request.values()
    if skill in STATUS_AFTER:
        facts = facts.with_(account_status=STATUS_AFTER[skill])
    if skill in COUNTED:
        known = getattr(facts, COUNTED[skill])
        facts = facts.with_(**{COUNTED[skill]: None if known is None else known + 1})
    if skill == "change_plan":
        changed = {name: values[name] for name in ("plan", "billing") if isinstance(values.get(name), str)}
        facts = facts.with_(**changed)
    difference = values.get("difference")
    if relative and skill in SEATS and isinstance(difference, int) and facts.seats_after is not None:
        facts = facts.with_(seats_after=facts.seats_after + difference)
    return facts


def _with_money(facts: Facts, step: Judged, others: Sequence[Judged]) -> Facts:
    granted = sum(each.facts.amount_usd_minor or 0 for each in others if each.cause and each.cause == step.cause)
    credit = sum(each.facts.amount_usd_minor or 0 for each in others if each.facts.form == CREDIT)
    if granted and facts.granted_usd_minor_90d is not None:
        facts = facts.with_(granted_usd_minor_90d=facts.granted_usd_minor_90d + granted)
    if credit and facts.credits_usd_minor_90d is not None:
        facts = facts.with_(credits_usd_minor_90d=facts.credits_usd_minor_90d + credit)
    return facts


def _policies(decisions: Sequence[Decision]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(policy for each in decisions for policy in each.policies))


def _reasons(decisions: Sequence[Decision]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for each in decisions for reason in each.reasons))
