"""How wishes become steps: numbered, bounded, each with what it leans on; and which of them don't go together. Pure."""

from collections.abc import Mapping, Sequence

from bot.dialogue.plan import Doubt, Plan, PlanStep
from core.language import Asked

LEANS_ON: Mapping[str, frozenset[str]] = {
    "change_plan": frozenset({"undo_cancellation", "reactivate_plan"}),
    "add_seats": frozenset({"undo_cancellation", "reactivate_plan", "change_plan"}),
    "remove_seats": frozenset({"undo_cancellation", "reactivate_plan", "change_plan"}),
    "reduce_at_renewal": frozenset({"undo_cancellation", "change_plan"}),
    "add_addon": frozenset({"undo_cancellation", "reactivate_plan", "change_plan"}),
    "start_addon_trial": frozenset({"undo_cancellation", "reactivate_plan", "change_plan"}),
    "pause_plan": frozenset({"undo_cancellation", "reactivate_plan", "change_plan"}),
    "renew_contract": frozenset({"undo_cancellation", "change_plan", "add_seats", "remove_seats"}),
    "refund_payment": frozenset({"find_double_charge"}),
}
"""What a step makes sense only after, when that was asked for before it."""
LEAVING = frozenset({"cancel_plan"})
STAYING = frozenset(
    {
        "change_plan",
        "add_seats",
        "remove_seats",
        "reduce_at_renewal",
        "add_addon",
        "start_addon_trial",
        "pause_plan",
        "renew_contract",
        "undo_cancellation",
        "reactivate_plan",
        "extend_trial",
        "apply_save_offer",
    }
)
EXCLUDING: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (LEAVING, STAYING),
    (frozenset({"add_seats"}), frozenset({"remove_seats"})),
    (frozenset({"pause_plan"}), frozenset({"reactivate_plan"})),
)
ONE_VALUE = frozenset(
    {"change_plan", "pause_plan", "renew_contract", "move_region", "change_payment_method", "update_billing_contact", "add_seats"}
    | {"remove_seats", "reduce_at_renewal", "cancel_plan", "extend_payment", "extend_trial"}
)
"""Skills of which two with different values exclude each other."""
SAME_THING = "addon"


def steps_of(wishes: Sequence[Asked], first_number: int, before: Sequence[PlanStep] = ()) -> tuple[PlanStep, ...]:
    """The wishes as steps; the caller has seen to it that they aren't too many."""
    made: list[PlanStep] = []
    for number, wish in enumerate(wishes, first_number):
        leans = LEANS_ON.get(wish.intent, frozenset())
        after = next((each.number for each in reversed([*before, *made]) if each.open and each.skill in leans), None)
        made.append(PlanStep(number=number, wish=wish, after=after))
    return tuple(made)


def doubt_in(plan: Plan, changes: frozenset[str]) -> tuple[Doubt, tuple[int, int]] | None:
    """The first two open steps that exclude each other or ask for the same change twice. Reads (not in `changes`) never do."""
    steps = [each for each in plan.steps if each.open and each.skill in changes]
    for place, later in enumerate(steps):
        for earlier in steps[:place]:
            doubt = _between(earlier.wish, later.wish)
            if doubt is not None and not {earlier.number, later.number} <= set(plan.meant):
                return doubt, (earlier.number, later.number)
    return None


def _between(one: Asked, other: Asked) -> Doubt | None:
    if one.intent != other.intent:
        return Doubt.EITHER if _exclude(one.intent, other.intent) or _back_and_forth(one, other) else None
    if _same_values(one, other):
        return Doubt.ONCE
    return Doubt.EITHER if one.intent in ONE_VALUE else None


def _exclude(one: str, other: str) -> bool:
    return any((one in left and other in right) or (other in left and one in right) for left, right in EXCLUDING)


def _back_and_forth(one: Asked, other: Asked) -> bool:
    """An add-on that is to be added and removed."""
    if {one.intent, other.intent} not in ({"add_addon", "remove_addon"}, {"start_addon_trial", "remove_addon"}):
        return False
    values = [{slot.value for slot in each.slots if slot.name == SAME_THING} for each in (one, other)]
    return bool(values[0] & values[1])


def _same_values(one: Asked, other: Asked) -> bool:
    """Whether nothing that both name differs: one that names less may mean the same."""
    known = {slot.name: slot.value for slot in one.slots}
    return all(slot.name not in known or known[slot.name] == slot.value for slot in other.slots)
