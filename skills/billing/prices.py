"""What things cost, from the price list alone, with every number explained as lines. No account, no storage."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from core.errors import BadInput, Conflict
from core.money import Money
from skills.billing.pricebook import Addon, Catalogue, Plan, PublishedDiscount
from skills.billing.records import Line

MONTHS = {"monthly": 1, "annual": 12}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to price. `discounts` are the ids of published ones that may apply; only the largest is used."""

    plan: str
    billing: str
    currency: str
    seats: int
    addons: tuple[str, ...] = ()
    discounts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Price:
    """A price before tax: `per_month`, what `months` at a time come to (`total`), and the lines that say how."""

    wanted: Wanted
    seats: int
    lines: tuple[Line, ...]
    per_month: Money
    months: int
    total: Money
    discount: PublishedDiscount | None = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing charged for a while: `quantity` x `unit` x `months` less `percent`, for `days` out of `of_days`."""

    label: str
    quantity: int
    unit: Money
    months: int
    days: int
    of_days: int
    percent_off: int = 0

    @property
    def amount(self) -> Money:
        """Rounded once, half up, to the cent."""
        whole = Money(self.unit.minor * self.quantity * self.months, self.unit.currency)
        return whole.times((100 - self.percent_off) * self.days, 100 * self.of_days)

    @property
    def line(self) -> Line:
        months = f" x {self.months} months" if self.months > 1 else ""
        off = f" less {self.percent_off}%" if self.percent_off else ""
        share = f" x {self.days}/{self.of_days} days" if self.days != self.of_days else ""
        return Line(label=self.label, amount=self.amount, detail=f"{self.quantity} x {self.unit.short}{months}{off}{share}")


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The computations over a catalogue."""

    catalogue: Catalogue = field(repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        return cls(catalogue=catalogue)

    def seat_price(self, plan_id: str, billing: str, currency: str) -> Money:
        """The list price of a seat a month; `Conflict` (billing_not_sold) where the plan is not sold that way."""
        plan = self.catalogue.plan(plan_id)
        if billing not in MONTHS:
            raise BadInput("Billing is monthly or annual.", code="unknown_billing")
        prices = plan.seat_price_minor.get(billing)
        if prices is None:
            raise Conflict(f"{plan.name} is not sold on {billing} billing.", code="billing_not_sold", plan=plan_id)
        if currency not in prices:
            raise Conflict(f"{plan.name} has no price in {currency}.", code="currency_not_sold", plan=plan_id)
        return Money(prices[currency], currency)

    def addon_unit(self, addon_id: str, plan_id: str, currency: str) -> Money:
        """The price of an add-on a month: per seat, or for the whole account when it is flat."""
        addon = self.catalogue.addon(addon_id)
        prices = addon.price_minor if addon.per_seat else addon.price_minor.get(self.catalogue.plan(plan_id).sold_as)
        price = prices.get(currency) if prices is not None and not isinstance(prices, int) else None
        if not isinstance(price, int):
            name = self.catalogue.plan(plan_id).name
            raise Conflict(f"{addon.name} is not sold on {name} in {currency}.", code="addon_not_sold_on_plan", addon=addon_id)
        return Money(price, currency)

    def addon_monthly(self, addon_id: str, plan_id: str, currency: str, seats: int) -> Money:
        """What an add-on comes to a month: every paid seat, or the flat fee."""
        unit = self.addon_unit(addon_id, plan_id, currency)
        return unit.times(seats) if self.catalogue.addon(addon_id).per_seat else unit

    def sold_on(self, addon_id: str, plan_id: str) -> bool:
        """Whether the add-on can be bought on that plan (included is not bought)."""
        return self.catalogue.plan(plan_id).sold_as in self.catalogue.addon(addon_id).buyable_on

    def included(self, addon_id: str, plan_id: str) -> bool:
        """Whether the plan holds the add-on at no extra charge."""
        return addon_id in self.catalogue.plan(plan_id).included_addons

    def billed_seats(self, plan_id: str, seats: int) -> int:
        """The seats that are billed for `seats` people: at least the plan's minimum, in whole steps.

        Raises `Conflict` (above_plan_maximum) when the plan is not sold that large.
        """
        plan = self.catalogue.plan(plan_id)
        billed = max(plan.min_seats, -(-seats // plan.seat_step) * plan.seat_step)
        if billed > plan.max_seats:
            raise Conflict(
                f"{plan.name} is sold up to {plan.max_seats:,} seats: a larger plan is needed.",
                code="above_plan_maximum",
                maximum=plan.max_seats,
            )
        return billed

    def largest_discount(self, discounts: Iterable[str], plan_id: str) -> PublishedDiscount | None:
        """The one published discount that counts: the largest that the plan allows."""
        found = [self.catalogue.discount(each) for each in discounts]
        sold_as = self.catalogue.plan(plan_id).sold_as
        fitting = [each for each in found if sold_as in each.plans]
        return max(fitting, key=lambda each: each.percent, default=None)

    def price(self, wanted: Wanted) -> Price:
        """What a plan with so many seats and add-ons costs before tax, a month and a billing period."""
        if wanted.seats < 1:
            raise BadInput("Say how many seats: at least one.", code="bad_seats")
        plan = self._on_sale(wanted.plan)
        seats = self.billed_seats(plan.id, wanted.seats)
        discount = self.largest_discount(wanted.discounts, plan.id)
        parts = self._parts(wanted, plan, seats)
        monthly = _sum((part.amount for part in parts), wanted.currency)
        lines = [part.line for part in parts]
        if discount is not None:
            saved = parts[0].amount.times(discount.percent, 100)
            monthly = monthly - saved
            off = Money(-saved.minor, wanted.currency)
            label = f"{discount.id.replace('_', ' ')} discount"
            lines.append(Line(label=label, amount=off, detail=f"{discount.percent}% of seats"))
        months = MONTHS[wanted.billing]
        lines.extend(_total_lines(monthly, months))
        return Price(
            wanted=wanted,
            seats=seats,
            lines=tuple(lines),
            per_month=monthly,
            months=months,
            total=monthly.times(months),
            discount=discount,
            notes=_notes(plan, wanted, seats),
        )

    def difference(self, before: Wanted, after: Wanted) -> Line:
        """How much more (or less) a month `after` costs than `before`."""
        first, second = self.price(before), self.price(after)
        detail = f"{second.per_month.short} instead of {first.per_month.short} a month"
        return Line(label="difference a month", amount=second.per_month - first.per_month, detail=detail)

    def proration(self, *, plan: str, billing: str, unit: Money, seats: int, days: tuple[int, int], percent_off: int = 0) -> Line:
        """What `seats` added now cost for the rest of the period; `days` are those left and those in the period."""
        left, whole = days
        if not 0 <= left <= whole or whole < 1:
            raise BadInput("The days left must lie between 0 and the days of the period.", code="bad_days")
        label = f"{self.catalogue.plan(plan).name} seats"
        part = Part(
            label=label,
            quantity=seats,
            unit=unit,
            months=MONTHS[billing],
            days=left,
            of_days=whole,
            percent_off=percent_off,
        )
        return part.line

    def _on_sale(self, plan_id: str) -> Plan:
        plan = self.catalogue.plan(plan_id)
        if plan.closed:
            raise Conflict("That plan is closed and is not sold any more.", code="plan_closed", plan=plan_id)
        return plan

    def _parts(self, wanted: Wanted, plan: Plan, seats: int) -> list[Part]:
        unit = self.seat_price(plan.id, wanted.billing, wanted.currency)
        parts = [_monthly(f"{plan.name} seats", seats, unit)]
        for addon_id in wanted.addons:
            addon = self.catalogue.addon(addon_id)
            if not self.included(addon_id, plan.id):
                parts.append(self._addon_part(addon, plan, wanted.currency, seats))
        return parts

    def _addon_part(self, addon: Addon, plan: Plan, currency: str, seats: int) -> Part:
        if not self.sold_on(addon.id, plan.id):
            raise Conflict(f"{addon.name} is not sold on {plan.name}.", code="addon_not_sold_on_plan", addon=addon.id)
        unit = self.addon_unit(addon.id, plan.id, currency)
        return _monthly(addon.name, seats if addon.per_seat else 1, unit)


def _monthly(label: str, quantity: int, unit: Money) -> Part:
    return Part(label=label, quantity=quantity, unit=unit, months=1, days=1, of_days=1)


def _sum(amounts: Iterable[Money], currency: str) -> Money:
    return Money(sum(each.minor for each in amounts), currency)


def _total_lines(monthly: Money, months: int) -> list[Line]:
    lines = [Line(label="a month", amount=monthly)]
    if months > 1:
        lines.append(
            Line(label="a year, paid in advance", amount=monthly.times(months), detail=f"{monthly.short} x {months} months")
        )
    return lines


def _notes(plan: Plan, wanted: Wanted, seats: int) -> tuple[tuple[str, str], ...]:
    notes: list[tuple[str, str]] = []
    if wanted.seats < plan.min_seats:
        notes.append(("billed_minimum", f"{plan.name} is billed for at least {plan.min_seats} seats."))
    elif seats != wanted.seats:
        notes.append(("rounded_to_step", f"{plan.name} seats are sold in steps of {plan.seat_step}, so {seats} are billed."))
    for addon in wanted.addons:
        if addon in plan.included_addons:
            notes.append(("addon_included", f"{plan.name} includes {addon.replace('_', ' ')} at no extra charge."))
    return tuple(notes)
