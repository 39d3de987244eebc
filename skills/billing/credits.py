"""Account credit that a customer asks for."""

import re
from typing import Literal

from pydantic import BaseModel

from core.action import Effect
from core.language import SlotSpec
from core.money import Money
from skills.amounts import in_usd
from skills.arguments import Said, account_of, computed, default, from_record, typed
from skills.billing.changing import Changed, changed, receipt_rows, undone
from skills.billing.documents import Receipt
from skills.billing.port import CreditOrder
from skills.contract import Ask, Context, Done, Prepared, Ready, Skill, Slots
from skills.wording import say, spelled

CASH = re.compile(
    r"\b(?:cash|bank|card|paid out|pay ?out|transfer(?:red)?|wire|überweis\w*|auszahl\w*|bankkonto|virement|versement|efectivo"
    r"|transferencia|udbetal\w*|uitbetal\w*|bonifico|contanti)\b",
    re.IGNORECASE,
)
INCIDENT = re.compile(r"\bINC-\d+\b", re.IGNORECASE)
AMOUNT = SlotSpec(name="amount", kind="money", ask="How much credit do you have in mind?")
CURRENCY = SlotSpec(name="currency", kind="currency", ask="In which currency?", required=False)


class CreditRequest(BaseModel):
    """How much credit, and for what cause; those of one cause add up."""

    amount_minor: int
    currency: str
    cause: str
    basis: Literal["goodwill", "incident"]


async def prepare(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    said = Said(context, slots)
    amount = said.amount("amount", subscription.currency)
    if amount is None or amount.minor <= 0:
        return Ask(slot="amount", question=f"How much credit do you have in mind, in {subscription.currency}?")
    if amount.currency != subscription.currency:
        question = f"Your account is billed in {subscription.currency}. How much is it in {subscription.currency}?"
        return Ask(slot="amount", question=question)
    incident = INCIDENT.search(context.said)
    basis = "incident" if incident else "goodwill"
    cause = f"incident:{incident.group().upper()}" if incident else "goodwill"
    arguments = {
        "amount_minor": said.argument("amount", amount.minor) if said.has("amount") else said.words(amount.minor),
        "currency": from_record(amount.currency, account_id),
        "cause": said.words(cause) if incident else default(cause),
        "basis": computed(basis, "cause"),
    }
    return Ready(
        arguments=arguments,
        title=f"Account credit of {amount}",
        rows=(("Credit", str(amount)), ("Used", "on your next invoice"), ("Valid", "for 12 months")),
        rule="Account credit is used on the next invoice. It can't be paid out or moved to another account.",
        facts=_facts(context, amount, basis),
        intro=(say("billing.credit_not_cash"),) if said.mentions(CASH) else (),
    )


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(CreditRequest, arguments)
    receipt = await _give(context, wanted, key)
    told = [say("billing.credit_given", receipt.number, amount=Money(wanted.amount_minor, wanted.currency))]
    if receipt.expires_on:
        told.append(say("billing.credit_until", receipt.number, day=receipt.expires_on))
    more = [("Valid until", spelled(receipt.expires_on))] if receipt.expires_on else []
    return Done(result=changed(receipt), sentences=tuple(told), receipt=receipt_rows(receipt, *more))


async def undo(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await undone(context, await _give(context, typed(CreditRequest, arguments), key), key)
    return Done(result=changed(receipt), sentences=(say("billing.undone", receipt.number),), receipt=receipt_rows(receipt))


async def facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    wanted = typed(CreditRequest, arguments)
    return _facts(context, Money(wanted.amount_minor, wanted.currency), wanted.basis)


async def _give(context: Context, wanted: CreditRequest, key: str) -> Receipt:
    order = CreditOrder(amount=Money(wanted.amount_minor, wanted.currency), cause=wanted.cause)
    return await context.ports.billing.credit(account_of(context), order, key=key)


def _facts(context: Context, amount: Money, basis: str) -> dict[str, object]:
    return {"form": "credit", "basis": basis, "amount_usd_minor": in_usd(amount, context.ports.terms)}


GIVE_CREDIT = Skill(
    id="give_credit",
    version=1,
    title="Account credit",
    description="Gives account credit for trouble the customer had; never cash.",
    owner="billing",
    effect=Effect.MONEY,
    scopes=frozenset({"billing:read", "billing:write", "terms:read"}),
    fields=frozenset({"currency", "credit"}),
    arguments=CreditRequest,
    result=Changed,
    prepare=prepare,
    execute=execute,
    compensate=undo,
    facts=facts,
    slots=(AMOUNT, CURRENCY),
)
