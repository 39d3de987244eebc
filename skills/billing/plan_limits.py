"""What a plan allows, counted out for an account: connections, kiosks over all locations, API calls, history."""

import re
import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from core.action import Effect
from core.conversation import Sentence
from core.language import SlotSpec
from core.money import Money
from skills.arguments import Said, default, from_record, typed
from skills.billing.plans import PLAN
from skills.billing.price_words import FOREIGN_REGION, plans_named
from skills.billing.pricebook import Plan
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import counted, say

FILE = Path(__file__).with_name("limits.toml")
REGION_MOVE = "region_move"
CALLS = SlotSpec(name="quantity", kind="quantity", ask="How many calls?", required=False)


class Limit(BaseModel):
    """How customers speak of a limit, and how it is counted. `fixed` is the same on every plan."""

    model_config = ConfigDict(frozen=True)

    words: str
    one: str
    many: str
    per: str = ""
    months: bool = False
    calls: bool = False
    fixed: int | None = None


class LimitQuestion(BaseModel):
    """Which limits of which plan; `number` is how many calls there shall be."""

    limits: str
    plan: str = ""
    number: int | None = None


class LimitAnswer(BaseModel):
    """The limits that were told, by name; none is unlimited."""

    values: tuple[tuple[str, int | None], ...]


@cache
def limits() -> dict[str, Limit]:
    """All limits that can be asked about, by their name in the price list."""
    return {name: Limit.model_validate(table) for name, table in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


async def prepare(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    asked = [name for name, each in limits().items() if said.mentions(re.compile(rf"\b(?:{each.words})", re.IGNORECASE))][:2]
    if said.mentions(FOREIGN_REGION):
        asked.insert(0, REGION_MOVE)
    if not asked:
        return Refuse(code="no_limit_named", sentences=(), denies=False, question=True)
    held = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    named = plans_named(said)
    if named:
        plan = said.argument("plan", named[0]) if said.has("plan") else said.words(named[0])
    else:
        plan = from_record(held.plan, held.account_id) if held and held.billing else default("")
    if not plan.value:
        return Refuse(code="no_plan", sentences=(), denies=False, question=True)
    number = said.whole("quantity")
    arguments = {"limits": said.words(" ".join(asked)), "plan": plan}
    return Ready(arguments={**arguments, "number": said.argument("quantity", number) if number else default(None)})


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(LimitQuestion, arguments)
    held = await context.ports.billing.subscription(context.account_id) if context.account_id else None
    plan = context.ports.prices.catalogue.plan(wanted.plan)
    told: list[Sentence] = []
    values: list[tuple[str, int | None]] = []
    for name in wanted.limits.split():
        if name == REGION_MOVE:
            told += _region_move(context, plan, held.currency if held else "USD")
            continue
        value = limits()[name].fixed or plan.limit(name)
        values.append((name, value))
        told.append(
            say("billing.limit_one", *([held.account_id] if held else []), plan=plan.name, value=_value(limits()[name], value))
        )
        if limits()[name].per and value and held:
            told.append(say("billing.limit_locations", held.account_id, count=held.locations, total=value * held.locations))
        if limits()[name].calls and value and wanted.number:
            minutes = -(-wanted.number // value)
            told.append(say("billing.limit_calls", number=wanted.number, minutes=counted(minutes, "minute"), value=value))
    return Done(result=LimitAnswer(values=tuple(values)), sentences=tuple(told))


def _value(limit: Limit, value: int | None) -> str:
    if value is None:
        return f"unlimited {limit.many}"
    told = counted(value, limit.one, limit.many) if value else f"no {limit.many}"
    years = value // 12 if limit.months and value and value % 12 == 0 else 0
    return f"{told} ({counted(years, 'year')})" if years else told


def _region_move(context: Context, plan: Plan, currency: str) -> list[Sentence]:
    """The fee of a move to another region, in the currency that it is set in."""
    fees = context.ports.prices.catalogue.amounts("billing", "region_move_fee_minor", plan.sold_as)
    if not fees:
        return [say("billing.refusal_plan_not_eligible")]
    code = currency if currency in fees else next(iter(fees))
    fee = Money(fees[code], code)
    return [say("billing.price_region_move" if fee.minor else "billing.price_region_free", plan=plan.name, fee=fee)]


PLAN_LIMITS = Skill(
    id="plan_limits",
    version=1,
    title="Limits of the plan",
    description="Counts what a plan allows for an account: connections, kiosks, API calls, history, roles, region moves.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan"}),
    arguments=LimitQuestion,
    result=LimitAnswer,
    prepare=prepare,
    execute=execute,
    slots=(PLAN, CALLS),
    needs_account=False,
)
