"""Invoices: finding them, explaining what they charge, and making one out anew."""

import re
from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Sentence
from core.language import SlotSpec
from skills.arguments import Said, account_of, default, from_record, typed
from skills.billing.changes import Change, ChangeBillingDetails
from skills.billing.changing import Changed, Sketch, applied, changed, facts_of, proposed, receipt_rows, undo_of
from skills.billing.documents import Invoice, InvoiceLine
from skills.contract import Ask, Context, Done, Prepared, Ready, Skill, Slots
from skills.wording import counted, listed, say, spelled

MOST = 3
NUMBER = re.compile(r"\b(?:INV[- ]?)?(\d{4,})\b", re.IGNORECASE)
OPEN = {"open", "overdue", "payment_failed"}
STATES = {"paid": "paid", "open": "open", "overdue": "overdue", "payment_failed": "unpaid, the card failed"}
UNPAID = re.compile(r"\b(?:open|unpaid|owe|outstanding|overdue|due|offen\w*|impay\w*|pendient\w*|ubetalt\w*)\b", re.IGNORECASE)
COMING = re.compile(
    r"\b(?:next|coming|upcoming|will|you'?ll|future|nächste\w*|kommende\w*|prochaine?|próxim[ao]|næste|volgende|prossim[ao])\b",
    re.IGNORECASE,
)
VAT_ID = re.compile(r"\b[A-Z]{2}(?=[0-9A-Z]*\d)[0-9A-Z]{8,12}\b")
DETAILS = ("name", "address", "vat_id", "po_number")
ASKED = {"name": "company name", "address": "address", "vat_id": "VAT ID", "po_number": "PO number"}
INVOICE = SlotSpec(name="invoice", kind="invoice", ask="Which invoice is it about?", required=False)
CODE = SlotSpec(name="code", kind="code", ask="Please type the 6-digit code that was mailed to the address we have on file.")


class InvoiceChoice(BaseModel):
    """An invoice by its id, or none for the latest."""

    invoice_id: str | None = None
    unpaid_only: bool = False
    coming: bool = False


class Invoices(BaseModel):
    """The invoices that were found, newest first."""

    invoice_ids: tuple[str, ...]


class Reissue(BaseModel):
    """What one invoice, and those after it, shall say."""

    invoice_id: str
    detail: str
    value: str


def invoice_named(said: Said, invoices: Sequence[Invoice]) -> Invoice | None:
    """The invoice that was named by number, or by an amount that only one of them has."""
    named = said.text("invoice")
    match = NUMBER.search(named) if named else None
    if match:
        return next((each for each in invoices if each.id.endswith(match.group(1))), None)
    amount = said.amount("amount", invoices[-1].currency) if invoices and said.has("amount") else None
    found = [each for each in invoices if amount is not None and amount in (each.total, each.subtotal)]
    return found[0] if len(found) == 1 else None


async def prepare_find(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    unpaid = said.mentions(UNPAID)
    invoice = said.text("invoice")
    return Ready(
        arguments={
            "invoice_id": said.argument("invoice", _spelled_id(invoice)) if invoice else default(None),
            "unpaid_only": said.words(True) if unpaid and not said.mentions(COMING) else default(False),
            "coming": said.words(True) if said.mentions(COMING) else default(False),
        }
    )


async def execute_find(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(InvoiceChoice, arguments)
    newest = list(reversed(await context.ports.billing.invoices(account_of(context))))
    found = [each for each in newest if wanted.invoice_id in (None, each.id)]
    if wanted.invoice_id and not found:
        return Done(result=Invoices(invoice_ids=()), sentences=(say("billing.no_such_invoice", invoice=wanted.invoice_id),))
    if wanted.unpaid_only and not wanted.invoice_id:
        found = [each for each in found if each.balance.minor]
        if not found:
            return Done(result=Invoices(invoice_ids=()), sentences=(say("billing.nothing_unpaid", account_of(context)),))
    if not found:
        return Done(result=Invoices(invoice_ids=()), sentences=(say("billing.no_invoices", account_of(context)),))
    if wanted.coming and not wanted.invoice_id:
        coming = await _coming(context)
        if coming is not None:
            return Done(result=Invoices(invoice_ids=(found[0].id,)), sentences=(coming, _told(found[0])))
    told = tuple(_told(each) for each in found[:MOST])
    rows = tuple((each.id, f"{spelled(each.issued_on)}, {each.total}, {STATES[each.status]}") for each in found)
    if len(found) > MOST:
        told = (*told, say("billing.more_invoices", account_of(context), count=len(found) - MOST))
    return Done(result=Invoices(invoice_ids=tuple(each.id for each in found)), sentences=told, receipt=rows)


async def prepare_explain(context: Context, slots: Slots) -> Prepared:
    invoices = await context.ports.billing.invoices(account_of(context))
    said = Said(context, slots)
    invoice = invoice_named(said, invoices)
    if said.text("invoice") and invoice is None and invoices:
        choices = tuple(each.id for each in reversed(invoices))
        return Ask(slot="invoice", question=f"I don't see that invoice. Is it {listed(choices, 'or')}?", choices=choices)
    if invoice is not None:
        return Ready(arguments={"invoice_id": said.argument("invoice", invoice.id)})
    last = invoices[-1] if invoices else None
    return Ready(arguments={"invoice_id": from_record(last.id, last.id) if last else default(None)})


async def execute_explain(context: Context, arguments: BaseModel, key: str) -> Done:
    account_id = account_of(context)
    wanted = typed(InvoiceChoice, arguments).invoice_id
    invoices = await context.ports.billing.invoices(account_id)
    invoice = next((each for each in invoices if each.id == wanted), None)
    if invoice is None:
        return Done(result=Invoices(invoice_ids=()), sentences=(say("billing.no_invoices", account_id),))
    parts = listed(_line(context, each) for each in invoice.lines)
    told = [
        say(
            "billing.invoice_period",
            invoice.id,
            invoice=invoice.id,
            start=invoice.period_start,
            end=invoice.period_end,
            total=invoice.total,
        ),
        say("billing.invoice_lines", invoice.id, lines=parts),
        say("billing.invoice_tax", invoice.id, subtotal=invoice.subtotal, tax=invoice.tax),
    ]
    if invoice.credit_used and invoice.credit_used.minor:
        told.append(say("billing.invoice_credit", invoice.id, credit=invoice.credit_used))
    elif invoice.settled.minor > invoice.total.minor:
        told.append(say("billing.invoice_paid_twice", invoice.id, paid=invoice.settled))
    return Done(result=Invoices(invoice_ids=(invoice.id,)), sentences=tuple(told))


async def prepare_reissue(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    invoices = await context.ports.billing.invoices(account_of(context))
    invoice = invoice_named(said, invoices) or (invoices[-1] if invoices else None)
    if invoice is None:
        return Ask(slot="invoice", question="Which invoice shall be made out anew?")
    detail, value = _detail(said)
    if detail is None:
        question = "What shall be corrected on the invoice: the company name, the address or the VAT ID?"
        return Ask(slot="detail", question=question, choices=tuple(ASKED.values()))
    if value is None:
        return Ask(slot="value", question=f"What is the correct {ASKED[str(detail.value)]}?")
    if detail.value == "address" and not context.principal.step_up:
        return Ask(slot="code", question=CODE.ask)
    known = said.text("invoice") is not None
    arguments = {
        "invoice_id": said.argument("invoice", invoice.id) if known else from_record(invoice.id, invoice.id),
        "detail": detail,
        "value": value,
    }
    label = ASKED[str(detail.value)]
    sketch = Sketch(
        arguments=arguments,
        title=f"Reissue {invoice.id}",
        rows=(("Invoice", f"{invoice.id}, {invoice.total}"), (label[0].upper() + label[1:], str(value.value))),
        rule="An invoice can be reissued for up to 90 days after its date; the amounts do not change.",
        values={"invoice": invoice.id},
    )
    return await proposed(context, _change(_model(arguments)), sketch)


async def execute_reissue(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Reissue, arguments)
    receipt = await applied(context, _change(arguments), key)
    told = say("billing.reissued", receipt.number, wanted.invoice_id, invoice=wanted.invoice_id, what=ASKED[wanted.detail])
    return Done(result=changed(receipt), sentences=(told,), receipt=receipt_rows(receipt))


def _detail(said: Said) -> tuple[Argument | None, Argument | None]:
    """Which detail is wrong, and what it shall say: as asked for, or a VAT ID seen in the message."""
    named = (said.text("detail") or "").casefold()
    fits = (each for each in DETAILS if named and (each == named or ASKED[each].casefold() in named or named in ASKED[each]))
    detail = next(fits, None)
    vat = VAT_ID.search(said.context.said)
    if detail is None and vat:
        return said.words("vat_id"), said.words(vat.group())
    value = said.text("value")
    found = said.argument("value", value) if value else None
    return (said.argument("detail", detail) if detail else None), found


def _told(invoice: Invoice) -> Sentence:
    return say(
        "billing.invoice_found",
        invoice.id,
        invoice=invoice.id,
        day=invoice.issued_on,
        total=invoice.total,
        state=f"{STATES[invoice.status]} on {spelled(invoice.paid_on)}"
        if invoice.paid_on
        else f"{STATES[invoice.status]}, due on {spelled(invoice.due_on)}",
    )


async def _coming(context: Context) -> Sentence | None:
    """When the next invoice is made out, and by when a bank transfer for it is due."""
    held = await context.ports.billing.subscription(account_of(context))
    if held.period is None or held.ends_on is not None:
        return None
    day, days = held.period.until, context.ports.prices.catalogue.number("billing", "bank_transfer_due_days")
    if held.payment_method != "bank_transfer":
        return say("billing.next_invoice_card", held.account_id, day=day)
    return say("billing.next_invoice_due", held.account_id, day=day, due=day + timedelta(days=days), days=days)


def _line(context: Context, line: InvoiceLine) -> str:
    catalogue = context.ports.prices.catalogue
    names = {f"{each.id} seats": f"{each.name} seats" for each in catalogue.plans}
    names |= {each.id: each.name for each in catalogue.addons}
    label = names.get(line.item, line.item.replace("_", " "))
    if line.amount.minor < 0 or line.quantity == 1:
        return f"{label} {line.amount.short}"
    months = f" x {counted(line.months, 'month')}" if line.months > 1 else ""
    return f"{line.quantity:,} {label} x {line.unit.short}{months} = {line.amount.short}"


def _spelled_id(named: str) -> str:
    match = NUMBER.search(named)
    return f"INV-{match.group(1)}" if match else named.upper()


def _model(arguments: dict[str, Argument]) -> Reissue:
    return Reissue.model_validate({name: each.value for name, each in arguments.items()})


def _change(arguments: BaseModel) -> Change:
    wanted = typed(Reissue, arguments)
    return ChangeBillingDetails(reissue_invoice_id=wanted.invoice_id, **{wanted.detail: wanted.value})


FIND_INVOICES = Skill(
    id="find_invoices",
    version=1,
    title="Find invoices",
    description="Shows the account's invoices with dates, amounts and whether they are paid.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=InvoiceChoice,
    result=Invoices,
    prepare=prepare_find,
    execute=execute_find,
    slots=(INVOICE,),
)

EXPLAIN_CHARGE = Skill(
    id="explain_charge",
    version=1,
    title="Explain a charge",
    description="Explains what an invoice charges for, line by line, with proration and tax.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=InvoiceChoice,
    result=Invoices,
    prepare=prepare_explain,
    execute=execute_explain,
    slots=(INVOICE, SlotSpec(name="amount", kind="money", ask="How much was it?", required=False)),
)

REISSUE_INVOICE = Skill(
    id="reissue_invoice",
    version=1,
    title="Reissue an invoice",
    description="Makes an invoice out anew with a corrected name, address or VAT ID.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"invoices", "billing_details"}),
    arguments=Reissue,
    result=Changed,
    prepare=prepare_reissue,
    execute=execute_reissue,
    compensate=undo_of(_change),
    facts=facts_of(_change),
    slots=(
        INVOICE,
        SlotSpec(name="detail", kind="choice", ask="What shall be corrected?", choices=tuple(ASKED.values())),
        SlotSpec(name="value", kind="text", ask="What shall it say?", steers=True),
        CODE,
    ),
)
