"""Codes for Slack and Teams at the console."""

from dataclasses import replace

from aiohttp.test_utils import TestClient, TestServer

from bot.server import build_app
from tests.fakes.web_house import HELEN, House
from tests.unit.web.conftest import Tab, code_of


async def test_an_agent_gets_a_code_of_their_own(sam: Tab) -> None:
    assert (await sam.read("/console/api/me"))["chat_apps"] is True
    first, second = [(await (await sam.post("/console/api/connect/seat")).json())["code"] for _ in range(2)]
    assert len(first) == 8
    assert first != second


async def test_a_contact_is_invited_by_those_who_work_here(sam: Tab, auditor: Tab) -> None:
    body: dict[str, object] = {"contact_id": HELEN.contact_id}
    made = await (await sam.post("/console/api/connect/invitation", body)).json()
    assert made["code"] in made["text"]
    assert HELEN.name in made["text"]
    assert (await auditor.post("/console/api/connect/invitation", body)).status == 403
    assert (await sam.post("/console/api/connect/invitation", {"contact_id": "C-999"})).status == 404
    assert (await sam.post("/console/api/connect/invitation", {})).status == 400


async def test_without_slack_and_teams_it_says_so(house: House) -> None:
    async with TestServer(build_app(replace(house.rooms, inviting=None))) as server:
        client = TestClient(server)
        tab = await Tab(client).as_agent("Sam Okafor")
        assert (await tab.read("/console/api/me"))["chat_apps"] is False
        answer = await tab.post("/console/api/connect/seat")
        assert (answer.status, await code_of(answer)) == (503, "unavailable")
        await client.close()
