"""What so many seats cost, on which plan and with which add-ons: from the price list, for anybody."""

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Offer
from core.language import SlotSpec
from skills.amounts import currency_in
from skills.arguments import Said, computed, default, from_record, typed
from skills.billing import price_words
from skills.billing.addons import addons_named
from skills.billing.plans import PLAN, RHYTHMS
from skills.billing.price_work import PriceQuestion, Pricing
from skills.billing.prices import Price
from skills.billing.records import Subscription
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import say

ADDON = SlotSpec(name="addon", kind="addon", ask="With which add-on?", required=False)
OTHER_ADDON = SlotSpec(name="other_addon", kind="addon", ask="With which other add-on?", required=False)
OTHER_PLAN = SlotSpec(name="other_plan", kind="plan", ask="Against which other plan?", required=False)
CURRENCIES = {"USD", "EUR", "GBP"}
MOST_TOLD = 4


class PriceAnswer(BaseModel):
    """The prices that were named: plan, rhythm, a month, in minor units before tax."""

    prices: tuple[tuple[str, str, int], ...]
    currency: str


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    subscription = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    named = addons_named(context, " ".join((context.said, *_addon_slots(said))))
    plan = _plan(said, subscription)
    seats = _seats(said, subscription)
    if seats is None:
        if not named and (plan.value or said.has("currency")):
            return Refuse(code="no_seats", sentences=(), denies=False, question=True)
        if not named or any(each.per_seat for each in named):
            return Ask(slot="seats", question="For how many people?")
        seats = default(0)
    days = price_words.days_left(said)
    more = _more(said, subscription, seats)
    addons = " ".join(each.id for each in named)
    arguments = {
        "seats": seats,
        "plan": plan,
        "billing": _billing(said, subscription),
        "currency": _currency(said, subscription),
        "addons": said.words(addons) if addons else default(""),
        "discount": _discount(context, said, subscription),
        "more": computed(more, "seats"),
        "days_left": said.words(days[0]) if days else default(0),
        "days": said.words(days[1]) if days else default(0),
        "tells": said.words(_tells(said, bool(named) and not more)),
        "taxed": said.words(not said.mentions(price_words.NO_TAX)),
    }
    wished = next((each.id for each in named if subscription is None or each.id not in subscription.addons), None)
    offer = Offer(kind="upsell", item="seats", origin="customer") if more else _offer(context, subscription, plan, wished)
    return Ready(arguments=arguments, offer=offer)


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(PriceQuestion, arguments)
    subscription = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    asked = Pricing(context=context, wanted=wanted, subscription=subscription)
    if wanted.days:
        told, prices = asked.for_days(), list[Price]()
    elif wanted.addons and "addons" in wanted.tells.split():
        told, prices = asked.addons_alone(), list[Price]()
    else:
        prices = asked.prices()
        told = [*await asked.until_period_ends(), *asked.told(prices)]
    told = told or [asked.problem or say("billing.refusal")]
    result = PriceAnswer(
        prices=tuple((each.wanted.plan, each.wanted.billing, each.per_month.minor) for each in prices), currency=wanted.currency
    )
    return Done(result=result, sentences=tuple(told[:MOST_TOLD]))


def _seats(said: Said, subscription: Subscription | None) -> Argument | None:
    """The people that were named, with those there are when so many more were; else the account's seats."""
    name = "seats" if said.whole("seats") else "quantity"
    number = said.whole(name)
    if number is None:
        return from_record(subscription.seats_bought, subscription.account_id) if subscription else None
    if subscription and price_words.is_added(said, name) and not said.is_total(name):
        return computed(subscription.seats_bought + number, name)
    return said.argument(name, number)


def _more(said: Said, subscription: Subscription | None, seats: Argument) -> int:
    more = (seats.value if isinstance(seats.value, int) else 0) - (subscription.seats_bought if subscription else 0)
    return more if subscription and more > 0 and price_words.is_added(said, "seats") else 0


def _plan(said: Said, subscription: Subscription | None) -> Argument:
    """The plan or plans that were named; the account's own beside another one when the difference is asked for."""
    sold = {each.id for each in said.context.ports.prices.catalogue.plans if not each.closed}
    named = price_words.plans_named(said)
    held = subscription.plan if subscription and subscription.plan in sold else None
    if len(named) == 1 and held and held != named[0] and said.mentions(price_words.DEARER):
        return said.words(f"{held} {named[0]}")
    if len(named) > 1:
        return said.words(" ".join(named))
    if named:
        return said.argument("plan", named[0]) if said.has("plan") else said.words(named[0])
    return from_record(held, subscription.account_id) if subscription and held else default("")


def _billing(said: Said, subscription: Subscription | None) -> Argument:
    """The rhythm that was named. Of an account "monthly" may only ask for the sum a month: its own rhythm holds then."""
    named, held = said.text("billing"), subscription.billing if subscription else None
    if subscription and held and (named == held or named not in RHYTHMS or not said.mentions(price_words.RHYTHM_CHANGE)):
        return from_record(held, subscription.account_id)
    return said.argument("billing", named) if named in RHYTHMS else default(None)


def _currency(said: Said, subscription: Subscription | None) -> Argument:
    named = (said.text("currency") or "").upper()
    if named in CURRENCIES:
        return said.argument("currency", named)
    spoken = currency_in(said.context.said)
    if spoken:
        return said.words(spoken)
    return from_record(subscription.currency, subscription.account_id) if subscription else default("USD")


def _discount(context: Context, said: Said, subscription: Subscription | None) -> Argument:
    """The published discounts that the customer speaks of, or the one that the account has."""
    published = [each.id for each in context.ports.prices.catalogue.discounts]
    held = subscription.discount if subscription else None
    if subscription and held and held.kind in published:
        return from_record(held.kind, subscription.account_id)
    spoken = price_words.discounts_in(said, published)
    return said.words(" ".join(spoken)) if spoken else default(None)


def _tells(said: Said, has_addons: bool) -> str:
    """What figure is asked for beside the plain price."""
    found: list[str] = []
    if has_addons and (said.mentions(price_words.EXTRA) or not said.mentions(price_words.WHOLE)):
        found.append("addons")
    if price_words.compares_rhythms(said):
        found.append("saving")
    if said.mentions(price_words.YEAR):
        found.append("year")
    return " ".join(found)


def _addon_slots(said: Said) -> list[str]:
    return [each for name in ("addon", "other_addon") if (each := said.text(name))]


def _offer(context: Context, subscription: Subscription | None, plan: Argument, addon: str | None) -> Offer | None:
    """The sale that is in play when a customer asks for a price."""
    if addon:
        return Offer(kind="cross_sell", item=addon, origin="customer")
    if subscription is None or not plan.value:
        return None
    rank = context.ports.prices.catalogue.rank
    known = {each.id for each in context.ports.prices.catalogue.plans}
    higher = {str(plan.value), subscription.plan} <= known and rank(str(plan.value)) > rank(subscription.plan)
    return Offer(kind="upsell", item=str(plan.value), origin="customer") if higher else None


PRICE_SEATS = Skill(
    id="price_seats",
    version=1,
    title="Price",
    description="Works out what so many seats cost, with add-ons and published discounts.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=PriceQuestion,
    result=PriceAnswer,
    prepare=prepare,
    execute=execute,
    slots=(
        SlotSpec(name="seats", kind="seats", ask="For how many people?"),
        PLAN,
        SlotSpec(name="billing", kind="billing", ask="Monthly or yearly?", required=False),
        OTHER_PLAN,
        ADDON,
        OTHER_ADDON,
        SlotSpec(name="currency", kind="currency", ask="In which currency?", required=False),
    ),
    needs_account=False,
)
