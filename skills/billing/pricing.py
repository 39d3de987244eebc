"""What so many seats cost, on which plan and with which add-ons: from the price list, for anybody."""

import re

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Offer, Sentence
from core.errors import BadInput, Conflict, NotFound
from core.language import SlotSpec
from core.money import Money
from skills.arguments import Said, computed, default, from_record, typed
from skills.billing.addons import addons_named
from skills.billing.changes import SetSeats
from skills.billing.plans import PLAN, RHYTHMS
from skills.billing.prices import Price, Wanted
from skills.billing.records import Subscription
from skills.contract import Ask, Context, Done, Prepared, Ready, Skill, Slots
from skills.refusals import refusal
from skills.wording import counted, listed, say

DISCOUNTS = {
    "nonprofit": r"non-?\s?profits?|charit\w+|ngos?|food bank|gemeinnützig\w*|associations?|ong|onlus|fundaci\w+",
    "education": r"schools?|colleges?|universit\w+|education\w*|teachers?|academ\w+|schule\w*|école\w*|escuela\w*|scuola|skole",
}
MORE = re.compile(
    r"\b(?:more|extra|additional|another|weitere|zusätzliche|de plus|más|ekstra|flere|adicionales)\b", re.IGNORECASE
)
ADDON = SlotSpec(name="addon", kind="addon", ask="With which add-on?", required=False)


class PriceQuestion(BaseModel):
    """What to price. Without a plan, every plan that fits; without a rhythm, both. `plan` and `addons` are lists of ids."""

    seats: int
    currency: str
    plan: str = ""
    billing: str | None = None
    addons: str = ""
    discount: str | None = None
    more: int = 0


class PriceAnswer(BaseModel):
    """The prices that were named: plan, rhythm, a month, in minor units before tax."""

    prices: tuple[tuple[str, str, int], ...]
    currency: str


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    subscription = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    seats = _seats(said, subscription)
    if seats is None:
        return Ask(slot="seats", question="For how many people?")
    plan = _plan(said, subscription)
    named = addons_named(context, " ".join((context.said, said.text("addon") or "")))
    addons = " ".join(each.id for each in named)
    arguments = {
        "seats": seats,
        "plan": plan,
        "billing": _billing(said, subscription),
        "currency": _currency(said, subscription),
        "addons": said.words(addons) if addons else default(""),
        "discount": _discount(context, said, subscription),
        "more": computed(_more(said, subscription, seats), "seats"),
    }
    return Ready(arguments=arguments, offer=_offer(context, subscription, plan, named[0].id if named else None))


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(PriceQuestion, arguments)
    prices: list[Price] = []
    problem: Sentence | None = None
    for plan in wanted.plan.split() or _fitting(context, wanted.seats):
        for billing in [wanted.billing] if wanted.billing else RHYTHMS:
            try:
                prices.append(context.ports.prices.price(_wanted(wanted, plan, billing)))
            except (BadInput, Conflict, NotFound) as error:
                problem = refusal("billing", error, _values(context, wanted, plan))
    told = _sentences(context, wanted, prices) if prices else (problem or say("billing.refusal"),)
    told = (*await _prorated(context, wanted), *told)
    result = PriceAnswer(
        prices=tuple((each.wanted.plan, each.wanted.billing, each.per_month.minor) for each in prices), currency=wanted.currency
    )
    return Done(result=result, sentences=told[:4])


def _sentences(context: Context, wanted: PriceQuestion, prices: list[Price]) -> tuple[Sentence, ...]:
    told = [*_addons(context, prices[0]), *(_told(context, each) for each in prices)]
    told.extend(_difference(context, prices))
    if wanted.plan:
        told.extend(Sentence(text=text, approved=f"price.{code}") for code, text in prices[0].notes[:2])
        if prices[0].discount:
            told.append(say("billing.price_discount", percent=prices[0].discount.percent))
    return tuple(told)


def _addons(context: Context, price: Price) -> list[Sentence]:
    """What each add-on asked for comes to by itself."""
    names = {context.ports.prices.catalogue.addon(each).name for each in price.wanted.addons}
    lines = [each for each in price.lines if each.label in names]
    return [say("billing.price_addon", addon=each.label, month=each.amount, detail=each.detail) for each in lines]


def _difference(context: Context, prices: list[Price]) -> list[Sentence]:
    """How much the dearer of two plans costs more."""
    if len(prices) != 2 or len({each.wanted.plan for each in prices}) != 2:
        return []
    lower, higher = sorted(prices, key=lambda each: each.per_month.minor)
    names = [context.ports.prices.catalogue.plan(each.wanted.plan).name for each in (lower, higher)]
    return [say("billing.price_difference", higher=names[1], lower=names[0], more=higher.per_month - lower.per_month)]


def _told(context: Context, price: Price) -> Sentence:
    catalogue = context.ports.prices.catalogue
    name = catalogue.plan(price.wanted.plan).name
    addons = [catalogue.addon(each).name for each in price.wanted.addons]
    what = f"{name} for {counted(price.seats, 'seat')}" + (f" with {listed(addons)}" if addons else "")
    details = "; ".join(
        f"{line.detail} {line.label}".strip() for line in price.lines if line.detail and "months" not in line.detail
    )
    if price.wanted.billing == "annual":
        return say("billing.price_annual", what=what, month=price.per_month, year=price.total, details=details)
    return say("billing.price_monthly", what=what, month=price.per_month, details=details)


async def _prorated(context: Context, wanted: PriceQuestion) -> tuple[Sentence, ...]:
    """What more seats cost until the present period ends, for a known account that stays on its plan."""
    if not wanted.more or context.account_id is None:
        return ()
    subscription = await context.ports.billing.subscription(context.account_id)
    if wanted.plan != subscription.plan:
        return ()
    seats = SetSeats(seats=context.ports.prices.billed_seats(subscription.plan, wanted.seats))
    try:
        preview = await context.ports.billing.preview(context.account_id, seats)
    except (BadInput, Conflict, NotFound):
        return ()
    due = Money(preview.due_now.minor + preview.next_invoice.minor, wanted.currency)
    detail = preview.lines[0].detail if preview.lines else ""
    return (say("billing.price_prorated", context.account_id, more=counted(wanted.more, "more seat"), due=due, detail=detail),)


def _fitting(context: Context, seats: int) -> list[str]:
    """The plans on sale that are sold this large and not much too large, cheapest first: three at most."""
    sold = [each for each in context.ports.prices.catalogue.plans if not each.closed and seats <= each.max_seats]
    near = [each.id for each in sold if seats >= each.min_seats]
    return (near or [each.id for each in sold])[:3]


def _seats(said: Said, subscription: Subscription | None) -> Argument | None:
    """The people that were named, with those there are when so many more were; else the account's seats."""
    name = "seats" if said.whole("seats") else "quantity"
    number = said.whole(name)
    if number is None:
        return from_record(subscription.seats_bought, subscription.account_id) if subscription else None
    if subscription and (said.is_change(name) or (said.mentions(MORE) and not said.is_total(name))):
        return computed(subscription.seats_bought + number, name)
    return said.argument(name, number)


def _more(said: Said, subscription: Subscription | None, seats: Argument) -> int:
    more = (seats.value if isinstance(seats.value, int) else 0) - (subscription.seats_bought if subscription else 0)
    return more if subscription and more > 0 and said.mentions(MORE) else 0


def _plan(said: Said, subscription: Subscription | None) -> Argument:
    named = said.text("plan")
    plans = said.context.ports.prices.catalogue.plans
    several = [each.id for each in plans if not each.closed and re.search(rf"\b{re.escape(each.name)}\b", said.context.said)]
    if len(several) > 1:
        return said.words(" ".join(several))
    if named:
        known = {each.name.casefold(): each.id for each in plans}
        return said.argument("plan", known.get(named.casefold(), named.casefold()))
    if subscription and any(each.id == subscription.plan and not each.closed for each in plans):
        return from_record(subscription.plan, subscription.account_id)
    return default("")


def _billing(said: Said, subscription: Subscription | None) -> Argument:
    named = said.text("billing")
    if named in RHYTHMS:
        return said.argument("billing", named)
    held = subscription.billing if subscription else None
    return from_record(held, subscription.account_id) if subscription and held else default(None)


def _currency(said: Said, subscription: Subscription | None) -> Argument:
    named = (said.text("currency") or "").upper()
    if named in {"USD", "EUR", "GBP"}:
        return said.argument("currency", named)
    return from_record(subscription.currency, subscription.account_id) if subscription else default("USD")


def _discount(context: Context, said: Said, subscription: Subscription | None) -> Argument:
    """A published discount that the customer speaks of, or that the account has."""
    published = {each.id for each in context.ports.prices.catalogue.discounts}
    held = subscription.discount if subscription else None
    if subscription and held and held.kind in published:
        return from_record(held.kind, subscription.account_id)
    spoken = (name for name, words in DISCOUNTS.items() if said.mentions(re.compile(rf"\b(?:{words})\b", re.IGNORECASE)))
    found = next((each for each in spoken if each in published), None)
    return said.words(found) if found else default(None)


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


def _wanted(wanted: PriceQuestion, plan: str, billing: str) -> Wanted:
    return Wanted(
        plan=plan,
        billing=billing,
        currency=wanted.currency,
        seats=wanted.seats,
        addons=tuple(wanted.addons.split()),
        discounts=(wanted.discount,) if wanted.discount else (),
    )


def _values(context: Context, wanted: PriceQuestion, plan: str) -> dict[str, str]:
    catalogue = context.ports.prices.catalogue
    names = {each.id: each.name for each in catalogue.plans}
    addons = [catalogue.addon(each) for each in wanted.addons.split()]
    buyable = [each for each in addons if plan not in each.buyable_on] or addons
    return {
        "plan": names.get(plan, plan),
        "billing": f"{wanted.billing} billing" if wanted.billing else "that billing",
        "addon": listed(each.name for each in buyable),
        "plans": listed(names[each] for addon in buyable[:1] for each in addon.buyable_on),
    }


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
        ADDON,
        SlotSpec(name="currency", kind="currency", ask="In which currency?", required=False),
    ),
    needs_account=False,
)
