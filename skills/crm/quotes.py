"""Quotes in writing, requests for a negotiated price, and offers that the assistant brings up."""

import re
from datetime import date, timedelta

from pydantic import BaseModel

from core.action import Argument, Effect
from core.errors import BadInput, Conflict
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, default, from_record, typed
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots, Wanted
from skills.crm.port import Activity, QuoteDraft, QuoteLine
from skills.wording import counted, listed, say, spelled

VALID_DAYS = 30
CODE_WORDS = re.compile(r"\b(?:promo\w*|coupon\w*|voucher\w*|gutscheincode|code promo|black friday)\b", re.IGNORECASE)
PERCENT = re.compile(r"(\d{1,2})\s*(?:%|percent|per cent|prozent|pour ?cent|por ciento|procent)", re.IGNORECASE)


class QuoteRequest(BaseModel):
    """What the quote is for. `addons` are ids with spaces between."""

    plan: str
    billing: str
    term_months: int
    seats: int
    currency: str
    addons: str = ""
    discount: str | None = None


class Quoted(BaseModel):
    """A quote as kept."""

    number: str
    total_minor: int
    currency: str
    valid_until: date


class Discount(BaseModel):
    """A negotiated discount: so many percent for a term."""

    percent: int
    term_months: int


class Noted(BaseModel):
    """The activity that was kept."""

    activity: str


class OfferRaised(BaseModel):
    """Which kind of offer, and of what."""

    kind: str
    item: str


async def prepare_quote(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    said = Said(context, slots)
    plan = _plan(said, subscription.plan, account_id)
    if isinstance(plan, Ask):
        return plan
    addons = _addons(context, said)
    seats = said.whole("seats") or subscription.seats_bought
    term = said.whole("term_months")
    billing = "annual" if (term or 1) > 1 else said.text("billing") or subscription.billing or "annual"
    published = {each.id for each in context.ports.prices.catalogue.discounts}
    held = subscription.discount.kind if subscription.discount and subscription.discount.kind in published else None
    arguments = {
        "plan": plan,
        "billing": said.argument("billing", billing) if said.has("billing") else computed(billing, account_id),
        "term_months": said.argument("term_months", term) if term else computed(12 if billing == "annual" else 1, "billing"),
        "seats": said.argument("seats", seats) if said.whole("seats") else from_record(seats, account_id),
        "currency": from_record(subscription.currency, account_id),
        "addons": said.words(addons) if addons else default(""),
        "discount": from_record(held, account_id) if held else default(None),
    }
    wanted = QuoteRequest.model_validate({name: each.value for name, each in arguments.items()})
    try:
        price = context.ports.prices.price(_wanted(wanted))
    except (BadInput, Conflict) as error:
        code = str(error.data.get("code", error.code))
        told = say("crm.quote_not_possible", why=error.message)
        facts = {"permitted": False, "permitted_code": code}
        return Refuse(code=code, sentences=(told,), arguments=arguments, facts=facts)
    if price.seats != wanted.seats:
        arguments["seats"] = computed(price.seats, "seat_step")
    rows = [
        (line.label.capitalize(), f"{line.amount} ({line.detail})" if line.detail else str(line.amount)) for line in price.lines
    ]
    name = context.ports.prices.catalogue.plan(wanted.plan).name
    return Ready(
        arguments=arguments,
        title=f"Quote for {name}, {counted(price.seats, 'seat')}",
        rows=(("Term", counted(wanted.term_months, "month")), *rows),
        rule=f"A quote at list price before tax; it stands for {VALID_DAYS} days and commits you to nothing.",
        facts={"permitted": True, "term_months": wanted.term_months},
    )


async def execute_quote(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(QuoteRequest, arguments)
    price = context.ports.prices.price(_wanted(wanted))
    total = price.per_month.times(wanted.term_months)
    draft = QuoteDraft(
        plan=wanted.plan,
        billing=wanted.billing,
        term_months=wanted.term_months,
        seats=price.seats,
        addons=tuple(wanted.addons.split()),
        lines=tuple(QuoteLine(label=each.label, amount=each.amount, detail=each.detail) for each in price.lines),
        total=total,
        valid_until=context.clock.now().date() + timedelta(days=VALID_DAYS),
    )
    record = await context.ports.crm.save_quote(account_of(context), draft, key=key)
    kept = record.quote
    told = say("crm.quote_kept", record.number, number=record.number, total=kept.total, months=counted(kept.term_months, "month"))
    valid = say("crm.quote_valid", record.number, day=kept.valid_until)
    result = Quoted(
        number=record.number, total_minor=kept.total.minor, currency=kept.total.currency, valid_until=kept.valid_until
    )
    rows = (("Quote", record.number), ("Total", f"{kept.total} before tax"), ("Valid until", spelled(kept.valid_until)))
    return Done(result=result, sentences=(told, valid), receipt=rows)


async def prepare_discount(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    if said.mentions(CODE_WORDS):
        return Refuse(code="no_promo_codes", sentences=(say("crm.no_promo_codes"),), denies=False)
    subscription = await context.ports.billing.subscription(account_of(context))
    match = PERCENT.search(context.said)
    percent = said.whole("percent") or (int(match.group(1)) if match else None)
    term = said.whole("term_months") or max(subscription.term_months, 1)
    arguments: dict[str, Argument] = {
        "term_months": said.argument("term_months", term)
        if said.whole("term_months")
        else from_record(term, subscription.account_id)
    }
    if percent is None:
        return Refuse(
            code="price_is_listed",
            sentences=(say("crm.price_is_listed"),),
            handoff="negotiation",
            arguments=arguments,
            facts={"term_months": term},
        )
    arguments["percent"] = said.argument("percent", percent) if said.has("percent") else said.words(percent)
    return Ready(
        arguments=arguments,
        title=f"Request for {percent}% off",
        rows=(("Request", f"{percent}% off seats"), ("Term", counted(term, "month"))),
        rule="Prices are agreed by your account manager. Nothing is promised by asking.",
        facts={"discount_percent": percent, "term_months": term},
        intro=(say("crm.discount_passed_on"),),
    )


async def execute_discount(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Discount, arguments)
    activity = Activity(
        kind="discount_approved",
        contact_id=context.principal.contact_id,
        conversation_id=context.conversation_id,
        data={"percent": str(wanted.percent), "term_months": str(wanted.term_months)},
    )
    number = await context.ports.crm.log_activity(account_of(context), activity, key=key)
    return Done(result=Noted(activity=number), sentences=(say("crm.discount_noted", number),), receipt=(("Noted as", number),))


async def discount_facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    wanted = typed(Discount, arguments)
    return {"discount_percent": wanted.percent, "term_months": wanted.term_months}


async def prepare_offer(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    kind, item = said.text("kind"), said.text("item")
    if kind is None or item is None:
        raise BadInput("An offer needs a kind and a catalogue item.", code="incomplete_offer")
    return Ready(arguments={"kind": computed(kind, "signal"), "item": computed(item, "signal")})


async def execute_offer(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(OfferRaised, arguments)
    activity = Activity(
        kind="offer_raised",
        contact_id=context.principal.contact_id,
        conversation_id=context.conversation_id,
        data={"kind": wanted.kind, "item": wanted.item},
    )
    number = await context.ports.crm.log_activity(account_of(context), activity, key=key)
    return Done(result=Noted(activity=number), sentences=())


def _plan(said: Said, held: str, account_id: str) -> Argument | Ask:
    plans = said.context.ports.prices.catalogue.plans
    named = said.text("plan")
    if named:
        known = {each.name.casefold(): each.id for each in plans}
        return said.argument("plan", known.get(named.casefold(), named.casefold()))
    if any(each.id == held and not each.closed for each in plans):
        return from_record(held, account_id)
    choices = tuple(each.name for each in plans if not each.closed)
    return Ask(slot="plan", question=f"For which plan: {listed(choices, 'or')}?", choices=choices)


def _addons(context: Context, said: Said) -> str:
    words = f"{context.said} {said.text('addon') or ''}".casefold()
    addons = context.ports.prices.catalogue.addons
    return " ".join(each.id for each in addons if each.id in words or each.name.casefold() in words)


def _wanted(wanted: QuoteRequest) -> Wanted:
    return Wanted(
        plan=wanted.plan,
        billing=wanted.billing,
        currency=wanted.currency,
        seats=wanted.seats,
        addons=tuple(wanted.addons.split()),
        discounts=(wanted.discount,) if wanted.discount else (),
    )


DRAFT_QUOTE = Skill(
    id="draft_quote",
    version=1,
    title="Quote",
    description="Draws up a written quote at list price.",
    owner="crm",
    effect=Effect.WRITE,
    scopes=frozenset({"crm:write", "billing:read"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=QuoteRequest,
    result=Quoted,
    prepare=prepare_quote,
    execute=execute_quote,
    slots=(
        SlotSpec(name="seats", kind="seats", ask="For how many people?", required=False),
        SlotSpec(name="plan", kind="plan", ask="For which plan?"),
        SlotSpec(name="billing", kind="billing", ask="Monthly or yearly?", required=False),
        SlotSpec(name="term_months", kind="term_months", ask="For 12, 24 or 36 months?", required=False),
        SlotSpec(name="addon", kind="addon", ask="With which add-on?", required=False),
    ),
)

GRANT_DISCOUNT = Skill(
    id="grant_discount",
    version=1,
    title="Negotiated price",
    description="Passes a request for a lower price to the people who may agree to one.",
    owner="crm",
    effect=Effect.MONEY,
    scopes=frozenset({"crm:write", "billing:read"}),
    fields=frozenset({"plan", "billing", "price"}),
    arguments=Discount,
    result=Noted,
    prepare=prepare_discount,
    execute=execute_discount,
    facts=discount_facts,
    slots=(
        SlotSpec(name="percent", kind="percent", ask="How much lower?", required=False),
        SlotSpec(name="term_months", kind="term_months", ask="For 12, 24 or 36 months?", required=False),
    ),
)

RAISE_OFFER = Skill(
    id="raise_offer",
    version=1,
    title="Bring up an offer",
    description="Notes that the assistant brought up an offer, if policy lets it.",
    owner="crm",
    effect=Effect.MESSAGE,
    scopes=frozenset({"crm:write"}),
    fields=frozenset({"consent"}),
    arguments=OfferRaised,
    result=Noted,
    prepare=prepare_offer,
    execute=execute_offer,
)
