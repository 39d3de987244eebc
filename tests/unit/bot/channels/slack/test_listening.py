"""What is the desk's goes to the desk, and Slack is answered when the desk says so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.channels.slack.listening import Desk
from bot.channels.slack.port import Ack, Body
from core.database import Database
from core.errors import Unavailable
from tests.fakes import slack_events as events
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_side import Side, opened


@dataclass
class RecordingDesk:
    """Acknowledges at once, then works on until `gate` is set."""

    taken: list[tuple[str, Body]] = field(default_factory=list[tuple[str, Body]])
    done: list[str] = field(default_factory=list[str])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False
    answer: dict[str, Any] = field(default_factory=dict[str, Any])

    async def _take(self, what: str, ack: Ack, body: Body) -> None:
        self.taken.append((what, body))
        if self.fails:
            raise Unavailable("The database is busy.")
        await ack(**self.answer)
        await self.gate.wait()
        self.done.append(what)

    async def on_message(self, ack: Ack, body: Body, client: Any) -> None:
        await self._take("message", ack, body)

    async def on_action(self, ack: Ack, body: Body, client: Any) -> None:
        await self._take("action", ack, body)

    async def on_command(self, ack: Ack, body: Body, client: Any) -> None:
        await self._take("command", ack, body)

    async def on_shortcut(self, ack: Ack, body: Body, client: Any) -> None:
        await self._take("shortcut", ack, body)

    async def on_view(self, ack: Ack, body: Body, client: Any) -> None:
        await self._take("view", ack, body)

    async def on_home(self, ack: Ack, body: Body, client: Any) -> None:
        await self._take("home", ack, body)


@pytest.fixture
def desk() -> RecordingDesk:
    return RecordingDesk()


@pytest.fixture
async def manned(slack: FakeSlack, database: Database, desk: RecordingDesk) -> AsyncIterator[Side]:
    async def queue() -> str:
        return "C0QUEUE"

    made = await opened(slack, database, desk=Desk(side=desk, queue=queue))
    made.reception.agents.add("U0AGENT")
    yield made
    desk.gate.set()
    await made.settled()
    await made.close()


async def test_everything_of_the_desks_reaches_it_and_is_answered_before_it_is_done(manned: Side, desk: RecordingDesk) -> None:
    http = manned.http
    answers = [
        await http.event(events.message("a note", channel="C0QUEUE", user="U9", thread_ts="1.0")),
        await http.event(events.message("what is this?", user="U0AGENT")),
        await http.send(events.block_actions({"action_id": "desk:claim", "value": "case-1"}, user="U0AGENT")),
        await http.send(events.command("ask how do refunds work?")),
        await http.send(events.shortcut("desk:draft", channel="C1", text="hi")),
        await http.send(events.shortcut("desk:global")),
        await http.send(events.view_submission("desk:reply", {})),
        await http.event(events.app_home_opened(user="U0AGENT")),
    ]
    assert [answer.status for answer in answers] == [200] * 8
    wanted = ["message", "message", "action", "command", "shortcut", "shortcut", "view", "home"]
    assert [what for what, _ in desk.taken] == wanted
    assert (desk.done, manned.reception.arrivals) == ([], [])
    desk.gate.set()
    await manned.settled()
    assert sorted(desk.done) == sorted(wanted)


async def test_customers_are_not_the_desks(manned: Side, desk: RecordingDesk) -> None:
    await manned.http.event(events.message("hello", user="U1"))
    await manned.http.send(events.block_actions({"action_id": "card:confirm", "value": "card-1"}))
    assert (desk.taken, len(manned.reception.arrivals)) == ([], 2)


async def test_what_the_desk_answers_is_what_slack_gets(manned: Side, desk: RecordingDesk) -> None:
    desk.answer = {"response_action": "errors", "errors": {"text": "Say something first."}}
    answer = await manned.http.send(events.view_submission("desk:reply", {}))
    assert answer.body == desk.answer
    desk.answer = {}
    assert (await manned.http.send(events.view_submission("desk:reply", {}))).text == ""
    desk.answer = {"text": "Working on it", "response_type": "ephemeral"}
    assert (await manned.http.send(events.command("queue"))).body == desk.answer


async def test_what_the_desk_couldnt_keep_comes_again(manned: Side, desk: RecordingDesk) -> None:
    desk.fails = True
    assert (await manned.http.event(events.message("note", channel="C0QUEUE"))).status == 503


async def test_what_the_environment_names_changes_nothing(
    slack: FakeSlack, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SCOPES"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    made = await opened(slack, database)
    assert (await made.http.event(events.message("hello"))).status == 200
    assert made.reception.said == [("D1", "hello")]
    assert not (tmp_path / "home").exists()
    await made.close()


async def test_without_a_desk_everybody_is_a_customer(side: Side) -> None:
    side.reception.agents.add("U0AGENT")
    await side.http.event(events.message("hello", user="U0AGENT"))
    assert len(side.reception.arrivals) == 1
    assert "support desk" in (await side.http.send(events.command("help"))).text
    for body in (events.shortcut("x"), events.view_submission("x", {}), events.block_actions({"action_id": "x"})):
        assert (await side.http.send(body)).status == 200
