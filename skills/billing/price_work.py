"""A price question at work: what is priced, and what is told of it."""

from dataclasses import dataclass

from pydantic import BaseModel

from core.conversation import Sentence
from core.errors import BadInput, Conflict, NotFound
from core.money import Money
from skills.billing import price_told
from skills.billing.changes import SetSeats
from skills.billing.plans import RHYTHMS
from skills.billing.prices import Price, Wanted
from skills.billing.records import Subscription
from skills.contract import Context
from skills.refusals import refusal
from skills.wording import counted, listed, say


class PriceQuestion(BaseModel):
    """What to price. Without a plan, every plan that fits; without a rhythm, both. `plan`, `addons` and `discount` list ids.

    `more` of the seats are new; `days_left` of `days` prices them for the rest of a period. `seats` is 0 when only flat add-ons
    are asked about. `tells` says what else is wanted: addons (them alone), saving, year, difference.
    """

    seats: int
    currency: str
    plan: str = ""
    billing: str | None = None
    addons: str = ""
    discount: str | None = None
    more: int = 0
    days_left: int = 0
    days: int = 0
    tells: str = ""
    taxed: bool = True


@dataclass(kw_only=True)
class Pricing:
    """One price question at work. `problem` says why something isn't sold as asked."""

    context: Context
    wanted: PriceQuestion
    subscription: Subscription | None
    problem: Sentence | None = None

    def plans(self) -> list[str]:
        """The plans that were named, else those on sale that fit so many seats, cheapest first: three at most."""
        if self.wanted.plan:
            return self.wanted.plan.split()
        seats, addons = self.wanted.seats, self.wanted.addons.split()
        sold = [each for each in self.context.ports.prices.catalogue.plans if not each.closed and seats <= each.max_seats]
        sold = [each for each in sold if all(self.context.ports.prices.sold_on(addon, each.id) for addon in addons)] or sold
        near = [each.id for each in sold if seats >= each.min_seats]
        return (near or [each.id for each in sold])[:3]

    def price(self, plan: str, billing: str) -> Price | None:
        """The price, or none with `problem` set."""
        wanted = Wanted(
            plan=plan,
            billing=billing,
            currency=self.wanted.currency,
            seats=self.wanted.seats,
            addons=tuple(self.wanted.addons.split()),
            discounts=tuple((self.wanted.discount or "").split()),
        )
        try:
            return self.context.ports.prices.price(wanted)
        except (BadInput, Conflict, NotFound) as error:
            self.problem = refusal("billing", error, self._values(plan))
            return None

    def prices(self) -> list[Price]:
        """All that was asked for; a plan that isn't sold on the rhythm named is priced on the other."""
        rhythms = [self.wanted.billing] if self.wanted.billing else list(RHYTHMS)
        found = [price for plan in self.plans() for each in rhythms if (price := self.price(plan, each))]
        if found or not self.wanted.billing:
            return found
        other = RHYTHMS[1 - RHYTHMS.index(self.wanted.billing)]
        return [price for plan in self.plans() if (price := self.price(plan, other))]

    def told(self, prices: list[Price]) -> list[Sentence]:
        """The figure that was asked for first, then the prices that it comes from."""
        if not prices:
            return []
        first, by_year = prices[0], "year" in self.wanted.tells.split()
        told = [] if self.wanted.billing is None else price_told.difference(self.context, prices)
        told += self.addons_alone()
        if "saving" in self.wanted.tells.split():
            told += self._saved()
        if self.wanted.billing is not None and first.wanted.billing != self.wanted.billing and self.problem:
            told.append(self.problem)
        told += self._rows(prices, by_year=by_year)
        if self.subscription and self.subscription.tax_percent and self.wanted.taxed and len(prices) == 1:
            told.append(price_told.with_tax(first.total, self.subscription.tax_percent, self.subscription.account_id))
        if self.wanted.plan:
            told += price_told.discounted(first)
            told += [Sentence(text=text, approved=f"price.{code}") for code, text in first.notes[:2]]
        return told

    def addons_alone(self) -> list[Sentence]:
        """What the add-ons come to by themselves, on each plan that sells them."""
        addons, plans = self.wanted.addons.split(), self.plans() if self.wanted.addons else []
        flat = any(not self.context.ports.prices.catalogue.addon(each).per_seat for each in addons)
        told: list[Sentence] = []
        for plan in plans if flat else plans[:1]:
            try:
                seats = self.context.ports.prices.billed_seats(plan, self.wanted.seats) if self.wanted.seats else 0
                told += price_told.addon_lines(self.context, addons, plan, self.wanted.currency, seats)
            except (BadInput, Conflict, NotFound) as error:
                self.problem = refusal("billing", error, self._values(plan))
        return told

    def for_days(self) -> list[Sentence]:
        """What the seats cost for the days that are left of a period."""
        prices = self.context.ports.prices
        now_from = prices.catalogue.number("billing", "proration_invoice_now_from_minor")
        told: list[Sentence] = []
        for plan in self.plans():
            billing = self.wanted.billing or (self.subscription.billing if self.subscription else None) or RHYTHMS[0]
            try:
                unit = prices.seat_price(plan, billing, self.wanted.currency)
                seats = self.wanted.more or self.wanted.seats
                days = (self.wanted.days_left, self.wanted.days)
                line = prices.proration(plan=plan, billing=billing, unit=unit, seats=seats, days=days)
            except (BadInput, Conflict, NotFound) as error:
                self.problem = refusal("billing", error, self._values(plan))
                continue
            what = f"{counted(seats, f'{prices.catalogue.plan(plan).name} seat')} for {days[0]} of {days[1]} days"
            told.append(price_told.prorated(line.amount, what, line.detail, now_from))
        return told

    async def until_period_ends(self) -> list[Sentence]:
        """What more seats cost until the present period ends, for a known account that stays on its plan."""
        held = self.subscription
        if held is None or not self.wanted.more or self.wanted.plan != held.plan:
            return []
        seats = SetSeats(seats=self.context.ports.prices.billed_seats(held.plan, self.wanted.seats))
        try:
            preview = await self.context.ports.billing.preview(held.account_id, seats)
        except (BadInput, Conflict, NotFound):
            return []
        due = Money(preview.due_now.minor + preview.next_invoice.minor, self.wanted.currency)
        detail = preview.lines[0].detail if preview.lines else ""
        more = counted(self.wanted.more, "more seat")
        return [say("billing.price_prorated", held.account_id, more=more, due=due, detail=detail)]

    def _rows(self, prices: list[Price], *, by_year: bool) -> list[Sentence]:
        if self.wanted.billing is not None:
            return [price_told.one_price(self.context, each, by_year=by_year) for each in prices]
        told: list[Sentence] = []
        for plan in dict.fromkeys(each.wanted.plan for each in prices):
            ways = {each.wanted.billing: each for each in prices if each.wanted.plan == plan}
            told += price_told.both_rhythms(self.context, ways.get("monthly"), ways.get("annual"))
        return told

    def _saved(self) -> list[Sentence]:
        pairs = [(self.price(plan, "monthly"), self.price(plan, "annual")) for plan in self.plans()]
        return [price_told.saving(self.context, monthly, annual) for monthly, annual in pairs if monthly and annual]

    def _values(self, plan: str) -> dict[str, str]:
        catalogue = self.context.ports.prices.catalogue
        names = {each.id: each.name for each in catalogue.plans}
        addons = [catalogue.addon(each) for each in self.wanted.addons.split()]
        buyable = [each for each in addons if plan not in each.buyable_on] or addons
        return {
            "plan": names.get(plan, plan),
            "billing": f"{self.wanted.billing} billing" if self.wanted.billing else "that billing",
            "addon": listed(each.name for each in buyable),
            "plans": listed(names[each] for addon in buyable[:1] for each in addon.buyable_on),
        }
