"""What Slack says of people."""

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.slack.directory import SlackDirectory
from bot.links.port import ChannelUser, Profile
from core.database import Database
from core.errors import Unavailable
from tests.fakes.slack_api import FakeSlack, Fault, Workspace
from tests.fakes.slack_side import Side, opened

ANN = ChannelUser(tenant="halcyon", channel="slack", installation="T0HALCYON", user_id="U1")


@pytest.fixture(autouse=True)
async def identified(side: Side) -> None:
    await side.out.workspaces.identify()


async def test_a_colleague(side: Side) -> None:
    side.slack.add_user("U1", email="ann@halcyon.example", name="Ann Lee", team_id="T0HALCYON")
    wanted = Profile(email="ann@halcyon.example", confirmed=True, name="Ann Lee", zone="Europe/Berlin")
    assert await side.out.directory.profile(ANN) == wanted


async def test_nobody_is_judged_before_it_is_known_whose_token_it_is(database: Database) -> None:
    async with FakeSlack() as slack:
        slack.add_user("U1", email="ann@halcyon.example", team_id="T0HALCYON")
        early = await opened(slack, database)
        with pytest.raises(Unavailable):
            await early.out.directory.profile(ANN)
        await early.close()


async def test_another_workspace_can_vouch_for_nobody_unless_it_is_trusted(side: Side) -> None:
    """Its owner could have given any address."""
    side.slack.add_user("U1", email="helen@brightwater.example", team_id="T0ATTACKER")
    theirs = replace(ANN, installation="T0ATTACKER")
    found = [await SlackDirectory(side.out.workspaces, trusted).profile(theirs) for trusted in ((), ("T0ATTACKER",))]
    assert [each.confirmed for each in found if each] == [False, True]


@pytest.mark.parametrize(
    "more", [{"is_restricted": True}, {"is_ultra_restricted": True}, {"is_stranger": True}, {"team_id": "T9"}]
)
async def test_guests_and_strangers(side: Side, more: dict[str, Any]) -> None:
    side.slack.add_user("U1", email="ann@halcyon.example", **more)
    profile = await side.out.directory.profile(ANN)
    assert profile is not None
    assert profile.guest


async def test_nobody_vouches_for_an_unconfirmed_address_or_a_closed_account(side: Side) -> None:
    closed: tuple[dict[str, Any], ...] = ({"confirmed": False}, {"deleted": True})
    for more in closed:
        side.slack.add_user("U1", email="ann@halcyon.example", **more)
        profile = await side.out.directory.profile(ANN)
        assert profile is not None
        assert not profile.confirmed


async def test_who_isnt_known_or_may_not_be_asked(side: Side) -> None:
    assert await side.out.directory.profile(ANN) is None
    side.slack.workspaces = {"xoxb-halcyon": Workspace(scopes=frozenset())}
    assert await side.out.directory.profile(ANN) is None


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=429), Fault(cut=True)])
async def test_a_directory_that_is_down_says_so(side: Side, fault: Fault) -> None:
    side.slack.fail("users.info", fault, fault)
    with pytest.raises(Unavailable):
        await side.out.directory.profile(ANN)
