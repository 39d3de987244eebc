"""What a missed uptime is worth: the share of a month's fee, the downtime that is allowed, and the last day to claim."""

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Sentence
from skills.arguments import Said, default, typed
from skills.billing.pricebook import Plan
from skills.billing.records import Subscription
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import say

PERCENT = re.compile(r"(?<![\d.,$€£])((?:9\d|8\d)(?:[.,]\d{1,3})?)(?![\d.,]*\d)")
STEPS = ((Decimal(95), 50), (Decimal(99), 25))
LEAST_PERCENT = 10
CLAIM_DAYS = 30
MINUTES_OF_30_DAYS = 30 * 24 * 60
MONTHS = (
    r"jan\w*|gennaio|ene\w*",
    r"feb\w*|fév\w*",
    r"mar(?:ch|s|zo)?|märz|maart",
    r"apr\w*|avril|abril",
    r"may|mai|mayo|maj|mei|maggio",
    r"june?|juni|juin|junio|giugno",
    r"july?|juli|juillet|julio|luglio",
    r"aug\w*|août|agosto",
    r"sep\w*",
    r"o[ck]t\w*|ottobre",
    r"nov\w*",
    r"de[cz]\w*|déc\w*|dic\w*",
)


class UptimeQuestion(BaseModel):
    """The uptime of a month in percent, as text, and the first day of the month."""

    percent: str | None = None
    month: str | None = None


class UptimeCredit(BaseModel):
    """The share of a month's fee that a missed uptime is worth, and the last day to claim it."""

    share: int | None = None
    claim_until: str | None = None


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    percent = PERCENT.search(context.said)
    month = _month(context.said, context.clock.now().date())
    if percent is None and month is None and context.account_id is None:
        return Refuse(code="nothing_named", sentences=(), denies=False, question=True)
    return Ready(
        arguments={
            "percent": said.words(percent[1].replace(",", ".")) if percent else default(None),
            "month": said.words(month.isoformat()) if month else default(None),
        }
    )


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(UptimeQuestion, arguments)
    held = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    plan = context.ports.prices.catalogue.plan(held.plan) if held and held.billing else None
    told: list[Sentence] = []
    if held is not None and plan is not None and plan.uptime_sla_percent is None:
        return Done(result=UptimeCredit(), sentences=(say("billing.uptime_none", held.account_id, plan=plan.name),))
    percent = Decimal(wanted.percent) if wanted.percent else None
    promised = _promised(context, plan)
    share = share_of(percent, promised) if percent is not None else None
    if percent is not None and percent in {Decimal(str(each.uptime_sla_percent)) for each in _sold(context)}:
        minutes = (MINUTES_OF_30_DAYS * (100 - percent) / 100).normalize()
        told.append(say("billing.uptime_minutes", percent=f"{percent:f}", minutes=f"{minutes:f}"))
    elif percent is not None and share is not None:
        told += _worth(held, percent, share)
    month = date.fromisoformat(wanted.month) if wanted.month else None
    until = _last_day(month) + timedelta(days=CLAIM_DAYS) if month else None
    if until is not None and month is not None:
        told.append(say("billing.uptime_claim", day=until, days=CLAIM_DAYS, month=f"{month:%B %Y}"))
    if not told and promised is not None:
        minutes = (MINUTES_OF_30_DAYS * (100 - promised) / 100).normalize()
        told.append(say("billing.uptime_minutes", percent=f"{promised:f}", minutes=f"{minutes:f}"))
    return Done(result=UptimeCredit(share=share, claim_until=until.isoformat() if until else None), sentences=tuple(told))


def share_of(percent: Decimal, promised: Decimal | None) -> int:
    """The percent of a month's fee that is credited for an uptime; 0 when the promise was kept."""
    if promised is not None and percent >= promised:
        return 0
    return next((share for below, share in STEPS if percent < below), LEAST_PERCENT)


def _worth(held: Subscription | None, percent: Decimal, share: int) -> list[Sentence]:
    spelled = f"{percent:f}"
    if not share:
        return [say("billing.uptime_kept", percent=spelled)]
    if held is None:
        return [say("billing.uptime_share", percent=spelled, share=share)]
    month = held.yearly_value.times(1, 12)
    credit = month.times(share, 100)
    return [say("billing.uptime_credit", held.account_id, credit=credit, share=share, month=month, percent=spelled)]


def _promised(context: Context, plan: Plan | None) -> Decimal | None:
    if plan is not None:
        return Decimal(str(plan.uptime_sla_percent)) if plan.uptime_sla_percent else None
    return min((Decimal(str(each.uptime_sla_percent)) for each in _sold(context)), default=None)


def _sold(context: Context) -> list[Plan]:
    return [each for each in context.ports.prices.catalogue.plans if each.uptime_sla_percent and not each.closed]


def _month(text: str, today: date) -> date | None:
    """The first day of the latest month of the name in `text`, the present one included."""
    for number, words in enumerate(MONTHS, 1):
        if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE):
            return date(today.year if number <= today.month else today.year - 1, number, 1)
    return None


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


UPTIME_CREDIT = Skill(
    id="uptime_credit",
    version=1,
    title="Uptime credit",
    description="Works out the credit for a month's missed uptime, the downtime allowed and the last day to claim.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "price"}),
    arguments=UptimeQuestion,
    result=UptimeCredit,
    prepare=prepare,
    execute=execute,
    needs_account=False,
)
