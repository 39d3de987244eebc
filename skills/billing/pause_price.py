"""What a pause costs: a share of the seat price for each paused month."""

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Sentence
from core.errors import BadInput, Conflict, NotFound
from core.language import SlotSpec
from core.money import Money
from skills.amounts import currency_in
from skills.arguments import Said, default, from_record, typed
from skills.billing.plans import PLAN
from skills.billing.price_words import plans_named
from skills.billing.pricing import CURRENCIES
from skills.billing.records import Subscription
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.refusals import refusal
from skills.wording import counted, say

MONTHS = SlotSpec(name="months", kind="months", ask="For how many months?", required=False)
SEATS = SlotSpec(name="seats", kind="seats", ask="For how many seats?", required=False)
CURRENCY = SlotSpec(name="currency", kind="currency", ask="In which currency?", required=False)


class PauseQuestion(BaseModel):
    """What to pause, for how long."""

    plan: str
    seats: int
    months: int
    currency: str


class PausePrice(BaseModel):
    """What a paused month and all of them cost before tax."""

    month_minor: int
    total_minor: int
    currency: str


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    held = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    plan, seats = _plan(said, held), said.whole("seats")
    if plan is None or (seats is None and held is None):
        return Refuse(code="nothing_named", sentences=(), denies=False, question=True)
    least, most = context.ports.prices.catalogue.numbers("seasonal_pause", "months")
    months = said.whole("months")
    known = months is not None and least <= months <= most
    currency = (said.text("currency") or currency_in(context.said) or "").upper()
    record = held.account_id if held else ""
    return Ready(
        arguments={
            "plan": plan,
            "seats": said.argument("seats", seats) if seats else from_record(held.seats_bought if held else 0, record),
            "months": said.argument("months", months) if known else default(most),
            "currency": said.argument("currency", currency)
            if currency in CURRENCIES
            else from_record(held.currency, record)
            if held
            else default("USD"),
        }
    )


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(PauseQuestion, arguments)
    prices = context.ports.prices
    least, most = prices.catalogue.numbers("seasonal_pause", "months")
    told: list[Sentence] = []
    unit = Money(0, wanted.currency)
    try:
        plan = prices.catalogue.plan(wanted.plan)
        if plan.id not in prices.catalogue.names("seasonal_pause", "plans"):
            raise Conflict(f"{plan.name} can't be paused.", code="pause_not_sold")
        unit = prices.seat_price(plan.id, "monthly", wanted.currency)
    except (BadInput, Conflict, NotFound) as error:
        told.append(refusal("billing", error, {}))
    percent = prices.catalogue.number("seasonal_pause", "percent_of_seat_price")
    month = unit.times(wanted.seats * percent, 100)
    if not told:
        detail = f"{wanted.seats:,} x {unit.short} x {percent}%"
        months = counted(wanted.months, "month")
        told = [
            say("billing.pause_price", month=month, total=month.times(wanted.months), months=months, detail=detail),
            say("billing.pause_rule", least=least, most=most),
        ]
    result = PausePrice(month_minor=month.minor, total_minor=month.minor * wanted.months, currency=wanted.currency)
    return Done(result=result, sentences=tuple(told))


def _plan(said: Said, held: Subscription | None) -> Argument | None:
    named = plans_named(said)
    if named:
        return said.argument("plan", named[0]) if said.has("plan") else said.words(named[0])
    return from_record(held.plan, held.account_id) if held and held.billing else None


PAUSE_PRICE = Skill(
    id="pause_price",
    version=1,
    title="Price of a pause",
    description="Works out what a paused month and a whole pause cost.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=PauseQuestion,
    result=PausePrice,
    prepare=prepare,
    execute=execute,
    slots=(MONTHS, SEATS, PLAN, CURRENCY),
    needs_account=False,
)
