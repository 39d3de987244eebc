"""How far the collection of an unpaid invoice has come, from its dates alone."""

from dataclasses import dataclass
from datetime import date, timedelta

from skills.billing.port import Dunning, DunningStage
from skills.sandbox.data import Terms
from skills.sandbox.dates import DAY
from skills.sandbox.docs import AccountDoc, InvoiceDoc

VALUE_HELD_FROM_USD_MINOR = 2_500_000


@dataclass(frozen=True, kw_only=True)
class _Case:
    """An unpaid invoice, since when, and what keeps its account from harsher stages."""

    invoice: InvoiceDoc
    method: str
    started_on: date
    extra_days: int
    held_by: str | None


def overdue_invoices(doc: AccountDoc, today: date) -> list[InvoiceDoc]:
    """Invoices whose payment failed or whose due date has passed, oldest first."""
    owed = [each for each in doc.invoices if each.owed_minor > 0]
    return [each for each in owed if each.status == "payment_failed" or each.due < today]


def dunning_of(doc: AccountDoc, today: date, terms: Terms, yearly_usd_minor: int) -> Dunning | None:
    """The collection of the oldest unpaid invoice, or `None` when nothing is overdue."""
    unpaid = overdue_invoices(doc, today)
    if not unpaid:
        return None
    invoice = unpaid[0]
    failed = [each.date for each in invoice.payments if each.result == "failed"]
    case = _Case(
        invoice=invoice,
        method="card" if failed else "transfer",
        started_on=failed[0] if failed else invoice.due,
        extra_days=sum(each.days for each in doc.payment_extensions if each.invoice_id == invoice.id),
        held_by=_held_by(doc, yearly_usd_minor),
    )
    return _dunning(case, today, terms)


def _held_by(doc: AccountDoc, yearly_usd_minor: int) -> str | None:
    if doc.chargeback_since is not None:
        return "chargeback"
    return "account_value" if yearly_usd_minor > VALUE_HELD_FROM_USD_MINOR else None


def _dunning(case: _Case, today: date, terms: Terms) -> Dunning:
    day = (today - case.started_on).days
    steps = _steps(case, terms)
    reached = [stage for stage, from_day in steps if day >= from_day]
    ahead = [(stage, from_day) for stage, from_day in steps if day < from_day]
    mildest = DunningStage.RETRYING if case.method == "card" else DunningStage.REMINDING
    retries = terms.catalogue.numbers("billing", "dunning_days", "retry") if case.method == "card" else ()
    read_only_day = _read_only_day(case, terms)
    return Dunning(
        invoice_id=case.invoice.id,
        method=case.method,
        started_on=case.started_on,
        day=day,
        stage=reached[-1] if reached else mildest,
        next_retry=next((case.started_on + each * DAY for each in retries if each > day), None),
        next_stage=ahead[0][0] if ahead else None,
        next_stage_on=case.started_on + ahead[0][1] * DAY if ahead else None,
        extended_until=case.started_on + timedelta(days=read_only_day) if case.extra_days else None,
        held_by=case.held_by,
    )


def _read_only_day(case: _Case, terms: Terms) -> int:
    table = "dunning_days" if case.method == "card" else "bank_transfer_overdue_days"
    return terms.number("billing", table, "read_only") + case.extra_days


def _steps(case: _Case, terms: Terms) -> list[tuple[DunningStage, int]]:
    """Stages with their first day: a large account stops at the banner, one with a chargeback at read-only."""
    steps: list[tuple[DunningStage, int]] = []
    if case.method == "card":
        steps.append((DunningStage.BANNER, terms.number("billing", "dunning_days", "banner")))
    if case.held_by == "account_value":
        return steps
    steps.append((DunningStage.READ_ONLY, _read_only_day(case, terms)))
    if case.method == "card" and case.held_by is None:
        for stage in (DunningStage.SUSPENDED, DunningStage.CLOSED):
            steps.append((stage, terms.number("billing", "dunning_days", stage.value) + case.extra_days))
    return steps
