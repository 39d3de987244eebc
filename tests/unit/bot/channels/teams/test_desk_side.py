"""What belongs to the desk is taken there, each thing once; without a desk everybody is a customer."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.channels.teams.answers import Answer, says
from bot.channels.teams.port import Activity
from bot.links.port import ChannelUser
from core.errors import Conflict
from tests.fakes.teams_activities import ANN, BEN, CHANNEL, again
from tests.unit.bot.channels.teams.conftest import Building, House


@dataclass
class NotedAgents:
    """Takes everything of Ben's; `slow` makes it wait."""

    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    error: Exception | None = None
    slow: asyncio.Event | None = None

    async def on_message(self, user: ChannelUser, activity: Activity) -> bool:
        if user.user_id != BEN.aad:
            return False
        await self._note("message", activity)
        return True

    async def on_execute(self, user: ChannelUser, activity: Activity) -> Answer:
        return await self._note("execute", activity)

    async def on_refresh(self, user: ChannelUser, activity: Activity) -> Answer:
        return await self._note("refresh", activity)

    async def on_fetch(self, user: ChannelUser, activity: Activity) -> Answer:
        return await self._note("fetch", activity)

    async def on_submit(self, user: ChannelUser, activity: Activity) -> Answer:
        return await self._note("submit", activity)

    async def on_query(self, user: ChannelUser, activity: Activity) -> Answer:
        return await self._note("query", activity)

    async def _note(self, kind: str, activity: Activity) -> Answer:
        if self.slow:
            await self.slow.wait()
        self.calls.append((kind, str(activity["id"])))
        if self.error:
            raise self.error
        return says(f"{kind} {len(self.calls)}")

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.calls]


@pytest.fixture
def agents() -> NotedAgents:
    return NotedAgents()


@pytest.fixture
async def staffed(building: Building, agents: NotedAgents) -> House:
    return await building.house(agents=agents)


async def test_messages_are_offered_to_the_desk_first(staffed: House, agents: NotedAgents) -> None:
    await staffed.service.send(staffed.service.by(BEN, CHANNEL).message("a note in a thread"))
    await staffed.service.send(staffed.service.by(ANN).message("a question"))
    assert agents.kinds == ["message"]
    assert [each.text for each in staffed.reception.arrivals] == ["a question"]


async def test_every_kind_of_press_goes_to_its_place(staffed: House, agents: NotedAgents) -> None:
    ben = staffed.service.by(BEN)
    activities = [
        ben.execute("desk:claim", {"case": "c1"}),
        ben.execute("desk:view", {"case": "c1"}, trigger="automatic"),
        ben.task_fetch({"desk": "reply"}),
        ben.task_submit({"desk": "reply", "text": "x"}),
        ben.extension_fetch("draft", "hello"),
        ben.extension_submit("draft", {"text": "x"}),
        ben.query("ask", "refunds"),
    ]
    answers = [await staffed.service.send(each) for each in activities]
    assert agents.kinds == ["execute", "refresh", "fetch", "submit", "fetch", "submit", "query"]
    assert [each.body["value"] for each in answers] == [f"{kind} {place}" for place, kind in enumerate(agents.kinds, start=1)]


async def test_what_is_told_again_is_done_once_and_answered_the_same(staffed: House, agents: NotedAgents) -> None:
    ben = staffed.service.by(BEN)
    for activity in (
        ben.execute("desk:claim", {"case": "c1"}),
        ben.task_submit({"desk": "send", "token": "t"}),
        ben.message("note"),
    ):
        agents.calls.clear()
        agents.slow = asyncio.Event()
        first = asyncio.create_task(staffed.service.send(activity))
        twin = again(activity)
        second = asyncio.create_task(staffed.service.send(twin))
        await asyncio.sleep(0)
        agents.slow.set()
        answers = [await first, await second, await staffed.service.send(activity)]
        assert len(agents.calls) == 1
        assert agents.calls[0][1] in (activity["id"], twin["id"])
        assert answers[0].body == answers[1].body == answers[2].body


async def test_what_was_done_before_a_restart_is_not_done_again(building: Building, agents: NotedAgents) -> None:
    first = await building.house(agents=agents)
    ben = first.service.by(BEN)
    claim, note = ben.execute("desk:claim", {"case": "c1"}), ben.message("note")
    await first.service.send(claim)
    await first.service.send(note)
    second = await building.house(agents=agents, database=first.database)
    assert (await second.service.send(claim)).body == says("That was taken in already.")
    assert (await second.service.send(again(claim))).body == says("That was taken in already.")
    await second.service.send(note)
    assert agents.kinds == ["execute", "message"]


async def test_looking_again_is_no_repeat(staffed: House, agents: NotedAgents) -> None:
    look = staffed.service.by(BEN).task_submit({"desk": "ticket", "ticket": "7"})
    one, two = await staffed.service.send(look), await staffed.service.send(again(look))
    assert one.body != two.body


async def test_what_the_desk_refuses_is_said_and_may_be_tried_again(staffed: House, agents: NotedAgents) -> None:
    agents.error = Conflict("Mia has the case already.")
    claim = staffed.service.by(BEN).execute("desk:claim", {"case": "c1"})
    answer = await staffed.service.send(claim)
    assert (answer.status, answer.body["value"]) == (200, "Mia has the case already.")
    agents.error = None
    assert (await staffed.service.send(again(claim))).body["value"] == "execute 2"


async def test_without_a_desk_its_buttons_say_so(house: House) -> None:
    ben = house.service.by(BEN)
    told: list[Any] = [
        (await house.service.send(each)).body
        for each in (ben.execute("desk:claim", {}), ben.task_fetch({}), ben.task_submit({}), ben.query("ask", "x"))
    ]
    assert [list(each) for each in told] == [["statusCode", "type", "value"], ["task"], ["task"], ["composeExtension"]]
    await house.service.send(ben.message("I am Ben"))
    assert [each.text for each in house.reception.arrivals] == ["I am Ben"]
