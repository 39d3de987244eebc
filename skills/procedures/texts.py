"""What a procedure says: approved wording whose placeholders are filled from slots and results, by their type.

`{plan}`, `{renewal.renewal_date as date}`, `{look.owed_minor as money look.currency}`, `{account.seats_bought as count seat}`,
`{account.plan as name}`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from core.action import Scalar
from core.money import Money
from skills.wording import counted, spelled

PATH = r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?"
PLACE = re.compile(rf"\{{(?P<path>{PATH})(?: as (?P<kind>[a-z]+)(?: (?P<by>{PATH}))?)?\}}")
KINDS: Mapping[str, str] = {"date": "text", "money": "number", "count": "number", "name": "text", "": "any"}
"""Which kind of value each way of writing takes."""


def places(text: str) -> list[tuple[str, str, str]]:
    """Every placeholder of a text: what is filled in, how it is written, and by what else."""
    return [(match["path"], match["kind"] or "", match["by"] or "") for match in PLACE.finditer(text)]


def unread(text: str) -> str:
    """What is left in braces that is no placeholder; empty when nothing is."""
    found = re.search(r"[{}][^{}]*\}?", PLACE.sub("", text))
    return found.group() if found else ""


def filled(text: str, scope: Mapping[str, Scalar]) -> str | None:
    """The text with its values; None when one of them isn't known, for a sentence with a hole isn't said."""
    parts: list[str] = []
    end = 0
    for match in PLACE.finditer(text):
        written = _written(match, scope)
        if written is None:
            return None
        parts += [text[end : match.start()], written]
        end = match.end()
    return "".join([*parts, text[end:]])


def _written(match: re.Match[str], scope: Mapping[str, Scalar]) -> str | None:
    value = scope.get(match["path"])
    if value is None:
        return None
    if not match["kind"]:
        return spelled(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return WAYS[match["kind"]](value, match["by"] or "", scope)


def _money(value: Scalar, by: str, scope: Mapping[str, Scalar]) -> str | None:
    currency = scope.get(by)
    return Money(value, currency).short if isinstance(value, int) and isinstance(currency, str) and currency else None


def _date(value: Scalar, by: str, scope: Mapping[str, Scalar]) -> str | None:
    try:
        return spelled(date.fromisoformat(str(value)[:10]))
    except ValueError:
        return None


def _count(value: Scalar, by: str, scope: Mapping[str, Scalar]) -> str | None:
    return counted(value, by) if isinstance(value, int) else None


def _name(value: Scalar, by: str, scope: Mapping[str, Scalar]) -> str | None:
    return str(value).replace("_", " ").capitalize()


WAYS: Mapping[str, Callable[[Scalar, str, Mapping[str, Scalar]], str | None]] = {
    "money": _money,
    "date": _date,
    "count": _count,
    "name": _name,
}
