"""Requests for a negotiated price, and offers that the assistant brings up."""

import re
from datetime import timedelta
from itertools import takewhile

from pydantic import BaseModel

from core.action import Argument, Effect
from core.errors import BadInput
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, from_record, typed
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots, Wanted
from skills.crm.port import Activity, QuoteDraft, QuoteLine
from skills.wording import counted, say

CODE_WORDS = re.compile(r"\b(?:promo\w*|coupon\w*|voucher\w*|gutscheincode|code promo|black friday)\b", re.IGNORECASE)
VALID_DAYS = 30
PERCENT = re.compile(r"(\d{1,2})\s*(?:%|percent|per cent|prozent|pour ?cent|por ciento|procent)", re.IGNORECASE)


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
    account_id = account_of(context)
    draft = await _discounted(context, account_id, wanted)
    record = await context.ports.crm.save_quote(account_id, draft, key=f"{key}/quote")
    activity = Activity(
        kind="discount_approved",
        contact_id=context.principal.contact_id,
        conversation_id=context.conversation_id,
        data={"percent": str(wanted.percent), "term_months": str(wanted.term_months), "quote": record.number},
    )
    number = await context.ports.crm.log_activity(account_id, activity, key=key)
    told = (say("crm.discount_noted", record.number, number=record.number), say("crm.discount_not_yet", record.number))
    return Done(result=Noted(activity=number), sentences=told, receipt=(("Quote", record.number),))


async def _discounted(context: Context, account_id: str, wanted: Discount) -> QuoteDraft:
    """What the account has now, for the agreed term and at the agreed price: add-ons stay at list price."""
    held = await context.ports.billing.subscription(account_id)
    price = context.ports.prices.price(
        Wanted(plan=held.plan, billing="annual", currency=held.currency, seats=held.seats_bought, addons=held.addons)
    )
    off = price.lines[0].amount.times(-wanted.percent, 100)
    parts = takewhile(lambda each: each.detail, price.lines)
    lines = [QuoteLine(label=each.label, amount=each.amount, detail=each.detail) for each in parts]
    return QuoteDraft(
        plan=held.plan,
        billing="annual",
        term_months=wanted.term_months,
        seats=price.seats,
        addons=held.addons,
        lines=(*lines, QuoteLine(label="agreed discount a month", amount=off, detail=f"{wanted.percent}% of seats")),
        total=(price.per_month + off).times(wanted.term_months),
        valid_until=context.clock.now().date() + timedelta(days=VALID_DAYS),
    )


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
