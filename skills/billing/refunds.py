"""Money back: finding what was collected twice, and refunds on the published grounds."""

from typing import Literal

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Sentence
from core.language import SlotSpec
from core.money import Money
from skills.amounts import in_usd
from skills.arguments import Said, account_of, computed, from_record, typed
from skills.billing.changing import Changed, changed, receipt_rows, undone
from skills.billing.documents import Invoice, Receipt, RefundWindow
from skills.billing.invoices import invoice_named
from skills.billing.port import RefundBasis, RefundOrder
from skills.contract import Ask, Context, Detour, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import listed, say, spelled

INVOICE = SlotSpec(name="invoice", kind="invoice", ask="Which invoice is it about?", required=False)
AMOUNT = SlotSpec(name="amount", kind="money", ask="How much was it?", required=False)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
GROUNDS = {
    RefundBasis.DUPLICATE: "the invoice was paid twice",
    RefundBasis.FIRST_MONTHLY: "first payment on a new monthly plan",
    RefundBasis.FIRST_ANNUAL: "first payment on a new annual plan",
    RefundBasis.ANNUAL_RENEWAL: "annual renewal",
    RefundBasis.ADDON: "newly bought add-on",
}


class Nothing(BaseModel):
    """No arguments."""


class DoubleCharge(BaseModel):
    """What was collected twice, if anything was."""

    found: bool
    invoice_id: str | None = None
    amount_minor: int = 0
    currency: str = ""


class Refund(BaseModel):
    """Exactly what goes back, for which invoice and on which ground. `cause` adds up with others of its kind."""

    invoice_id: str
    amount_minor: int
    currency: str
    basis: Literal["duplicate", "first_monthly", "first_annual", "annual_renewal", "addon", "none"]
    cause: str


async def prepare_find(context: Context, slots: Slots) -> Prepared:
    return Ready(arguments={})


async def execute_find(context: Context, arguments: BaseModel, key: str) -> Done:
    invoices = await context.ports.billing.invoices(account_of(context))
    for invoice in reversed(invoices):
        window = invoice.window(RefundBasis.DUPLICATE)
        if window is not None and window.amount.minor:
            return _found(invoice, window)
    pending = next((each for each in reversed(invoices) if any(pay.result == "pending" for pay in each.payments)), None)
    if pending is not None:
        return Done(result=DoubleCharge(found=False), sentences=(say("billing.charge_pending", pending.id, invoice=pending.id),))
    looked = tuple(each.id for each in invoices)
    return Done(result=DoubleCharge(found=False), sentences=(say("billing.no_double_charge", *looked),))


async def prepare_refund(context: Context, slots: Slots) -> Prepared:
    invoices = [each for each in await context.ports.billing.invoices(account_of(context)) if each.settled.minor]
    if not invoices:
        return Refuse(code="nothing_paid", sentences=(say("billing.nothing_paid"),), facts={"form": "refund", "basis": "none"})
    said = Said(context, slots)
    invoice = invoice_named(said, invoices)
    if said.text("invoice") and invoice is None:
        return Ask(slot="invoice", question="Which invoice is it about?", choices=tuple(each.id for each in invoices))
    if invoice is None:
        open_ones = [each for each in invoices if each.open_window]
        twice = [each for each in open_ones if _is_duplicate(each)]
        candidates = twice or open_ones or invoices[-1:]
        if len(candidates) > 1:
            choices = tuple(each.id for each in candidates)
            return Ask(slot="invoice", question=f"Which invoice is it about: {listed(choices, 'or')}?", choices=choices)
        invoice = candidates[0]
    window = invoice.open_window
    return _no_ground(context, said, invoice) if window is None else _refund(context, said, invoice, window)


async def execute_refund(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Refund, arguments)
    receipt = await _pay_back(context, wanted, key)
    amount = Money(wanted.amount_minor, wanted.currency)
    told = say("billing.refunded", receipt.number, wanted.invoice_id, amount=amount, invoice=wanted.invoice_id)
    return Done(result=changed(receipt), sentences=(told,), receipt=receipt_rows(receipt))


async def undo_refund(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await undone(context, await _pay_back(context, typed(Refund, arguments), key), key)
    return Done(result=changed(receipt), sentences=(say("billing.undone", receipt.number),), receipt=receipt_rows(receipt))


async def facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    """The ground as the invoice shows it today: none when its window has closed or less is left than asked for."""
    wanted = typed(Refund, arguments)
    invoices = await context.ports.billing.invoices(account_of(context))
    invoice = next((each for each in invoices if each.id == wanted.invoice_id), None)
    window = invoice.window(RefundBasis(wanted.basis)) if invoice and wanted.basis != "none" else None
    stands = window is not None and window.open and window.amount == Money(wanted.amount_minor, wanted.currency)
    return _facts(context, wanted.amount_minor, wanted.currency, wanted.basis if stands else "none")


def _found(invoice: Invoice, window: RefundWindow) -> Done:
    result = DoubleCharge(found=True, invoice_id=invoice.id, amount_minor=window.amount.minor, currency=window.amount.currency)
    settled = [each.paid_on for each in invoice.payments if each.result == "settled"]
    days = listed(spelled(each) for each in sorted(set(settled)))
    told = [
        say(
            "billing.double_charge",
            invoice.id,
            invoice=invoice.id,
            amount=window.amount,
            days=days,
            times=NUMBERS[min(len(settled), 6)],
        )
    ]
    if not window.open:
        told.append(say("billing.double_charge_late", invoice.id, day=window.until))
        return Done(result=result, sentences=tuple(told))
    told.append(say("billing.duplicate_open", invoice.id, day=window.until))
    wanted = {"invoice": from_record(invoice.id, invoice.id)}
    return Done(result=result, sentences=tuple(told), then=Detour(skill="refund_payment", slots=wanted))


def _refund(context: Context, said: Said, invoice: Invoice, window: RefundWindow) -> Ready:
    claimed = said.amount("amount", invoice.currency)
    told: list[Sentence] = []
    if claimed is not None and claimed != window.amount:
        told.append(say("billing.refund_by_record", invoice.id, amount=window.amount, invoice=invoice.id))
    return Ready(
        arguments=_arguments(said, invoice, window.amount, window.basis.value),
        title=f"Refund {window.amount}",
        rows=(
            ("Invoice", f"{invoice.id} of {spelled(invoice.issued_on)}"),
            ("Amount", f"{window.amount}, tax included"),
            ("Ground", GROUNDS[window.basis]),
            ("To", "the original payment method"),
        ),
        rule="Refunds go to the original payment method and arrive within 5 to 10 business days of the decision.",
        facts=_facts(context, window.amount.minor, invoice.currency, window.basis.value),
        intro=tuple(told),
    )


def _no_ground(context: Context, said: Said, invoice: Invoice) -> Refuse:
    """Outside every window: says which one there was and what is possible instead."""
    late = max((each for each in invoice.windows if each.amount.minor), key=lambda each: each.until, default=None)
    told = [say("billing.refund_late", invoice.id, invoice=invoice.id, day=late.until)] if late else []
    told.append(say("billing.refund_outside", invoice.id, invoice=invoice.id))
    told.append(say("billing.refund_credit_instead"))
    amount = said.amount("amount", invoice.currency) or invoice.refundable
    return Refuse(
        code="outside_window",
        sentences=tuple(told),
        arguments=_arguments(said, invoice, amount, "none"),
        facts=_facts(context, amount.minor, amount.currency, "none"),
    )


def _arguments(said: Said, invoice: Invoice, amount: Money, basis: str) -> dict[str, Argument]:
    named = said.text("invoice") is not None
    return {
        "invoice_id": said.argument("invoice", invoice.id) if named else from_record(invoice.id, invoice.id),
        "amount_minor": from_record(amount.minor, invoice.id),
        "currency": from_record(amount.currency, invoice.id),
        "basis": computed(basis, invoice.id),
        "cause": computed(f"{basis}:{invoice.id}", invoice.id),
    }


def _facts(context: Context, minor: int, currency: str, basis: str) -> dict[str, object]:
    return {"form": "refund", "basis": basis, "amount_usd_minor": in_usd(Money(minor, currency), context.ports.terms)}


def _is_duplicate(invoice: Invoice) -> bool:
    window = invoice.window(RefundBasis.DUPLICATE)
    return window is not None and window.open


async def _pay_back(context: Context, wanted: Refund, key: str) -> Receipt:
    order = RefundOrder(
        invoice_id=wanted.invoice_id,
        amount=Money(wanted.amount_minor, wanted.currency),
        basis=RefundBasis(wanted.basis),
        cause=wanted.cause,
    )
    return await context.ports.billing.refund(account_of(context), order, key=key)


FIND_DOUBLE_CHARGE = Skill(
    id="find_double_charge",
    version=1,
    title="Find a double charge",
    description="Looks whether an invoice was collected twice.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=Nothing,
    result=DoubleCharge,
    prepare=prepare_find,
    execute=execute_find,
)

REFUND_PAYMENT = Skill(
    id="refund_payment",
    version=1,
    title="Refund",
    description="Asks for money back to the original payment method; a person releases it.",
    owner="billing",
    effect=Effect.MONEY,
    scopes=frozenset({"billing:read", "billing:write", "terms:read"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=Refund,
    result=Changed,
    prepare=prepare_refund,
    execute=execute_refund,
    compensate=undo_refund,
    facts=facts,
    slots=(INVOICE, AMOUNT),
)
