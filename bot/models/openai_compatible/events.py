"""Reads the events of a stream out of its bytes, and nothing that is longer than an event can be."""

import json
from collections.abc import Mapping
from typing import Any

from bot.models.openai_compatible.objects import as_object
from bot.models.provider import Fault, ProviderFailed

LONGEST_EVENT = 1_000_000
DONE = "[DONE]"


def garbage(what: str) -> ProviderFailed:
    return ProviderFailed(f"The model server sent {what}: check that base_url leads to chat completions.", fault=Fault.GARBAGE)


class Events:
    """Bytes go in as they come; the data of every whole event comes out, decoded. `done` once the server said so.

    `seen`: there was an event. `odd`: there was a line that no such stream has.
    """

    def __init__(self) -> None:
        self.done = False
        self.seen = False
        self.odd = False
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._after_return = False

    def feed(self, chunk: bytes) -> list[Mapping[str, Any]]:
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if chunk:
            self._after_return = chunk.endswith(b"\r")
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        found: list[Mapping[str, Any]] = []
        for line in lines:
            self._line += line
            found += self._taken(bytes(self._line))
            self._line.clear()
        self._line += rest
        self._bounded(len(self._line))
        return found

    def end(self) -> list[Mapping[str, Any]]:
        """What stands there when the stream ends without a blank line."""
        found = self._taken(bytes(self._line))
        self._line.clear()
        return found + self._taken(b"")

    def _bounded(self, more: int) -> None:
        if self._size + more > LONGEST_EVENT:
            raise garbage("an event that never ends")

    def _taken(self, line: bytes) -> list[Mapping[str, Any]]:
        if self.done:
            return []
        if not line:
            data, self._data, self._size = b"\n".join(self._data), [], 0
            return self._decoded(data) if data else []
        if line.startswith(b"data:"):
            self._bounded(len(line))
            self._size += len(line)
            self._data.append(line[5:].removeprefix(b" "))
        elif not line.startswith((b":", b"event:", b"id:", b"retry:")):
            self.odd = True
        return []

    def _decoded(self, data: bytes) -> list[Mapping[str, Any]]:
        self.seen = True
        if data.strip() == DONE.encode():
            self.done = True
            return []
        try:
            found = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError):
            raise garbage("something that can't be decoded") from None
        event = as_object(found)
        if event is None:
            raise garbage("an event that is no object")
        return [event]
