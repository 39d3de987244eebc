"""What Teams says of its users, and which addresses may be believed."""

from typing import Any

import pytest

from bot.channels.teams.directory import profile_of
from bot.links.port import ChannelUser, Profile
from core.errors import Unavailable
from tests.fakes.teams_activities import ANN, ORGANISATION
from tests.fakes.teams_service import Failure
from tests.unit.bot.channels.teams.conftest import House

USER = ChannelUser(tenant="halcyon", channel="teams", installation=ORGANISATION, user_id=ANN.aad)


async def test_a_member_is_looked_up_where_they_wrote(house: House) -> None:
    directory = house.teams.sending.directory
    assert await directory.profile(USER) is None
    await house.service.send(house.service.by().message("hi"))
    assert await directory.profile(USER) == Profile(email=ANN.email, confirmed=True, name=ANN.name)
    assert house.service.calls[-1].path.endswith("/v3/conversations/a:ann/members/29:ann")


async def test_a_member_who_left_is_unknown_and_a_silent_directory_unavailable(house: House) -> None:
    directory = house.teams.sending.directory
    await house.service.send(house.service.by().message("hi"))
    for failure in (Failure(status=404), Failure(status=403)):
        house.service.fail(failure)
        assert await directory.profile(USER) is None
    for failure in (Failure(status=500), Failure(status=429), Failure(cut=True)):
        house.service.fail(failure, times=2)
        with pytest.raises(Unavailable):
            await directory.profile(USER)
        house.service.failures.clear()


@pytest.mark.parametrize(
    ("changed", "email", "confirmed", "guest"),
    [
        ({}, "ann@lind.example", True, False),
        ({"email": ""}, "ann@lind.example", True, False),
        ({"email": "Ann.Lind@LIND.example"}, "Ann.Lind@LIND.example", True, False),
        ({"email": "ceo@customer.example"}, "ceo@customer.example", False, False),
        ({"userPrincipalName": ""}, "ann@lind.example", False, False),
        ({"userPrincipalName": "ann", "email": None}, "", False, False),
        ({"userRole": "guest"}, "ann@lind.example", False, True),
        ({"userPrincipalName": "ann_lind.example#EXT#@halcyon.example"}, "ann@lind.example", False, True),
        ({"tenantId": "another"}, "ann@lind.example", False, True),
    ],
)
def test_an_address_is_confirmed_by_the_sign_in_names_domain(
    changed: dict[str, Any], email: str, confirmed: bool, guest: bool
) -> None:
    found = profile_of(ANN.member() | changed, ORGANISATION)
    assert (found.email, found.confirmed, found.guest) == (email, confirmed, guest)
