"""Another plan or billing rhythm, and what that would come to."""

import re

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Offer, Sentence
from core.errors import BadInput, Conflict, NotFound
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, default, from_record, typed
from skills.billing.changes import ChangePlan
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    charged,
    facts_of,
    preview_rows,
    proposed,
    receipt_rows,
    refused,
    undo_of,
)
from skills.billing.documents import Preview
from skills.billing.records import Status, Subscription
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.refusals import refusal
from skills.wording import counted, listed, say

PLAN = SlotSpec(name="plan", kind="plan", ask="Which plan would you like?")
BILLING = SlotSpec(name="billing", kind="billing", ask="Would you like to pay monthly or yearly?", required=False)
SEATS = SlotSpec(name="seats", kind="seats", ask="How many seats do you need?", required=False)
RHYTHMS = ("monthly", "annual")
UP = re.compile(r"\b(?:upgrad\w*|plan up|bigger|larger|higher|next plan|höher\w*|supérieur\w*|superior)\b", re.IGNORECASE)
DOWN = re.compile(r"\b(?:downgrad\w*|plan down|smaller|lower|cheaper|kleiner\w*|inférieur\w*|inferior)\b", re.IGNORECASE)
TRIALS = {Status.TRIAL, Status.TRIAL_ENDED}
RULE = "An upgrade starts at once, with the unused days of the old plan credited; a downgrade starts when the paid period ends."


class PlanChange(BaseModel):
    """The plan, rhythm and seats there shall be."""

    plan: str
    billing: str
    seats: int


class PlanPreview(BaseModel):
    """What a change of plan would come to; empty of amounts when it isn't possible."""

    possible: bool
    due_now_minor: int = 0
    recurring_minor: int = 0
    currency: str = ""


async def prepare(context: Context, slots: Slots) -> Prepared:
    subscription = await context.ports.billing.subscription(account_of(context))
    sketch = _sketch(context, slots, subscription)
    if isinstance(sketch, Ask | Refuse):
        return sketch
    return await proposed(context, _of(sketch), sketch)


async def prepare_preview(context: Context, slots: Slots) -> Prepared:
    subscription = await context.ports.billing.subscription(account_of(context))
    sketch = _sketch(context, slots, subscription)
    if isinstance(sketch, Refuse):
        return Refuse(code=sketch.code, sentences=sketch.sentences, denies=False)
    return sketch if isinstance(sketch, Ask) else Ready(arguments=sketch.arguments, title=sketch.title, offer=sketch.offer)


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(PlanChange, arguments)
    receipt = await applied(context, _change(arguments), key)
    name = context.ports.prices.catalogue.plan(wanted.plan).name
    told = say(
        "billing.plan_changed",
        receipt.number,
        plan=name,
        seats=counted(wanted.seats, "seat"),
        rhythm=rhythm(wanted.billing),
        day=receipt.effective_on,
    )
    return Done(
        result=changed(receipt),
        sentences=(told, *charged(receipt)),
        receipt=receipt_rows(receipt, ("Plan", name), ("Seats", f"{wanted.seats:,}"), ("Billing", rhythm(wanted.billing))),
    )


async def execute_preview(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(PlanChange, arguments)
    account_id = account_of(context)
    name = context.ports.prices.catalogue.plan(wanted.plan).name
    try:
        preview = await context.ports.billing.preview(account_id, _change(arguments))
    except (BadInput, Conflict, NotFound) as error:
        return Done(result=PlanPreview(possible=False), sentences=(refusal("billing", error, {"plan": name}),))
    result = PlanPreview(
        possible=True,
        due_now_minor=preview.due_now.minor,
        recurring_minor=preview.recurring_after.minor,
        currency=preview.due_now.currency,
    )
    return Done(result=result, sentences=_preview_sentences(preview, wanted, name, account_id), receipt=preview_rows(preview))


def rhythm(billing: str) -> str:
    """A billing rhythm in words."""
    return "yearly billing" if billing == "annual" else "monthly billing"


def _preview_sentences(preview: Preview, wanted: PlanChange, name: str, account_id: str) -> tuple[Sentence, ...]:
    per = preview.recurs
    told = [
        say(
            "billing.plan_preview",
            account_id,
            plan=name,
            seats=counted(wanted.seats, "seat"),
            after=preview.recurring_after,
            before=preview.recurring_before,
            per=per,
        ),
        say("billing.plan_preview_day", account_id, day=preview.effective_on),
    ]
    if preview.due_now.minor:
        told.append(say("billing.plan_preview_now", account_id, due=preview.due_now, taxed=preview.due_now_with_tax))
    told.extend(Sentence(text=text, record_ids=(account_id,)) for _, text in preview.warnings[:1])
    return tuple(told)


def _sketch(context: Context, slots: Slots, subscription: Subscription) -> Sketch | Ask | Refuse:
    """The exact change with its provenance: what isn't said stays as it is."""
    said = Said(context, slots)
    plan = _plan(said, subscription)
    if isinstance(plan, Ask):
        return plan
    billing = _billing(said, subscription, plan)
    if isinstance(billing, Ask):
        return billing
    seats = _seats(said, subscription)
    wanted = seats.value if isinstance(seats.value, int) else subscription.seats_bought
    arguments = {"plan": plan, "billing": billing, "seats": seats}
    values = {"plan": str(plan.value), "billing": rhythm(str(billing.value)), "in_use": subscription.seats_used}
    raw = Sketch(arguments=arguments, title="Change plan", values=values)
    try:
        name = context.ports.prices.catalogue.plan(str(plan.value)).name
        billed = context.ports.prices.billed_seats(str(plan.value), wanted)
    except (BadInput, Conflict) as error:
        return refused(error, raw)
    if billed != wanted:
        arguments["seats"] = computed(billed, "seat_step")
    return Sketch(
        arguments=arguments,
        title=f"Change to {name}",
        rows=_rows(subscription, name, str(billing.value), billed),
        rule=RULE,
        values={**values, "plan": name},
        offer=_offer(context, subscription, str(plan.value)),
    )


def _rows(subscription: Subscription, name: str, billing: str, seats: int) -> tuple[tuple[str, str], ...]:
    before = rhythm(subscription.billing) if subscription.billing else "a free trial"
    return (
        ("Plan", f"{subscription.plan_name} → {name}" if name != subscription.plan_name else name),
        ("Billing", f"{before} → {rhythm(billing)}" if before != rhythm(billing) else before),
        ("Seats", f"{subscription.seats_bought:,} → {seats:,}" if seats != subscription.seats_bought else f"{seats:,}"),
    )


def _plan(said: Said, subscription: Subscription) -> Argument | Ask:
    """The plan that was named; when only the rhythm was, the present one."""
    catalogue = said.context.ports.prices.catalogue
    named = said.text("plan")
    if named is not None:
        known = {each.name.casefold(): each.id for each in catalogue.plans}
        return said.argument("plan", known.get(named.casefold(), named.casefold()))
    if said.has("billing") and subscription.status not in TRIALS:
        return from_record(subscription.plan, subscription.account_id)
    choices = _choices(said, subscription)
    if len(choices) == 1:
        return computed(next(each.id for each in catalogue.plans if each.name == choices[0]), "plan_ladder")
    return Ask(slot="plan", question=f"Which plan would you like: {listed(choices, 'or')}?", choices=choices)


def _choices(said: Said, subscription: Subscription) -> tuple[str, ...]:
    """The plans on sale that the account isn't on; only those above (or below) when that is the way it shall go."""
    catalogue = said.context.ports.prices.catalogue
    sold = [each for each in catalogue.plans if not each.closed and each.id != subscription.plan]
    if subscription.status in TRIALS or said.mentions(UP) == said.mentions(DOWN):
        return tuple(each.name for each in sold)
    present = catalogue.rank(subscription.plan)
    wanted = [
        each for each in sold if (catalogue.rank(each.id) > present) == said.mentions(UP) and catalogue.rank(each.id) != present
    ]
    return tuple(each.name for each in wanted or sold)


def _billing(said: Said, subscription: Subscription, plan: Argument) -> Argument | Ask:
    """The rhythm that was named, else the present one; a plan sold one way only is taken that way."""
    named = said.text("billing")
    if named in RHYTHMS:
        return said.argument("billing", named)
    sold = [
        rhythm
        for each in said.context.ports.prices.catalogue.plans
        if each.id == plan.value
        for rhythm in RHYTHMS
        if each.seat_price_minor.get(rhythm) is not None
    ]
    if len(sold) == 1:
        return computed(sold[0], "price_list")
    if subscription.billing is not None:
        return from_record(subscription.billing, subscription.account_id)
    return Ask(slot="billing", question="Would you like to pay monthly or yearly?", choices=RHYTHMS)


def _seats(said: Said, subscription: Subscription) -> Argument:
    """The seats that were named, else those there are; on a trial, those in use."""
    number = said.whole("seats")
    if number is not None:
        return said.argument("seats", number)
    seats = subscription.seats_used if subscription.status in TRIALS else subscription.seats_bought
    return from_record(seats, subscription.account_id) if seats else default(1)


def _offer(context: Context, subscription: Subscription, plan: str) -> Offer | None:
    """A step up is a sale, and so is a trial that becomes a customer."""
    if subscription.status in TRIALS:
        return Offer(kind="upsell", item=plan, origin="customer")
    rank = context.ports.prices.catalogue.rank
    return Offer(kind="upsell", item=plan, origin="customer") if rank(plan) > rank(subscription.plan) else None


def _change(arguments: BaseModel) -> ChangePlan:
    wanted = typed(PlanChange, arguments)
    return ChangePlan(plan=wanted.plan, billing=wanted.billing, seats=wanted.seats)


def _of(sketch: Sketch) -> ChangePlan:
    return _change(PlanChange.model_validate({name: each.value for name, each in sketch.arguments.items()}))


CHANGE_PLAN = Skill(
    id="change_plan",
    version=1,
    title="Change plan",
    description="Moves the account to another plan or billing rhythm, with a preview of what it costs.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "price", "billing"}),
    arguments=PlanChange,
    result=Changed,
    prepare=prepare,
    execute=execute,
    compensate=undo_of(_change),
    facts=facts_of(_change),
    slots=(PLAN, BILLING, SEATS),
)

PREVIEW_PLAN_CHANGE = Skill(
    id="preview_plan_change",
    version=1,
    title="Preview a change of plan",
    description="Works out what another plan would cost this account, without changing anything.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "seats", "price", "billing"}),
    arguments=PlanChange,
    result=PlanPreview,
    prepare=prepare_preview,
    execute=execute_preview,
    slots=(PLAN, BILLING, SEATS),
)
