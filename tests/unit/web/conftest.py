"""The small house with its server running, and browsers that behave as the pages do."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.server import build_app
from tests.fakes.web_house import HELEN, TENANT, House

Page = dict[str, Any]


@dataclass
class Tab:
    """A browser with cookies of its own. `base` names the origin that it sends."""

    client: TestClient[Any, Any]
    csrf: str = ""
    streams: list[ClientResponse] = field(default_factory=list[ClientResponse])

    @property
    def origin(self) -> str:
        return str(self.client.make_url("")).rstrip("/")

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers=headers, allow_redirects=False)

    async def read(self, path: str) -> Page:
        response = await self.get(path)
        assert response.status == 200, await response.text()
        return await response.json()

    async def send(self, method: str, path: str, body: Page | None = None, **headers: str) -> ClientResponse:
        """As a page sends it: with its origin and its token, unless `headers` say otherwise."""
        usual = {"Origin": self.origin, "X-CSRF-Token": self.csrf, "Content-Type": "application/json"}
        sent = {name: value for name, value in {**usual, **headers}.items() if value}
        data = None if body is None else json.dumps(body).encode()
        return await self.client.request(method, path, data=data, headers=sent)

    async def post(self, path: str, body: Page | None = None, **headers: str) -> ClientResponse:
        return await self.send("POST", path, body or {}, **headers)

    async def as_stranger(self) -> "Tab":
        await self.get("/demo/stranger")
        self.csrf = (await self.read("/api/session"))["csrf"]
        return self

    async def as_customer(self, name: str = HELEN.name) -> "Tab":
        await self.follow(name)
        self.csrf = (await self.read("/api/session"))["csrf"]
        return self

    async def as_agent(self, name: str) -> "Tab":
        await self.follow(name)
        self.csrf = (await self.read("/console/api/me"))["csrf"]
        return self

    async def follow(self, name: str) -> None:
        """Opens the start page's link of that person."""
        page = await (await self.get("/demo")).text()
        found = re.search(rf'href="([^"]+)"><strong>{re.escape(name)}', page)
        assert found, page
        answer = await self.client.get(URL(found[1].replace("&amp;", "&"), encoded=True), allow_redirects=False)
        assert answer.status == 303

    async def say(self, text: str, message_id: str = "message-0001") -> ClientResponse:
        return await self.post("/api/messages", {"client_msg_id": message_id, "text": text})


Open = Callable[[], Awaitable[Tab]]
Chat = Callable[..., Awaitable[Tab]]


@pytest.fixture
def house_settings() -> dict[str, Any]:
    """Settings other than the house's usual ones."""
    return {}


@pytest.fixture
async def house(house_settings: dict[str, Any]) -> AsyncIterator[House]:
    made = House(house_settings)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def server(house: House) -> AsyncIterator[TestServer]:
    served = TestServer(build_app(house.rooms))
    await served.start_server()
    yield served
    await served.close()


@pytest.fixture
async def new_tab(server: TestServer) -> AsyncIterator[Open]:
    """Opens browsers, each on its own."""
    tabs: list[Tab] = []

    async def open_tab() -> Tab:
        client: TestClient[Any, Any] = TestClient(server)
        await client.start_server()
        tabs.append(Tab(client))
        return tabs[-1]

    yield open_tab
    for opened in tabs:
        for stream in opened.streams:
            stream.close()
        await opened.client.session.close()


@pytest.fixture
async def tab(new_tab: Open) -> Tab:
    return await new_tab()


@pytest.fixture
async def customer(new_tab: Open) -> Tab:
    return await (await new_tab()).as_customer()


@pytest.fixture
async def stranger(new_tab: Open) -> Tab:
    return await (await new_tab()).as_stranger()


@pytest.fixture
async def sam(new_tab: Open) -> Tab:
    return await (await new_tab()).as_agent("Sam Okafor")


@pytest.fixture
async def bea(new_tab: Open) -> Tab:
    return await (await new_tab()).as_agent("Bea Lindqvist")


@pytest.fixture
async def auditor(new_tab: Open) -> Tab:
    return await (await new_tab()).as_agent("Neil Abara")


async def code_of(response: ClientResponse) -> str:
    """The error code of a refusal."""
    return (await response.json())["error"]["code"]


@pytest.fixture
async def case(house: House, customer: Tab) -> str:
    """A case that waits: Helen asked for a person."""
    await customer.post("/api/human", {"client_msg_id": "human-0001"})
    await house.durable.settle()
    return await only_case(house)


async def only_case(house: House) -> str:
    queue = await house.database.read(lambda conn: house.cases.queue(conn, TENANT.id, now=house.clock.now()))
    assert len(queue) == 1
    return queue[0].case.id


async def act(tab: Tab, case: str, name: str, text: str | None = None, **more: object) -> tuple[int, dict[str, Any]]:
    answer = await tab.post(f"/console/api/cases/{case}/{name}", more if text is None else {"text": text, **more})
    return answer.status, await answer.json()
