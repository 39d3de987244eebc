from datetime import timedelta

import pytest

from bot.console.names import KEPT_FOR, Names
from tests.fakes.web_house import HELEN, House


async def test_known_contacts_have_names_and_others_none(house: House) -> None:
    names = Names(house.rooms)
    assert await names.of([HELEN.contact_id, "C-999-1", None]) == {HELEN.contact_id: HELEN.name, "C-999-1": ""}
    found = await names.with_accounts([HELEN.contact_id, "C-999-1"])
    assert found == {HELEN.contact_id: f"{HELEN.name}, {HELEN.account_name}", "C-999-1": ""}


async def test_a_name_is_asked_for_again_after_a_while(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(house.rooms)
    await names.of([HELEN.contact_id])
    monkeypatch.setattr(type(house.people), "known", ())
    assert await names.of([HELEN.contact_id]) == {HELEN.contact_id: HELEN.name}
    house.wall.advance(KEPT_FOR + timedelta(seconds=1))
    assert await names.of([HELEN.contact_id]) == {HELEN.contact_id: ""}
