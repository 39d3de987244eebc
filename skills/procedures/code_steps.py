"""What procedures may work out: pure functions over values that they hold, by name. A `today` is given by the machine."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from core.action import Scalar

PLAN_ORDER = ("starter", "team", "business", "enterprise")
MONTHS_A_YEAR = 12


def days_between(start: str, end: str) -> int | None:
    """Days from one day to another; negative when the second comes first."""
    first, second = _day(start), _day(end)
    return (second - first).days if first and second else None


def days_until(day: str, today: str) -> int | None:
    """Days from today until a day; negative when it is past."""
    return days_between(today, day)


def seats_missing(people: int, bought: int, used: int) -> int:
    """How many seats are lacking for so many more people."""
    return max(0, used + people - bought)


def seats_free(bought: int, used: int) -> int:
    """Seats that are paid for and not in use."""
    return max(0, bought - used)


def next_plan(plan: str) -> str | None:
    """The next larger plan on sale; none above the largest, or for a plan that is no longer sold."""
    place = PLAN_ORDER.index(plan) if plan in PLAN_ORDER else len(PLAN_ORDER)
    return PLAN_ORDER[place + 1] if place + 1 < len(PLAN_ORDER) else None


def is_larger_plan(plan: str, than: str) -> bool:
    """Whether a plan stands above another."""
    return plan in PLAN_ORDER and than in PLAN_ORDER and PLAN_ORDER.index(plan) > PLAN_ORDER.index(than)


def a_month(yearly_minor: int) -> int:
    """A month's share of a yearly amount."""
    return round(yearly_minor / MONTHS_A_YEAR)


@dataclass(frozen=True, kw_only=True)
class CodeStep:
    """A function as procedures see it: its parameters and result by kind of value (text, number, flag)."""

    name: str
    run: Callable[..., Scalar]
    takes: Mapping[str, str]
    gives: str


def kind_of_type(annotation: object) -> str:
    """The kind of value that an annotation stands for; `list` counts its members, as `number`."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return kind_of_type(inner[0]) if len(inner) == 1 else "any"
    if annotation is bool:
        return "flag"
    if annotation is int or get_origin(annotation) in (tuple, list):
        return "number"
    return "text"


def _declared(function: Callable[..., Scalar]) -> CodeStep:
    hints = get_type_hints(function)
    takes = {name: kind_of_type(hints[name]) for name in inspect.signature(function).parameters}
    return CodeStep(name=function.__name__, run=function, takes=takes, gives=kind_of_type(hints["return"]))


CODE_STEPS: Mapping[str, CodeStep] = {
    function.__name__: _declared(function)
    for function in (days_between, days_until, seats_missing, seats_free, next_plan, is_larger_plan, a_month)
}


def worked_out(code: CodeStep, given: Mapping[str, Scalar], today: str) -> Scalar:
    """What the function makes of these values; none when one of them is missing or of another kind."""
    values = {**given, **({"today": today} if "today" in code.takes else {})}
    if any(not _fits(values.get(name), kind) for name, kind in code.takes.items()):
        return None
    return code.run(**{name: values[name] for name in code.takes})


def _fits(value: Scalar, kind: str) -> bool:
    match kind:
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
