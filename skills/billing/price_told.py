"""How computed prices are told: the figure first, with the sum behind it in brackets."""

from collections.abc import Sequence
from decimal import Decimal

from core.conversation import Sentence
from core.errors import Conflict
from core.money import Money
from skills.billing.prices import Price
from skills.contract import Context
from skills.wording import counted, listed, say


def both_rhythms(context: Context, monthly: Price | None, annual: Price | None) -> list[Sentence]:
    """One plan in one line: by the month and by the year where it is sold both ways."""
    if monthly is None or annual is None:
        return [one_price(context, each) for each in (monthly, annual) if each]
    values = {"month": monthly.per_month, "by_year": annual.per_month, "year": annual.total}
    return [say("billing.price_both", what=_what(context, monthly), details=_details(monthly), **values)]


def one_price(context: Context, price: Price, *, by_year: bool = False) -> Sentence:
    """A plan on one rhythm; `by_year` adds what monthly billing comes to in a year."""
    what, details = _what(context, price), _details(price)
    if price.wanted.billing == "annual":
        return say("billing.price_annual", what=what, month=price.per_month, year=price.total, details=details)
    if by_year:
        year = price.per_month.times(12)
        return say("billing.price_monthly_year", what=what, month=price.per_month, year=year, details=details)
    return say("billing.price_monthly", what=what, month=price.per_month, details=details)


def difference(context: Context, prices: Sequence[Price]) -> list[Sentence]:
    """How much the dearer of two plans costs more, on the same rhythm."""
    if len(prices) != 2 or prices[0].wanted.plan == prices[1].wanted.plan:
        return []
    lower, higher = sorted(prices, key=lambda each: each.per_month.minor)
    names = [context.ports.prices.catalogue.plan(each.wanted.plan).name for each in (lower, higher)]
    more = higher.per_month - lower.per_month
    return [say("billing.price_difference", higher=names[1], lower=names[0], more=more, year=more.times(12))]


def saving(context: Context, monthly: Price, annual: Price) -> Sentence:
    """What annual billing saves in a year against twelve months of monthly billing."""
    year = monthly.per_month.times(12)
    return say(
        "billing.price_saving",
        saved=year - annual.total,
        what=_what(context, annual),
        annual=annual.total,
        monthly=year,
    )


def addon_lines(context: Context, addons: Sequence[str], plan: str, currency: str, seats: int) -> list[Sentence]:
    """What each add-on comes to by itself, a month and a year, and all of them together."""
    prices, catalogue, told = context.ports.prices, context.ports.prices.catalogue, list[Sentence]()
    sums: list[Money] = []
    for each in addons:
        addon = catalogue.addon(each)
        if prices.included(each, plan):
            told.append(say("billing.price_addon_included", plan=catalogue.plan(plan).name, addon=addon.name))
            continue
        if not prices.sold_on(each, plan):
            raise Conflict(f"{addon.name} is not sold on {plan}.", code="addon_not_sold_on_plan", addon=each)
        unit = prices.addon_unit(each, plan, currency)
        month = prices.addon_monthly(each, plan, currency, seats)
        detail = f"{seats:,} x {unit.short}" if addon.per_seat else f"a flat {unit.short}"
        sums.append(month)
        told.append(say("billing.price_addon", addon=addon.name, month=month, year=month.times(12), detail=detail))
    if len(sums) > 1:
        month = Money(sum(each.minor for each in sums), currency)
        told.insert(0, say("billing.price_addons", addons=listed(_names(context, addons)), month=month, year=month.times(12)))
    return told


def with_tax(price: Money, percent: Decimal, *record: str) -> Sentence:
    """The same sum with the account's tax."""
    taxed = price.times(Decimal(100) + percent, 100)
    return say("billing.price_taxed", *record, taxed=taxed, percent=f"{percent.normalize():f}")


def discounted(price: Price) -> list[Sentence]:
    """Which published discount is in the price, and what it takes off in a billing period."""
    if price.discount is None:
        return []
    line = next(each for each in price.lines if each.label.endswith("discount"))
    saved = Money(-line.amount.minor, line.amount.currency).times(price.months)
    per = "a year" if price.months > 1 else "a month"
    return [say("billing.price_discount", percent=price.discount.percent, saved=saved, per=per)]


def prorated(line_amount: Money, what: str, detail: str, now_from: int) -> Sentence:
    """What a part of a period costs, and when it is billed: at once from a sum on, else with the next invoice."""
    told = "billing.price_days_now" if line_amount.minor >= now_from else "billing.price_days_later"
    return say(told, what=what, due=line_amount, detail=detail, least=Money(now_from, line_amount.currency))


def _what(context: Context, price: Price) -> str:
    catalogue = context.ports.prices.catalogue
    name = catalogue.plan(price.wanted.plan).name
    addons = _names(context, price.wanted.addons)
    return f"{name} for {counted(price.seats, 'seat')}" + (f" with {listed(addons)}" if addons else "")


def _names(context: Context, addons: Sequence[str]) -> list[str]:
    return [context.ports.prices.catalogue.addon(each).name for each in addons]


def _details(price: Price) -> str:
    return "; ".join(f"{line.detail} {line.label}".strip() for line in price.lines if line.detail and "months" not in line.detail)
