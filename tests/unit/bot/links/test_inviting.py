from dataclasses import replace
from datetime import timedelta

import pytest

from bot.links.inviting import Inviting
from bot.links.judging import Trust
from bot.links.kept import KeptLinks, LinkRooms
from core.clock import FixedClock
from core.database import Database
from core.errors import NotFound
from tests.unit.bot.links.conftest import IN_TEAMS, MARA, SAM_AT_DESK, events


@pytest.fixture
def inviting(rooms: LinkRooms, trust: Trust) -> Inviting:
    return Inviting(rooms, trust.roster)


async def test_an_invitation_verifies_once(links: KeptLinks, inviting: Inviting, database: Database) -> None:
    invitation = await inviting.invite("C-001-1", by="sam")
    assert invitation.code in invitation.text
    assert "Mara Lindt of Northwind" in invitation.text
    known = await links.finish(MARA, invitation.code.lower())
    assert known is not None
    assert known.principal.verified
    assert known.principal.contact_id == "C-001-1"
    assert await links.finish(IN_TEAMS, invitation.code) is None
    linked = (await events(database, "identity.linked"))[0]
    assert (linked.data["how"], linked.data["by"]) == ("invitation", "sam")
    invited = (await events(database, "identity.invited"))[0]
    assert invited.data == {"contact_id": "C-001-1", "by": "sam"}


async def test_an_invitation_ends_after_seven_days(links: KeptLinks, inviting: Inviting, clock: FixedClock) -> None:
    invitation = await inviting.invite("C-001-1", by="sam")
    clock.advance(timedelta(days=7))
    assert await links.finish(MARA, invitation.code) is None


async def test_only_active_contacts_and_agents_of_the_roster_are_given_codes(inviting: Inviting) -> None:
    with pytest.raises(NotFound, match="no active contact"):
        await inviting.invite("C-999-1", by="sam")
    with pytest.raises(NotFound, match="no agent"):
        await inviting.seat_code("nobody")


async def test_a_seat_code_makes_an_agent_at_the_desk_once(links: KeptLinks, inviting: Inviting) -> None:
    code = await inviting.seat_code("sam")
    assert await links.finish(MARA, code) is None
    known = await links.finish(SAM_AT_DESK, code)
    assert known is not None
    assert known.agent is not None
    assert known.agent.id == "sam"
    assert await links.finish(replace(SAM_AT_DESK, user_id="U5"), code) is None


async def test_a_seat_code_may_be_used_where_no_desk_is_named(links: KeptLinks, inviting: Inviting) -> None:
    known = await links.finish(IN_TEAMS, await inviting.seat_code("sam"))
    assert known is not None
    assert known.agent is not None


async def test_a_newer_seat_code_replaces_the_earlier_and_ends_after_a_quarter_of_an_hour(
    links: KeptLinks, inviting: Inviting, clock: FixedClock
) -> None:
    earlier = await inviting.seat_code("sam")
    later = await inviting.seat_code("sam")
    assert await links.finish(SAM_AT_DESK, earlier) is None
    clock.advance(timedelta(minutes=15))
    assert await links.finish(SAM_AT_DESK, later) is None


async def test_an_agent_may_give_up_the_seat(links: KeptLinks, inviting: Inviting) -> None:
    await links.finish(SAM_AT_DESK, await inviting.seat_code("sam"))
    await links.unlink(SAM_AT_DESK)
    assert (await links.known(SAM_AT_DESK)).agent is None
