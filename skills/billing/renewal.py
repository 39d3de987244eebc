"""The renewal of a contract: when, at what price, and signing the next term early."""

import re
from datetime import timedelta

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Offer, Sentence
from core.errors import BadInput, Conflict
from core.language import SlotSpec
from core.money import Money
from skills.arguments import Said, account_of, computed, default, from_record, typed
from skills.billing.changes import Change, Renew
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    facts_of,
    proposed,
    receipt_rows,
    refused,
    undo_of,
)
from skills.billing.records import Subscription
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import counted, say, spelled

SEATS = SlotSpec(name="seats", kind="seats", ask="With how many seats?", required=False)
TOPICS = {
    "early": re.compile(
        r"\b(?:earl\w+|ahead|in advance|sign\w*|soonest|first day|früh\w*|vorzeitig\w*|tôt|anticip\w*|avance|antes"
        r"|tidlig\w*|vroeg\w*)\b",
        re.IGNORECASE,
    ),
    "announced": re.compile(
        r"\b(?:(?:by|until|till) (?:what|which|when)|announce\w*|told|warn\w*|notified|tell us|hear)\b.*\b(?:price\w*"
        r"|charge|more|rise|raise|increase)\b"
        r"|\b(?:price\w*|charge|more|rise|raise|increase)\b.*\b(?:by (?:what|which|when)|announce\w*|told|warn\w*|notified"
        r"|hear)\b"
        r"|\b(?:ankündig\w*|annonc\w*|anunci\w*)\b",
        re.IGNORECASE,
    ),
    "cap": re.compile(
        r"\b(?:most|max\w*|cap\w*|at worst|worst case|highest|rise|go up|increase\w*|hike|raise|höchst\w*|maximal|teurer"
        r"|augment\w*|plus cher"
        r"|subir|máximo|stige|stijg\w*|aument\w*)\b",
        re.IGNORECASE,
    ),
    "notice": re.compile(
        r"\b(?:notice|deadline|last day|latest|by when|until when|stop|fewer|reduce|kündig\w*|frist|préavis|délai|preaviso"
        r"|plazo|varsel|opzeg\w*)\b",
        re.IGNORECASE,
    ),
    "price": re.compile(
        r"\b(?:cost|price|total|how much|bill|kostet?|preis|coût\w*|prix|cuesta|precio|koster|kosten)\b", re.IGNORECASE
    ),
}
MOST_TOLD = 4
TERM = SlotSpec(name="term_months", kind="term_months", ask="For 12, 24 or 36 months?", required=False)


class RenewalQuestion(BaseModel):
    """With how many seats to price the next term (none for the present number), and what to tell first."""

    seats: int | None = None
    topic: str = ""


class Renewal(BaseModel):
    """When a contract renews, and for how much a year."""

    renewal_date: str | None
    notice_deadline: str | None
    seats: int
    total_minor: int
    currency: str


class NextTerm(BaseModel):
    """The term to sign."""

    term_months: int
    seats: int


async def prepare_info(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    seats = said.whole("seats")
    topic = next((name for name, words in TOPICS.items() if said.mentions(words)), "")
    return Ready(arguments={"seats": said.argument("seats", seats), "topic": said.words(topic)})


async def execute_info(context: Context, arguments: BaseModel, key: str) -> Done:
    asked = typed(RenewalQuestion, arguments)
    wanted = asked.seats
    subscription = await context.ports.billing.subscription(account_of(context))
    if subscription.renewal_date is None:
        return _no_term(subscription)
    seats = wanted or subscription.seats_at_renewal or subscription.seats_bought
    total = subscription.price_per_seat.times(seats * 12 * (100 - _lasting_discount(subscription)), 100)
    told = _in_order(_told(context, subscription, seats, total), asked.topic)
    if wanted and wanted < subscription.seats_used:
        told.insert(0, say("billing.seats_in_use", subscription.account_id, used=subscription.seats_used))
    result = Renewal(
        renewal_date=subscription.renewal_date.isoformat(),
        notice_deadline=subscription.notice_deadline.isoformat() if subscription.notice_deadline else None,
        seats=seats,
        total_minor=total.minor,
        currency=total.currency,
    )
    offer = Offer(kind="renewal", item=subscription.plan, origin="customer") if wanted else None
    return Done(result=result, sentences=tuple(told[:MOST_TOLD]), offer=offer)


async def prepare_renew(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    said = Said(context, slots)
    term = said.whole("term_months") or 12
    wanted = said.whole("seats") or subscription.seats_at_renewal or subscription.seats_bought
    arguments = {
        "term_months": said.argument("term_months", term) if said.whole("term_months") else default(term),
        "seats": said.argument("seats", wanted) if said.whole("seats") else from_record(wanted, account_id),
    }
    sketch = Sketch(
        arguments=arguments,
        title=f"Renew for {counted(term, 'month')}",
        rows=(("Plan", subscription.plan_name), ("Term", counted(term, "month")), ("Seats", f"{wanted:,}")),
        rule="The seat price stays as it is now, and the new term starts when the present one ends.",
        values={"plan": subscription.plan_name, "in_use": subscription.seats_used, "renews": subscription.renewal_date or ""},
        offer=Offer(kind="renewal", item=subscription.plan, origin="customer"),
    )
    early = _first_day(context, subscription)
    if await _urgent_ticket(context):
        return _waiting(sketch, early)
    try:
        seats = context.ports.prices.billed_seats(subscription.plan, wanted)
    except (BadInput, Conflict) as error:
        return refused(error, sketch)
    if seats != wanted:
        arguments["seats"] = computed(seats, "seat_step")
    return await proposed(context, Renew(term_months=term, seats=seats), sketch)


async def execute_renew(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(NextTerm, arguments)
    receipt = await applied(context, _renew(arguments), key)
    told = say(
        "billing.renewed",
        receipt.number,
        months=counted(wanted.term_months, "month"),
        seats=counted(wanted.seats, "seat"),
        day=receipt.effective_on,
    )
    rows = receipt_rows(receipt, ("Term", counted(wanted.term_months, "month")), ("Seats", f"{wanted.seats:,}"))
    return Done(result=changed(receipt), sentences=(told,), receipt=rows)


def _told(context: Context, held: Subscription, seats: int, total: Money) -> dict[str, Sentence]:
    """All that is to be said of the coming renewal, by topic."""
    rules, record, renews = context.ports.prices.catalogue, held.account_id, held.renewal_date
    assert renews is not None
    today = context.clock.now().date()
    months = counted(rules.number("renewal", "auto_renew_months"), "month")
    told = {"renews": say("billing.renews", record, day=renews, months=months)}
    if held.notice_deadline:
        late = today > held.notice_deadline
        told["notice"] = say("billing.notice_late" if late else "billing.notice_open", record, deadline=held.notice_deadline)
    told["price"] = say("billing.renewal_price", record, seats=counted(seats, "seat"), price=held.price_per_seat, total=total)
    percent = rules.number("renewal", "price_rise_cap_percent")
    told["cap"] = say("billing.renewal_cap", record, percent=percent, most=held.price_per_seat.times(100 + percent, 100))
    days = rules.number("renewal", "price_notice_days", "annual")
    told["announced"] = say("billing.renewal_announced", record, day=renews - timedelta(days=days), days=days)
    first = renews - timedelta(days=rules.number("renewal", "early_renew_days"))
    told["early"] = say("billing.renewal_possible", record, first=first)
    return told


def _in_order(told: dict[str, Sentence], topic: str) -> list[Sentence]:
    """The topic that was asked about first, then the others in their order."""
    return [*([told[topic]] if topic in told else []), *(each for name, each in told.items() if name != topic)]


def _lasting_discount(subscription: Subscription) -> int:
    """The percent off seats that the account still has in its next term."""
    discount = subscription.discount
    return discount.percent if discount and discount.ends_on is None else 0


def _no_term(subscription: Subscription) -> Done:
    period = subscription.period
    result = Renewal(
        renewal_date=None,
        notice_deadline=None,
        seats=subscription.seats_bought,
        total_minor=0,
        currency=subscription.currency,
    )
    told = [say("billing.no_term", subscription.account_id)]
    if period:
        told.append(say("billing.paid_until", subscription.account_id, day=period.until - timedelta(days=1)))
    return Done(result=result, sentences=tuple(told))


def _waiting(sketch: Sketch, early: tuple[Sentence, ...]) -> Refuse:
    """Says when a renewal is possible at all, and that the account manager comes back on it."""
    return Refuse(
        code="renewal_waits",
        sentences=(*early, say("billing.renewal_waits")),
        handoff="policy",
        arguments=sketch.arguments,
        facts={"permitted": False, "permitted_code": "renewal_waits"},
    )


def _first_day(context: Context, subscription: Subscription) -> tuple[Sentence, ...]:
    if subscription.renewal_date is None:
        return ()
    days = context.ports.prices.catalogue.number("renewal", "early_renew_days")
    first = subscription.renewal_date - timedelta(days=days)
    if context.clock.now().date() >= first:
        return ()
    told = say(
        "billing.renewal_early", subscription.account_id, renews=subscription.renewal_date, days=days, first=spelled(first)
    )
    return (told,)


async def _urgent_ticket(context: Context) -> bool:
    tickets = await context.ports.helpdesk.tickets(account_of(context))
    return any(each.open and each.priority == "P1" for each in tickets)


def _renew(arguments: BaseModel) -> Change:
    wanted = typed(NextTerm, arguments)
    return Renew(term_months=wanted.term_months, seats=wanted.seats)


RENEWAL_INFO = Skill(
    id="renewal_info",
    version=1,
    title="About the renewal",
    description="Says when the contract renews, the notice deadline and the price of the next term.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "seats", "price", "renewal"}),
    arguments=RenewalQuestion,
    result=Renewal,
    prepare=prepare_info,
    execute=execute_info,
    slots=(SEATS,),
)

RENEW_CONTRACT = Skill(
    id="renew_contract",
    version=1,
    title="Renew the contract",
    description="Signs the next term early, at the present price.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write", "helpdesk:read"}),
    fields=frozenset({"plan", "seats", "price", "renewal"}),
    arguments=NextTerm,
    result=Changed,
    prepare=prepare_renew,
    execute=execute_renew,
    compensate=undo_of(_renew),
    facts=facts_of(_renew),
    slots=(TERM, SEATS),
)
