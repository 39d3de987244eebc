"""Finds promises in what bot and people write to customers: "we'll call you back by five", and when that is.

Pure: a text and a time go in, promises come out. English, German, French, Spanish, Italian, Dutch and Portuguese.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handoff.promise_forms import promises

END_OF_DAY = time(18, 0)

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes lunedì maandag segunda",
            "tuesday dienstag mardi martes martedì dinsdag terça",
            "wednesday mittwoch mercredi miércoles mercoledì woensdag quarta",
            "thursday donnerstag jeudi jueves giovedì donderdag quinta",
            "friday freitag vendredi viernes venerdì vrijdag sexta",
            "saturday samstag samedi sábado sabato zaterdag sábado",
            "sunday sonntag dimanche domingo domenica zondag domingo",
        )
    )
    for name in names.split()
}
_TODAY = r"\b(?:today|tonight|heute|aujourd['’]hui|hoy|oggi|vandaag|hoje)\b"
_TOMORROW = r"\b(?:tomorrow|morgen|demain|mañana|domani|amanhã)\b"
_ONE = ("a", "an", "one", "einer", "einem", "une", "un", "una")
_NUMBERS = {
    **dict.fromkeys(_ONE, 1),
    **dict.fromkeys(("two", "deux", "zwei", "dos", "due", "twee", "dois", "duas"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres", "tre", "drie", "três"), 3),
}
_WITHIN = re.compile(
    r"\b(?:within|in|innerhalb von|binnen|dans les|dans|d['’]ici|en|dentro de|entro|em|dentro)\s+(?:the next\s+)?(\d{1,3}|"
    + "|".join(_NUMBERS)
    + r")\s+"
    r"(minut\w*|hours?|stunden?|heures?|horas?|ore|ora|uur|(?:business|working)\s+days?|werktag\w*|arbeitstag\w*|jours? ouvr\w+"
    r"|días hábiles|giorni lavorativi|werkdagen|dias úteis|days?|tag\w*|jours?|días?|giorn[io]|dag(?:en)?|dias?)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(?:by|before|at|until|bis|um|vor|avant|à|antes de las|a las|entro le|alle|voor|om|antes das|às)"
    r"\s+(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|uhr|uur|h|o['’]clock)?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A promise as it was worded, and by when it should be kept; None when no time was named."""

    text: str
    due_at: datetime | None


def found_in(text: str, at: datetime, zone: str = "UTC") -> list[Found]:
    """The promises in a text that was written at `at`, read on the clocks of `zone`."""
    sentences = re.split(r"(?<=[.!?])\s+|\n+", text)
    promised = [sentence.strip() for sentence in sentences if promises(sentence)]
    return [Found(text=sentence, due_at=due(sentence, at, zone)) for sentence in promised]


def due(sentence: str, at: datetime, zone: str = "UTC") -> datetime | None:
    """By when, as far as the sentence says so."""
    local = at.astimezone(ZoneInfo(zone))
    within = _WITHIN.search(sentence)
    if within:
        return _later(local, within[1].lower(), within[2].lower()).astimezone(UTC)
    clock, days = _clock(sentence), _days_ahead(sentence, local)
    if clock is None and days is None:
        return None
    moment = datetime.combine(local.date() + timedelta(days=days or 0), clock or END_OF_DAY, local.tzinfo)
    if moment <= local:
        moment += timedelta(days=1)
    return moment.astimezone(UTC)


def _later(local: datetime, number: str, unit: str) -> datetime:
    count = int(number) if number.isdigit() else _NUMBERS[number]
    if unit.startswith("minut"):
        return local + timedelta(minutes=count)
    if unit.startswith(("hour", "stunde", "heure", "hora", "ora", "ore", "uur")):
        return local + timedelta(hours=count)
    if not unit.startswith(
        (
            "business",
            "working",
            "werktag",
            "arbeitstag",
            "jours ouvr",
            "jour ouvr",
            "días hábiles",
            "giorni lavor",
            "werkdag",
            "dias úteis",
        )
    ):
        return local + timedelta(days=count)
    while count:
        local += timedelta(days=1)
        count -= local.weekday() < 5
    return local


def _clock(sentence: str) -> time | None:
    found = _CLOCK.search(sentence)
    if not found or not (found[2] or found[3]):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _days_ahead(sentence: str, local: datetime) -> int | None:
    words = sentence.lower()
    if re.search(_TODAY, words):
        return 0
    if re.search(_TOMORROW, words):
        return 1
    for word in re.findall(r"\w+", words):
        if word in _WEEKDAYS:
            return (_WEEKDAYS[word] - local.weekday()) % 7 or 7
    return None
