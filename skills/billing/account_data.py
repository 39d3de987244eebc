"""The account as a whole: a longer trial, a full export, and another region for its data."""

import re

from pydantic import BaseModel

from core.action import Argument, Effect
from core.language import SlotSpec
from skills.arguments import Said, account_of, default, typed
from skills.billing.changes import Change, ExtendTrial, RequestExport, RequestRegionMove
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    charged,
    facts_of,
    permitted,
    proposed,
    receipt_rows,
    undo_of,
)
from skills.billing.invoices import CODE
from skills.billing.records import Status
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import counted, local, say, spelled

REGIONS = {"EU": "the EU (Frankfurt)", "US": "the US (Virginia)", "AU": "Australia (Sydney)"}
REGION_WORDS = {
    "EU": re.compile(r"\b(?:EU|UE|(?i:eu|europe\w*|frankfurt|german\w*|europa))\b"),
    "US": re.compile(r"\b(?:US|USA|(?i:usa|america\w*|virginia|united states))\b"),
    "AU": re.compile(r"\b(?:AU|(?i:australia\w*|sydney))\b"),
}
LEAVING = re.compile(r"\b(?:from|out of|instead of|off|not(?: be)? in)(?: the)?\s*$", re.IGNORECASE)


class Nothing(BaseModel):
    """No arguments."""


class MoreTrial(BaseModel):
    """So many more days."""

    days: int


class Region(BaseModel):
    """EU, US or AU."""

    region: str


async def prepare_trial(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    if subscription.status not in (Status.TRIAL, Status.TRIAL_ENDED):
        return Refuse(code="no_trial", sentences=(say("billing.refusal_not_on_trial", account_id),), denies=False)
    days = context.ports.prices.catalogue.number("trial", "extension_days")
    ends = spelled(subscription.ends_on) if subscription.ends_on else "today"
    sketch = Sketch(
        arguments={"days": default(days, "trial")},
        title=f"Extend the trial by {counted(days, 'day')}",
        rows=(("Trial ends", ends), ("Extension", counted(days, "day"))),
        rule="A trial can be extended once by 7 days.",
        facts={"extension_days": days},
        values={"ends": ends},
    )
    prepared = await proposed(context, ExtendTrial(days=days), sketch)
    if isinstance(prepared, Refuse) and prepared.code == "extension_used":
        return Ready(arguments=prepared.arguments, title=sketch.title, rows=sketch.rows, facts=prepared.facts)
    return prepared


async def execute_trial(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await applied(context, _trial(arguments), key)
    day = receipt.expires_on or receipt.effective_on
    told = say("billing.trial_extended", receipt.number, day=day)
    return Done(result=changed(receipt), sentences=(told,), receipt=receipt_rows(receipt))


async def trial_facts(context: Context, arguments: BaseModel) -> dict[str, object]:
    return {"extension_days": typed(MoreTrial, arguments).days, **await permitted(context, _trial(arguments))}


async def prepare_export(context: Context, slots: Slots) -> Prepared:
    sketch = Sketch(
        arguments={},
        title="Full export of your data",
        rows=(("Contents", "everything, as CSV and JSON"),),
        rule="It is ready within 24 hours, and the link works for 7 days.",
    )
    return await proposed(context, RequestExport(), sketch)


async def execute_export(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await applied(context, RequestExport(), key)
    told = [say("billing.export_started", receipt.number)]
    more: list[tuple[str, str]] = []
    if receipt.ready_by:
        account = await context.ports.crm.account(account_of(context))
        more.append(("Ready by", local(receipt.ready_by, account.timezone)))
    if receipt.expires_on:
        told.append(say("billing.export_until", receipt.number, day=receipt.expires_on))
    return Done(result=changed(receipt), sentences=tuple(told), receipt=receipt_rows(receipt, *more))


async def prepare_region(context: Context, slots: Slots) -> Prepared:
    region = _region(Said(context, slots))
    if region is None:
        choices = tuple(REGIONS.values())
        return Ask(slot="region", question="Where shall your data be kept: in the EU, the US or Australia?", choices=choices)
    name = REGIONS[str(region.value)]
    sketch = Sketch(
        arguments={"region": region},
        title=f"Move your data to {name}",
        rows=(("New region", name),),
        rule="A move takes up to 10 business days with a read-only window of 4 hours, and is possible once in 12 months.",
        values={"region": name},
    )
    change = RequestRegionMove(region=str(region.value))
    prepared = await proposed(context, change, sketch)
    if isinstance(prepared, Refuse) or context.principal.step_up:
        return prepared
    return Ask(slot="code", question=CODE.ask)


async def execute_region(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Region, arguments)
    receipt = await applied(context, _moving(arguments), key)
    told = say("billing.region_booked", receipt.number, region=REGIONS[wanted.region])
    return Done(result=changed(receipt), sentences=(told, *charged(receipt)), receipt=receipt_rows(receipt))


def _region(said: Said) -> Argument | None:
    """The region that was named; of two in one message, the one that isn't being left."""
    named = said.text("region") or ""
    for region, words in REGION_WORDS.items():
        if named.upper() == region or words.search(named):
            return said.argument("region", region)
    text = said.context.said
    spoken = [
        region
        for region, words in REGION_WORDS.items()
        if (match := words.search(text)) and not LEAVING.search(text[: match.start()])
    ]
    return said.words(spoken[0]) if len(spoken) == 1 else None


def _trial(arguments: BaseModel) -> Change:
    return ExtendTrial(days=typed(MoreTrial, arguments).days)


def _exporting(arguments: BaseModel) -> Change:
    return RequestExport()


def _moving(arguments: BaseModel) -> Change:
    return RequestRegionMove(region=typed(Region, arguments).region)


EXTEND_TRIAL = Skill(
    id="extend_trial",
    version=1,
    title="Extend the trial",
    description="Gives a trial some more days, once.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan"}),
    arguments=MoreTrial,
    result=Changed,
    prepare=prepare_trial,
    execute=execute_trial,
    compensate=undo_of(_trial),
    facts=trial_facts,
)

REQUEST_EXPORT = Skill(
    id="request_export",
    version=1,
    title="Full export",
    description="Has a full export of the account's data made.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write", "crm:read"}),
    fields=frozenset({"plan"}),
    arguments=Nothing,
    result=Changed,
    prepare=prepare_export,
    execute=execute_export,
    facts=facts_of(_exporting),
)

MOVE_REGION = Skill(
    id="move_region",
    version=1,
    title="Move data to another region",
    description="Books the move of the account's data to the EU, the US or Australia.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "data_region"}),
    arguments=Region,
    result=Changed,
    prepare=prepare_region,
    execute=execute_region,
    compensate=undo_of(_moving),
    facts=facts_of(_moving),
    slots=(SlotSpec(name="region", kind="choice", ask="Where shall your data be kept?", choices=("EU", "US", "AU")), CODE),
)
