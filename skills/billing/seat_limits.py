"""How many seats there are, how many are needed for so many people, and what happens around the limit."""

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Sentence
from core.errors import BadInput, Conflict
from core.language import SlotSpec
from skills.arguments import Said, default, from_record, typed
from skills.billing.plans import PLAN
from skills.billing.price_words import plans_named
from skills.billing.pricebook import Plan
from skills.billing.records import Subscription
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.refusals import refusal
from skills.wording import say

WARNED_AT = (80, 95, 100)
PEOPLE = SlotSpec(name="seats", kind="seats", ask="For how many people?", required=False)


class SeatQuestion(BaseModel):
    """For how many people, on which plan."""

    plan: str
    people: int | None = None


class SeatNumbers(BaseModel):
    """Seats bought and in use, and those needed for the people named."""

    bought: int | None = None
    used: int | None = None
    needed: int | None = None


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    subscription = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    people, named = said.whole("seats"), plans_named(said)
    if named:
        argument = said.argument("plan", named[0]) if said.has("plan") else said.words(named[0])
    elif subscription and subscription.billing:
        argument = from_record(subscription.plan, subscription.account_id)
    else:
        return Refuse(code="no_plan", sentences=(), denies=False, question=True)
    if subscription is None and people is None:
        return Refuse(code="no_people", sentences=(), denies=False, question=True)
    return Ready(arguments={"plan": argument, "people": said.argument("seats", people) if people else default(None)})


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(SeatQuestion, arguments)
    plan = context.ports.prices.catalogue.plan(wanted.plan)
    told: list[Sentence] = []
    needed: int | None = None
    if wanted.people:
        try:
            needed = context.ports.prices.billed_seats(plan.id, wanted.people)
            told.append(_needed(plan, wanted.people, needed))
        except (BadInput, Conflict) as error:
            told.append(refusal("billing", error, {"plan": plan.name}))
    held = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    if held is not None:
        told += _held(held, plan)
    numbers = SeatNumbers(bought=held.seats_bought if held else None, used=held.seats_used if held else None, needed=needed)
    return Done(result=numbers, sentences=tuple(told))


def _needed(plan: Plan, people: int, needed: int) -> Sentence:
    values = {"needed": needed, "people": people, "plan": plan.name, "least": plan.min_seats, "step": plan.seat_step}
    return say("billing.seats_needed", **values)


def _held(held: Subscription, plan: Plan) -> list[Sentence]:
    """What the account has, its grace where the plan has one, and when the Owners are warned."""
    record, bought = held.account_id, held.seats_bought
    free = max(0, bought - held.seats_used)
    told = [say("billing.seats_held", record, bought=bought, used=held.seats_used, free=free)]
    if held.grace is not None:
        told.append(say("billing.seats_over", record, seats=held.grace.seats, day=held.grace.until))
    if plan.overage is not None and held.plan == plan.id:
        grace = bought * plan.overage.percent // 100
        values = {"percent": plan.overage.percent, "days": plan.overage.days, "most": bought + grace}
        told.append(say("billing.seats_grace", record, **values))
    warned = [-(-bought * each // 100) for each in WARNED_AT]
    told.append(say("billing.seats_warned", record, first=warned[0], second=warned[1], third=warned[2]))
    return told


SEAT_LIMITS = Skill(
    id="seat_limits",
    version=1,
    title="Seats and limits",
    description="Counts seats: bought, free, needed for so many people, within the grace, and when Owners are warned.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "seats"}),
    arguments=SeatQuestion,
    result=SeatNumbers,
    prepare=prepare,
    execute=execute,
    slots=(PEOPLE, PLAN),
    needs_account=False,
)
