"""What the customer said, as exact arguments that know where they came from."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from pydantic import BaseModel

from core.action import Argument, Origin, Provenance, Scalar
from core.errors import BadInput
from core.language import SlotValue
from core.money import Money
from skills.amounts import currency_in, read_amount
from skills.contract import Context, Slots

MORE_PLACES = 24
FAR_DAYS = 183
TOTAL_WORDS = "to|at|for|only|just|need|is|have|make it|auf|nur|à|a|sur|til|naar|op|con|solo"
TOTAL_BEFORE = re.compile(rf"\b(?:{TOTAL_WORDS})\s*(?:only|just|nur)?\s*$", re.IGNORECASE)
TOTAL_ENDS = "in total|altogether|all in all|is enough|are enough|insgesamt|au total|en total"
TOTAL_AFTER = re.compile(rf"^\s*(?:\w+\s+)?(?:{TOTAL_ENDS})", re.IGNORECASE)
CHANGE_ENDS = (
    "more|extra|additional|further|another|fewer|less|weitere|mehr|weniger|de plus|de moins|más|menos|flere|færre|meer|minder"
)
CHANGE_AFTER = re.compile(rf"^\s*(?:\w+\s+)?(?:{CHANGE_ENDS})\b", re.IGNORECASE)
CHANGE_WORDS = "another|extra|additional|further|more|by|um|weitere|otros|autres|yderligere"
CHANGE_BEFORE = re.compile(rf"\b(?:{CHANGE_WORDS})\s*$", re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)


def from_record(value: Scalar, record_id: str) -> Argument:
    """A value that a system of record holds."""
    return Argument(value=value, provenance=Provenance(origin=Origin.RECORD, source_id=record_id))


def computed(value: Scalar, source: str) -> Argument:
    """A value worked out from others; `source` says from what."""
    return Argument(value=value, provenance=Provenance(origin=Origin.COMPUTED, source_id=source))


def default(value: Scalar, source: str = "skill") -> Argument:
    """A value that nobody named."""
    return Argument(value=value, provenance=Provenance(origin=Origin.DEFAULT, source_id=source))


def account_of(context: Context) -> str:
    """The account in question. Raises `BadInput` without one."""
    if context.account_id is None:
        raise BadInput("This needs an account: sign in, or name the account first.", code="no_account")
    return context.account_id


def typed(model: type[Model], arguments: BaseModel) -> Model:
    """The arguments as the skill's own model, which is what it is run with."""
    if not isinstance(arguments, model):
        raise BadInput(f"These arguments are not {model.__name__}: run the skill through its own model.", code="wrong_arguments")
    return arguments


@dataclass(frozen=True)
class Said:
    """The slots of a request with the message behind them. A slot that can't be read as what it should be counts as missing."""

    context: Context
    slots: Slots

    def has(self, name: str) -> bool:
        return name in self.slots

    def whole(self, name: str) -> int | None:
        """A positive whole number."""
        value = self._value(name)
        if isinstance(value, str) and value.strip().isdigit():
            value = int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

    def text(self, name: str) -> str | None:
        """Text without surrounding space, if there is any."""
        value = self._value(name)
        return str(value).strip() or None if value is not None and not isinstance(value, bool) else None

    def day(self, name: str) -> date | None:
        """A calendar day."""
        try:
            return date.fromisoformat((self.text(name) or "")[:10])
        except ValueError:
            return None

    def past_day(self, name: str) -> date | None:
        """A calendar day of something that has happened: one far ahead was meant a year earlier."""
        day, today = self.day(name), self.context.clock.now().date()
        return day - timedelta(days=365) if day and (day - today).days > FAR_DAYS else day

    def amount(self, name: str, currency: str) -> Money | None:
        """Money in the currency that was named, else in `currency`. A slot's plain number counts minor units."""
        slot = self.slots.get(name)
        if slot is None:
            found = read_amount(self.context.said)
            return Money.of(found.major, found.currency or currency) if found and found.currency else None
        if isinstance(slot.value, int) and not isinstance(slot.value, bool):
            return Money(slot.value, self._currency_of(slot) or currency)
        found = read_amount(str(slot.value))
        return Money.of(found.major, found.currency or self._currency_of(slot) or currency) if found else None

    def argument(self, name: str, value: Scalar) -> Argument:
        """`value` as what the customer meant by that slot, or as a default when the slot is empty."""
        slot = self.slots.get(name)
        if slot is None:
            return default(value)
        return Argument(value=value, provenance=Provenance(origin=slot.origin, source_id=slot.message_id))

    def words(self, value: Scalar) -> Argument:
        """A value read in the present message itself."""
        origin = Provenance(origin=Origin.CUSTOMER, source_id=self.context.message_id)
        return Argument(value=value, provenance=origin)

    def is_change(self, name: str) -> bool:
        """Whether a number was meant as so many more or fewer ("ten more", "by five")."""
        before, after = self._around(name)
        return bool(CHANGE_AFTER.search(after) or CHANGE_BEFORE.search(before))

    def is_total(self, name: str) -> bool:
        """Whether a number was meant as the number there shall be ("down to 30", "18 is enough")."""
        before, after = self._around(name)
        return not self.is_change(name) and bool(TOTAL_BEFORE.search(before) or TOTAL_AFTER.search(after))

    def mentions(self, pattern: re.Pattern[str]) -> bool:
        """Whether the present message has the pattern."""
        return pattern.search(self.context.said) is not None

    def _value(self, name: str) -> str | int | bool | None:
        slot = self.slots.get(name)
        return slot.value if slot else None

    def _around(self, name: str) -> tuple[str, str]:
        slot = self.slots.get(name)
        if slot is None or slot.message_id != self.context.message_id:
            return "", ""
        said = self.context.said
        return said[max(0, slot.start - MORE_PLACES) : slot.start], said[slot.end : slot.end + MORE_PLACES]

    def _currency_of(self, slot: SlotValue) -> str | None:
        named = self.text("currency")
        if named and len(named) == 3:
            return named.upper()
        before, after = self._around(slot.name)
        return currency_in(before[-8:] + self.context.said[slot.start : slot.end] + after[:10]) if before or after else None
