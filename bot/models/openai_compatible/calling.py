"""Puts calls of tools together from their deltas, as many servers send them as there are."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.models.openai_compatible.objects import NoObject, as_object, whole
from core.language import ToolCall, ToolSpec

MOST_CALLS = 32
MOST_ARGUMENTS = 20_000
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NAME = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(kw_only=True)
class Written:
    """A call as far as it has come."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""


def wire_names(tools: Iterable[ToolSpec]) -> dict[str, str]:
    """A name that every server takes for each tool: letters, digits, dashes, at most 64."""
    names: dict[str, str] = {}
    for tool in tools:
        plain = _NAME.sub("_", tool.name)[:60]
        taken = set(names.values())
        names[tool.name] = next(
            name for name in (plain, *(f"{plain}_{count}" for count in range(2, len(taken) + 3))) if name not in taken
        )
    return names


class Calls:
    """Collects deltas. Indices, ids and names may be missing or come again; arguments may come whole or in pieces."""

    def __init__(self) -> None:
        self._written: list[Written] = []
        self._size = 0

    def feed(self, delta: Mapping[str, Any]) -> None:
        """One entry of `tool_calls`, or a `function_call`. Raises `NoObject` for what can be no call."""
        told = as_object(delta.get("function")) or {}
        index = delta.get("index")
        given, name = (value if isinstance(value, str) else "" for value in (delta.get("id"), told.get("name")))
        call = self._slot(index if isinstance(index, int) else None, given, name)
        call.name = call.name or name
        call.arguments += self._arguments(told.get("arguments"))

    def _arguments(self, given: object) -> str:
        if given is None:
            return ""
        try:
            text = given if isinstance(given, str) else json.dumps(given)
        except RecursionError:
            raise NoObject("arguments too deep") from None
        self._size += len(text)
        if self._size > MOST_ARGUMENTS:
            raise NoObject("the arguments never end")
        return text

    def _slot(self, index: int | None, given: str, name: str) -> Written:
        found = self._open(index, given, name)
        if found is None:
            if len(self._written) >= MOST_CALLS:
                raise NoObject("the calls never end")
            found = Written(index=index)
            self._written.append(found)
        found.id = found.id or given
        return found

    def _open(self, index: int | None, given: str, name: str) -> Written | None:
        """The call that a delta continues."""
        same = next((call for call in self._written if given and call.id == given), None)
        if same is not None:
            return same
        alike = [call for call in self._written if index is None or call.index == index]
        last = alike[-1] if alike else None
        if last is None or (given and last.id) or (name and last.name and _complete(last)):
            return None
        return last

    def calls(self) -> list[Written]:
        return self._written


def _complete(call: Written) -> bool:
    try:
        whole(call.arguments)
    except NoObject:
        return False
    return True


def read(written: Sequence[Written], names: Mapping[str, str]) -> list[ToolCall]:
    """The calls, with ids of our own where the server gave none that will do. Raises `NoObject` for one that can't be read."""
    tools = {wire: tool for tool, wire in names.items()}
    calls: dict[str, ToolCall] = {}
    for each in written:
        if not each.name or len(each.name) > 200:
            raise NoObject("a call without a name")
        fit = _ID.fullmatch(each.id) is not None and each.id not in calls
        id_ = each.id if fit else secrets.token_hex(5)[:9]
        arguments: Mapping[str, object] = whole(each.arguments) if each.arguments.strip() else {}
        calls[id_] = ToolCall(id=id_, tool=tools.get(each.name, each.name), arguments=arguments)
    return list(calls.values())
