"""Where the values of a model's call come from: the customer's own words, a record, free text that a tool brought, or nowhere."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import cast

from bot.dialogue.quoted import in_own_words
from bot.dialogue.reckoning import NUMBER, reckoned
from bot.dialogue.tools import ValueReader
from core.action import Origin
from core.language import Said, SlotSpec, SlotValue
from skills.contract import Skill

PRICED = frozenset({"price_seats", "pause_price", "plan_limits", "seat_limits"})
"""Skills whose results are the public price list."""
WRITTEN_BY_PEOPLE = ("crm", "helpdesk")
"""Systems whose texts (tickets, notes, names) somebody outside may have written."""
FREE_TEXT = "text"
RECKONED = frozenset({"money", "quantity", "seats", "percent"})
SHINGLE = 4
MOST_TIMES = 5
SHORTEST = 2
ORDER = (Origin.RECORD, Origin.POLICY, Origin.DOCUMENT, Origin.TOOL)
_WORD = re.compile(r"[\w@.+-]*\w")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:.]{5,15}(?:Z|[+-]\d{2}:\d{2})?)?")
_NAMES_RECORD = re.compile(r"ids?|number|sha256|invoice|ticket|incident|quote|.*_(?:id|ids|number)")
_IDENTIFIER = re.compile(r"(?=[\w-]*\d)[A-Za-z]{1,6}-?[\w-]{2,40}|\d{4}-\d{2}-\d{2}[\w:.+-]*")

Scalar = str | int | bool


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A text that came into this turn, whence, and the id of its source."""

    origin: Origin
    source_id: str
    text: str


@dataclass(kw_only=True)
class Traced:
    """Traces values to what was said and brought. A trusted source that has a value wins over one that isn't."""

    values: ValueReader
    today: date
    said: Sequence[Said]
    brought: list[Brought] = field(default_factory=list[Brought])
    _read_before: dict[tuple[object, ...], tuple[SlotValue, ...]] = field(
        default_factory=dict[tuple[object, ...], tuple[SlotValue, ...]]
    )

    def add(self, origin: Origin, source_id: str, texts: Iterable[str]) -> None:
        """Takes in what a search or a skill brought."""
        self.brought.extend(Brought(origin=origin, source_id=source_id, text=text) for text in texts if text)

    def slots(self, skill: Skill, arguments: Mapping[str, object]) -> dict[str, SlotValue]:
        """The arguments as slots of the skill, each with its origin. Nulls are left out."""
        specs = {slot.name: slot for slot in skill.slots}
        given = {name: value for name, value in arguments.items() if name in specs and isinstance(value, str | int)}
        return {name: self._slot(specs[name], self._typed(specs[name], value), skill.slots) for name, value in given.items()}

    def _typed(self, spec: SlotSpec, value: Scalar) -> Scalar:
        """The value as understanding would have typed it: plan names, dates and amounts in whatever writing."""
        if isinstance(value, int) or spec.kind in (FREE_TEXT, "choice"):
            return value
        found = self.values.find(value, [spec], message_id="", today=self.today, expecting=spec)
        return found[0].value if found else value.strip()

    def _slot(self, spec: SlotSpec, value: Scalar, specs: Sequence[SlotSpec]) -> SlotValue:
        own = in_own_words(each for each in self.said if each.role == "customer")
        for said in reversed(own):
            place = self._place(said.text, spec, value, specs)
            if place is not None:
                return SlotValue(name=spec.name, value=value, message_id=said.message_id, start=place[0], end=place[1])
        for origin in ORDER:
            for each in self.brought:
                if each.origin is origin and self._has(each, spec, value):
                    return _from(spec, value, origin, each.source_id)
        if spec.kind in RECKONED and self.reckons(str(value), " ".join(said.text for said in own)):
            return _from(spec, value, Origin.COMPUTED, "sum")
        return _from(spec, value, Origin.MODEL, "model")

    def reckons(self, value: str, words: str) -> bool:
        """Whether the value is what comes out of records' numbers by the sum that the customer's words ask for."""
        if not NUMBER.fullmatch(value):
            return False
        listed: dict[str, list[str]] = {}
        for each in self.brought:
            if each.origin is Origin.RECORD:
                listed.setdefault(each.source_id, []).append(each.text)
        return reckoned(Decimal(value), words, list(listed.values()))

    def _has(self, brought: Brought, spec: SlotSpec, value: Scalar) -> bool:
        loosely = brought.origin in (Origin.DOCUMENT, Origin.TOOL)
        if spec.kind == FREE_TEXT and loosely and _shares(str(value), brought.text):
            return True
        return self._place(brought.text, spec, value, [spec]) is not None

    def _place(self, text: str, spec: SlotSpec, value: Scalar, specs: Sequence[SlotSpec]) -> tuple[int, int] | None:
        """Where the value stands in a text: read as its kind, or letter by letter where letters are what counts."""
        if spec.kind != FREE_TEXT:
            found = self._read(text, spec, value, specs)
            if found is not None:
                return found
        if isinstance(value, str) and len(value) >= SHORTEST:
            return _literal(text, value)
        return None

    def _read(self, text: str, spec: SlotSpec, value: Scalar, specs: Sequence[SlotSpec]) -> tuple[int, int] | None:
        rest = text
        for _ in range(MOST_TIMES):
            tries = ((specs, None), ([spec], None), ([spec], spec))
            found = [each for kinds, expecting in tries for each in self._found(rest, kinds, expecting) if each.name == spec.name]
            same = next((each for each in found if _same(each.value, value)), None)
            if same is not None:
                return same.start, same.end
            if not found:
                return None
            start, end = found[0].start, max(found[0].end, found[0].start + 1)
            rest = rest[:start] + "·" * (end - start) + rest[end:]
        return None

    def _found(self, text: str, specs: Sequence[SlotSpec], expecting: SlotSpec | None) -> tuple[SlotValue, ...]:
        """What stands in a text; each is read once, for finding values takes a while where texts are long."""
        key = (text, tuple(specs), expecting)
        if key not in self._read_before:
            self._read_before[key] = self.values.find(text, specs, message_id="", today=self.today, expecting=expecting)
        return self._read_before[key]


def origin_of(skill: Skill) -> Origin:
    """Where the sentences of a skill's result come from."""
    if skill.id in PRICED:
        return Origin.POLICY
    people = any(scope.partition(":")[0] in WRITTEN_BY_PEOPLE for scope in skill.scopes)
    return Origin.TOOL if people else Origin.RECORD


def typed_values(result: Mapping[str, object]) -> list[str]:
    """What of a result nobody can have written freely: numbers, dates, and what a field holds that is declared as an id."""
    return list(_typed_in("", result))


def _typed_in(name: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in cast(Mapping[str, object], value).items():
            yield from _typed_in(key, each)
    elif isinstance(value, list | tuple):
        for each in cast(Sequence[object], value):
            yield from _typed_in(name, each)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, str) and (_DAY.fullmatch(value) or (_NAMES_RECORD.fullmatch(name) and _IDENTIFIER.fullmatch(value))):
        yield value


def _from(spec: SlotSpec, value: Scalar, origin: Origin, source_id: str) -> SlotValue:
    return SlotValue(name=spec.name, value=value, message_id=source_id, start=0, end=0, origin=origin)


def _same(found: Scalar, value: Scalar) -> bool:
    if isinstance(found, str) or isinstance(value, str):
        return str(found).casefold() == str(value).casefold()
    return found == value


def _literal(text: str, value: str) -> tuple[int, int] | None:
    """Where the words of the value stand in a row, whatever the case and the space between them."""
    words = r"\s+".join(re.escape(word) for word in value.split())
    found = re.search(rf"(?<![\w@.+-]){words}(?![\w@])(?![.,-]\w)", text, re.IGNORECASE)
    return (found.start(), found.end()) if found else None


def _shares(value: str, text: str) -> bool:
    """Whether a run of words of the value, or an address, a link or a code in it, stands in the text."""
    words, there = _words(value), _words(text)
    if any(_points(word) and word in there for word in words):
        return True
    length = min(SHINGLE, len(words))
    runs = {there[place : place + length] for place in range(len(there) - length + 1)}
    return length > 0 and any(words[place : place + length] in runs for place in range(len(words) - length + 1))


def _points(word: str) -> bool:
    """Whether a word leads somewhere by itself."""
    return "@" in word or bool(_HOST.fullmatch(word) or _IDENTIFIER.fullmatch(word))


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(text))
