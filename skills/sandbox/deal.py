"""What an account pays for, and the items that a share of a billing period comes to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from core.money import Money
from skills.billing.port import Line
from skills.billing.prices import MONTHS, Part, PriceList
from skills.sandbox.dates import period_at
from skills.sandbox.docs import AccountDoc, LineDoc


@dataclass(frozen=True, kw_only=True)
class Share:
    """So many days out of those of a period; a whole period unless said."""

    days: int = 1
    of_days: int = 1


WHOLE = Share()


@dataclass(frozen=True, kw_only=True)
class Deal:
    """Plan, billing, seats, add-ons, list price and discount on seats: enough to price any share of a period."""

    plan: str
    billing: str
    seats: int
    addons: tuple[str, ...]
    unit: Money
    percent_off: int

    @classmethod
    def of(cls, doc: AccountDoc, today: date) -> "Deal":
        return cls(
            plan=doc.plan,
            billing=doc.billing or "monthly",
            seats=doc.seats_bought,
            addons=tuple(doc.addons),
            unit=doc.money(doc.seat_price_minor),
            percent_off=doc.percent_off(today),
        )

    def with_seats(self, seats: int) -> "Deal":
        return replace(self, seats=seats)

    def with_addons(self, addons: Iterable[str]) -> "Deal":
        return replace(self, addons=tuple(addons))


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing charged, as an invoice line names it, and as a person reads it."""

    item: str
    quantity: int
    unit_minor: int
    months: int
    line: Line

    @property
    def minor(self) -> int:
        return self.line.amount.minor

    def doc(self) -> LineDoc:
        return LineDoc(
            item=self.item,
            qty=self.quantity,
            unit_minor=self.unit_minor,
            months=self.months,
            amount_minor=self.minor,
        )


def seat_item(deal: Deal, prices: PriceList, seats: int, share: Share = WHOLE) -> Item:
    """The price of `seats` for a share of the billing period, after the discount."""
    part = Part(
        label=f"{prices.catalogue.plan(deal.plan).name} seats",
        quantity=seats,
        unit=deal.unit,
        months=MONTHS[deal.billing],
        days=share.days,
        of_days=share.of_days,
        percent_off=deal.percent_off,
    )
    return _item(f"{deal.plan} seats", part)


def addon_item(deal: Deal, prices: PriceList, addon_id: str, seats: int, share: Share = WHOLE) -> Item:
    """The price of an add-on for a share of the billing period; a flat fee does not depend on `seats`."""
    addon = prices.catalogue.addon(addon_id)
    part = Part(
        label=addon.name,
        quantity=seats if addon.per_seat else 1,
        unit=prices.addon_unit(addon_id, deal.plan, deal.unit.currency),
        months=MONTHS[deal.billing],
        days=share.days,
        of_days=share.of_days,
    )
    return _item(addon_id, part)


def items_of(deal: Deal, prices: PriceList, share: Share = WHOLE) -> list[Item]:
    """Everything that a deal charges for a share of its billing period."""
    seats = seat_item(deal, prices, deal.seats, share)
    return [seats, *(addon_item(deal, prices, each, deal.seats, share) for each in deal.addons)]


def extra_seat_items(deal: Deal, prices: PriceList, seats: int, share: Share) -> list[Item]:
    """What `seats` more cost: themselves, and every add-on that is priced by the seat."""
    per_seat = [each for each in deal.addons if prices.catalogue.addon(each).per_seat]
    return [seat_item(deal, prices, seats, share), *(addon_item(deal, prices, each, seats, share) for each in per_seat)]


def credited(items: Iterable[Item]) -> list[Item]:
    """The same, given back for unused days."""
    return [_negated(each) for each in items]


def plain_item(kind: str, label: str, amount: Money, detail: str = "") -> Item:
    """A fee or a credit of one amount."""
    line = Line(label=label, amount=amount, detail=detail)
    return Item(item=f"{kind} {label}", quantity=1, unit_minor=amount.minor, months=1, line=line)


def recurring(deal: Deal, prices: PriceList) -> Money:
    """What a billing period costs before tax."""
    return Money(sum(each.minor for each in items_of(deal, prices)), deal.unit.currency)


def period_of(doc: AccountDoc, today: date) -> tuple[date, date] | None:
    """The billing period that holds `today`: its first day and the first day after it. `None` before anything was billed."""
    billed = [each for each in doc.invoices if each.scope != "extra"]
    if not billed or doc.billing is None:
        return None
    return period_at(billed[-1].period_start, MONTHS[doc.billing], today)


def _item(name: str, part: Part) -> Item:
    return Item(item=name, quantity=part.quantity, unit_minor=part.unit.minor, months=part.months, line=part.line)


def _negated(item: Item) -> Item:
    amount = Money(-item.minor, item.line.amount.currency)
    label = f"unused days of {item.line.label}"
    line = Line(label=label, amount=amount, detail=item.line.detail)
    return replace(item, item=f"credit {item.item} unused", unit_minor=-item.unit_minor, line=line)
