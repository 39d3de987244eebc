"""What customers do in Teams comes to the reception, each thing once; and what they are told beside it."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.channels.teams import cards
from bot.links.port import ChannelUser
from core.conversation import Press
from core.errors import Unavailable
from tests.fakes.teams_activities import ANN, BEN, CHANNEL, GROUP, ORGANISATION, Place, again
from tests.unit.bot.channels.teams.conftest import Building, House

AT_ONCE_MS = 300


def texts(house: House) -> list[str]:
    return [each.text for each in house.reception.arrivals]


async def said(house: House, conversation_id: str) -> list[str]:
    await house.settled()
    return [str(each.get("text")) for each in house.service.posted(conversation_id)]


async def test_a_personal_message_arrives_with_who_and_where(house: House) -> None:
    activity = house.service.by().message("  Where is my invoice?\u00a0")
    answer = await house.service.send(activity)
    assert (answer.status, answer.body) == (200, {})
    [arrival] = house.reception.arrivals
    assert arrival.text == "Where is my invoice?"
    assert arrival.user == ChannelUser(
        tenant="halcyon", channel="teams", installation=ORGANISATION, user_id=ANN.aad, name=ANN.name, private=True
    )
    assert arrival.ref.lane == f"halcyon/teams/{ORGANISATION}/a:ann"
    assert arrival.message_id == activity["id"]
    assert arrival.written_at == datetime.fromisoformat(activity["localTimestamp"])


async def test_the_users_id_stands_in_where_the_directory_has_none(house: House) -> None:
    activity = house.service.by().message("hi")
    activity["from"] = {"id": "29:ann"}
    await house.service.send(activity)
    assert house.reception.arrivals[0].user.user_id == "29:ann"


async def test_in_a_channel_a_mention_is_heard_and_its_thread_goes_on(house: House) -> None:
    ann, ben = house.service.by(ANN, CHANNEL), house.service.by(BEN, CHANNEL)
    other = house.service.by(ANN, replace(CHANNEL, thread="1795000000002"))
    await house.service.send(ann.message("not for you"))
    await house.service.send(ann.message("how do I export?", mention=True))
    await house.service.send(ben.message("and as PDF?"))
    await house.service.send(other.message("another thread"))
    assert texts(house) == ["how do I export?", "and as PDF?"]
    assert not house.reception.arrivals[0].user.private
    assert house.reception.arrivals[0].ref.conversation_id == "19:help@thread.tacv2;messageid=1795000000001"


async def test_in_a_group_chat_only_mentions_are_heard(house: House) -> None:
    ann = house.service.by(ANN, GROUP)
    await house.service.send(ann.message("hello", mention=True))
    await house.service.send(ann.message("lunch?"))
    mentioning = ann.message("what does <at>Ben</at> pay?", mention=True)
    await house.service.send(mentioning)
    assert texts(house) == ["hello", "what does Ben pay?"]


async def test_a_very_long_conversation_id_is_kept_by_a_digest_and_still_reached(house: House) -> None:
    place = Place(id="a:" + "x" * 300)
    await house.service.send(house.service.by(ANN, place).message("hello"))
    [arrival] = house.reception.arrivals
    assert len(arrival.ref.conversation_id) <= 200
    found = await house.teams.sending.references.find(ORGANISATION, arrival.ref.conversation_id)
    assert found is not None
    assert found.conversation_id == place.id


async def test_the_bots_own_words_and_signs_are_passed_over(house: House) -> None:
    sender = house.service.by()
    own = sender.message("I said this") | {"from": sender.bot}
    for activity in (own, sender.typing(), sender.reacted("m1")):
        assert (await house.service.send(activity)).status == 200
    assert not house.reception.arrivals


async def test_the_same_id_again_is_one_message(house: House) -> None:
    activity = house.service.by().message("hello")
    answers = await asyncio.gather(*(house.service.send(activity) for _ in range(4)))
    assert {each.status for each in answers} == {200}
    assert texts(house) == ["hello"]


async def test_equal_ids_in_two_conversations_are_two_messages(house: House) -> None:
    one = house.service.by().message("one", id="1795000000555")
    other = house.service.by(BEN, Place(id="a:ben")).message("two", id="1795000000555")
    await house.service.send(one)
    await house.service.send(other)
    assert texts(house) == ["one", "two"]


async def test_a_text_told_again_with_a_new_id_is_one_only_with_the_clients_own_time(house: House) -> None:
    activity = house.service.by().message("yes")
    await house.service.send(activity)
    await house.service.send(again(activity))
    assert texts(house) == ["yes"]
    await house.service.send(again(activity) | {"localTimestamp": "2026-11-20T11:00:09.000+01:00"})
    assert texts(house) == ["yes", "yes"]
    untimed = {name: value for name, value in again(activity).items() if name != "localTimestamp"}
    await house.service.send(untimed)
    await house.service.send(again(untimed))
    assert texts(house) == ["yes"] * 4


async def test_a_text_told_again_after_a_restart_is_known(building: Building) -> None:
    first = await building.house()
    activity = first.service.by().message("hello")
    await first.service.send(activity)
    second = await building.house(database=first.database)
    second.reception.seen = first.reception.seen
    await second.service.send(again(activity))
    assert not second.reception.arrivals


async def test_a_press_told_again_with_a_new_id_is_one_and_answered_the_same(house: House) -> None:
    press = house.service.by().execute(cards.CONFIRM, {"card": "c1", "title": "Refund 12 EUR"}, card_message="m1")
    one, two = await house.service.send(press), await house.service.send(again(press))
    assert one.body == two.body
    assert "Refund 12 EUR" in str(one.body)
    assert [each.press for each in house.reception.arrivals] == [Press(card_id="c1", choice="confirm")]
    other = house.service.by().execute(cards.CANCEL, {"card": "c1", "title": "Refund 12 EUR"}, card_message="m1")
    await house.service.send(other)
    assert len(house.reception.arrivals) == 2


async def test_a_press_is_answered_with_the_card_as_taken(house: House) -> None:
    press = house.service.by().execute(cards.CANCEL, {"card": "c1", "title": "Refund [x](https://evil.example)"})
    answer = await house.service.send(press)
    assert answer.body["type"] == cards.CARD_TYPE
    assert "actions" not in answer.body["value"]
    assert answer.ms < AT_ONCE_MS


async def test_a_press_by_an_old_client_comes_as_a_message(house: House) -> None:
    await house.service.send(house.service.by().submit({"verb": cards.CONFIRM, "card": "c1"}, card_message="m1"))
    assert [each.press for each in house.reception.arrivals] == [Press(card_id="c1", choice="confirm")]


async def test_a_card_of_a_conversation_that_is_over_says_so(house: House) -> None:
    house.reception.stale.add("c1")
    answer = await house.service.send(house.service.by().execute(cards.CONFIRM, {"card": "c1"}))
    assert answer.status == 200
    assert "no longer open" in answer.body["value"]


async def test_a_press_that_failed_may_be_tried_again(house: House) -> None:
    press = house.service.by().execute(cards.CONFIRM, {"card": "c1", "title": "Refund"})
    house.reception.broken = Unavailable("The database is busy: try again in a moment.")
    answer = await house.service.send(press)
    assert (answer.status, answer.body["value"]) == (200, "The database is busy: try again in a moment.")
    house.reception.broken = None
    assert (await house.service.send(again(press))).body["type"] == cards.CARD_TYPE
    assert len(house.reception.arrivals) == 1


@pytest.mark.parametrize("data", [{}, {"verb": "x:y"}, {"card": 7}])
async def test_a_button_nobody_knows_is_answered_in_words(house: House, data: dict[str, Any]) -> None:
    answer = await house.service.send(house.service.by().execute("x:y", data))
    assert (answer.status, answer.body["type"]) == (200, "application/vnd.microsoft.activity.message")
    assert (await house.service.send(house.service.by().invoke("nobody/knows", {}))).status == 404


async def test_a_rating_names_the_answer(house: House) -> None:
    await house.service.send(house.service.by().execute(cards.NOT_HELPED, {"answer": "m7"}, card_message="m8"))
    await house.service.send(house.service.by().execute(cards.HELPED, {}, card_message="m9"))
    assert house.reception.ratings == [("m7", False), ("m9", True)]


async def test_no_interest_in_an_offer_is_said_in_words(house: House) -> None:
    answer = await house.service.send(house.service.by().execute(cards.DISMISS, {"reply": "m1", "language": "de"}))
    assert texts(house) == ["Nein danke, daran habe ich kein Interesse."]
    assert "actions" not in answer.body["value"]


async def test_a_changed_and_a_deleted_message_are_handed_over_once(house: House) -> None:
    sender = house.service.by()
    edit, gone = sender.edited("179", "I meant invoice 7"), sender.deleted("179")
    for activity in (edit, edit, sender.edited("179", "I meant invoice 8"), gone, gone):
        assert (await house.service.send(activity)).status == 200
    assert [(each.message_id, each.text) for each in house.reception.edits] == [
        ("179", "I meant invoice 7"),
        ("179", "I meant invoice 8"),
    ]
    assert [each.message_id for each in house.reception.deletes] == ["179"]


async def test_files_are_refused_politely_and_their_words_are_heard(house: House) -> None:
    file = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "a.pdf"}
    html = {"contentType": "text/html", "content": "<p>look</p>"}
    activity = house.service.by().message("look at this", attachments=[file, html])
    await house.service.send(activity)
    await house.service.send(activity)
    assert texts(house) == ["look at this"]
    [notice] = await said(house, "a:ann")
    assert "can't read files" in notice
    await house.service.send(house.service.by().message("only words", attachments=[html]))
    assert len(await said(house, "a:ann")) == 1


async def test_an_over_long_text_is_answered_politely(house: House) -> None:
    await house.service.send(house.service.by().message("x" * 8_001))
    assert not house.reception.arrivals
    [notice] = await said(house, "a:ann")
    assert "8,000 characters" in notice


async def test_a_welcome_is_said_once(house: House) -> None:
    sender = house.service.by()
    for activity in (sender.installed(), sender.joined(), sender.installed()):
        await house.service.send(activity)
    [welcome] = await said(house, "a:ann")
    assert "AI assistant of Halcyon" in welcome
    joined = house.service.by(ANN, GROUP).joined()
    await house.service.send(joined | {"membersAdded": [{"id": "29:ben"}]})
    assert await said(house, GROUP.id) == []
    await house.service.send(joined)
    assert "Mention me" in (await said(house, GROUP.id))[0]


async def test_acknowledgements_wait_for_nothing_that_is_slow(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(user: ChannelUser, email: str) -> str:
        await asyncio.sleep(60)
        return ""

    monkeypatch.setattr(house.links, "start_code", slow)
    sender = house.service.by()
    typed = [await house.service.send(sender.message(f"question {number}")) for number in range(50)]
    linked = await house.service.send(sender.message("link me@example.com"))
    pressed = await house.service.send(sender.execute(cards.EMAIL, {"email": "me@example.com"}))
    assert max(each.ms for each in (*typed, linked, pressed)) < AT_ONCE_MS
    assert "6-digit code" in str(pressed.body)


async def test_who_one_is_can_be_proved_by_card(house: House) -> None:
    sender = house.service.by()
    wrong = await house.service.send(sender.execute(cards.EMAIL, {"email": "nonsense"}))
    assert "isn't an e-mail address" in str(wrong.body)
    asked = await house.service.send(sender.execute(cards.EMAIL, {"email": "me@example.com", "language": "en"}))
    assert "code is on its way" in str(asked.body)
    assert house.links.mailed == ["me@example.com"]
    assert "isn't right" in str((await house.service.send(sender.execute(cards.CODE, {"code": "999 999"}))).body)
    done = await house.service.send(sender.execute(cards.CODE, {"code": "123 456"}))
    assert "know now that it's you" in str(done.body)
    assert "actions" not in done.body["value"]


async def test_who_one_is_can_be_proved_by_typing(house: House) -> None:
    sender = house.service.by()
    await house.service.send(sender.message("123457"))
    assert texts(house) == ["123457"]
    await house.service.send(sender.message("Link me@example.com"))
    await house.settled()
    await house.service.send(sender.message("123458"))
    await house.service.send(sender.message("123456"))
    assert texts(house) == ["123457"]
    notices = await said(house, "a:ann")
    assert [each[:12] for each in notices] == ["If we know t", "That code is", "Thank you, w"]


async def test_nobody_proves_who_they_are_where_others_read(house: House) -> None:
    sender = house.service.by(ANN, CHANNEL)
    await house.service.send(sender.message("link me@example.com", mention=True))
    await house.service.send(sender.message("123456", mention=True))
    pressed = await house.service.send(sender.execute(cards.CODE, {"code": "123456"}))
    assert "personal chat" in pressed.body["value"]
    assert (house.links.mailed, house.links.tried) == ([], [])
    assert "personal chat" in (await said(house, CHANNEL.conversation_id))[0]
