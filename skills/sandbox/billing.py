"""The sandbox company's billing system."""

from pydantic import TypeAdapter

from core.clock import Clock
from core.errors import Conflict, NotFound
from core.money import Money
from skills.billing.port import Change, CreditOrder, Invoice, Preview, Receipt, RefundOrder, Subscription, TakeBack
from skills.sandbox import money_rules
from skills.sandbox.case import Case, Outcome
from skills.sandbox.desk import Desk, Once
from skills.sandbox.docs import AccountDoc
from skills.sandbox.rules import preview_of, receipt_of, work_out
from skills.sandbox.store import StoreSession
from skills.sandbox.view import Account

RECEIPT = TypeAdapter(Receipt)
FIRST_RECEIPT = 10001
Order = Change | RefundOrder | CreditOrder


class SandboxBilling:
    """`Billing` over the sandbox's documents. A key, its effect and its receipt are kept in one transaction."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clock: Clock = desk.clock

    async def subscription(self, account_id: str) -> Subscription:
        return await self._desk.read("billing.subscription", lambda session: self._view(session, account_id).subscription())

    async def invoices(self, account_id: str) -> tuple[Invoice, ...]:
        return await self._desk.read("billing.invoices", lambda session: self._view(session, account_id).invoices())

    async def preview(self, account_id: str, change: Change) -> Preview:
        def work(session: StoreSession) -> Preview:
            case = self._trial_run(session, account_id)
            return preview_of(case, change, work_out(case, change))

        return await self._desk.read("billing.preview", work)

    async def apply(self, account_id: str, change: Change, *, key: str) -> Receipt:
        return await self._write("billing.apply", account_id, change, key)

    async def refund(self, account_id: str, order: RefundOrder, *, key: str) -> Receipt:
        return await self._write("billing.refund", account_id, order, key)

    async def credit(self, account_id: str, order: CreditOrder, *, key: str) -> Receipt:
        return await self._write("billing.credit", account_id, order, key)

    async def _write(self, operation: str, account_id: str, order: Order, key: str) -> Receipt:
        once = Once(
            key=key,
            about=f"{operation} {account_id}",
            content=order,
            result=RECEIPT,
            work=lambda session: self._carry_out(session, account_id, order),
        )
        return await self._desk.write(operation, once)

    def _carry_out(self, session: StoreSession, account_id: str, order: Order) -> Receipt:
        before = self._desk.account(session, account_id)
        number = f"RC-{session.next_number('receipt', FIRST_RECEIPT)}"
        case = self._case(session, account_id, number)
        if isinstance(order, TakeBack):
            return self._take_back(session, case, order)
        outcome = _outcome(case, order)
        if outcome.undo is not None:
            case.doc.undo_stack.append(number)
            session.put("before", number, before.model_dump_json())
        self._desk.keep(session, case.doc)
        if outcome.mail is not None:
            self._desk.mail(session, case.doc, outcome.mail.subject, outcome.mail.body)
        receipt = receipt_of(case, type(order).__name__, outcome)
        session.put("receipt", number, RECEIPT.dump_json(receipt).decode())
        return receipt

    def _take_back(self, session: StoreSession, case: Case, change: TakeBack) -> Receipt:
        kept = session.get("receipt", change.number)
        done = RECEIPT.validate_json(kept) if kept else None
        before = session.get("before", change.number)
        if done is None or before is None or done.undo != "TakeBack" or done.account_id != case.doc.id:
            raise NotFound("The account has no such receipt that could be taken back: check the number.", code="unknown_receipt")
        if case.doc.undo_stack[-1:] != [change.number]:
            raise Conflict("The account was changed since: a person has to sort it out.", code="changed_since")
        if done.made_at.date() != case.today:
            raise Conflict("That was done on another day and is settled: a person has to sort it out.", code="too_late")
        apart = {"contacts": case.doc.contacts, "tickets": case.doc.tickets}
        restored = AccountDoc.model_validate_json(before).model_copy(update=apart)
        self._desk.keep(session, restored)
        outcome = Outcome(effective_on=case.today, amount=Money(-done.amount.minor, done.amount.currency), undo=None)
        return receipt_of(case, "TakeBack", outcome)

    def _view(self, session: StoreSession, account_id: str) -> Account:
        doc = self._desk.account(session, account_id)
        return Account(doc=doc, today=self._desk.today, terms=self._desk.data.terms)

    def _case(self, session: StoreSession, account_id: str, number: str) -> Case:
        doc = self._desk.copy_of(session, account_id)
        return Case(doc=doc, terms=self._desk.data.terms, now=self._clock.now(), number=number, take=session.next_number)

    def _trial_run(self, session: StoreSession, account_id: str) -> Case:
        """A case of which nothing is kept: it takes no numbers either."""
        doc = self._desk.copy_of(session, account_id)
        return Case(doc=doc, terms=self._desk.data.terms, now=self._clock.now(), number="preview", take=lambda _, first: first)


def _outcome(case: Case, order: Order) -> Outcome:
    if isinstance(order, RefundOrder):
        return money_rules.refund(case, order)
    if isinstance(order, CreditOrder):
        return money_rules.credit(case, order)
    return work_out(case, order)
