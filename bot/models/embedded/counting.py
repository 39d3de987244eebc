"""What a quoted rule comes to for the customer's own figures: a last day, a time, a number of files, hours above a threshold.

A help-centre sentence with one length of time or one limit is applied to the date, time or number that the question names. The
sentence computed stands on the same citation as the rule.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.dialogue.wording import wording
from bot.models.embedded.dates import find_dates
from bot.models.embedded.numbers import find_numbers
from core.conversation import Sentence

MOST_RULES = 2
MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}
LENGTH = re.compile(r"\b(?P<number>\d{1,4})[ -](?P<business>business )?(?P<unit>minute|hour|day|week)s?\b", re.IGNORECASE)
BEFORE = re.compile(r"^\s*(?:\w+ )?(?:before|ahead|prior|earlier)\b|^[^.]*\bbefore (?:the|a|it|its|that)\b", re.IGNORECASE)
MONTH_END = re.compile(r"\bend of the (?:calendar )?month\b", re.IGNORECASE)
WHEN = re.compile(
    r"\b(?:when|until|till|til|by which|by what|which day|what day|what date|which date|last d\w+|through|deadline|expir\w*"
    r"|how long|at what time"
    r"|wann|bis|welche[mrn]? (?:tag|datum)|ablauf\w*|quand|jusqu\w*|quel(?:le)? (?:jour|date)|cuándo|hasta|qué (?:día"
    r"|fecha)|hvornår|hvilken dato"
    r"|wanneer|welke d\w+|quando|fino a)\b",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)(?!\d)")
TODAY = re.compile(r"\b(?:today|just now|this morning|heute|aujourd'hui|hoy|i dag|vandaag|oggi)\b", re.IGNORECASE)
HOW_MANY = re.compile(
    r"\b(?:how many|number of|wie viele|combien de|cuánt[oa]s|hvor mange|hoeveel|quant[ie])\s+(?:\w+\s+)?(?P<parts>files?"
    r"|requests?|calls?|batches"
    r"|parts?|pages?|imports?|exports?|pieces|uploads?|dateien|fichiers|archivos|filer|bestanden)\b",
    re.IGNORECASE,
)
LIMIT = re.compile(
    r"\b(?:at most|up to|no more than|a maximum of|maximum|max\.?|limited to)\s+(?P<limit>\d[\d,]*)\b(?!\s*(?:minutes?"
    r"|hours?|days?|weeks?))"
)
ABOVE = re.compile(
    r"\b(?:over|above|overtime|extra|beyond|excess|überstunden|heures sup\w*|horas extra\w*|overwerk|straordinari\w*"
    r"|overarbejde)\b",
    re.IGNORECASE,
)
STARTS_AT = re.compile(
    r"\bstarts? (?:at|from|after|above) (?P<least>\d+(?:\.\d+)?) (?P<unit>hours?|minutes?|days?)\b", re.IGNORECASE
)
IN_UNIT = re.compile(r"\bin (?:\w+ ){0,2}?(?P<unit>minutes|hours|days|weeks)\b(?P<five>[^.?!]*\bfive days\b)?", re.IGNORECASE)
WORKING_WEEK_DAYS = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with what it counts from."""

    text: str
    today: date

    @property
    def days(self) -> list[date]:
        """The days that it names; today when it says so."""
        named = [each for each in find_dates(self.text, self.today) if each.sure]
        dated = [each for each in named if re.search(r"\d", self.text[each.start : each.end])]
        found = sorted({date.fromisoformat(str(each.value)) for each in dated or named})
        found = [_nearest(each, self.today) for each in found]
        return found or ([self.today] if TODAY.search(self.text) else [])

    @property
    def clock(self) -> tuple[int, int] | None:
        match = CLOCK.search(self.text)
        return (int(match["hour"]), int(match["minute"])) if match else None


def worked_out(question: str, rules: Sequence[Sentence], today: date, language: str = "en") -> Sentence | None:
    """What the first rule that fits comes to for the question's figures; none when there is nothing to work out."""
    asked = Asked(text=question, today=today)
    for rule in [each for each in rules if each.citations][:MOST_RULES]:
        for work in (_day, _time, _parts, _above, _converted):
            found = work(asked, rule.text)
            if found is not None:
                wording_id, values = found
                text = wording(f"counted.{wording_id}", language, **values).text
                return Sentence(text=text, citations=rule.citations)
    return None


Found = tuple[str, dict[str, str]] | None


def _day(asked: Asked, rule: str) -> Found:
    """A date and one length of time give another date."""
    lengths = _lengths(rule)
    if len(lengths) != 1 or len(asked.days) != 1 or not WHEN.search(asked.text) or lengths[0]["business"]:
        return None
    length, day, clock = lengths[0], asked.days[0], asked.clock
    minutes = int(length["number"]) * MINUTES[length["unit"].lower()]
    if MONTH_END.search(rule):
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    back = bool(BEFORE.search(rule[length.end() :]))
    values = {"length": length[0], "from": _spelled(day)}
    kind = "before" if back else "after"
    if minutes % MINUTES["day"] and clock is None:
        return None
    moment = datetime(day.year, day.month, day.day, *(clock or (0, 0)), tzinfo=UTC)
    moment = moment - timedelta(minutes=minutes) if back else moment + timedelta(minutes=minutes)
    told = _spelled(moment.date())
    if clock is not None:
        hour = f"{moment:%H:%M}"
        return f"time_{kind}", {**values, "time": hour, "day": f"{moment:%A}, {told}", "clock": f"{clock[0]:02d}:{clock[1]:02d}"}
    return f"day_{kind}", {**values, "day": told}


def _time(asked: Asked, rule: str) -> Found:
    """A time of day and one length in hours or minutes give another time."""
    lengths = [each for each in _lengths(rule) if each["unit"].lower() in ("minute", "hour")]
    clock = asked.clock
    if clock is None or asked.days or len(lengths) != 1 or (not WHEN.search(asked.text) and "time" not in asked.text.lower()):
        return None
    minutes = int(lengths[0]["number"]) * MINUTES[lengths[0]["unit"].lower()]
    back = bool(BEFORE.search(rule[lengths[0].end() :]))
    start = datetime(2000, 1, 2, *clock, tzinfo=UTC)
    moment = start - timedelta(minutes=minutes) if back else start + timedelta(minutes=minutes)
    values = {"length": lengths[0][0], "clock": f"{start:%H:%M}", "time": f"{moment:%H:%M}"}
    return ("clock_before" if back else "clock_after"), values


def _parts(asked: Asked, rule: str) -> Found:
    """A number above a limit gives how many parts it takes."""
    wanted = HOW_MANY.search(asked.text)
    limits = [int(each["limit"].replace(",", "")) for each in LIMIT.finditer(rule)]
    numbers = [each.whole for each in find_numbers(asked.text) if each.whole and not each.weak]
    if wanted is None or len(limits) != 1 or not numbers or max(numbers) <= limits[0]:
        return None
    most, number = limits[0], max(numbers)
    return "parts", {"parts": f"{-(-number // most):,}", "number": f"{number:,}", "most": f"{most:,}"}


def _above(asked: Asked, rule: str) -> Found:
    """A number above a threshold gives the difference."""
    least = STARTS_AT.search(rule)
    numbers = [each.value for each in find_numbers(asked.text) if not each.weak]
    if least is None or not ABOVE.search(asked.text) or len(numbers) != 1 or numbers[0] <= Decimal(least["least"]):
        return None
    above = (numbers[0] - Decimal(least["least"])).normalize()
    return "above", {"above": f"{above:f}", "unit": least["unit"], "number": f"{numbers[0]:f}", "least": least["least"]}


def _converted(asked: Asked, rule: str) -> Found:
    """The longest length of a rule in the unit that was asked for."""
    wanted = IN_UNIT.search(asked.text)
    lengths = list(LENGTH.finditer(rule))
    if wanted is None or not lengths:
        return None
    longest = max(lengths, key=lambda each: int(each["number"]) * MINUTES[each["unit"].lower()])
    unit = wanted["unit"].lower().removesuffix("s")
    if unit == longest["unit"].lower():
        return None
    working = unit == "week" and longest["business"] is not None
    size = WORKING_WEEK_DAYS * MINUTES["day"] if working else MINUTES[unit]
    whole, rest = divmod(int(longest["number"]) * MINUTES[longest["unit"].lower()], size)
    if rest or not whole:
        return None
    return "converted", {"length": longest[0], "number": f"{whole:,}", "unit": wanted["unit"].lower()}


def _nearest(day: date, today: date) -> date:
    """A day named without a year may have been taken for next year's: the nearer one is meant."""
    earlier = day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
    return earlier if abs((earlier - today).days) < abs((day - today).days) else day


def _lengths(rule: str) -> list[re.Match[str]]:
    """The lengths of time in a rule, each once."""
    return list({match[0].lower(): match for match in LENGTH.finditer(rule)}.values())


def _spelled(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
