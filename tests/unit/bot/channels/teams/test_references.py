"""Where conversations are reached: kept without names, given out while the address is allowed, forgotten on request."""

from sqlalchemy import select

from bot.channels.teams.addresses import ServiceAddresses
from bot.channels.teams.references import References, teams_people, teams_places
from bot.channels.teams.repeats import teams_told
from core.clock import WallClock
from tests.fakes.teams_activities import ANN, CHANNEL, GROUP, ORGANISATION
from tests.unit.bot.channels.teams.conftest import TENANT, House


async def test_a_reference_follows_the_latest_activity(house: House) -> None:
    references = house.teams.sending.references
    await house.service.send(house.service.by().message("one"))
    moved = house.service.by().message("two") | {"serviceUrl": f"{house.service.url}emea/"}
    await house.service.send(moved, token=house.service.token(serviceurl=moved["serviceUrl"]))
    found = await references.find(ORGANISATION, "a:ann")
    assert found is not None
    assert (found.service_url, found.private, found.account_id) == (moved["serviceUrl"], True, ANN.id)
    assert await references.find("another", "a:ann") is None
    assert await references.latest(ORGANISATION) == found
    assert await references.seen_in(ORGANISATION, ANN.aad) == (found, ANN.id)


async def test_an_address_that_was_taken_off_the_list_is_not_used(house: House) -> None:
    await house.service.send(house.service.by().message("one"))
    later = References(house.database, TENANT.id, ServiceAddresses(listed=("https://smba.example/",)), WallClock())
    assert await later.find(ORGANISATION, "a:ann") is None
    assert await later.latest("") is None


async def test_another_tenant_sees_nothing(house: House) -> None:
    await house.service.send(house.service.by().message("one"))
    other = References(house.database, "another", house.teams.sending.addresses, WallClock())
    assert await other.find(ORGANISATION, "a:ann") is None


async def test_neither_names_nor_words_are_kept(house: House) -> None:
    await house.service.send(house.service.by(ANN, CHANNEL).message("my secret words", mention=True))
    await house.service.send(house.service.by().execute("card:confirm", {"card": "c1", "title": "secret words"}))
    tables = (teams_places, teams_people, teams_told)
    kept = [row for table in tables for row in await house.database.read(lambda conn, t=table: conn.execute(select(t)).all())]
    assert kept
    assert "Ann" not in str(kept)
    assert "secret" not in str(kept)


async def test_a_person_is_forgotten_with_their_private_chat(house: House) -> None:
    references = house.teams.sending.references
    await house.service.send(house.service.by().message("one"))
    await house.service.send(house.service.by(ANN, GROUP).message("two", mention=True))
    assert await house.database.write(lambda conn: references.forget(conn, ORGANISATION, ANN.aad)) == 1
    assert await references.find(ORGANISATION, "a:ann") is None
    assert await references.seen_in(ORGANISATION, ANN.aad) is None
    await house.service.send(house.service.by().message("three"))
    assert await references.find(ORGANISATION, "a:ann") is not None


async def test_old_digests_are_swept(house: House) -> None:
    await house.service.send(house.service.by().message("one"))
    assert await house.teams.repeats.sweep() == 0


async def test_a_thread_and_a_chat_can_be_begun(house: House) -> None:
    await house.service.send(house.service.by(ANN, CHANNEL).message("one", mention=True))
    reference = await house.teams.sending.references.latest(ORGANISATION)
    assert reference is not None
    begun = await house.teams.sending.wire.begin_thread(reference, "19:queue@thread.tacv2", {"type": "message", "text": "A case"})
    assert begun.conversation_id == f"19:queue@thread.tacv2;messageid={begun.message_id}"
    assert house.service.posted(begun.conversation_id)[0]["text"] == "A case"
    chat = await house.teams.sending.wire.begin_chat(reference, ANN.id)
    assert chat.conversation_id == "a:ann"
