"""Quotes in writing, at list price."""

from datetime import date, timedelta

from pydantic import BaseModel

from core.action import Argument, Effect
from core.errors import BadInput, Conflict
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, default, from_record, typed
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots, Wanted
from skills.crm.port import QuoteDraft, QuoteLine
from skills.refusals import code_of, refusal
from skills.wording import counted, listed, say, spelled

VALID_DAYS = 30


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


async def prepare_quote(context: Context, slots: Slots) -> Prepared:
    arguments = await _quote_arguments(context, Said(context, slots))
    if isinstance(arguments, Ask):
        return arguments
    wanted = QuoteRequest.model_validate({name: each.value for name, each in arguments.items()})
    try:
        price = context.ports.prices.price(_wanted(wanted))
    except (BadInput, Conflict) as error:
        code = code_of(error)
        told = refusal("billing", error, _names(context, wanted))
        facts = {"permitted": False, "permitted_code": code}
        return Refuse(code=code, sentences=(told,), arguments=arguments, facts=facts)
    if price.seats != wanted.seats:
        arguments["seats"] = computed(price.seats, "seat_step")
    rows = [(line.label, f"{line.amount} ({line.detail})" if line.detail else str(line.amount)) for line in price.lines]
    name = context.ports.prices.catalogue.plan(wanted.plan).name
    return Ready(
        arguments=arguments,
        title=f"Quote for {name}, {counted(price.seats, 'seat')}",
        rows=(("Term", counted(wanted.term_months, "month")), *rows),
        rule=f"A quote at list price before tax; it stands for {VALID_DAYS} days and commits you to nothing.",
        facts={"permitted": True, "term_months": wanted.term_months},
    )


async def _quote_arguments(context: Context, said: Said) -> dict[str, Argument] | Ask:
    """What was asked to be quoted; what wasn't said is what the account has."""
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    plan = _plan(said, subscription.plan, account_id)
    if isinstance(plan, Ask):
        return plan
    addons = _addons(context, said)
    seats = said.whole("seats") or subscription.seats_bought
    term = said.whole("term_months")
    billing = "annual" if (term or 1) > 1 else said.text("billing") or subscription.billing or "annual"
    published = {each.id for each in context.ports.prices.catalogue.discounts}
    held = subscription.discount.kind if subscription.discount and subscription.discount.kind in published else None
    return {
        "plan": plan,
        "billing": said.argument("billing", billing) if said.has("billing") else computed(billing, account_id),
        "term_months": said.argument("term_months", term) if term else computed(12 if billing == "annual" else 1, "billing"),
        "seats": said.argument("seats", seats) if said.whole("seats") else from_record(seats, account_id),
        "currency": from_record(subscription.currency, account_id),
        "addons": said.words(addons) if addons else default(""),
        "discount": from_record(held, account_id) if held else default(None),
    }


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


def _names(context: Context, wanted: QuoteRequest) -> dict[str, str]:
    """What a refusal calls things."""
    catalogue = context.ports.prices.catalogue
    plans = {each.id: each.name for each in catalogue.plans}
    addons = [catalogue.addon(each) for each in wanted.addons.split()]
    return {
        "plan": plans.get(wanted.plan, wanted.plan),
        "addon": listed(each.name for each in addons),
        "plans": listed(plans[each] for addon in addons[:1] for each in addon.buyable_on),
    }


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
