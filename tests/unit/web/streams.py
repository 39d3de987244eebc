"""Reads an event stream, event by event."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from tests.unit.web.conftest import Tab

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Happened:
    name: str
    data: dict[str, Any]
    id: str = ""


class Events:
    """An open stream of a tab."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    @classmethod
    async def open(cls, tab: Tab, path: str = "/api/events", **headers: str) -> "Events":
        response = await tab.client.get(path, headers=headers)
        assert response.status == 200, await response.text()
        tab.streams.append(response)
        return cls(response)

    async def next(self) -> Happened:
        """The next event; comments and the retry hint are skipped."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            while True:
                line = (await self.response.content.readline()).decode().rstrip("\n")
                if not line and "data" in fields:
                    return Happened(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
                name, _, value = line.partition(": ")
                if line and name:
                    fields[name] = value

    async def until(self, name: str, kind: str = "") -> list[Happened]:
        """All events up to the first of that name, and of that kind of entry."""
        seen = [await self.next()]
        while seen[-1].name != name or (kind and seen[-1].data["kind"] != kind):
            seen.append(await self.next())
        return seen

    def close(self) -> None:
        self.response.close()


def entries(seen: list[Happened]) -> list[dict[str, Any]]:
    return [event.data for event in seen if event.name == "entry"]
