"""What a line of input asks for: plain text, or JSON with `text` or `turns`, turned into a script to play."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from core.errors import BadInput
from core.people import Assurance

ROLES = ("customer", "bot", "agent", "approver")


@dataclass(frozen=True, kw_only=True)
class Said:
    """Someone's words. A customer's that were answered by a bot or an agent in the script itself are `history`."""

    role: str
    text: str
    history: bool = False


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """The customer presses the open card."""

    confirm: bool


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Somebody with the role decides the open approval."""

    role: str
    approve: bool


Turn = Said | Pressed | Decided


@dataclass(frozen=True, kw_only=True)
class Script:
    """One line, ready to play. `contact` None means the account's first active Owner."""

    id: str | int
    turns: tuple[Turn, ...]
    account: str | None
    contact: str | None
    assurance: Assurance


def parse(line: str, number: int) -> Script:
    """The script of a line. Raises `BadInput` with what is wrong with it and how to write it."""
    text = line.strip()
    if not (text.startswith("{") and text.endswith("}")):
        return Script(
            id=number, turns=(_customer(line.strip("\r\n")),), account=None, contact=None, assurance=Assurance.ANONYMOUS
        )
    try:
        given: object = json.loads(text)
    except ValueError as error:
        raise BadInput(f"line {number}: not valid JSON ({error}). Write one JSON object a line, or plain text.") from error
    if not isinstance(given, dict):
        raise BadInput(f"line {number}: a line of JSON must be an object with `text` or `turns`.")
    return _script(cast(Mapping[str, object], given), number)


def _script(given: Mapping[str, object], number: int) -> Script:
    account = _optional_text(given, "account", number)
    default = Assurance.VERIFIED if account else Assurance.ANONYMOUS
    spelled = _optional_text(given, "assurance", number) or default.value
    if spelled not in set(Assurance):
        raise BadInput(f"line {number}: assurance {spelled!r} is none of {', '.join(Assurance)}.")
    name = given.get("id")
    return Script(
        id=name if isinstance(name, str | int) and not isinstance(name, bool) else number,
        turns=_turns(given, number),
        account=account,
        contact=_optional_text(given, "contact", number),
        assurance=Assurance(spelled),
    )


def _turns(given: Mapping[str, object], number: int) -> tuple[Turn, ...]:
    text = given.get("text", given.get("q"))
    listed = given.get("turns")
    if listed is None and isinstance(text, str):
        return (_customer(text),)
    if not isinstance(listed, list) or not listed:
        raise BadInput(f"line {number}: give `text` (a string) or `turns` (a list of at least one turn).")
    turns = [_turn(each, number, place) for place, each in enumerate(cast(Sequence[object], listed), 1)]
    return tuple(_marked(turns))


def _turn(given: object, number: int, place: int) -> Turn:
    if isinstance(given, str):
        return _customer(given)
    where = f"line {number}, turn {place}"
    if not isinstance(given, dict):
        raise BadInput(f"{where}: a turn is a string or an object with `role`.")
    turn = cast(Mapping[str, object], given)
    role = turn.get("role", "customer")
    if role not in ROLES:
        raise BadInput(f"{where}: role {role!r} is none of {', '.join(ROLES)}.")
    if role == "approver":
        who, approve = turn.get("as"), turn.get("approve")
        if not isinstance(who, str) or not isinstance(approve, bool):
            raise BadInput(f"{where}: an approver's turn needs `as` (a role) and `approve` (true or false).")
        return Decided(role=who, approve=approve)
    confirm, text = turn.get("confirm"), turn.get("text")
    if role == "customer" and isinstance(confirm, bool):
        return Pressed(confirm=confirm)
    if not isinstance(text, str):
        raise BadInput(f"{where}: give `text`, or for a customer `confirm` (true or false).")
    return Said(role=str(role), text=text)


def _marked(turns: Sequence[Turn]) -> list[Turn]:
    """Marks the customer turns that the script itself answers."""
    marked: list[Turn] = []
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        answered = isinstance(following, Said) and following.role in ("bot", "agent")
        if isinstance(turn, Said) and turn.role == "customer" and answered:
            marked.append(replace(turn, history=True))
        else:
            marked.append(turn)
    return marked


def _customer(text: str) -> Said:
    return Said(role="customer", text=text)


def _optional_text(given: Mapping[str, object], key: str, number: int) -> str | None:
    value = given.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise BadInput(f"line {number}: `{key}` must be a string.")
