"""How and when a customer pays: more time, and another payment method."""

import re

from pydantic import BaseModel

from core.action import Argument, Effect
from core.language import SlotSpec
from skills.arguments import Said, account_of, typed
from skills.billing.changes import Change, ExtendPayment, ReplacePaymentMethod
from skills.billing.changing import Changed, Sketch, applied, changed, facts_of, permitted, proposed, receipt_rows, undo_of
from skills.billing.invoices import CODE
from skills.billing.records import Subscription
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import counted, say, spelled

METHODS = {"card": "card", "direct_debit": "direct debit", "bank_transfer": "bank transfer"}
METHOD_WORDS = {
    "card": re.compile(
        r"\b(?:card|visa|master ?card|amex|american express|karte|carte|tarjeta|kort|kaart|carta)\w*", re.IGNORECASE
    ),
    "direct_debit": re.compile(r"\b(?:direct debit|sepa|ach|bacs|iban|lastschrift|prélèvement|domiciliaci\w*)\b", re.IGNORECASE),
    "bank_transfer": re.compile(r"\b(?:bank transfer|wire|überweisung|virement|transferencia)\b", re.IGNORECASE),
}
LAST_FOUR = re.compile(r"(\d{4})\D*$")


class MoreTime(BaseModel):
    """So many more days."""

    days: int


class NewMethod(BaseModel):
    """Another way to pay. `label` says how it is shown ("ending 4242"), never a whole number."""

    kind: str
    label: str = ""


async def prepare_extension(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    if not subscription.balance_due.minor and subscription.dunning is None:
        return Refuse(code="nothing_overdue", sentences=(say("billing.nothing_unpaid", account_id),), denies=False)
    said = Said(context, slots)
    days = said.whole("days") or _days_until(said)
    if days is None:
        return Ask(slot="days", question="How many more days do you need?")
    argument = said.argument("days", days) if said.has("days") else said.argument("until", days)
    allowed = await permitted(context, ExtendPayment(days=days))
    return Ready(
        arguments={"days": argument},
        title=f"{counted(days, 'more day')} to pay",
        rows=_owed_rows(subscription, days),
        rule="An Owner may ask for more time to pay before day 21; a colleague decides within 1 business day.",
        facts={**allowed, "extension_days": days},
        intro=(say("billing.extension_decided"),),
    )


async def execute_extension(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(MoreTime, arguments)
    receipt = await applied(context, _extension(arguments), key)
    day = receipt.expires_on or receipt.effective_on
    told = say("billing.extended", receipt.number, days=counted(wanted.days, "more day"), day=day)
    return Done(result=changed(receipt), sentences=(told,), receipt=receipt_rows(receipt))


async def extension_facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    return {"extension_days": typed(MoreTime, arguments).days, **await permitted(context, _extension(arguments))}


async def prepare_method(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    kind = _method(said)
    if kind is None:
        question = "How would you like to pay from now on: by card, direct debit or bank transfer?"
        return Ask(slot="method", question=question, choices=tuple(METHODS.values()))
    label = LAST_FOUR.search(said.text("label") or "")
    if label is None and kind.value != "bank_transfer":
        what = "card" if kind.value == "card" else "account"
        question = f"What are the last four digits of the new {what}? Please never write the whole number here."
        return Ask(slot="label", question=question)
    if not context.principal.step_up:
        return Ask(slot="code", question=CODE.ask)
    shown = said.argument("label", f"ending {label.group(1)}") if label else said.argument("label", "")
    sketch = Sketch(
        arguments={"kind": kind, "label": shown},
        title="Change the payment method",
        rows=(("From now on", f"{METHODS[str(kind.value)]} {shown.value}".strip()),),
        rule="Cards are accepted on all plans, direct debit on annual billing. A failed payment is retried straight away.",
    )
    return await proposed(context, _replace(NewMethod(kind=str(kind.value), label=str(shown.value))), sketch)


async def execute_method(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(NewMethod, arguments)
    receipt = await applied(context, _replace(arguments), key)
    method = f"{METHODS.get(wanted.kind, wanted.kind)} {wanted.label}".strip()
    told = say("billing.method_changed", receipt.number, method=method)
    return Done(result=changed(receipt), sentences=(told,), receipt=receipt_rows(receipt))


def _owed_rows(subscription: Subscription, days: int) -> tuple[tuple[str, str], ...]:
    rows = [("Owed", str(subscription.balance_due)), ("More time", counted(days, "day"))]
    if subscription.dunning:
        rows.append(("Unpaid since", spelled(subscription.dunning.started_on)))
    return tuple(rows)


def _days_until(said: Said) -> int | None:
    until = said.day("until")
    days = (until - said.context.clock.now().date()).days if until else 0
    return days if days > 0 else None


def _method(said: Said) -> Argument | None:
    named = said.text("method") or ""
    fits = (kind for kind, words in METHOD_WORDS.items() if kind == named or words.search(named))
    kind = next(fits, None)
    if kind is not None:
        return said.argument("method", kind)
    spoken = [kind for kind, words in METHOD_WORDS.items() if said.mentions(words)]
    return said.words(spoken[-1]) if len(spoken) == 1 else None


def _extension(arguments: BaseModel) -> Change:
    return ExtendPayment(days=typed(MoreTime, arguments).days)


def _replace(arguments: BaseModel) -> Change:
    wanted = typed(NewMethod, arguments)
    return ReplacePaymentMethod(kind=wanted.kind, label=wanted.label)


EXTEND_PAYMENT = Skill(
    id="extend_payment",
    version=1,
    title="More time to pay",
    description="Asks for more days before an unpaid invoice has consequences; a person decides.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=MoreTime,
    result=Changed,
    prepare=prepare_extension,
    execute=execute_extension,
    compensate=undo_of(_extension),
    facts=extension_facts,
    slots=(
        SlotSpec(name="days", kind="quantity", ask="How many more days do you need?"),
        SlotSpec(name="until", kind="date", ask="Until which day?", required=False),
    ),
)

CHANGE_PAYMENT_METHOD = Skill(
    id="change_payment_method",
    version=1,
    title="Change the payment method",
    description="Replaces the card or bank account on file, after a mailed code was confirmed.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"payment_method"}),
    arguments=NewMethod,
    result=Changed,
    prepare=prepare_method,
    execute=execute_method,
    compensate=undo_of(_replace),
    facts=facts_of(_replace),
    slots=(
        SlotSpec(name="method", kind="choice", ask="How would you like to pay?", choices=tuple(METHODS.values())),
        SlotSpec(name="label", kind="text", ask="What are the last four digits?", steers=True),
        CODE,
    ),
)
