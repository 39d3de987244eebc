"""Buying, trying and ending add-ons."""

from dataclasses import replace

from pydantic import BaseModel

from core.action import Argument, Effect
from core.conversation import Offer
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, typed
from skills.billing.changes import AddAddon, Change, RemoveAddon, StartAddonTrial
from skills.billing.changing import (
    Changed,
    Sketch,
    applied,
    changed,
    charged,
    facts_of,
    proposed,
    receipt_rows,
    undo_of,
)
from skills.billing.pricebook import Addon
from skills.contract import Ask, Context, Done, Prepared, Refuse, Skill, Slots
from skills.wording import Value, listed, say

ADDON = SlotSpec(name="addon", kind="addon", ask="Which add-on is it?")


class AddonChoice(BaseModel):
    """An add-on by its id."""

    addon: str


def addons_named(context: Context, text: str) -> tuple[Addon, ...]:
    """The add-ons whose name, id or abbreviation stands in `text`, in the order of the price list."""
    words = text.casefold()
    return tuple(each for each in context.ports.prices.catalogue.addons if any(name in words for name in _names(each)))


async def prepare_add(context: Context, slots: Slots) -> Prepared:
    addon = await _chosen(context, slots, owned=False)
    if isinstance(addon, Ask | Refuse):
        return addon
    offer = Offer(kind="cross_sell", item=str(addon.value), origin="customer")
    sketch = _sketch(context, addon, "Add {}", "It counts for every paid seat and is charged by the day until the period ends.")
    return await proposed(context, AddAddon(addon=str(addon.value)), replace(sketch, offer=offer))


async def prepare_remove(context: Context, slots: Slots) -> Prepared:
    addon = await _chosen(context, slots, owned=True)
    if isinstance(addon, Ask | Refuse):
        return addon
    sketch = _sketch(context, addon, "Remove {}", "It stays on until the end of the billing period.")
    return await proposed(context, RemoveAddon(addon=str(addon.value)), sketch)


async def prepare_trial(context: Context, slots: Slots) -> Prepared:
    addon = await _chosen(context, slots, owned=False)
    if isinstance(addon, Ask | Refuse):
        return addon
    offer = Offer(kind="cross_sell", item=str(addon.value), origin="customer")
    sketch = _sketch(context, addon, "Try {} for free", "A trial is free and possible once per account and add-on.")
    return await proposed(context, StartAddonTrial(addon=str(addon.value)), replace(sketch, offer=offer))


async def execute_add(context: Context, arguments: BaseModel, key: str) -> Done:
    return await _done(context, AddAddon(addon=typed(AddonChoice, arguments).addon), key, "billing.addon_added")


async def execute_remove(context: Context, arguments: BaseModel, key: str) -> Done:
    return await _done(context, RemoveAddon(addon=typed(AddonChoice, arguments).addon), key, "billing.addon_removed")


async def execute_trial(context: Context, arguments: BaseModel, key: str) -> Done:
    return await _done(context, StartAddonTrial(addon=typed(AddonChoice, arguments).addon), key, "billing.addon_trial")


async def _done(context: Context, change: AddAddon | RemoveAddon | StartAddonTrial, key: str, told: str) -> Done:
    name = context.ports.prices.catalogue.addon(change.addon).name
    receipt = await applied(context, change, key)
    day = receipt.expires_on or receipt.effective_on
    return Done(
        result=changed(receipt),
        sentences=(say(told, receipt.number, addon=name, day=day), *charged(receipt)),
        receipt=receipt_rows(receipt, ("Add-on", name)),
    )


async def _chosen(context: Context, slots: Slots, *, owned: bool) -> Argument | Ask | Refuse:
    """The add-on that was named, in the slot or in the message; the only one that the account has, when one is to end."""
    said = Said(context, slots)
    named = said.text("addon")
    catalogue = context.ports.prices.catalogue
    known = {name: each.id for each in catalogue.addons for name in (each.name.casefold(), each.id)}
    if named is not None and named.casefold() in known:
        return said.argument("addon", known[named.casefold()])
    found = addons_named(context, named or context.said)
    if len(found) == 1:
        return said.words(found[0].id)
    if owned:
        held = (await context.ports.billing.subscription(account_of(context))).addons
        if len(held) == 1:
            return computed(held[0], "addons")
        if not held:
            told = (say("billing.no_addons", account_of(context)),)
            return Refuse(code="addon_not_active", sentences=told, facts={"permitted": False})
        choices = tuple(catalogue.addon(each).name for each in held)
    else:
        choices = tuple(each.name for each in found or catalogue.addons)
    return Ask(slot="addon", question=f"Which add-on is it: {listed(choices, 'or')}?", choices=choices)


def _sketch(context: Context, addon: Argument, title: str, rule: str) -> Sketch:
    catalogue = context.ports.prices.catalogue
    item = catalogue.addon(str(addon.value))
    values: dict[str, Value] = {
        "addon": item.name,
        "plans": listed(catalogue.plan(each).name for each in item.buyable_on),
    }
    return Sketch(arguments={"addon": addon}, title=title.format(item.name), rule=rule, values=values)


def _names(addon: Addon) -> set[str]:
    """The add-on's id, its name, and the abbreviations in its name (three capitals or more)."""
    short = {word.casefold() for word in addon.name.replace("&", " ").split() if word.isupper() and len(word) > 2}
    return {addon.id, addon.name.casefold(), *short}


def _adding(arguments: BaseModel) -> Change:
    return AddAddon(addon=typed(AddonChoice, arguments).addon)


def _removing(arguments: BaseModel) -> Change:
    return RemoveAddon(addon=typed(AddonChoice, arguments).addon)


def _trying(arguments: BaseModel) -> Change:
    return StartAddonTrial(addon=typed(AddonChoice, arguments).addon)


ADD_ADDON = Skill(
    id="add_addon",
    version=1,
    title="Add an add-on",
    description="Buys an add-on for every paid seat, prorated until the period ends.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "addons", "price"}),
    arguments=AddonChoice,
    result=Changed,
    prepare=prepare_add,
    execute=execute_add,
    compensate=undo_of(_adding),
    facts=facts_of(_adding),
    slots=(ADDON,),
)

REMOVE_ADDON = Skill(
    id="remove_addon",
    version=1,
    title="Remove an add-on",
    description="Ends an add-on with the billing period and leaves the plan as it is.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "addons", "price"}),
    arguments=AddonChoice,
    result=Changed,
    prepare=prepare_remove,
    execute=execute_remove,
    compensate=undo_of(_removing),
    facts=facts_of(_removing),
    slots=(ADDON,),
)

START_ADDON_TRIAL = Skill(
    id="start_addon_trial",
    version=1,
    title="Try an add-on",
    description="Starts the free trial of an add-on, once per account.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"plan", "seats", "addons", "price"}),
    arguments=AddonChoice,
    result=Changed,
    prepare=prepare_trial,
    execute=execute_trial,
    compensate=undo_of(_trying),
    facts=facts_of(_trying),
    slots=(ADDON,),
)
