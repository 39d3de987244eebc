"""Plans, add-ons and published discounts as the price list states them. Internal terms are read apart, and only by name."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, JsonValue

from core.errors import BadInput


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Overage(_Row):
    """How far and how long an account may use more seats than it pays for."""

    percent: int
    days: int


class Support(_Row):
    """When and how the desk can be reached on a plan."""

    channels: tuple[str, ...]
    hours: str
    first_reply: str | None = None
    p1_first_reply_minutes: int | None = None


class Plan(_Row):
    """A plan: prices by billing and currency, how seats are sold, limits (`None` is unlimited) and what comes with it."""

    id: str
    name: str
    seat_price_minor: Mapping[str, Mapping[str, int] | None]
    terms_months: tuple[int, ...]
    min_seats: int
    max_seats: int
    seat_step: int
    overage: Overage | None
    limits: Mapping[str, int | str | None]
    entitlements: tuple[str, ...]
    included_addons: tuple[str, ...]
    support: Support
    uptime_sla_percent: float | None
    renewal_notice_days: int
    closed: bool = False
    like: str | None = None

    @property
    def sold_as(self) -> str:
        """The plan on sale whose limits and add-ons hold: another one for a closed plan."""
        return self.like or self.id

    def limit(self, name: str) -> int | None:
        """A counted limit, or `None` when there is none."""
        value = self.limits.get(name)
        return value if isinstance(value, int) else None


class Addon(_Row):
    """An add-on: per_seat_month prices by currency, flat_month prices by plan and currency."""

    id: str
    name: str
    charge: str
    price_minor: Mapping[str, int | Mapping[str, int]]
    buyable_on: tuple[str, ...]
    included_in: tuple[str, ...]
    prerequisites: tuple[str, ...]
    excluded_data_regions: tuple[str, ...] = ()
    trial_days: int

    @property
    def per_seat(self) -> bool:
        return self.charge == "per_seat_month"


class PublishedDiscount(_Row):
    """A discount that anyone may read about: on seats only, and never on top of another."""

    id: str
    percent: int
    plans: tuple[str, ...]
    months: int | None = None
    proof: str | None = None


class Catalogue(_Row):
    """The public part of the price list. `rules` holds the numbers of billing, refunds, renewal, trials, referrals and so on."""

    plans: tuple[Plan, ...]
    addons: tuple[Addon, ...]
    discounts: tuple[PublishedDiscount, ...]
    rules: Mapping[str, JsonValue]

    @classmethod
    def of(cls, data: Mapping[str, JsonValue]) -> Self:
        """Reads the public part of a catalogue and leaves every block that is marked internal."""
        public = _without_internal(dict(data))
        if not isinstance(public, dict):
            raise BadInput("The catalogue is marked internal as a whole: mark single blocks instead.")
        discounts = public.get("discounts")
        published = _rows(discounts.get("published")) if isinstance(discounts, dict) else []
        rules = {name: value for name, value in public.items() if name not in {"plans", "legacy_plans", "addons", "discounts"}}
        return cls.model_validate({"plans": public["plans"], "addons": public["addons"], "discounts": published, "rules": rules})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads catalogue.json."""
        return cls.of(json.loads(path.read_text(encoding="utf-8")))

    def with_closed(self, data: Mapping[str, JsonValue]) -> "Catalogue":
        """The same with the plans that are no longer sold, for accounts that still hold one."""
        closed = [self._closed(row) for row in _rows(data.get("legacy_plans"))]
        return Catalogue(plans=(*self.plans, *closed), addons=self.addons, discounts=self.discounts, rules=self.rules)

    def plan(self, plan_id: str) -> Plan:
        """The plan of that id; `BadInput` (unknown_plan) names those on sale."""
        if plan_id in self._plans:
            return self._plans[plan_id]
        sold = ", ".join(plan.id for plan in self.plans if not plan.closed)
        raise BadInput(f"There is no plan of that name: choose one of {sold}.", code="unknown_plan")

    def rank(self, plan_id: str) -> int:
        """How high a plan stands among those on sale, lowest first; a closed one stands with the plan it is like."""
        order = [plan.id for plan in self.plans if not plan.closed]
        return order.index(self.plan(plan_id).sold_as)

    def addon(self, addon_id: str) -> Addon:
        """The add-on of that id; `BadInput` (unknown_addon) names those there are."""
        if addon_id in self._addons:
            return self._addons[addon_id]
        raise BadInput(f"There is no add-on of that name: choose one of {', '.join(self._addons)}.", code="unknown_addon")

    def discount(self, discount_id: str) -> PublishedDiscount:
        """The published discount of that id."""
        for each in self.discounts:
            if each.id == discount_id:
                return each
        names = ", ".join(each.id for each in self.discounts)
        raise BadInput(f"There is no published discount of that name: there are {names}.", code="unknown_discount")

    def number(self, *path: str) -> int:
        """A whole number among the rules, by its path ("referral", "link_days")."""
        value: JsonValue = dict(self.rules)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, int):
            raise BadInput(f"The catalogue has no number at {'.'.join(path)}: add it.")
        return value

    def numbers(self, *path: str) -> tuple[int, ...]:
        """A list of whole numbers among the rules."""
        value: JsonValue = dict(self.rules)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, list):
            raise BadInput(f"The catalogue has no list at {'.'.join(path)}: add it.")
        return tuple(each for each in value if isinstance(each, int))

    def names(self, *path: str) -> tuple[str, ...]:
        """A list of words among the rules ("seasonal_pause", "plans")."""
        value: JsonValue = dict(self.rules)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    def amounts(self, *path: str) -> dict[str, int]:
        """Minor units by currency among the rules; empty when there are none there."""
        value: JsonValue = dict(self.rules)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return {name: each for name, each in value.items() if isinstance(each, int)} if isinstance(value, dict) else {}

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        return {plan.id: plan for plan in self.plans}

    @cached_property
    def _addons(self) -> dict[str, Addon]:
        return {addon.id: addon for addon in self.addons}

    def _closed(self, row: Mapping[str, JsonValue]) -> Plan:
        like = self.plan(str(row["same_limits_as"]))
        return Plan.model_validate(
            {
                **like.model_dump(),
                "id": row["id"],
                "name": row["name"],
                "seat_price_minor": row["seat_price_minor"],
                "closed": True,
                "like": like.id,
            }
        )


class InternalTerms(_Row):
    """What staff and policy know and customers are never told: caps, bands, save offers. Kept apart from `Catalogue`."""

    refund_caps: Mapping[str, JsonValue]
    bands: Mapping[str, JsonValue]
    approval: Mapping[str, JsonValue]
    bundles: tuple[Mapping[str, JsonValue], ...]
    save_offers: Mapping[str, JsonValue]

    @classmethod
    def of(cls, data: Mapping[str, JsonValue]) -> Self:
        """Reads the internal part of a catalogue."""
        discounts = data.get("discounts")
        inner = discounts if isinstance(discounts, dict) else {}
        return cls.model_validate(
            {
                "refund_caps": data.get("refund_caps"),
                "save_offers": data.get("save_offers"),
                **{name: inner.get(name) for name in ("bands", "approval", "bundles")},
            }
        )

    def usd_rate(self, currency: str) -> str:
        """How many US dollars one unit of `currency` counts for, as a decimal in text."""
        rates = self.refund_caps.get("fx_to_usd")
        rate = rates.get(currency) if isinstance(rates, dict) else None
        return "1" if currency == "USD" or rate is None else str(rate)

    def save_offer(self, plan: str) -> tuple[int, int] | None:
        """The most that may be offered on a plan to stay: percent and months. `None`: nothing."""
        by_plan = self.save_offers.get("by_plan")
        offer = by_plan.get(plan) if isinstance(by_plan, dict) else None
        if not isinstance(offer, dict):
            return None
        percent, months = offer.get("percent"), offer.get("months")
        return (percent, months) if isinstance(percent, int) and isinstance(months, int) else None


def _without_internal(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without_internal(inner) for name, inner in value.items() if not _internal(inner)}
    if isinstance(value, list):
        return [_without_internal(inner) for inner in value if not _internal(inner)]
    return value


def _internal(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.get("visibility") == "internal"


def _rows(value: JsonValue) -> list[dict[str, JsonValue]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
