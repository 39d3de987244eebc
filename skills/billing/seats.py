"""More seats, fewer seats, and another number of seats from the renewal on."""

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Offer
from core.errors import BadInput, Conflict
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, typed
from skills.billing.changes import SeatsAtRenewal, SetSeats
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    charged,
    permitted,
    proposed,
    receipt_rows,
    refused,
    undo_of,
)
from skills.billing.records import Subscription
from skills.contract import Ask, Context, Done, Prepared, Skill, Slots
from skills.wording import counted, say

MORE = SlotSpec(name="quantity", kind="quantity", ask="How many more seats do you need?", required=False)
FEWER = SlotSpec(name="quantity", kind="quantity", ask="How many seats shall go?", required=False)
TOTAL = SlotSpec(name="seats", kind="seats", ask="How many seats shall there be in all?")


class Seats(BaseModel):
    """`seats` is the number there shall be; `difference` how many are added or given up."""

    seats: int
    difference: int


async def prepare_add(context: Context, slots: Slots) -> Prepared:
    subscription = await context.ports.billing.subscription(account_of(context))
    said = Said(context, slots)
    bought = subscription.seats_bought
    given = _number(said)
    if given is None:
        return Ask(slot="quantity", question=f"How many more seats do you need? You have {counted(bought, 'seat')} now.")
    name, number = given
    total = number if said.is_total(name) and number > bought else bought + number
    if name == "seats" and number > bought and not said.is_change(name):
        total = number
    sketch = _sketch(said, name, subscription, total)
    try:
        seats = context.ports.prices.billed_seats(subscription.plan, total)
    except (BadInput, Conflict) as error:
        return refused(error, sketch)
    if seats != total:
        sketch = _sketch(said, name, subscription, seats, rounded=True)
    return await proposed(context, SetSeats(seats=seats), sketch)


async def prepare_remove(context: Context, slots: Slots) -> Prepared:
    subscription = await context.ports.billing.subscription(account_of(context))
    said = Said(context, slots)
    given = _number(said)
    if given is None:
        have = f"You have {counted(subscription.seats_bought, 'seat')}, and {subscription.seats_used:,} are in use."
        return Ask(slot="seats", question=f"How many seats shall there be? {have}")
    seats = _fewer(said, given, subscription)
    rounded = _least(context, subscription, seats)
    sketch = _sketch(said, given[0], subscription, rounded, rounded=rounded != seats)
    return await proposed(context, SetSeats(seats=rounded), sketch)


async def prepare_at_renewal(context: Context, slots: Slots) -> Prepared:
    subscription = await context.ports.billing.subscription(account_of(context))
    said = Said(context, slots)
    given = _number(said)
    if given is None:
        return Ask(slot="seats", question="How many seats shall there be from the renewal on?")
    seats = _fewer(said, given, subscription)
    rounded = _least(context, subscription, seats)
    sketch = _sketch(said, given[0], subscription, rounded, rounded=rounded != seats)
    return await proposed(context, SeatsAtRenewal(seats=rounded), sketch)


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Seats, arguments)
    receipt = await applied(context, _change(arguments), key)
    told = "billing.seats_added" if wanted.difference > 0 else "billing.seats_reduced"
    seats = counted(wanted.seats, "seat")
    return Done(
        result=changed(receipt),
        sentences=(say(told, receipt.number, seats=seats, day=receipt.effective_on), *charged(receipt)),
        receipt=receipt_rows(receipt, ("Seats", f"{wanted.seats:,}")),
    )


async def execute_at_renewal(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Seats, arguments)
    receipt = await applied(context, _change_at_renewal(arguments), key)
    told = say("billing.seats_reduced", receipt.number, seats=counted(wanted.seats, "seat"), day=receipt.effective_on)
    return Done(result=changed(receipt), sentences=(told,), receipt=receipt_rows(receipt, ("Seats", f"{wanted.seats:,}")))


def _change(arguments: BaseModel) -> SetSeats:
    return SetSeats(seats=typed(Seats, arguments).seats)


def _change_at_renewal(arguments: BaseModel) -> SeatsAtRenewal:
    return SeatsAtRenewal(seats=typed(Seats, arguments).seats)


async def facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    return {"seats_after": typed(Seats, arguments).seats, **await permitted(context, _change(arguments))}


async def facts_at_renewal(context: Context, arguments: BaseModel) -> dict[str, object]:
    return {"seats_after": typed(Seats, arguments).seats, **await permitted(context, _change_at_renewal(arguments))}


def _number(said: Said) -> tuple[str, int] | None:
    """The number that was named, and in which slot: the one named last when both were."""
    found = [(name, number) for name in ("seats", "quantity") if (number := said.whole(name)) is not None]
    if len(found) == 2 and said.slots["quantity"].message_id == said.context.message_id != said.slots["seats"].message_id:
        return found[1]
    return found[0] if found else None


def _fewer(said: Said, given: tuple[str, int], subscription: Subscription) -> int:
    """The seats there shall be: the number itself, unless it was meant as so many fewer."""
    name, number = given
    left = subscription.seats_bought - number
    if left <= 0 or said.is_total(name):
        return number
    if said.is_change(name) or name == "quantity":
        return left
    return number if number >= subscription.seats_used else left


def _least(context: Context, subscription: Subscription, seats: int) -> int:
    """`seats` raised to what the plan is sold with."""
    try:
        return min(subscription.seats_bought, context.ports.prices.billed_seats(subscription.plan, seats))
    except (BadInput, Conflict):
        return seats


def _sketch(said: Said, name: str, subscription: Subscription, seats: int, *, rounded: bool = False) -> Sketch:
    bought = subscription.seats_bought
    difference = seats - bought
    arguments = {
        "seats": computed(seats, "seat_step") if rounded else said.argument(name, seats),
        "difference": computed(difference, "seats"),
    }
    plan = said.context.ports.prices.catalogue.plan(subscription.plan)
    told = say("billing.seats_rounded", plan=plan.name, seats=seats, minimum=plan.min_seats, step=plan.seat_step)
    intro = (told,) if rounded else ()
    return Sketch(
        arguments=arguments,
        title=f"Add {counted(difference, 'seat')}" if difference > 0 else f"Reduce to {counted(seats, 'seat')}",
        rows=(("Seats", f"{bought:,} now, {seats:,} then"), ("Seats in use", f"{subscription.seats_used:,}")),
        rule=RULE_MORE if difference > 0 else RULE_FEWER,
        facts={"seats_after": seats},
        values={"plan": subscription.plan_name, "in_use": subscription.seats_used, "bought": bought},
        intro=intro,
        offer=Offer(kind="upsell", item="seats", origin="customer") if difference > 0 else None,
    )


RULE_MORE = "New seats are usable straight away and are charged by the day until the period ends."
RULE_FEWER = "Fewer seats count from the next renewal; unused days are not refunded."

ADD_SEATS = Skill(
    id="add_seats",
    version=1,
    title="Add seats",
    description="Buys more paid seats for the account, prorated until the period ends.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=Seats,
    result=Changed,
    prepare=prepare_add,
    execute=execute,
    compensate=undo_of(_change),
    facts=facts,
    slots=(MORE, SlotSpec(name="seats", kind="seats", ask=TOTAL.ask, required=False)),
)

REMOVE_SEATS = Skill(
    id="remove_seats",
    version=1,
    title="Remove seats",
    description="Reduces the paid seats from the next renewal or billing period.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=Seats,
    result=Changed,
    prepare=prepare_remove,
    execute=execute,
    compensate=undo_of(_change),
    facts=facts,
    slots=(TOTAL, FEWER),
)

REDUCE_AT_RENEWAL = Skill(
    id="reduce_at_renewal",
    version=1,
    title="Fewer seats at the renewal",
    description="Sets the number of seats with which the contract renews.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "price", "renewal"}),
    arguments=Seats,
    result=Changed,
    prepare=prepare_at_renewal,
    execute=execute_at_renewal,
    compensate=undo_of(_change_at_renewal),
    facts=facts_at_renewal,
    slots=(TOTAL, FEWER),
)
