"""How wishes become steps, and which don't go together."""

import pytest

from bot.dialogue.plan import Doubt, Plan
from bot.dialogue.plan_making import doubt_in, steps_of
from core.language import Asked, SlotValue

CHANGES = frozenset({"cancel_plan", "change_plan", "add_seats", "remove_seats", "add_addon", "remove_addon", "give_credit"})


def wish(intent: str, **slots: str | int) -> Asked:
    found = tuple(SlotValue(name=name, value=value, message_id="m", start=0, end=1) for name, value in slots.items())
    return Asked(intent=intent, confidence=1.0, text="please", slots=found)


def plan(*wishes: Asked) -> Plan:
    return Plan(id="p", message_id="m", steps=steps_of(wishes, 1))


def test_steps_are_numbered_and_lean_on_earlier_ones() -> None:
    made = plan(wish("change_plan", plan="team"), wish("ticket_status"), wish("add_seats", quantity=2))
    assert [(each.number, each.after) for each in made.steps] == [(1, None), (2, None), (3, 1)]


@pytest.mark.parametrize(
    ("wishes", "doubt"),
    [
        ((wish("cancel_plan"), wish("change_plan", plan="team")), Doubt.EITHER),
        ((wish("add_seats", quantity=2), wish("cancel_plan")), Doubt.EITHER),
        ((wish("add_seats", quantity=2), wish("remove_seats", quantity=2)), Doubt.EITHER),
        ((wish("change_plan", plan="team"), wish("change_plan", plan="business")), Doubt.EITHER),
        ((wish("change_plan", plan="team"), wish("change_plan", plan="team")), Doubt.ONCE),
        ((wish("add_seats", quantity=2), wish("add_seats")), Doubt.ONCE),
        ((wish("add_addon", addon="sso"), wish("remove_addon", addon="sso")), Doubt.EITHER),
        ((wish("add_addon", addon="sso"), wish("remove_addon", addon="audit")), None),
        ((wish("add_addon", addon="sso"), wish("add_addon", addon="audit")), None),
        ((wish("give_credit", amount="10 USD"), wish("give_credit", amount="20 USD")), None),
        ((wish("change_plan", plan="team"), wish("add_seats", quantity=2)), None),
        ((wish("ticket_status"), wish("ticket_status")), None),
    ],
)
def test_what_does_not_go_together_is_found(wishes: tuple[Asked, ...], doubt: Doubt | None) -> None:
    found = doubt_in(plan(*wishes), CHANGES)
    assert (found[0] if found else None) is doubt


def test_what_the_customer_said_they_mean_is_not_doubted_again() -> None:
    made = plan(wish("add_seats", quantity=2), wish("add_seats", quantity=2)).model_copy(update={"meant": (1, 2)})
    assert doubt_in(made, CHANGES) is None


def test_steps_that_are_over_exclude_nothing() -> None:
    made = plan(wish("cancel_plan"), wish("change_plan", plan="team")).dropping([1])
    assert doubt_in(made, CHANGES) is None
