"""Values of slots in a customer's words, by the kinds that `core.language.SlotSpec` names, with offsets into the message."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bot.models.embedded import amounts, codes, counts, dates, terms
from bot.models.embedded.found import Found, in_order_meant
from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.numbers import Number, find_numbers
from core.language import SlotSpec, SlotValue

COUNTS = ("seats", "quantity")
SHARING = ("currency", "date")
TOTAL = re.compile(
    r"\b(?:to|in all|in total|altogether|all|total of|up to|down to|down at|make it|auf|insgesamt|à|au total|a|en total|til"
    r"|i alt|naar|in totaal)\s+$",
    re.IGNORECASE,
)
TOTAL_AFTER = re.compile(
    r"^\s*(?:\w+\s)?(?:in all|in total|altogether|all told|insgesamt|au total|en total|i alt|in totaal|of us)\b", re.IGNORECASE
)
UNITS = {"days": r"\s*(?:more |extra |further |business |calendar )?(?:days?|tage?n?|jours?|días?|dage|dagen|giorni)\b"}
WEEKS = r"\s*(?:more |extra |further )?(?:weeks?|wochen?|semaines?|semanas?|uger?|weken|settimane?)\b"
CLAIMING = ("email", "phone", "code", "invoice", "account", "date", "time", "percent", "money", "months", "seats")


@dataclass(frozen=True, kw_only=True)
class SlotFinder:
    """Finds slot values. `lexicon` names the company's plans and add-ons."""

    lexicon: Lexicon

    def find(
        self,
        text: str,
        specs: Sequence[SlotSpec],
        *,
        message_id: str,
        today: date,
        expecting: SlotSpec | None = None,
        amending: bool = False,
    ) -> tuple[SlotValue, ...]:
        """The values for `specs` in `text`. A bare number or position counts for the slot that is `expecting`, or for the
        only count that a skill has; while what is proposed is being changed (`amending`), for how many to add or take away."""
        reading = Reading(text=text, today=today, lexicon=self.lexicon)
        values: dict[str, Found] = {}
        first = [spec for spec in specs if expecting is not None and spec.name == expecting.name]
        totals = any(spec.kind == "seats" for spec in specs)
        for spec in (*first, *(spec for spec in specs if spec not in first)):
            expected = expecting is not None and spec.name == expecting.name
            kinds = {each.name: each.kind for each in specs}
            apart = {name: each for name, each in values.items() if spec.kind not in SHARING or kinds[name] == spec.kind}
            found = self._best(reading, spec, apart, expected=expected)
            if found is not None and not (totals and not expected and spec.kind == "quantity" and reading.is_total(found)):
                values[spec.name] = found
        if expecting is None or expecting.name not in values:
            self._bare_count(reading, specs, values, amending=amending)
        return tuple(
            SlotValue(name=name, value=each.value, message_id=message_id, start=each.start, end=each.end)
            for name, each in values.items()
        )

    def _best(self, reading: "Reading", spec: SlotSpec, taken: Mapping[str, Found], *, expected: bool) -> Found | None:
        """The best value of the kind that isn't another slot's already."""
        for each in in_order_meant(reading.text, reading.of_kind(spec, expected=expected)):
            if not each.sure and not (expected and not reading.claimed(each, spec.kind)):
                continue
            if any(each.overlaps(other) for other in taken.values()):
                continue
            return each
        return None

    def _bare_count(self, reading: "Reading", specs: Sequence[SlotSpec], values: dict[str, Found], *, amending: bool) -> None:
        """Gives the only free number of the text to the only count still open ('make it 30 instead of 20')."""
        open_counts = [spec for spec in specs if spec.kind in COUNTS and spec.name not in values]
        if amending and len(open_counts) > 1:
            open_counts = [spec for spec in open_counts if spec.kind == "quantity"]
        if len(open_counts) != 1:
            return
        spec = open_counts[0]
        free = [
            each
            for each in in_order_meant(reading.text, reading.of_kind(spec, expected=False))
            if not reading.claimed(each, spec.kind) and not any(each.overlaps(other) for other in values.values())
        ]
        if len(free) == 1:
            values[spec.name] = free[0]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One text being read: its numbers, and what each kind of value finds in it."""

    text: str
    today: date
    lexicon: Lexicon
    _kinds: dict[str, list[Found]] = field(default_factory=dict[str, list[Found]], compare=False)

    @cached_property
    def numbers(self) -> list[Number]:
        return find_numbers(self.text)

    def of_kind(self, spec: SlotSpec, *, expected: bool) -> list[Found]:
        """All values of the slot's kind, sure and unsure."""
        if spec.kind == "choice":
            return terms.find_choice(self.text, spec.choices, expected=expected)
        if spec.kind == "quantity" and spec.name in UNITS:
            return self._days(UNITS[spec.name])
        if spec.kind == "plan":
            return terms.find_plans(self.text, self.lexicon, expected=expected)
        return self._of(spec.kind)

    def has(self, kind: str) -> bool:
        """Whether a value of the kind surely stands in the text."""
        return any(each.sure for each in self._of(kind))

    def is_total(self, found: Found) -> bool:
        """Whether a count says how many there shall be in all, not how many more or fewer."""
        before, after = self.text[: found.start], self.text[found.end :]
        return bool(TOTAL.search(before) or TOTAL_AFTER.match(after) or "of us" in self.text[found.start : found.end].lower())

    def _days(self, unit: str) -> list[Found]:
        """Numbers of days; weeks count seven. A bare number is unsure."""
        found: list[Found] = []
        for number in self.numbers:
            if number.whole is None or (number.weak and not re.match(WEEKS, self.text[number.end :])):
                continue
            days, weeks = (
                re.match(unit, self.text[number.end :], re.IGNORECASE),
                re.match(WEEKS, self.text[number.end :], re.IGNORECASE),
            )
            size = 7 if weeks else 1
            found.append(Found(value=number.whole * size, start=number.start, end=number.end, sure=bool(days or weeks)))
        return found

    def claimed(self, found: Found, kind: str) -> bool:
        """Whether the span surely belongs to a value of another kind."""
        return any(
            other.sure and other.overlaps(found)
            for each in CLAIMING
            if each != kind and not (each == "seats" and kind in COUNTS)
            for other in self._of(each)
        )

    def _of(self, kind: str) -> list[Found]:
        if kind not in self._kinds:
            finder = _FINDERS.get(kind)
            self._kinds[kind] = finder(self) if finder else []
        return self._kinds[kind]


def _months(reading: Reading) -> list[Found]:
    found = counts.find_months(reading.text, reading.numbers)
    if any(each.sure for each in found):
        return found
    return dates.named_months(reading.text) + found


_FINDERS: Mapping[str, Callable[[Reading], list[Found]]] = {
    "seats": lambda reading: counts.find_seats(reading.text, reading.numbers),
    "quantity": lambda reading: counts.find_quantity(reading.text, reading.numbers),
    "money": lambda reading: amounts.find_money(reading.text, reading.numbers),
    "percent": lambda reading: amounts.find_percent(reading.text, reading.numbers),
    "currency": lambda reading: amounts.find_currency(reading.text),
    "addon": lambda reading: terms.find_addons(reading.text, reading.lexicon),
    "billing": lambda reading: terms.find_billing(reading.text),
    "term_months": lambda reading: counts.find_months(reading.text, reading.numbers),
    "months": _months,
    "date": lambda reading: dates.find_dates(reading.text, reading.today),
    "time": lambda reading: codes.find_times(reading.text),
    "invoice": lambda reading: codes.find_invoices(reading.text, reading.lexicon.invoice_prefix),
    "account": lambda reading: codes.find_numbered(reading.text, reading.lexicon.account_prefix),
    "email": lambda reading: codes.find_emails(reading.text),
    "phone": lambda reading: codes.find_phones(reading.text),
    "code": lambda reading: codes.find_codes(reading.text),
}
