"""A call-back, inside the hours in which the plan's desk answers the phone."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel

from core.action import Argument, Effect
from core.errors import BadInput
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, from_record, typed
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.helpdesk.port import CallbackOrder
from skills.wording import local, say

CLOCK = re.compile(r"\b(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|uhr|h)?\b", re.IGNORECASE)
PARTS = {
    r"morning|vormittag|morgens|matin|mañana por la|ochtend|mattina|formiddag": (9, 12),
    r"afternoon|nachmittag|après-midi|tarde|eftermiddag|middag|pomeriggio": (13, 17),
    r"noon|lunch|mittag|midi|mediod": (12, 14),
    r"evening|abend|soir|noche|aften|avond|sera": (17, 19),
}
DAYS = {
    r"tomorrow|morgen\b|demain|mañana|i morgen|domani": 1,
    r"today|heute|aujourd'hui|hoy|i dag|vandaag|oggi": 0,
}
WEEKDAYS = (
    r"monday|montag|lundi|lunes|mandag|maandag|lunedì",
    r"tuesday|dienstag|mardi|martes|tirsdag|dinsdag|martedì",
    r"wednesday|mittwoch|mercredi|miércoles|onsdag|woensdag|mercoledì",
    r"thursday|donnerstag|jeudi|jueves|torsdag|donderdag|giovedì",
    r"friday|freitag|vendredi|viernes|fredag|vrijdag|venerdì",
    r"saturday|samstag|samedi|sábado|lørdag|zaterdag|sabato",
    r"sunday|sonntag|dimanche|domingo|søndag|zondag|domenica",
)
OFFICE = (9, 17)


class CallbackRequest(BaseModel):
    """Whom to call, and in which window."""

    contact_id: str
    earliest: AwareDatetime
    latest: AwareDatetime
    topic: str


class Booked(BaseModel):
    """The call-back as booked."""

    number: str
    earliest: AwareDatetime
    latest: AwareDatetime


async def prepare(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    account = await context.ports.crm.account(account_id)
    plan = next((each for each in context.ports.prices.catalogue.plans if each.id == account.plan), None)
    if plan is not None and "phone" not in plan.support.channels:
        told = say("helpdesk.no_phone_support", account_id, plan=plan.name, hours=plan.support.hours)
        facts = {"permitted": False, "permitted_code": "no_phone_support"}
        return Refuse(code="no_phone_support", sentences=(told,), facts=facts)
    window = _window(Said(context, slots), account.timezone)
    if window is None:
        hours = f" The desk answers {plan.support.hours}." if plan else ""
        return Ask(slot="when", question=f"On which day and at what time shall we call?{hours}")
    contact_id = context.principal.contact_id
    if contact_id is None:
        raise BadInput("A call-back needs to know whom to call: sign in first.", code="no_contact")
    earliest, latest = window
    return Ready(
        arguments={
            "contact_id": from_record(contact_id, contact_id),
            "earliest": _instant(context, earliest),
            "latest": _instant(context, latest),
            "topic": computed("customer_request", "conversation"),
        },
        title="Book a call-back",
        rows=(
            ("From", local(earliest, account.timezone)),
            ("Until", local(latest, account.timezone)),
            ("Number", "the one on file"),
        ),
        rule=f"We call during the hours of your plan: {plan.support.hours}." if plan else "",
    )


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(CallbackRequest, arguments)
    account_id = account_of(context)
    order = CallbackOrder(contact_id=wanted.contact_id, earliest=wanted.earliest, latest=wanted.latest, topic=wanted.topic)
    booked = await context.ports.helpdesk.book_callback(account_id, order, key=key)
    start, end = booked.window
    told = say("helpdesk.callback_booked", booked.number, start=local(start, booked.timezone), end=local(end, booked.timezone))
    rows = (("Call-back", booked.number), ("From", local(start, booked.timezone)), ("Until", local(end, booked.timezone)))
    return Done(
        result=Booked(number=booked.number, earliest=start, latest=end),
        sentences=(told,),
        receipt=rows,
        promise=f"callback:{booked.number}:{end.isoformat()}",
    )


def _window(said: Said, timezone: str) -> tuple[datetime, datetime] | None:
    """The window that was named, in the account's time zone; a day alone means office hours, a time alone the next such time."""
    zone = ZoneInfo(timezone)
    now = said.context.clock.now().astimezone(zone)
    words = " ".join((said.text("when") or "", said.text("time") or "", said.context.said))
    day = said.day("date") or said.day("when") or _day_named(words, now)
    hours = _hours(words)
    if day is None and hours is None:
        return None
    first, last = hours or OFFICE
    date = day or now.date()
    start = datetime.combine(date, time(first), zone)
    if start <= now and day is None:
        start += timedelta(days=1)
    end = start + timedelta(hours=max(1, last - first))
    return (max(start, now), end) if end > now else None


def _day_named(words: str, now: datetime):
    for pattern, days in DAYS.items():
        if re.search(rf"\b(?:{pattern})", words, re.IGNORECASE):
            return now.date() + timedelta(days=days)
    for weekday, pattern in enumerate(WEEKDAYS):
        if re.search(rf"\b(?:{pattern})", words, re.IGNORECASE):
            return now.date() + timedelta(days=(weekday - now.weekday()) % 7 or 7)
    return None


def _hours(words: str) -> tuple[int, int] | None:
    for pattern, hours in PARTS.items():
        if re.search(rf"\b(?:{pattern})", words, re.IGNORECASE):
            return hours
    found = [hour for match in CLOCK.finditer(words) if (hour := _hour(match)) is not None]
    if not found:
        return None
    return (found[0], found[1]) if len(found) > 1 and found[1] > found[0] else (found[0], found[0] + 1)


def _hour(match: re.Match[str]) -> int | None:
    """An hour of the day; a bare small number counts as one of the afternoon."""
    hour, mark = int(match[1]), (match[3] or "").lower()
    if hour > 23 or (hour == 0 and not match[2]):
        return None
    if mark == "pm" and hour < 12:
        return hour + 12
    return hour + 12 if hour < 7 and not mark and not match[2] else hour


def _instant(context: Context, moment: datetime) -> Argument:
    return computed(moment.isoformat(), context.message_id or "message")


BOOK_CALLBACK = Skill(
    id="book_callback",
    version=1,
    title="Book a call-back",
    description="Books a phone call to the customer's number on file.",
    owner="helpdesk",
    effect=Effect.MESSAGE,
    scopes=frozenset({"helpdesk:write", "crm:read"}),
    fields=frozenset({"plan", "timezone", "contacts"}),
    arguments=CallbackRequest,
    result=Booked,
    prepare=prepare,
    execute=execute,
    slots=(
        SlotSpec(name="when", kind="time", ask="On which day and at what time shall we call?"),
        SlotSpec(name="date", kind="date", ask="On which day?", required=False),
    ),
)
