"""The values of an action as an agent sees and changes them: fields from a skill's slots, and slots from what was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.action import Argument, Origin, Scalar
from core.errors import BadInput
from core.language import SlotSpec, SlotValue
from core.money import Money
from handoff.desk.views import FieldView, Row
from skills.billing.prices import PriceList
from skills.contract import Ask, Skill, Slots

CODE = "code"
WHOLE = frozenset({"seats", "quantity", "months", "term_months", "percent"})
TRUE_FALSE = {True: "yes", False: "no"}
COUNTS = frozenset({"seats", "quantity"})
BILLING = ("monthly", "annual")
CURRENCIES = ("USD", "EUR", "GBP")
MINOR = "_minor"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What is known of an action's values: the slots, the arguments once they stand, and the question that is open."""

    slots: Slots
    arguments: Mapping[str, Argument]
    ask: Ask | None = None


def fields_of(skill: Skill, filled: Filled, prices: PriceList) -> tuple[FieldView, ...]:
    """A field for every slot that an agent may fill, with what is known of it."""
    return tuple(
        FieldView(
            name=spec.name,
            label=_label(spec.name),
            kind=spec.kind,
            value=_shown(spec, filled),
            choices=_choices(spec, filled.ask, prices),
            required=spec.required or (filled.ask is not None and filled.ask.slot == spec.name),
        )
        for spec in skill.slots
        if spec.kind != CODE
    )


def kept_slots(skill: Skill, filled: Filled) -> dict[str, SlotValue]:
    """The slots behind the fields, with those that records or sums filled: so that an unchanged field keeps its origin."""
    found = dict(filled.slots)
    for spec in skill.slots:
        argument = _argument_of(spec, filled.arguments)
        if spec.name in found or spec.kind == CODE or argument is None or argument.value is None:
            continue
        value = _money(spec, filled.arguments) or argument.value
        origin, source = argument.provenance.origin, argument.provenance.source_id
        found[spec.name] = SlotValue(name=spec.name, value=value, message_id=source, start=0, end=0, origin=origin)
    return found


def slots_of(
    skill: Skill, values: Mapping[str, str], shown: Mapping[str, str], kept: Slots, agent_id: str
) -> dict[str, SlotValue]:
    """The slots for what an agent sent: a field left as it was `shown` keeps its value and origin, another is the agent's own.

    Raises `BadInput` for a field that the skill doesn't have, or a value that can't be what it should.
    """
    specs = {spec.name: spec for spec in skill.slots if spec.kind != CODE}
    unknown = sorted(values.keys() - specs.keys())
    if unknown:
        raise BadInput(f"{skill.title} has no field {unknown[0]}: use {', '.join(specs) or 'none at all'}.", field=unknown[0])
    found: dict[str, SlotValue] = {}
    for name, typed in values.items():
        text = typed.strip()
        if not text:
            continue
        if name in kept and text == shown.get(name):
            found[name] = kept[name]
        else:
            value = _read(specs[name], text)
            found[name] = SlotValue(name=name, value=value, message_id=agent_id, start=0, end=0, origin=Origin.AGENT)
    return found


def told_slots(skill: Skill, values: Mapping[str, str], source: str) -> dict[str, SlotValue]:
    """The slots that fit among values that the bot noted as texts when it handed over; money was noted in minor units."""
    found: dict[str, SlotValue] = {}
    for spec in skill.slots:
        text = values.get(spec.name, "").strip()
        if not text or spec.kind == CODE:
            continue
        counted = spec.kind in WHOLE or spec.kind == "money"
        value = int(text) if counted and text.isdigit() else text
        found[spec.name] = SlotValue(name=spec.name, value=value, message_id=source, start=0, end=0)
    return found


def argument_rows(arguments: Mapping[str, Argument]) -> tuple[Row, ...]:
    """Exact arguments as label and value, for a skill that has no rows of its own."""
    values = {name: argument.value for name, argument in arguments.items()}
    currency = str(values.get("currency") or "")
    rows: list[Row] = []
    for name, value in values.items():
        if value is None or value is False or (name == "currency" and any(other.endswith(MINOR) for other in values)):
            continue
        rows.append((_label(name.removesuffix(MINOR)), _worded(name, value, currency)))
    return tuple(rows)


def _worded(name: str, value: Scalar, currency: str) -> str:
    if name.endswith(MINOR) and currency and isinstance(value, int):
        return str(Money(value, currency))
    return TRUE_FALSE[value] if isinstance(value, bool) else str(value).replace("_", " ")


def _shown(spec: SlotSpec, filled: Filled) -> str:
    """What will be used, where the arguments say it; else what was said."""
    slot, argument = filled.slots.get(spec.name), _argument_of(spec, filled.arguments)
    if argument is not None and argument.value is not None:
        return _money(spec, filled.arguments) or str(argument.value)
    if slot is None:
        return ""
    return f"{slot.value / 100:.2f}" if spec.kind == "money" and isinstance(slot.value, int) else str(slot.value)


def _argument_of(spec: SlotSpec, arguments: Mapping[str, Argument]) -> Argument | None:
    """The argument that the slot became: of the same name, or with the ending of ids or minor units.

    Counts of people aren't taken over: a skill that is asked for so many more answers with how many there shall be.
    """
    if spec.kind in COUNTS:
        return None
    names = (spec.name, f"{spec.name}_id", f"{spec.name}{MINOR}")
    return next((arguments[name] for name in names if name in arguments), None)


def _money(spec: SlotSpec, arguments: Mapping[str, Argument]) -> str:
    minor, currency = arguments.get(f"{spec.name}{MINOR}"), arguments.get("currency")
    if spec.kind != "money" or minor is None or not isinstance(minor.value, int):
        return ""
    code = f" {currency.value}" if currency is not None and currency.value else ""
    return f"{minor.value / 100:.2f}{code}"


def _choices(spec: SlotSpec, ask: Ask | None, prices: PriceList) -> tuple[str, ...]:
    if ask is not None and ask.slot == spec.name and ask.choices:
        return ask.choices
    known = {
        "plan": tuple(plan.id for plan in prices.catalogue.plans if not plan.closed),
        "addon": tuple(addon.id for addon in prices.catalogue.addons),
        "billing": BILLING,
        "currency": CURRENCIES,
    }
    return spec.choices or known.get(spec.kind, ())


def _read(spec: SlotSpec, text: str) -> str | int:
    """What was typed, as the slot's kind. Raises `BadInput`."""
    if spec.kind in WHOLE:
        digits = re.sub(r"[,\s%]", "", text)
        if not digits.isdigit() or int(digits) < 1:
            raise BadInput(f"{_label(spec.name)} must be a whole number above nought: correct {text[:40]!r}.", field=spec.name)
        return int(digits)
    if spec.choices and text.casefold() not in {each.casefold() for each in spec.choices}:
        raise BadInput(f"{_label(spec.name)} must be one of {', '.join(spec.choices)}.", field=spec.name)
    return text


def _label(name: str) -> str:
    words = name.removesuffix("_id").replace("_", " ")
    return words[:1].upper() + words[1:]
