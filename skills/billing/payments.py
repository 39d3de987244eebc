"""Where a payment stands, and a link to pay with."""

from datetime import timedelta

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Sentence
from skills.arguments import Said, account_of, from_record, typed
from skills.billing.changes import Change, CreatePaymentLink
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    facts_of,
    proposed,
    receipt_rows,
)
from skills.billing.documents import Invoice
from skills.billing.invoices import INVOICE, invoice_named
from skills.billing.pricebook import Catalogue
from skills.billing.records import Dunning, DunningStage
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import listed, say, spelled


class Nothing(BaseModel):
    """No arguments."""


class Standing(BaseModel):
    """What is owed, and how far its collection has come."""

    owed_minor: int
    currency: str
    day: int | None = None
    stage: str | None = None


class InvoiceToPay(BaseModel):
    """The invoice to be paid."""

    invoice_id: str


async def prepare_status(context: Context, slots: Slots) -> Prepared:
    return Ready(arguments={})


async def execute_status(context: Context, arguments: BaseModel, key: str) -> Done:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    invoices = await context.ports.billing.invoices(account_id)
    owed = [each for each in invoices if each.balance.minor]
    dunning = subscription.dunning
    result = Standing(
        owed_minor=subscription.balance_due.minor,
        currency=subscription.currency,
        day=dunning.day if dunning else None,
        stage=dunning.stage.value if dunning else None,
    )
    if dunning is not None:
        return Done(result=result, sentences=_collection(dunning, owed, context.ports.prices.catalogue))
    if owed:
        told = tuple(
            say("billing.invoice_open", each.id, invoice=each.id, amount=each.balance, day=each.due_on) for each in owed[:2]
        )
        return Done(result=result, sentences=told)
    last = next((each for each in reversed(invoices) if each.paid_on), None)
    if last is not None and last.paid_on is not None:
        told = (say("billing.all_paid", last.id, invoice=last.id, amount=last.total, day=last.paid_on),)
        return Done(result=result, sentences=told)
    return Done(result=result, sentences=(say("billing.nothing_unpaid", account_id),))


async def prepare_link(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    invoices = [each for each in await context.ports.billing.invoices(account_id) if each.balance.minor]
    if not invoices:
        told = (say("billing.nothing_unpaid", account_id),)
        return Refuse(code="nothing_to_pay", sentences=told, denies=False)
    invoice = _to_pay(Said(context, slots), invoices)
    if isinstance(invoice, Ask):
        return invoice
    found = next(each for each in invoices if each.id == invoice.value)
    sketch = Sketch(
        arguments={"invoice_id": invoice},
        title=f"Payment link for {found.id}",
        rows=(("Invoice", f"{found.id} of {spelled(found.issued_on)}"), ("To pay", f"{found.balance}, tax included")),
        rule="The link goes to the billing contacts on file.",
        values={"invoice": found.id},
    )
    return await proposed(context, CreatePaymentLink(invoice_id=found.id), sketch)


async def execute_link(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(InvoiceToPay, arguments)
    receipt = await applied(context, _link(arguments), key)
    told = say("billing.link_sent", receipt.number, invoice=wanted.invoice_id)
    return Done(result=changed(receipt), sentences=(told, say("billing.link_returns")), receipt=receipt_rows(receipt))


def _timetable(dunning: Dunning, rules: Catalogue) -> Sentence | None:
    """The days that are still ahead: the last try of a card, then each stage that is taken by itself."""
    days: list[tuple[int, str]] = []
    if dunning.method == "card":
        days.append((rules.numbers("billing", "dunning_days", "retry")[-1], "the card is tried for the last time on {}"))
    extra = 0
    table = "dunning_days" if dunning.method == "card" else "bank_transfer_overdue_days"
    read_only = rules.number("billing", table, "read_only")
    if dunning.extended_until:
        extra = (dunning.extended_until - dunning.started_on).days - read_only
    if dunning.held_by != "account_value":
        days.append((read_only + extra, "the account becomes read-only on {}"))
    if dunning.method == "card" and dunning.held_by is None:
        days.append((rules.number("billing", table, "suspended") + extra, "is suspended, so that only Owners can sign in, on {}"))
        days.append((rules.number("billing", table, "closed") + extra, "is closed on {}"))
    ahead = [words.format(spelled(dunning.started_on + timedelta(days=day))) for day, words in days if day > dunning.day]
    return say("billing.timetable", dunning.invoice_id, steps=listed(ahead)) if ahead else None


def _collection(dunning: Dunning, owed: list[Invoice], rules: Catalogue) -> tuple[Sentence, ...]:
    invoice = next((each for each in owed if each.id == dunning.invoice_id), None)
    amount = invoice.balance if invoice else ""
    record = dunning.invoice_id
    if dunning.method == "transfer":
        told = [say("billing.transfer_overdue", record, invoice=record, amount=amount, due=dunning.started_on, day=dunning.day)]
    else:
        told = [say("billing.card_failed", record, invoice=record, amount=amount, first=dunning.started_on, day=dunning.day)]
    if dunning.stage in (DunningStage.READ_ONLY, DunningStage.SUSPENDED, DunningStage.CLOSED):
        told.append(say(f"billing.now_{dunning.stage.value}", record))
    if dunning.extended_until:
        told.append(say("billing.extended_until", record, day=dunning.extended_until))
    if dunning.next_retry:
        told.append(say("billing.next_retry", record, day=dunning.next_retry))
    ahead = _timetable(dunning, rules)
    if ahead is not None:
        told.append(ahead)
    told.append(say(f"billing.returns_after_{'transfer' if dunning.method == 'transfer' else 'card'}", record))
    return tuple(told)


def _to_pay(said: Said, invoices: list[Invoice]) -> Argument | Ask:
    named = invoice_named(said, invoices)
    if named is not None:
        return said.argument("invoice", named.id)
    if len(invoices) == 1:
        return from_record(invoices[0].id, invoices[0].id)
    choices = tuple(each.id for each in invoices)
    return Ask(slot="invoice", question=f"Which invoice would you like to pay: {listed(choices, 'or')}?", choices=choices)


def _link(arguments: BaseModel) -> Change:
    return CreatePaymentLink(invoice_id=typed(InvoiceToPay, arguments).invoice_id)


PAYMENT_STATUS = Skill(
    id="payment_status",
    version=1,
    title="Payment status",
    description="Says what is owed, what happened to the payment and what happens next.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=Nothing,
    result=Standing,
    prepare=prepare_status,
    execute=execute_status,
)

SEND_PAYMENT_LINK = Skill(
    id="send_payment_link",
    version=1,
    title="Payment link",
    description="Mails a link with which an unpaid invoice can be paid, to the billing contacts on file.",
    owner="billing",
    effect=Effect.MESSAGE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"invoices"}),
    arguments=InvoiceToPay,
    result=Changed,
    prepare=prepare_link,
    execute=execute_link,
    facts=facts_of(_link),
    slots=(INVOICE,),
)
