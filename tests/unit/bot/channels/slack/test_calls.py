"""What failures of Slack's Web API mean."""

import asyncio

import pytest

from bot.channels.slack.calls import RefusedBySlack, call
from bot.channels.slack.installs import Installs
from bot.channels.slack.workspaces import Api, Workspaces
from core.clock import WallClock
from core.database import Database
from core.errors import NotSent, RapportError, Unclear
from core.journal import Journal
from tests.fakes.slack_api import FakeSlack, Fault
from tests.fakes.slack_side import Side


async def posted(side: Side) -> None:
    await call(await side.out.workspaces.client("T0HALCYON"), "chat.postMessage", channel="D1", text="hi")


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(status=429, retry_after="7"), NotSent),
        (Fault(error="ratelimited"), NotSent),
        (Fault(status=408), Unclear),
        (Fault(status=500, taken=True), Unclear),
        (Fault(status=503, body="<html>down</html>"), Unclear),
        (Fault(error="internal_error"), Unclear),
        (Fault(error="fatal_error"), Unclear),
        (Fault(cut=True), Unclear),
        (Fault(cut=True, taken=True), Unclear),
        (Fault(body="not json"), Unclear),
        (Fault(error="channel_not_found"), RefusedBySlack),
        (Fault(error="not_in_channel"), RefusedBySlack),
        (Fault(error="missing_scope"), RefusedBySlack),
        (Fault(error="account_inactive"), RefusedBySlack),
        (Fault(error="invalid_auth"), RefusedBySlack),
        (Fault(error="something_new"), RefusedBySlack),
        (Fault(status=404, body="nothing here"), RefusedBySlack),
    ],
)
async def test_every_failure_has_its_meaning_and_is_tried_once(side: Side, fault: Fault, meaning: type[RapportError]) -> None:
    side.slack.fail("chat.postMessage", fault)
    with pytest.raises(meaning) as raised:
        await posted(side)
    assert type(raised.value) is meaning
    assert len(side.slack.of("chat.postMessage")) == 1


async def test_how_long_to_wait_is_passed_on(side: Side) -> None:
    side.slack.fail("chat.postMessage", Fault(status=429, retry_after="7"), Fault(status=429, retry_after="soon"))
    for seconds in (7.0, None):
        with pytest.raises(NotSent) as raised:
            await posted(side)
        assert raised.value.retry_after_s == seconds


async def test_a_refusal_says_what_an_administrator_can_do(side: Side) -> None:
    side.slack.fail("chat.postMessage", Fault(error="not_in_channel"))
    with pytest.raises(RefusedBySlack, match="/invite") as raised:
        await posted(side)
    assert (raised.value.error, raised.value.unsupported) == ("not_in_channel", False)


async def test_nobody_there_is_certainly_not_sent(database: Database) -> None:
    installs = Installs(database, Journal(), tenant="t", secret=b"s" * 40, clock=WallClock())
    workspaces = Workspaces(Api(url="http://127.0.0.1:9/api/", bot_token="xoxb-1"), installs)
    with pytest.raises(NotSent):
        await call(await workspaces.client("T1"), "chat.postMessage", channel="D1", text="hi")
    await workspaces.close()


async def test_whose_token_it_is_is_asked_until_slack_says(database: Database, slack: FakeSlack) -> None:
    pauses: list[float] = []

    async def wait(seconds: float) -> None:
        pauses.append(seconds)

    installs = Installs(database, Journal(), tenant="t", secret=b"s" * 40, clock=WallClock())
    workspaces = Workspaces(Api(url=slack.base_url, bot_token="xoxb-halcyon"), installs, wait)
    slack.fail("auth.test", Fault(status=500), Fault(cut=True), Fault(status=429))
    await workspaces.identify()
    assert pauses == [1.0, 2.0, 4.0]
    assert workspaces.own is not None
    assert (workspaces.own.team, workspaces.own.bot_user) == ("T0HALCYON", "U0BOT")
    await workspaces.close()


async def test_a_refused_token_is_not_fatal(database: Database, slack: FakeSlack) -> None:
    installs = Installs(database, Journal(), tenant="t", secret=b"s" * 40, clock=WallClock())
    workspaces = Workspaces(Api(url=slack.base_url, bot_token="xoxb-wrong"), installs)
    await asyncio.wait_for(workspaces.identify(), 5)
    assert workspaces.own is not None
    assert workspaces.own.team == ""
    await workspaces.close()
