"""Whom one may write to with an offer, by region and channel, and when it is night or weekend for them."""

from datetime import datetime
from zoneinfo import ZoneInfo

REGIONS = frozenset({"EU", "UK", "US", "AU", "CA"})
CHANNELS = frozenset({"in_app", "email", "sms", "phone"})
UNTIL_OPT_OUT = frozenset({"in_app", "email"})
QUIET_FROM_HOUR = 20
QUIET_TO_HOUR = 8
SATURDAY = 5


def may_offer(region: str | None, channel: str | None, consent: str | None) -> bool:
    """Whether the person's choice lets an offer reach them. What isn't known forbids it."""
    if region not in REGIONS or channel not in CHANNELS:
        return False
    if consent == "opted_in":
        return True
    return region == "US" and channel in UNTIL_OPT_OUT and consent == "none_recorded"


def local_time(now: datetime, timezone: str) -> tuple[int, int]:
    """Hour (0 to 23) and weekday (Monday is 0) in a time zone. Raises `ZoneInfoNotFoundError` for an unknown one."""
    local = now.astimezone(ZoneInfo(timezone))
    return local.hour, local.weekday()


def quiet(local_hour: int, weekday: int) -> bool:
    """Whether no offer may be sent at this hour of this day."""
    return not QUIET_TO_HOUR <= local_hour < QUIET_FROM_HOUR or weekday >= SATURDAY
