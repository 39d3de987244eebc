"""Reads a procedure from TOML. All that is wrong with a file is found at once, each problem with the step it is in."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from core.action import Scalar
from core.errors import BadInput
from core.language import SlotSpec
from skills.procedures.expression import Expression, Literal, parse
from skills.procedures.procedure import QUESTION, YES_NO, Dialogue, Kind, Line, Procedure, Slot, Step

Table = Mapping[str, object]

TOP = {"name", "version", "title", "description", "owner", "near", "examples", "slots", "steps", "dialogues"}
SLOT_KEYS = {"name", "kind", "ask", "why", "optional", "choices", "validate", "invalid"}
STEP_KEYS = {"name", "when", "else", "then", "with", "tell", "saying", "note"}
TARGETS = {"yes", "no", "on_refused", "on_failed", "on_declined"}
LINE_KEYS = {"customer", "press", "says", "never", "asks", "again", "card", "did", "hands_over", "done", "means"}
SLOT_KINDS = {
    *("seats", "quantity", "money", "plan", "addon", "billing", "currency", "term_months", "months", "percent", "date"),
    *("invoice", "email", "phone", "text", "choice", YES_NO, "time"),
}
KINDS = {kind.value for kind in Kind}
NOTHING: Table = {}


def sha256_of(body: str) -> str:
    """The fingerprint of a procedure's text."""
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass
class Reading:
    """A file in reading: the procedure, if it could be made out, and what is wrong with it."""

    body: str
    problems: list[str] = field(default_factory=list[str])
    procedure: Procedure | None = None

    def wrong(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}" if where else what)


def read(body: str) -> Reading:
    """Reads a procedure's text. The references between its parts are checked by `skills.procedures.linting`."""
    reading = Reading(body=body)
    try:
        table: Table = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        reading.wrong("", f"this isn't valid TOML ({error})")
        return reading
    _unknown(reading, "", table, TOP)
    version = table.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        reading.wrong("", "`version` must be a whole number from 1 on")
        version = 1
    procedure = Procedure(
        name=_text(reading, "", table, "name"),
        version=version,
        title=_text(reading, "", table, "title"),
        description=_text(reading, "", table, "description"),
        owner=_text(reading, "", table, "owner"),
        near=_text(reading, "", table, "near", QUESTION),
        examples=_texts(reading, "", table, "examples"),
        slots=tuple(_slot(reading, each, place) for place, each in enumerate(_tables(reading, "", table, "slots"), 1)),
        steps=tuple(_step(reading, each, place) for place, each in enumerate(_tables(reading, "", table, "steps"), 1)),
        dialogues=tuple(
            _dialogue(reading, each, place) for place, each in enumerate(_tables(reading, "", table, "dialogues"), 1)
        ),
        sha256=sha256_of(body),
    )
    reading.procedure = None if reading.problems else procedure
    return reading


def _slot(reading: Reading, table: Table, place: int) -> Slot:
    where = f"slot {table.get('name', place)!r}"
    _unknown(reading, where, table, SLOT_KEYS)
    kind = _text(reading, where, table, "kind")
    choices = _texts(reading, where, table, "choices")
    if kind not in SLOT_KINDS:
        reading.wrong(where, f"the kind {kind!r} is none of {', '.join(sorted(SLOT_KINDS))}")
    if (kind == "choice") != bool(choices):
        reading.wrong(where, "`choices` belong to the kind choice, and it needs some")
    spec = SlotSpec(
        name=_text(reading, where, table, "name"),
        kind=kind,
        ask=_text(reading, where, table, "ask"),
        required=not _flag(reading, where, table, "optional", False),
        choices=choices,
    )
    check = _condition(reading, where, table, "validate")
    invalid = _text(reading, where, table, "invalid", "")
    if (check is None) != (not invalid):
        reading.wrong(where, "`validate` and `invalid` belong together: what must hold, and what is said when it doesn't")
    return Slot(spec=spec, why=_text(reading, where, table, "why", ""), check=check, invalid=invalid)


def _step(reading: Reading, table: Table, place: int) -> Step:
    where = f"step {table.get('name', place)!r}"
    kinds = sorted(KINDS & set(table))
    _unknown(reading, where, table, STEP_KEYS | TARGETS | KINDS)
    if len(kinds) != 1:
        reading.wrong(where, f"it must be exactly one of {', '.join(sorted(KINDS))}, not {' and '.join(kinds) or 'none'}")
    kind = Kind(kinds[0]) if kinds else Kind.DONE
    what = "" if kind is Kind.DONE or not kinds else _text(reading, where, table, kind.value)
    return Step(
        name=_text(reading, where, table, "name"),
        kind=kind,
        what=what,
        when=_condition(reading, where, table, "when"),
        otherwise=_text(reading, where, table, "else", ""),
        then=_text(reading, where, table, "then", ""),
        targets={key.removeprefix("on_"): _text(reading, where, table, key) for key in sorted(TARGETS & set(table))},
        gives=_given(reading, where, table),
        tell=_flag(reading, where, table, "tell", True),
        saying=_text(reading, where, table, "saying", ""),
        note=_text(reading, where, table, "note", ""),
    )


def _given(reading: Reading, where: str, table: Table) -> dict[str, Expression]:
    """Values by name: text is an expression (a slot, a result, or 'text in quotes'), numbers and flags are themselves."""
    found: dict[str, Expression] = {}
    for name, value in _table(reading, where, table.get("with", NOTHING)).items():
        try:
            found[name] = Literal(value) if isinstance(value, int) else parse(str(value))
        except BadInput as error:
            reading.wrong(where, error.message)
    return found


def _dialogue(reading: Reading, table: Table, place: int) -> Dialogue:
    where = f"dialogue {table.get('title', place)!r}"
    _unknown(reading, where, table, {"title", "account", "contact", "lines"})
    lines = tuple(_line(reading, f"{where}, line {n}", each) for n, each in enumerate(_tables(reading, where, table, "lines"), 1))
    return Dialogue(
        title=_text(reading, where, table, "title"),
        lines=lines,
        account=_text(reading, where, table, "account", "") or None,
        contact=_text(reading, where, table, "contact", "") or None,
    )


def _line(reading: Reading, where: str, table: Table) -> Line:
    _unknown(reading, where, table, LINE_KEYS)
    press, means = table.get("press"), table.get("means")
    if isinstance(press, bool) == isinstance(table.get("customer"), str):
        reading.wrong(where, "give either `customer` (what is written) or `press` (true or false)")
    return Line(
        customer=_text(reading, where, table, "customer", ""),
        press=press if isinstance(press, bool) else None,
        says=_texts(reading, where, table, "says"),
        never=_texts(reading, where, table, "never"),
        asks=_text(reading, where, table, "asks", ""),
        again=_flag(reading, where, table, "again", False),
        card=_text(reading, where, table, "card", ""),
        did=_text(reading, where, table, "did", ""),
        hands_over=_text(reading, where, table, "hands_over", ""),
        done=_flag(reading, where, table, "done", False),
        means=cast(Mapping[str, Scalar], _table(reading, where, means)) if means is not None else None,
    )


def _unknown(reading: Reading, where: str, table: Table, known: set[str]) -> None:
    for key in sorted(set(table) - known):
        reading.wrong(where, f"there is no key {key!r} here; known are {', '.join(sorted(known))}")


def _text(reading: Reading, where: str, table: Table, key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if isinstance(value, str) and (value or default == ""):
        return " ".join(value.split())
    reading.wrong(where, f"`{key}` must be a text")
    return ""


def _texts(reading: Reading, where: str, table: Table, key: str) -> tuple[str, ...]:
    value = table.get(key, ())
    if isinstance(value, str):
        return (value,)
    members = cast(Sequence[object], value) if isinstance(value, list | tuple) else ()
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in members):
        reading.wrong(where, f"`{key}` must be a text or a list of texts")
        return ()
    return tuple(str(each) for each in members)


def _flag(reading: Reading, where: str, table: Table, key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        reading.wrong(where, f"`{key}` must be true or false")
        return default
    return value


def _condition(reading: Reading, where: str, table: Table, key: str) -> Expression | None:
    text = _text(reading, where, table, key, "")
    if not text:
        return None
    try:
        return parse(text)
    except BadInput as error:
        reading.wrong(where, f"`{key}`: {error.message}")
        return None


def _table(reading: Reading, where: str, value: object) -> Table:
    if not isinstance(value, dict):
        reading.wrong(where, "a table { name = value } is expected")
        return {}
    return cast(Table, value)


def _tables(reading: Reading, where: str, table: Table, key: str) -> list[Table]:
    value = table.get(key, [])
    if not isinstance(value, list):
        reading.wrong(where, f"`{key}` must be a list of tables")
        return []
    return [_table(reading, where, each) for each in cast(Sequence[object], value)]
