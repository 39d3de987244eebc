import re
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.channels.verification import MOST_TRIES
from tests.fakes.web_house import HELEN, NOON, OMAR, TENANT, House
from tests.unit.web.conftest import Tab, code_of
from tests.unit.web.streams import Events, entries


async def mailed(house: House) -> str:
    """The code of the newest e-mail, waited for."""
    for _ in range(200):
        if house.mail.letters:
            found = re.search(r"\d{6}", house.mail.letters[0].body)
            assert found
            return found[0]
        await house.database.read(lambda _: None)
    raise AssertionError("No code was mailed.")


async def start(tab: Tab, address: str = HELEN.email) -> Any:
    answer = await tab.post("/api/verify/start", {"email": address})
    return answer.status, await answer.json()


async def confirm(tab: Tab, code: str, **more: str) -> Any:
    answer = await tab.post("/api/verify/confirm", {"code": code, **more})
    return answer.status, await answer.json()


async def test_a_stranger_is_verified_by_a_mailed_code(house: House, stranger: Tab) -> None:
    await stranger.say("Hello")
    await house.durable.settle()
    assert (await stranger.get("/api/memories")).status == 403
    await start(stranger)
    status, told = await confirm(stranger, await mailed(house))
    assert (status, told["verified"], told["name"]) == (200, True, HELEN.name)
    assert told["csrf"] != stranger.csrf
    assert (await stranger.say("Late", "message-0002")).status == 403
    stranger.csrf = told["csrf"]
    assert [fact["id"] for fact in (await stranger.read("/api/memories"))["memories"]] == ["m1"]
    await stranger.say("And my invoice?", "message-0003")
    seen = entries(await (await Events.open(stranger)).until("entry"))
    assert seen[0]["body"]["text"] == "Hello"
    recent = await house.database.read(lambda conn: house.threads.recent(conn, TENANT.id))
    assert [each.contact_id for each in recent] == [HELEN.contact_id]


async def test_the_answer_is_the_same_for_an_address_that_nobody_has(house: House, stranger: Tab) -> None:
    known, unknown = await start(stranger), await start(stranger, "nobody@nowhere.example")
    assert known == unknown == (202, {"sent": True, "minutes": 10})
    status, told = await confirm(stranger, "123456")
    assert (status, told["error"]["code"]) == (400, "bad_input")


async def test_a_code_is_for_the_visitor_who_asked(house: House, stranger: Tab, customer: Tab) -> None:
    await start(stranger)
    assert (await confirm(customer, await mailed(house)))[0] == 400


async def test_a_code_has_few_tries_one_use_and_a_short_life(house: House, stranger: Tab) -> None:
    await start(stranger)
    code = await mailed(house)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(MOST_TRIES):
        assert (await confirm(stranger, wrong))[0] == 400
    assert (await confirm(stranger, code))[0] == 400
    house.mail.letters.clear()
    await start(stranger)
    code = await mailed(house)
    house.wall.advance(timedelta(minutes=10))
    assert (await confirm(stranger, code))[0] == 400
    house.mail.letters.clear()
    await start(stranger)
    status, told = await confirm(stranger, await mailed(house))
    assert status == 200
    stranger.csrf = told["csrf"]
    assert (await confirm(stranger, code))[0] == 400


async def test_one_person_at_two_customers_chooses(house: House, stranger: Tab) -> None:
    await start(stranger, OMAR.email.upper())
    code = await mailed(house)
    status, told = await confirm(stranger, code)
    assert (status, [each["account"] for each in told["choose"]]) == (200, ["Northgate Bakery", "Southgate Café"])
    assert (await confirm(stranger, code, contact=HELEN.contact_id))[0] == 400
    status, told = await confirm(stranger, code, contact=OMAR.contact_id)
    assert (status, told["account"]) == (200, OMAR.account_name)


async def test_asking_for_codes_is_limited(house: House, stranger: Tab) -> None:
    statuses = [(await start(stranger, f"a{number}@b.example"))[0] for number in range(6)]
    assert statuses == [202] * 5 + [429]


@pytest.mark.parametrize("address", ["", "no-at", "a b@c.d", "x" * 250 + "@c.de", 5, None])
async def test_what_is_no_address_is_refused(stranger: Tab, address: str) -> None:
    assert (await start(stranger, address))[0] == 400


@pytest.mark.parametrize("code", ["", "abc", "１２３４５６", "1" * 30, 5, None])
async def test_what_is_no_code_is_refused(stranger: Tab, code: str) -> None:
    assert (await confirm(stranger, code))[0] == 400


async def test_memories_are_seen_and_deleted_by_their_own_person(house: House, customer: Tab) -> None:
    assert (await customer.send("DELETE", "/api/memories/other")).status == 404
    assert (await customer.send("DELETE", "/api/memories/m1")).status == 200
    assert (await customer.read("/api/memories"))["memories"] == []
    assert await (await customer.send("DELETE", "/api/memories")).json() == {"forgotten": 0}


async def test_signing_out_begins_a_strangers_conversation(house: House, customer: Tab) -> None:
    await customer.say("Hello")
    told = await (await customer.send("DELETE", "/api/session")).json()
    assert not told["verified"]
    assert (await customer.get("/api/transcript")).status == 404


async def test_a_contact_who_left_is_a_stranger(house: House, customer: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(house.people), "known", ())
    assert not (await customer.read("/api/session"))["verified"]
    assert (await customer.get("/api/memories")).status == 403


def host_token(house: House, **changes: object) -> str:
    now = int(NOON.timestamp())
    claims = {"sub": HELEN.contact_id, "aud": "rapport", "iat": now, "exp": now + 60} | changes
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(b"h" * 40))


async def test_no_identity_token_is_taken_without_a_shared_secret(house: House, stranger: Tab) -> None:
    assert (await stranger.post("/api/session", {"token": host_token(house)})).status == 404


class TestHostPage:
    @pytest.fixture
    def house_settings(self) -> dict[str, Any]:
        return {"host_page_secret": b"h" * 40}

    async def test_the_companys_own_page_vouches_for_its_customer(self, house: House, stranger: Tab) -> None:
        answer = await stranger.post("/api/session", {"token": host_token(house)})
        assert (answer.status, (await answer.json())["name"]) == (200, HELEN.name)

    @pytest.mark.parametrize(
        "changes", [{"sub": "C-999"}, {"sub": "x\n"}, {"aud": "x"}, {"exp": 1}, {"sub": "", "email": OMAR.email}, {"sub": 5}]
    )
    async def test_a_token_that_vouches_for_nobody_is_refused(
        self, house: House, stranger: Tab, changes: dict[str, object]
    ) -> None:
        answer = await stranger.post("/api/session", {"token": host_token(house, **changes)})
        assert (answer.status, await code_of(answer)) == (401, "not_signed_in")
