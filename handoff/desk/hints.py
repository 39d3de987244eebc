"""When an agent may bring up more, and with which words: only while support is healthy and policy would let the offer be made."""

from dataclasses import dataclass

from core.action import Allow, Argument, Origin, Provenance
from core.errors import Conflict, RapportError
from core.language import RevenueSignal, Understanding
from core.people import Principal
from governance.facts import Facts
from handoff.desk.copilot import CopilotRooms
from handoff.desk.matter import Matter, barred, context_of
from handoff.desk.views import HintView
from skills.billing.prices import PriceList
from skills.billing.records import Subscription
from skills.catalogue import find
from skills.contract import Ready

SURE = 0.6
CALM = -0.15
FULL = 0.9
OFFERS = ("upsell", "cross_sell", "renewal", "referral")
COMPLAINTS = frozenset(
    {"legal_or_regulator", "security_incident", "abusive_or_threatening", "vulnerable_person", "repeated_failure", "negotiation"}
)
LARGER = frozenset({"plan", "locations", "limits"})
RENEWS_WITHIN = 120


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Finds the one expansion that fits a case, if any."""

    rooms: CopilotRooms

    async def hint(self, matter: Matter, understood: Understanding, customer: Principal) -> HintView | None:
        """What may be brought up. None while anything speaks against it, or when the account isn't the customer's proved own."""
        if not customer.verified or matter.account_id is None or not calm(matter, understood):
            return None
        if barred(self.rooms, matter, customer, find("get_account")):
            return None
        try:
            held = await self.rooms.ports.billing.subscription(matter.account_id)
            signal = _signal(understood.revenue, held)
            facts = await self._allowed(matter, customer, signal) if signal else None
            return _told(signal, held, facts, self.rooms.ports.prices) if signal and facts else None
        except RapportError:
            return None

    async def _allowed(self, matter: Matter, customer: Principal, signal: RevenueSignal) -> Facts | None:
        """The facts under which policy would let this offer be made to this person now; None when it wouldn't."""
        origin = Provenance(origin=Origin.COMPUTED, source_id="signal")
        values = {"kind": signal.label, "item": signal.item or signal.label, "channel": "in_app"}
        ready = Ready(arguments={name: Argument(value=value, provenance=origin) for name, value in values.items()})
        context = context_of(self.rooms, matter, customer)
        proposal = await self.rooms.runner.propose(find("raise_offer"), context, ready, matter.talk())
        return proposal.facts if isinstance(proposal.decision, Allow) and _healthy(proposal.facts) else None


def calm(matter: Matter, understood: Understanding) -> bool:
    """Whether nobody is upset, and this case is no complaint."""
    packet = matter.packet
    moods = (understood.mood, packet.mood if packet else 0.0)
    upset = min(moods) < CALM or understood.triage.reason in COMPLAINTS
    return not upset and matter.case.reason not in COMPLAINTS and understood.revenue.label != "churn_risk"


def _healthy(facts: Facts | None) -> bool:
    return facts is not None and facts.open_p1 is False and facts.open_p2 is False and facts.dispute is False


def _signal(heard: RevenueSignal, held: Subscription) -> RevenueSignal | None:
    """What to bring up: what the customer's words point at, else what the account itself shows."""
    if heard.label in OFFERS and heard.confidence >= SURE and heard.item not in held.addons:
        return heard
    if held.seats_bought and held.seats_used >= FULL * held.seats_bought:
        return RevenueSignal(label="upsell", confidence=1.0, item="seats")
    return None


def _told(signal: RevenueSignal, held: Subscription, facts: Facts, prices: PriceList) -> HintView | None:
    points = _points(signal, held, facts, prices)
    item = signal.item or signal.label
    return HintView(kind=signal.label, item=item, reason=_reason(signal, held, facts), points=points) if points else None


def _reason(signal: RevenueSignal, held: Subscription, facts: Facts) -> str:
    use = f"{held.seats_used:,} of {held.seats_bought:,} seats are in use"
    why = {
        "upsell": f"{use}, on {held.plan_name}.",
        "cross_sell": f"What they wrote points at something that {held.plan_name} doesn't have yet.",
        "renewal": f"Their contract renews in {facts.days_to_renewal} days.",
        "referral": f"They rated us {facts.nps} out of 10 lately.",
    }
    return f"{why[signal.label]} No urgent ticket or dispute is open, and policy allows this offer."


def _points(signal: RevenueSignal, held: Subscription, facts: Facts, prices: PriceList) -> tuple[str, ...]:
    """What to say of it, with prices from the catalogue alone; nothing when there is no price for this account."""
    match signal.label, signal.item:
        case "cross_sell", str(addon) if addon in {each.id for each in prices.catalogue.addons}:
            return _of_addon(addon, held, prices)
        case "upsell", str(plan) if plan in {each.id for each in prices.catalogue.plans}:
            return _of_plan(plan, held, prices)
        case "upsell", str(need) if need in LARGER:
            return _of_plan(_next_plan(held, prices), held, prices)
        case "upsell", _:
            return _of_seats(held, prices)
        case "renewal", _:
            soon = facts.days_to_renewal is not None and 0 <= facts.days_to_renewal <= RENEWS_WITHIN
            return (f"It can be renewed now, {facts.days_to_renewal} days early.", *_of_seats(held, prices)) if soon else ()
        case "referral", _:
            return ("A referral link can be made for them: see Create a referral link.",)
        case _:
            return ()


def _of_seats(held: Subscription, prices: PriceList) -> tuple[str, ...]:
    billing = held.billing or "monthly"
    try:
        price = prices.seat_price(held.plan, billing, held.currency)
    except RapportError:
        price = held.price_per_seat
    left = max(0, held.seats_bought - held.seats_used)
    return (
        f"A seat on {held.plan_name} is {price.short} a month on {billing} billing.",
        f"{left:,} {'seat is' if left == 1 else 'seats are'} free.",
    )


def _next_plan(held: Subscription, prices: PriceList) -> str:
    """The plan above the present one; the present one when there is none."""
    sold = [plan.id for plan in prices.catalogue.plans if not plan.closed]
    return sold[min(prices.catalogue.rank(held.plan) + 1, len(sold) - 1)]


def _of_plan(plan_id: str, held: Subscription, prices: PriceList) -> tuple[str, ...]:
    catalogue = prices.catalogue
    if catalogue.rank(plan_id) <= catalogue.rank(held.plan):
        return ()
    plan = catalogue.plan(plan_id)
    billing = held.billing if held.billing and plan.seat_price_minor.get(held.billing) else "annual"
    price = prices.seat_price(plan_id, billing, held.currency)
    adds = [each.replace("_", " ") for each in plan.entitlements if not each.startswith("all_")]
    return (f"{plan.name} is {price.short} a seat and month on {billing} billing.", f"It adds {', '.join(adds)}.")


def _of_addon(addon_id: str, held: Subscription, prices: PriceList) -> tuple[str, ...]:
    if not prices.sold_on(addon_id, held.plan) or prices.included(addon_id, held.plan):
        return ()
    addon = prices.catalogue.addon(addon_id)
    try:
        unit = prices.addon_unit(addon_id, held.plan, held.currency)
    except Conflict:
        return ()
    per = "a seat and month" if addon.per_seat else "a month for the whole account"
    trial = (f"It can be tried for {addon.trial_days} days.",) if addon.trial_days else ()
    return (f"{addon.name} is {unit.short} {per} on {held.plan_name}.", *trial)
