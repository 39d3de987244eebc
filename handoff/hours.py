"""When people are there: opening hours as data, by weekday, in a time zone, without the holidays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import BadInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 400
MINUTES_A_DAY = 1440


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Opening hours. `weekdays` maps 0 (Monday) to 6 to spans in minutes after local midnight; 1440 is the day's end."""

    zone: str
    weekdays: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: frozenset[date] = field(default_factory=frozenset[date])

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput(f"There is no time zone {self.zone!r}: give one such as Europe/London.") from error
        spans = [span for day in self.weekdays.values() for span in day]
        if any(not 0 <= start < end <= MINUTES_A_DAY for start, end in spans):
            raise BadInput("Opening hours must begin before they end, between 00:00 and 24:00.")

    def open_at(self, now: datetime) -> bool:
        """Whether people are there."""
        return any(start <= now < end for start, end in islice(self._spans(now), 1))

    def next_opening(self, now: datetime) -> datetime | None:
        """When people are there next: `now` itself when they are; None when they never are."""
        start = next((start for start, _ in self._spans(now)), None)
        return max(start, now) if start else None

    def after(self, now: datetime, working: timedelta) -> datetime:
        """The moment by which people will have been there for `working`. Raises `BadInput` for hours that never come."""
        left = working
        for start, end in self._spans(now):
            begin = max(start, now)
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise BadInput("These opening hours leave no time for a reply: add hours.")

    def in_zone(self, zone: str | None) -> "Hours":
        """The same hours on the clocks of another zone; unchanged for None."""
        return replace(self, zone=zone) if zone else self

    def _spans(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans, in UTC, that end after `now`, in order."""
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        for offset in range(-1, HORIZON_DAYS):
            day = today + timedelta(days=offset)
            if day in self.holidays:
                continue
            for start, end in self.weekdays.get(day.weekday(), ()):
                span = _moment(day, start, zone), _moment(day, end, zone)
                if span[1] > now:
                    yield span


def parse_hours(data: Mapping[str, object], zone: str) -> Hours:
    """Hours from data such as `{"mon-fri": "08:00-12:00, 13:00-18:00", "sat": "09:00-12:00"}`; `holidays` lists ISO dates."""
    weekdays: dict[int, tuple[tuple[int, int], ...]] = {}
    holidays: frozenset[date] = frozenset()
    for name, value in data.items():
        if name == "zone":
            zone = str(value)
        elif name == "holidays":
            holidays = _dates(value)
        else:
            weekdays |= dict.fromkeys(_days(name), _times(str(value)))
    return Hours(zone=zone, weekdays=weekdays, holidays=holidays)


def _dates(value: object) -> frozenset[date]:
    if not isinstance(value, list):
        raise BadInput("Holidays must be a list of dates such as 2026-12-25.")
    listed: list[object] = value  # pyright: ignore[reportUnknownVariableType] - a list of whatever was written; checked below
    try:
        return frozenset(date.fromisoformat(str(each)) for each in listed)
    except ValueError as error:
        raise BadInput("A holiday must be a date such as 2026-12-25.") from error


def _days(name: str) -> list[int]:
    first, _, last = name.partition("-")
    try:
        days = list(range(DAYS.index(first), DAYS.index(last or first) + 1))
    except ValueError as error:
        raise BadInput(f"{name!r} is no weekday or range of weekdays: write mon, or mon-fri.") from error
    if not days:
        raise BadInput(f"{name!r} runs backwards: write fri-sun and mon apart.")
    return days


def _times(text: str) -> tuple[tuple[int, int], ...]:
    try:
        spans = [span.strip().split("-") for span in text.split(",")]
        return tuple((_minutes(start), _minutes(end)) for start, end in spans)
    except ValueError as error:
        raise BadInput(f"{text!r} are no opening hours: write 08:00-18:00.") from error


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == MINUTES_A_DAY:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)
