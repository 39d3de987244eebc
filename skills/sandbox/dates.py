"""Calendar arithmetic: months, billing periods, desk hours."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import BadInput

DAY = timedelta(days=1)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def add_months(day: date, months: int) -> date:
    """The same day some months on, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> int:
    """Whole months from `first` to `last`."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if add_months(first, months) <= last else months - 1


def period_at(anchor: date, months: int, day: date) -> tuple[date, date]:
    """The period that holds `day`, in periods of `months` from `anchor`: its first day, and the first day after it."""
    count = months_between(anchor, day) // months
    return add_months(anchor, count * months), add_months(anchor, (count + 1) * months)


def business_days_after(moment: datetime, days: int) -> datetime:
    """The same time of day after so many days from Monday to Friday."""
    while days:
        moment += DAY
        days -= moment.weekday() < 5
    return moment


@dataclass(frozen=True, kw_only=True)
class DeskHours:
    """When the desk of a plan is staffed, in the account's time zone. Sunday is weekday 6."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    zone: ZoneInfo

    @classmethod
    def of(cls, hours: str, timezone: str) -> "DeskHours":
        """Reads "Mon-Fri 09:00-17:00 account time" or "24x7"."""
        zone = ZoneInfo(timezone)
        if hours == "24x7":
            return cls(weekdays=frozenset(range(7)), opens=time(0), closes=time.max, zone=zone)
        try:
            days, clock = hours.split(" ")[:2]
            first, last = (WEEKDAYS.index(each) for each in days.split("-"))
            opens, closes = (time.fromisoformat(each) for each in clock.split("-"))
        except ValueError as error:
            raise BadInput(f"Desk hours must read like 'Mon-Fri 09:00-17:00 account time', not {hours!r}.") from error
        return cls(weekdays=frozenset(range(first, last + 1)), opens=opens, closes=closes, zone=zone)

    def shift_on(self, day: date) -> tuple[datetime, datetime] | None:
        """When the desk opens and closes on a local day."""
        if day.weekday() not in self.weekdays:
            return None
        return datetime.combine(day, self.opens, self.zone), datetime.combine(day, self.closes, self.zone)

    def within(self, earliest: datetime, latest: datetime) -> tuple[datetime, datetime] | None:
        """The first staffed stretch inside a window, or `None`."""
        day = earliest.astimezone(self.zone).date()
        while day <= latest.astimezone(self.zone).date():
            shift = self.shift_on(day)
            if shift and max(shift[0], earliest) < min(shift[1], latest):
                return max(shift[0], earliest), min(shift[1], latest)
            day += DAY
        return None

    def next_opening(self, moment: datetime) -> datetime:
        """When somebody is there next: `moment` itself while the desk is open."""
        found = self.within(moment, moment + timedelta(days=8))
        return found[0] if found else moment
