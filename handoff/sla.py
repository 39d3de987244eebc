"""How urgent a case is, and by when its first reply is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from core.errors import BadInput
from handoff.hours import Hours, parse_hours

MOST_URGENT, LEAST_URGENT = 1, 4

_PRIORITIES = {
    "vulnerable_person": 1,
    "security_incident": 1,
    "legal_or_regulator": 2,
    "abusive_or_threatening": 2,
    "money_over_limit": 2,
    "repeated_failure": 2,
}
_USUAL = 3


@dataclass(frozen=True, kw_only=True)
class ServiceLevel:
    """What a plan is promised: its support hours (on the customer's clock) and how soon people reply, in those hours."""

    hours: Hours
    first_reply: timedelta
    urgent_reply: timedelta


@dataclass(frozen=True, kw_only=True)
class Desk:
    """When the desk is staffed, and what each plan is promised. A customer whose plan isn't listed goes by `usual`."""

    usual: ServiceLevel
    plans: Mapping[str, ServiceLevel] = field(default_factory=dict[str, ServiceLevel])

    def level(self, plan: str | None) -> ServiceLevel:
        return self.plans.get((plan or "").lower(), self.usual)

    def hours(self, plan: str | None, zone: str | None) -> Hours:
        """The hours that hold for a customer of this plan, in this time zone."""
        level = self.level(plan)
        return level.hours.in_zone(zone) if level is not self.usual else level.hours

    def due(self, opened_at: datetime, priority: int, plan: str | None, zone: str | None) -> datetime:
        """By when the first reply is due."""
        level = self.level(plan)
        allowed = level.urgent_reply if priority == MOST_URGENT else level.first_reply
        return self.hours(plan, zone).after(opened_at, allowed)


def priority_of(reason: str, *, plan: str | None = None, vip: bool = False) -> int:
    """1 (now) to 4 (when there is time). Enterprise and VIP customers go one step ahead, but never before danger."""
    priority = _PRIORITIES.get(reason, _USUAL)
    if priority > MOST_URGENT + 1 and (vip or (plan or "").lower() == "enterprise"):
        return priority - 1
    return priority


def parse_desk(data: Mapping[str, object]) -> Desk:
    """A desk from data: `zone`, a table `usual` and a table for each plan under `plans`.

    Each has `hours` (see `handoff.hours.parse_hours`), `first_reply_minutes` and `urgent_reply_minutes`, counted in those hours.
    """
    zone = str(data.get("zone", "UTC"))
    plans = _table(data.get("plans", {}), "plans")
    levels = {name.lower(): _level(_table(level, name), zone) for name, level in plans.items()}
    return Desk(usual=_level(_table(data.get("usual"), "usual"), zone), plans=levels)


def _level(data: Mapping[str, object], zone: str) -> ServiceLevel:
    first = data.get("first_reply_minutes")
    urgent = data.get("urgent_reply_minutes", first)
    if not isinstance(first, int) or not isinstance(urgent, int):
        raise BadInput("A service level needs first_reply_minutes, a whole number: add it.")
    hours = parse_hours(_table(data.get("hours"), "hours"), zone)
    return ServiceLevel(hours=hours, first_reply=timedelta(minutes=first), urgent_reply=timedelta(minutes=urgent))


def _table(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise BadInput(f"The desk's data lacks the table {name!r}: add it.")
    return cast("Mapping[str, object]", value)
