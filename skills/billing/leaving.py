"""Leaving: what it would mean, the cancellation itself, and the offer to stay that may come before it."""

import re
from dataclasses import replace
from datetime import date, timedelta

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Sentence
from core.errors import BadInput, Conflict, NotFound
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, default, from_record, typed
from skills.billing.changes import ApplySaveOffer, Cancel, Change
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    facts_of,
    permitted,
    proposed,
    receipt_rows,
    undo_of,
)
from skills.billing.records import Status, Subscription
from skills.billing.trial_info import trial_sentences
from skills.contract import Context, Detour, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.refusals import refusal
from skills.wording import counted, say, spelled

REASONS = {
    "closing": (
        r"clos\w*|shut\w*|bankrupt\w*|insolven\w*|wind\w* (?:up|down)|out of business|liquidat\w*"
        r"|schließ\w*|fermons|cerramos|lukker"
    ),
    "merging": r"merg\w*|acquir\w*|taken over|takeover|bought by|fusion\w*",
    "price": r"expensive|price\w*|cost\w*|cheap\w*|afford\w*|budget|teuer|cher|caro|dyrt?|duur",
    "competitor": r"competitor|another (?:tool|provider|product|vendor)|switch\w* to|moving to|other software|alternative",
    "unused": r"not using|don'?t use|no longer (?:need|use)|never used|don'?t need",
}
NO_OFFER = {"closing", "merging"}
RULE = "A monthly plan ends with the paid month, an annual plan with the paid term. An Owner can undo it until then."


class Nothing(BaseModel):
    """No arguments."""


class Cancellation(BaseModel):
    """Why the customer leaves, as a code."""

    reason: str = "unstated"


class Ending(BaseModel):
    """When the plan would end, if the account is known."""

    ends_on: str | None = None


class SaveOffer(BaseModel):
    """So many percent off seats for so many months."""

    percent: int
    months: int


async def prepare_explain(context: Context, slots: Slots) -> Prepared:
    if context.account_id is None:
        return Refuse(code="no_account", sentences=(), denies=False, question=True)
    return Ready(arguments={})


async def execute_explain(context: Context, arguments: BaseModel, key: str) -> Done:
    rules = context.ports.prices.catalogue
    kept = say(
        "billing.leaving_data", read_only=rules.number("ending", "read_only_days"), days=rules.number("ending", "reactivate_days")
    )
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    if subscription.status in (Status.TRIAL, Status.TRIAL_ENDED):
        ends = subscription.ends_on.isoformat() if subscription.ends_on else None
        return Done(result=Ending(ends_on=ends), sentences=trial_sentences(context, subscription))
    if subscription.ends_on is not None:
        return Done(result=Ending(ends_on=subscription.ends_on.isoformat()), sentences=_ended(context, subscription))
    try:
        preview = await context.ports.billing.preview(account_id, Cancel())
    except (BadInput, Conflict, NotFound) as error:
        return Done(result=Ending(), sentences=(refusal("billing", error, {}), kept))
    last = preview.effective_on - timedelta(days=1)
    told = [say("billing.leaving_ends", account_id, day=preview.effective_on, last=last)]
    if subscription.billing == "annual":
        told.append(_notice(subscription, late=any(code == "notice_passed" for code, _ in preview.warnings)))
    told += [say("billing.leaving_no_refund", account_id), _deleted(context, account_id, preview.effective_on)]
    return Done(result=Ending(ends_on=preview.effective_on.isoformat()), sentences=tuple(told))


async def prepare_cancel(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    said = Said(context, slots)
    reason = next(
        (each for each, words in REASONS.items() if said.mentions(re.compile(rf"\b(?:{words})\b", re.IGNORECASE))), None
    )
    argument = said.words(reason) if reason else default("unstated")
    offer = context.ports.terms.save_offer(subscription.plan)
    sketch = Sketch(
        arguments={"reason": argument},
        title=f"Cancel {subscription.plan_name}",
        rows=(("Plan", f"{subscription.plan_name}, {counted(subscription.seats_bought, 'seat')}"),),
        rule=RULE,
        instead=_detour(account_id, offer) if offer and reason not in NO_OFFER else None,
    )
    prepared = await proposed(context, _cancel(Cancellation(reason=reason or "unstated")), sketch)
    if isinstance(prepared, Refuse):
        return prepared
    notes = tuple(("Please note", each.text.removesuffix(".")) for each in prepared.intro)
    return replace(prepared, rows=(*prepared.rows, *notes), intro=())


async def execute_cancel(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await applied(context, _cancel(arguments), key)
    days = context.ports.prices.catalogue.number("ending", "read_only_days")
    told = (
        say("billing.cancelled", receipt.number, day=receipt.effective_on),
        say("billing.cancelled_undo", receipt.number),
        say("billing.cancelled_export", receipt.number, days=days),
    )
    return Done(result=changed(receipt), sentences=told, receipt=receipt_rows(receipt))


async def prepare_offer(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    offer = context.ports.terms.save_offer(subscription.plan)
    if offer is None:
        return Refuse(
            code="no_offer", sentences=(say("billing.no_offer"),), facts={"permitted": False, "permitted_code": "no_offer"}
        )
    percent, months = offer
    arguments = {"percent": from_record(percent, "save_offers"), "months": from_record(months, "save_offers")}
    told = say("billing.offer_to_stay", account_id, percent=percent, months=counted(months, "month"))
    change = ApplySaveOffer(percent=percent, months=months)
    allowed = await permitted(context, change)
    facts = {**allowed, "offer_percent": percent}
    if allowed.get("permitted") is False:
        return Ready(arguments=arguments, title="Stay with a lower price", facts=facts)
    preview = await context.ports.billing.preview(account_id, change)
    rows = [("Offer", f"{percent}% off seats for {counted(months, 'month')}")]
    if preview.recurring_before != preview.recurring_after:
        rows.append((f"Until now, a {preview.recurs}", str(preview.recurring_before)))
        rows.append((f"With the offer, a {preview.recurs}", str(preview.recurring_after)))
    elif preview.next_invoice.minor:
        rows.append(("On the next invoice", str(preview.next_invoice)))
    rows.append(("From", spelled(preview.effective_on)))
    return Ready(
        arguments=arguments,
        title="Stay with a lower price",
        rows=tuple(rows),
        rule="You keep your plan. If you would rather leave, decline this and the cancellation goes on.",
        facts=facts,
        intro=(told,),
    )


async def execute_offer(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(SaveOffer, arguments)
    receipt = await applied(context, _offer(arguments), key)
    told = say("billing.offer_applied", receipt.number, percent=wanted.percent, months=counted(wanted.months, "month"))
    return Done(
        result=changed(receipt),
        sentences=(told, say("billing.offer_stays", receipt.number)),
        receipt=receipt_rows(receipt, ("Offer", f"{wanted.percent}% off seats for {counted(wanted.months, 'month')}")),
    )


async def offer_facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    wanted = typed(SaveOffer, arguments)
    return {"offer_percent": wanted.percent, **await permitted(context, _offer(arguments))}


def _detour(account_id: str, offer: tuple[int, int]) -> Detour:
    percent, months = offer
    slots: dict[str, Argument] = {"percent": computed(percent, account_id), "months": computed(months, account_id)}
    return Detour(skill="apply_save_offer", slots=slots)


def _ended(context: Context, subscription: Subscription) -> tuple[Sentence, ...]:
    """What holds for an account that has ended, or whose end is set."""
    account_id, ends = subscription.account_id, subscription.ends_on
    assert ends is not None
    if subscription.reactivate_until is not None:
        told = say("billing.leaving_back", account_id, day=ends, until=subscription.reactivate_until)
    else:
        told = say("billing.leaving_already", account_id, day=ends)
    return (told, _deleted(context, account_id, ends)) if subscription.billing else (told,)


def _deleted(context: Context, account_id: str, ends: date) -> Sentence:
    """When the data of an account that ends on a day is read-only and deleted."""
    rules = context.ports.prices.catalogue
    live = ends + timedelta(days=rules.number("ending", "live_delete_days"))
    backups = live + timedelta(days=rules.number("ending", "backup_delete_further_days"))
    read_only = ends + timedelta(days=rules.number("ending", "read_only_days"))
    return say("billing.leaving_deleted", account_id, day=ends, read_only=read_only, live=live, backups=backups)


def _notice(subscription: Subscription, *, late: bool) -> Sentence:
    told = "billing.notice_late" if late else "billing.notice_open"
    return say(told, subscription.account_id, deadline=subscription.notice_deadline or subscription.contract_start)


def _cancel(arguments: BaseModel) -> Change:
    return Cancel(reason=typed(Cancellation, arguments).reason)


def _offer(arguments: BaseModel) -> Change:
    wanted = typed(SaveOffer, arguments)
    return ApplySaveOffer(percent=wanted.percent, months=wanted.months)


EXPLAIN_CANCELLATION = Skill(
    id="explain_cancellation",
    version=1,
    title="What cancelling means",
    description="Says when the plan would end, what is owed until then and what happens to the data.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "billing", "renewal"}),
    arguments=Nothing,
    result=Ending,
    prepare=prepare_explain,
    execute=execute_explain,
    needs_account=False,
)

CANCEL_PLAN = Skill(
    id="cancel_plan",
    version=1,
    title="Cancel the plan",
    description="Ends the account's plan at the end of what is paid for.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write", "terms:read"}),
    fields=frozenset({"plan", "seats", "billing", "renewal"}),
    arguments=Cancellation,
    result=Changed,
    prepare=prepare_cancel,
    execute=execute_cancel,
    compensate=undo_of(_cancel),
    facts=facts_of(_cancel),
)

APPLY_SAVE_OFFER = Skill(
    id="apply_save_offer",
    version=1,
    title="An offer to stay",
    description="Lowers the seat price for some months for a customer who was about to leave.",
    owner="billing",
    effect=Effect.MONEY,
    scopes=frozenset({"billing:read", "billing:write", "terms:read"}),
    fields=frozenset({"plan", "seats", "price"}),
    arguments=SaveOffer,
    result=Changed,
    prepare=prepare_offer,
    execute=execute_offer,
    compensate=undo_of(_offer),
    facts=offer_facts,
    slots=(SlotSpec(name="percent", kind="percent", ask="Which offer is it?", required=False),),
)
