"""Staying after all, coming back, and pausing for a season."""

from datetime import date

from pydantic import BaseModel

from core.action import Effect
from core.language import SlotSpec
from skills.arguments import Said, account_of, default, from_record, typed
from skills.billing.changes import Change, Pause, Reactivate, UndoCancel
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    charged,
    facts_of,
    proposed,
    receipt_rows,
    undo_of,
)
from skills.contract import Ask, Context, Done, Prepared, Skill, Slots
from skills.wording import counted, say


class Nothing(BaseModel):
    """No arguments."""


class Return(BaseModel):
    """With how many seats an ended account comes back."""

    seats: int


class PauseRequest(BaseModel):
    """For how many months, and from when; `start` empty is the next billing day."""

    months: int
    start: date | None = None


async def prepare_undo(context: Context, slots: Slots) -> Prepared:
    subscription = await context.ports.billing.subscription(account_of(context))
    sketch = Sketch(
        arguments={},
        title=f"Keep {subscription.plan_name}",
        rows=(("Plan", f"{subscription.plan_name}, {counted(subscription.seats_bought, 'seat')}"),),
        rule="A cancellation can be undone by an Owner at any time before the end date.",
    )
    return await proposed(context, UndoCancel(), sketch)


async def execute_undo(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await applied(context, UndoCancel(), key)
    return Done(result=changed(receipt), sentences=(say("billing.kept", receipt.number),), receipt=receipt_rows(receipt))


async def prepare_return(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    said = Said(context, slots)
    seats = said.whole("seats")
    argument = said.argument("seats", seats) if seats else from_record(subscription.seats_bought, account_id)
    wanted = Return(seats=seats or subscription.seats_bought)
    sketch = Sketch(
        arguments={"seats": argument},
        title=f"Reactivate {subscription.plan_name}",
        rows=(("Plan", subscription.plan_name), ("Seats", f"{wanted.seats:,}")),
        rule="Reactivating within 60 days of the end date brings everything back. A new period starts and is charged today.",
        values={"plan": subscription.plan_name},
    )
    return await proposed(context, _returning(wanted), sketch)


async def execute_return(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Return, arguments)
    receipt = await applied(context, _returning(arguments), key)
    told = say("billing.reactivated", receipt.number, seats=counted(wanted.seats, "seat"))
    return Done(result=changed(receipt), sentences=(told, *charged(receipt)), receipt=receipt_rows(receipt))


async def prepare_pause(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    months = said.whole("months")
    if months is None:
        question = "For how many months would you like to pause: 1, 2 or 3?"
        return Ask(slot="months", question=question, choices=("1 month", "2 months", "3 months"))
    start = said.day("start")
    subscription = await context.ports.billing.subscription(account_of(context))
    wanted = PauseRequest(months=months, start=start)
    percent = context.ports.prices.catalogue.number("seasonal_pause", "percent_of_seat_price")
    sketch = Sketch(
        arguments={
            "months": said.argument("months", months),
            "start": said.argument("start", start.isoformat()) if start else default(None),
        },
        title=f"Pause for {counted(months, 'month')}",
        rows=(("Plan", f"{subscription.plan_name}, {counted(subscription.seats_bought, 'seat')}"),),
        rule=f"While paused you pay {percent}% of the seat price and data is read-only.",
    )
    return await proposed(context, _pausing(wanted), sketch)


async def execute_pause(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(PauseRequest, arguments)
    receipt = await applied(context, _pausing(arguments), key)
    told = [say("billing.paused", receipt.number, day=receipt.effective_on, months=counted(wanted.months, "month"))]
    if receipt.expires_on:
        told.append(say("billing.paused_until", receipt.number, day=receipt.expires_on))
    return Done(result=changed(receipt), sentences=tuple(told), receipt=receipt_rows(receipt))


def _staying(arguments: BaseModel) -> Change:
    return UndoCancel()


def _returning(arguments: BaseModel) -> Change:
    return Reactivate(seats=typed(Return, arguments).seats)


def _pausing(arguments: BaseModel) -> Change:
    wanted = typed(PauseRequest, arguments)
    return Pause(months=wanted.months, start=wanted.start)


UNDO_CANCELLATION = Skill(
    id="undo_cancellation",
    version=1,
    title="Undo the cancellation",
    description="Keeps an account that was about to end.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats"}),
    arguments=Nothing,
    result=Changed,
    prepare=prepare_undo,
    execute=execute_undo,
    compensate=undo_of(_staying),
    facts=facts_of(_staying),
)

REACTIVATE_PLAN = Skill(
    id="reactivate_plan",
    version=1,
    title="Reactivate the account",
    description="Brings an ended account back with its data.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=Return,
    result=Changed,
    prepare=prepare_return,
    execute=execute_return,
    compensate=undo_of(_returning),
    facts=facts_of(_returning),
    slots=(SlotSpec(name="seats", kind="seats", ask="With how many seats?", required=False),),
)

PAUSE_PLAN = Skill(
    id="pause_plan",
    version=1,
    title="Pause the plan",
    description="Pauses a monthly plan for one to three months at a reduced price.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=PauseRequest,
    result=Changed,
    prepare=prepare_pause,
    execute=execute_pause,
    compensate=undo_of(_pausing),
    facts=facts_of(_pausing),
    slots=(
        SlotSpec(name="months", kind="months", ask="For how many months would you like to pause?"),
        SlotSpec(name="start", kind="date", ask="From which day?", required=False),
    ),
)
