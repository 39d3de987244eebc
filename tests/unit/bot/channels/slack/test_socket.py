"""Socket mode: the same bodies, acknowledged once they are durable, over connections that come and go."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.slack.socket import SlackSocket
from core.database import Database
from core.errors import Unavailable
from tests.fakes import slack_events as events
from tests.fakes.slack_api import APP_TOKEN, FakeSlack, Fault
from tests.fakes.slack_events import SocketSender
from tests.fakes.slack_side import Side, opened


@pytest.fixture
async def socketed(slack: FakeSlack, database: Database) -> AsyncIterator[Side]:
    made = await opened(slack, database, app_token=APP_TOKEN)
    await made.inward.start()
    yield made
    await made.close()


async def test_events_presses_and_commands_come_over_the_socket(socketed: Side) -> None:
    sender = SocketSender(socketed.slack)
    assert await sender.event(events.message("hello")) is None
    await sender.send(events.block_actions({"action_id": "card:confirm", "value": "card-1"}))
    told = await sender.send(events.command("help"))
    assert "support desk" in told["text"]
    assert [each.text for each in socketed.reception.arrivals] == ["hello", ""]


async def test_the_envelope_is_acknowledged_only_once_it_is_durable(socketed: Side) -> None:
    sender = SocketSender(socketed.slack)
    socketed.reception.gate = asyncio.Event()
    sending = asyncio.create_task(sender.event(events.message("slow")))
    await socketed.reception.entered.wait()
    assert socketed.slack.acks == {}
    socketed.reception.gate.set()
    await sending
    assert len(socketed.slack.acks) == 1


async def test_what_couldnt_be_kept_isnt_acknowledged_and_comes_again(socketed: Side) -> None:
    sender = SocketSender(socketed.slack)
    socketed.reception.fails.append(Unavailable("The database is busy."))
    body = events.event_callback(events.message("important"))
    first = asyncio.create_task(sender.send(body, envelope_id="e1"))
    await socketed.slack.until(lambda: socketed.slack.sockets == 1)
    done, _ = await asyncio.wait({first}, timeout=0.2)
    assert not done
    await sender.send(body, envelope_id="e2", retry=1)
    assert [each.text for each in socketed.reception.arrivals] == ["important"]
    first.cancel()


async def test_nonsense_is_acknowledged_so_that_it_stays_away(socketed: Side) -> None:
    await SocketSender(socketed.slack).send({"type": "event_callback", "event": []})
    assert len(socketed.slack.acks) == 1


async def test_a_connection_that_slack_ends_is_followed_by_another(socketed: Side) -> None:
    sender = SocketSender(socketed.slack)
    await sender.event(events.message("one"))
    await socketed.slack.disconnect()
    await socketed.slack.until(lambda: socketed.slack.sockets == 2)
    await sender.event(events.message("two"))
    assert [each.text for each in socketed.reception.arrivals] == ["one", "two"]


async def test_it_tries_until_slack_lets_it_in(side: Side) -> None:
    pauses: list[float] = []

    async def wait(seconds: float) -> None:
        pauses.append(seconds)

    side.slack.fail("apps.connections.open", Fault(status=500), Fault(error="internal_error"), Fault(cut=True))
    socket = SlackSocket(side.inward.app, side.out.workspaces, APP_TOKEN, wait=wait)
    await socket.run()
    assert (pauses, socket.connected) == ([1.0, 2.0, 4.0], True)
    await socket.close()


async def test_a_connection_that_breaks_is_followed_by_another(side: Side) -> None:
    socket = SlackSocket(side.inward.app, side.out.workspaces, APP_TOKEN)
    await socket.run(ping_s=0.05)
    await side.slack.disconnect(rudely=True)
    await side.slack.until(lambda: side.slack.sockets == 2)
    await SocketSender(side.slack).event(events.message("still here"))
    assert side.reception.said == [("D1", "still here")]
    await socket.close()
