"""Calls of tools for models without native ones: how they are told to write a call, and how it is read out of their text.

A call is one JSON object, {"call": "name", "arguments": {…}}, bare or in a fence, and ends the message.
"""

import json
import re
from collections.abc import Sequence

from bot.models.openai_compatible.calling import Written
from bot.models.openai_compatible.objects import NoObject, leading
from core.language import ToolCall, ToolSpec

_START = re.compile(r"(?:```[a-zA-Z_]{0,20}\s{0,20})?\{\s{0,20}\"")
_MAYBE = re.compile(r"(?:`{1,2}|```[a-zA-Z_]{0,20}\s{0,20}|(?:```[a-zA-Z_]{0,20}\s{0,20})?\{\s{0,20})$")
_KEYS = ["arguments", "call"]


def described(tools: Sequence[ToolSpec]) -> str:
    """What the system text says about the tools."""
    listed = "\n".join(f"- {tool.name}: {tool.description} Arguments: {json.dumps(tool.schema)}" for tool in tools)
    return (
        "You may call one of these tools. To call it, end your message with one JSON object and nothing behind it, in exactly "
        'this form: {"call": "name of the tool", "arguments": {…}}. Give every argument that the schema names. '
        "Write no other JSON and no such object for any other purpose; to answer without a tool, write plain text.\n" + listed
    )


def written(call: ToolCall) -> str:
    """An earlier call, as the model wrote it."""
    return json.dumps({"call": call.tool, "arguments": dict(call.arguments)}, ensure_ascii=False)


class WordedCalls:
    """Text goes in as it comes; what comes out is what stands before the call."""

    def __init__(self) -> None:
        self._held = ""
        self._object: list[str] | None = None

    def feed(self, text: str) -> str:
        if self._object is not None:
            self._object.append(text)
            return ""
        self._held += text
        start = _START.search(self._held)
        if start is not None:
            shown = self._held[: start.start()]
            self._object = [self._held[self._held.index("{", start.start()) :]]
        else:
            maybe = _MAYBE.search(self._held, max(0, len(self._held) - 100))
            shown = self._held if maybe is None else self._held[: maybe.start()]
        self._held = "" if start is not None else self._held[len(shown) :]
        return shown

    def end(self) -> str:
        """What was held and is text after all."""
        held, self._held = self._held, ""
        return held

    def calls(self) -> list[Written]:
        """The call, if there is one. Raises `NoObject` when what stands there is none."""
        if self._object is None:
            return []
        found = leading("".join(self._object))
        name, arguments = found.get("call"), found.get("arguments")
        if sorted(found) != _KEYS or not isinstance(name, str) or not name or not isinstance(arguments, dict):
            raise NoObject("no call of the form that was asked for")
        return [Written(name=name, arguments=json.dumps(arguments))]
