"""Until when money may go back, and how much: from the invoices, or from a day that the customer names."""

import re
from datetime import date, timedelta

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Sentence
from core.language import SlotSpec
from skills.arguments import Said, default, typed
from skills.billing.documents import Invoice, RefundWindow
from skills.billing.records import RefundBasis
from skills.billing.refunds import GROUNDS
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import say

SEES_INVOICES = {"Owner", "Admin", "Billing admin"}
BASES = {
    RefundBasis.DUPLICATE: r"twice|double|duplicat\w*|doppelt|deux fois|dos veces|to gange|dubbel|due volte",
    RefundBasis.ADDON: r"add-?ons?|sso|analytics|ai scheduling|payroll|priority|module?s?|zusatz\w*|option|complemento|extra",
    RefundBasis.ANNUAL_RENEWAL: r"renew\w*|rolled over|verlänger\w*|renouvel\w*|renov\w*|forny\w*|verleng\w*|rinnov\w*",
    RefundBasis.FIRST_ANNUAL: r"annual\w*|year\w*|jahr\w*|jährlich\w*|annuel\w*|an|anual\w*|año|årlig\w*|jaar\w*|anno",
    RefundBasis.FIRST_MONTHLY: r"month\w*|monat\w*|mois|mensuel\w*|mes|mensual\w*|måned\w*|maand\w*|mese|mensil\w*",
}
BOUGHT = SlotSpec(name="bought", kind="date", ask="On which day was it paid?", required=False)


class Purchase(BaseModel):
    """A payment that the customer speaks of: the day, and on which ground money might go back."""

    bought: str | None = None
    basis: str | None = None


class Windows(BaseModel):
    """The invoices that may be refunded, with the last day for each."""

    until: tuple[tuple[str, str], ...]


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    bought = said.past_day("bought")
    basis = next((each for each, words in BASES.items() if said.mentions(re.compile(rf"\b(?:{words})\b", re.IGNORECASE))), None)
    if context.account_id is None and (bought is None or basis is None):
        return Refuse(code="no_day", sentences=(), denies=False, question=True)
    return Ready(
        arguments={
            "bought": said.argument("bought", bought.isoformat()) if bought else default(None),
            "basis": said.words(basis.value) if basis else default(None),
        }
    )


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Purchase, arguments)
    told: list[Sentence] = []
    found: list[tuple[str, str]] = []
    if wanted.bought and wanted.basis:
        told.append(_counted(context, date.fromisoformat(wanted.bought), RefundBasis(wanted.basis)))
    invoices = await context.ports.billing.invoices(context.account_id) if context.account_id else ()
    pairs = [(each, window) for each in reversed(invoices) for window in each.windows if window.amount.minor]
    for invoice, window in sorted(pairs, key=lambda pair: not pair[1].open)[:2]:
        told.append(_told(context, invoice, window))
        found.append((invoice.id, window.until.isoformat()))
    if not told:
        days = {each.value: context.ports.prices.catalogue.number("refund_windows_days", each.value) for each in _published()}
        told = [say("billing.refund_none_open", context.account_id or ""), say("billing.refund_rules", **days)]
    return Done(result=Windows(until=tuple(found)), sentences=tuple(told))


def _published() -> tuple[RefundBasis, ...]:
    return tuple(each for each in RefundBasis if each is not RefundBasis.DUPLICATE)


def _counted(context: Context, bought: date, basis: RefundBasis) -> Sentence:
    rules = context.ports.prices.catalogue
    if basis is RefundBasis.DUPLICATE:
        days = rules.number("billing", "duplicate_charge", "report_within_days")
        return say("billing.duplicate_until", day=bought + timedelta(days=days), days=days, first=bought)
    days = rules.number("refund_windows_days", basis.value)
    return say("billing.refund_until_day", day=bought + timedelta(days=days), days=days, first=bought, ground=GROUNDS[basis])


def _told(context: Context, invoice: Invoice, window: RefundWindow) -> Sentence:
    sees = bool(context.principal.roles & SEES_INVOICES)
    if window.basis is RefundBasis.DUPLICATE:
        return say("billing.duplicate_open" if window.open else "billing.double_charge_late", invoice.id, day=window.until)
    amount = f": {window.amount.short}, tax included" if sees and window.open else ""
    told = "billing.refund_open" if window.open else "billing.refund_closed"
    return say(told, invoice.id, day=window.until, invoice=invoice.id, amount=amount, ground=GROUNDS[window.basis])


REFUND_WINDOW = Skill(
    id="refund_window",
    version=1,
    title="Refund windows",
    description="Says until which day a payment can be refunded or a double charge reported, and how much would come back.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"invoices", "payments"}),
    arguments=Purchase,
    result=Windows,
    prepare=prepare,
    execute=execute,
    slots=(BOUGHT,),
    needs_account=False,
)
