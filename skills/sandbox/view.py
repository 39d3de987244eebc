"""What a document says, in the port's words: subscription, invoices, dunning."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.money import Money
from skills.billing.port import (
    Credit,
    Discount,
    Dunning,
    Grace,
    History,
    Invoice,
    Line,
    Prerequisites,
    Scheduled,
    Span,
    Status,
    Subscription,
)
from skills.billing.pricebook import Plan
from skills.sandbox.data import Terms
from skills.sandbox.dates import DAY, months_between
from skills.sandbox.deal import Deal, period_of, recurring
from skills.sandbox.docs import AccountDoc
from skills.sandbox.dunning import dunning_of, overdue_invoices
from skills.sandbox.papers import invoice_view
from skills.sandbox.windows import duplicate_minor

UNBILLED = {"trial", "trial_ended"}


def paid_months(doc: AccountDoc, today: date) -> int:
    """How many months, the present one included, the customer has paid for without arrears."""
    if doc.status in UNBILLED:
        return 0
    last = min(today, doc.ends_on - DAY) if doc.ends_on else today
    begun = months_between(doc.customer_since, last) + 1
    unpaid = sum(max(1, months_between(each.period_start, today) + 1) for each in overdue_invoices(doc, today))
    return max(0, begun - unpaid)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A document on a day, under the company's terms."""

    doc: AccountDoc
    today: date
    terms: Terms

    def subscription(self) -> Subscription:
        """The contract as it stands today."""
        return self._with_records(self._with_dates(self._deal()))

    def invoices(self) -> tuple[Invoice, ...]:
        return tuple(invoice_view(self.doc, each, self.today, self.terms) for each in self.doc.invoices)

    def dunning(self) -> Dunning | None:
        return dunning_of(self.doc, self.today, self.terms, self.terms.usd_minor(self.yearly_value()))

    def yearly_value(self) -> Money:
        """Twelve months of seats and add-ons after discount; nothing before a plan is bought or after the end."""
        if self.doc.billing is None or self.doc.status == "ended":
            return self.doc.money(0)
        value = recurring(Deal.of(self.doc, self.today), self.terms.prices)
        return value if self.doc.billing == "annual" else value.times(12)

    def _plan(self) -> Plan | None:
        return self.terms.catalogue.plan(self.doc.plan) if self.doc.billing else None

    def _deal(self) -> Subscription:
        doc, plan = self.doc, self._plan()
        return Subscription(
            account_id=doc.id,
            status=Status(doc.status_on(self.today)),
            plan=doc.plan,
            plan_name=plan.name if plan else "Trial",
            billing=doc.billing,
            term_months=doc.term_months,
            currency=doc.currency,
            seats_bought=doc.seats_bought,
            seats_used=doc.seats_used,
            locations=doc.locations,
            integrations=doc.integrations,
            price_per_seat=doc.money(doc.seat_price_minor),
            yearly_value=self.yearly_value(),
            tax_percent=doc.tax.percent,
            customer_since=doc.customer_since,
            contract_start=doc.contract_start,
            payment_method=doc.payment_method,
            payment_label=doc.payment_label,
            addons=tuple(doc.addons),
            included_addons=plan.included_addons if plan else (),
            discount=self._discount(),
            grace=self._grace(),
            balance_due=doc.money(sum(each.owed_minor for each in doc.invoices)),
            credit_balance=doc.money(sum(each.left.minor for each in self._credits() if each.expires_on > self.today)),
        )

    def _with_dates(self, base: Subscription) -> Subscription:
        doc, plan = self.doc, self._plan()
        notice = timedelta(days=plan.renewal_notice_days) if plan else None
        return replace(
            base,
            seats_at_renewal=next((each.seats for each in doc.scheduled if each.seats and each.kind != "plan"), None),
            addon_trials=tuple((each.addon, each.until) for each in doc.addon_trials if self.today < each.until),
            period=self._period(),
            renewal_date=doc.renewal_date,
            notice_deadline=doc.renewal_date - notice if doc.renewal_date and notice else None,
            ends_on=doc.ends_on,
            reactivate_until=self._reactivate_until(),
            paused=next((Span(start=each.start, until=each.until) for each in doc.pauses if self.today < each.until), None),
            scheduled=tuple(
                Scheduled(receipt=each.receipt, kind=each.kind, effective_on=each.on, summary=each.summary)
                for each in doc.scheduled
            ),
        )

    def _with_records(self, base: Subscription) -> Subscription:
        doc = self.doc
        return replace(
            base,
            dunning=self.dunning(),
            overdue=tuple(each.id for each in overdue_invoices(doc, self.today)),
            pending_charges=tuple(
                Line(label=each.label, amount=doc.money(each.amount_minor), detail=each.detail) for each in doc.charges
            ),
            history=self._history(),
            prerequisites=self._prerequisites(),
            paid_months=paid_months(doc, self.today),
            dispute_open=doc.chargeback_since is not None or any(duplicate_minor(each) for each in doc.invoices),
            chargeback_open=doc.chargeback_since is not None,
            chargeback_answer_due=doc.chargeback_answer_due,
        )

    def _discount(self) -> Discount | None:
        held = self.doc.discount
        if held is None or not self.doc.percent_off(self.today):
            return None
        return Discount(percent=held.percent, kind=held.kind, approved_by=held.approved_by, ends_on=held.ends_on)

    def _period(self) -> Span | None:
        if self.doc.status in {"ended", *UNBILLED}:
            return None
        found = period_of(self.doc, self.today)
        return Span(start=found[0], until=found[1]) if found else None

    def _reactivate_until(self) -> date | None:
        if self.doc.ends_on is None:
            return None
        if self.doc.status == "ended":
            return self.doc.ends_on + self.terms.days("ending", "reactivate_days")
        return self.doc.ends_on + self.terms.days("trial", "data_kept_days") if self.doc.status == "trial_ended" else None

    def _grace(self) -> Grace | None:
        doc = self.doc
        extra = doc.seats_used - doc.seats_bought
        plan = self._plan()
        overage = plan.overage if plan else None
        if extra <= 0 or overage is None or doc.seat_grace_since is None:
            return None
        return Grace(seats=extra, since=doc.seat_grace_since, until=doc.seat_grace_since + timedelta(days=overage.days))

    def _credits(self) -> tuple[Credit, ...]:
        return tuple(
            Credit(
                number=each.number,
                amount=self.doc.money(each.amount_minor),
                left=self.doc.money(each.left_minor),
                given_on=each.given_on,
                expires_on=each.expires_on,
                cause=each.cause,
            )
            for each in self.doc.credits
        )

    def _history(self) -> History:
        doc = self.doc
        return History(
            pauses=tuple(Span(start=each.start, until=each.until) for each in doc.pauses),
            save_offers=tuple(doc.save_offers),
            trial_extensions=tuple(doc.trial_extensions),
            payment_extensions=tuple(each.given_on for each in doc.payment_extensions),
            region_moves=tuple(doc.region_moves),
            addon_trials=tuple((each.addon, each.start) for each in doc.addon_trials),
            credits=self._credits(),
        )

    def _prerequisites(self) -> Prerequisites:
        values = self.doc.prerequisites.model_dump()
        if any(each.two_factor for each in self.doc.contacts if each.active and each.role == "Owner"):
            values["owner_two_factor"] = True
        return Prerequisites(**values)
