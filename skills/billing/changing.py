"""What the skills that change a subscription have in common: the dry run, its card, the refusal in words, and the receipt."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel

from core.action import Argument
from core.conversation import Offer, Sentence
from core.errors import BadInput, Conflict, NotFound
from core.money import Money
from skills.arguments import account_of
from skills.billing.changes import Change, ReverseCredit, ReverseRefund, TakeBack
from skills.billing.documents import Preview, Receipt
from skills.contract import Context, Detour, Done, Execute, Judge, Ready, Refuse
from skills.refusals import code_of, refusal
from skills.wording import Value, say, spelled

Rows = tuple[tuple[str, str], ...]

MOST_LINES = 4
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


class Changed(BaseModel):
    """What a change came to."""

    receipt: str
    effective_on: date
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What a skill would do, before the system of record was asked. `values` fill in the words of a refusal."""

    arguments: Mapping[str, Argument]
    title: str
    rows: Rows = ()
    rule: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    intro: tuple[Sentence, ...] = ()
    offer: Offer | None = None
    instead: Detour | None = None


async def proposed(context: Context, change: Change, sketch: Sketch) -> Ready | Refuse:
    """The card with what the dry run says of it, or the refusal."""
    try:
        preview = await context.ports.billing.preview(account_of(context), change)
    except (BadInput, Conflict, NotFound) as error:
        return refused(error, sketch)
    return Ready(
        arguments=sketch.arguments,
        title=sketch.title,
        rows=(*sketch.rows, *preview_rows(preview)),
        rule=sketch.rule,
        facts={**sketch.facts, "permitted": True},
        intro=(*sketch.intro, *warnings_of(preview, account_of(context))),
        offer=sketch.offer,
        instead=sketch.instead,
    )


def facts_of(build: Callable[[BaseModel], Change]) -> Judge:
    """What policy should know of a change, asked of the system of record: whether it accepts it."""

    async def facts(context: Context, arguments: BaseModel) -> Mapping[str, object]:
        return await permitted(context, build(arguments))

    return facts


def undo_of(build: Callable[[BaseModel], Change]) -> Execute:
    """The compensation of a change: finds what was done under the key, and takes it back."""

    async def undo(context: Context, arguments: BaseModel, key: str) -> Done:
        receipt = await undone(context, await applied(context, build(arguments), key), key)
        return Done(result=changed(receipt), sentences=(say("billing.undone", receipt.number),), receipt=receipt_rows(receipt))

    return undo


async def permitted(context: Context, change: Change) -> dict[str, object]:
    """Whether the system of record accepts the change today, as facts for policy."""
    try:
        await context.ports.billing.preview(account_of(context), change)
    except (BadInput, Conflict, NotFound) as error:
        return {"permitted": False, "permitted_code": code_of(error)}
    return {"permitted": True}


async def applied(context: Context, change: Change, key: str) -> Receipt:
    """Carries the change out, once for the key."""
    return await context.ports.billing.apply(account_of(context), change, key=key)


async def undone(context: Context, first: Receipt, key: str) -> Receipt:
    """Undoes the receipt by the change that it names."""
    kind = next((each for each in (TakeBack, ReverseCredit, ReverseRefund) if each.__name__ == first.undo), None)
    if kind is None:
        raise Conflict(f"{first.number} can't be undone by itself: a person has to put it right.", code="no_undo")
    return await applied(context, kind(number=first.number), f"{key}:undo")


def refused(error: BadInput | Conflict | NotFound, sketch: Sketch) -> Refuse:
    """A refusal by the system of record, in approved words."""
    code = code_of(error)
    facts = {**sketch.facts, "permitted": False, "permitted_code": code}
    return Refuse(code=code, sentences=(refusal("billing", error, sketch.values),), arguments=sketch.arguments, facts=facts)


def preview_rows(preview: Preview) -> Rows:
    """What a change comes to, as rows of a card."""
    rows = [(_titled(line.label), _with_detail(str(line.amount), line.detail)) for line in preview.lines[:MOST_LINES]]
    if preview.due_now.minor:
        rows.append(("Due now", f"{preview.due_now} before tax, {preview.due_now_with_tax} with tax"))
    if preview.next_invoice.minor:
        rows.append(("On the next invoice", f"{preview.next_invoice} before tax"))
    if preview.recurring_before != preview.recurring_after:
        per = preview.recurs
        if preview.recurring_before.minor:
            rows.append((f"Until now, a {preview.recurred or per}", f"{preview.recurring_before} before tax"))
        rows.append((f"From then on, a {per}", f"{preview.recurring_after} before tax"))
    rows.append(("Takes effect", spelled(preview.effective_on)))
    return tuple(rows)


def receipt_rows(receipt: Receipt, *more: tuple[str, str]) -> Rows:
    """A receipt as label and value."""
    rows = [("Receipt", receipt.number), *more, ("Takes effect", spelled(receipt.effective_on))]
    if receipt.amount.minor:
        rows.append(("Amount", f"{receipt.amount}{_tax_note(receipt)}"))
    if receipt.invoice_id:
        rows.append(("Invoice", receipt.invoice_id))
    if receipt.link:
        rows.append(("Link", receipt.link))
    return tuple(rows)


def changed(receipt: Receipt) -> Changed:
    """A receipt as a skill's result."""
    return Changed(
        receipt=receipt.number,
        effective_on=receipt.effective_on,
        amount_minor=receipt.amount.minor,
        currency=receipt.amount.currency,
    )


def charged(receipt: Receipt) -> tuple[Sentence, ...]:
    """What a change costs now, in a sentence; nothing when it is free."""
    if not receipt.amount.minor:
        return ()
    if receipt.invoice_id:
        return (say("billing.invoiced", receipt.number, receipt.invoice_id, amount=receipt.amount, invoice=receipt.invoice_id),)
    if receipt.amount.minor < 0:
        return (say("billing.credited_next", receipt.number, amount=Money(-receipt.amount.minor, receipt.amount.currency)),)
    return (say("billing.on_next_invoice", receipt.number, amount=receipt.amount),)


def warnings_of(preview: Preview, account_id: str) -> tuple[Sentence, ...]:
    """What the system of record wants the customer to know of a change, with days as people write them."""
    told = (ISO_DAY.sub(lambda found: spelled(date.fromisoformat(found.group())), text) for _, text in preview.warnings[:3])
    return tuple(Sentence(text=text, record_ids=(account_id,)) for text in told)


def _tax_note(receipt: Receipt) -> str:
    """Whether a charge includes tax: what was invoiced does, what waits for the next invoice doesn't; money given has none."""
    if receipt.undo in (ReverseCredit.__name__, ReverseRefund.__name__) or receipt.link:
        return ""
    return " with tax" if receipt.invoice_id else " before tax"


def _titled(label: str) -> str:
    return label[:1].upper() + label[1:]


def _with_detail(amount: str, detail: str) -> str:
    return f"{amount} ({detail})" if detail else amount
