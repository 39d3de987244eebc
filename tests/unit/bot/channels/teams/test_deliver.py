"""What customers are sent, and what is known of it when Teams' service fails."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.teams import cards
from bot.channels.teams.deliver import TeamsChannel, pieces
from bot.channels.teams.transport import AppIdentity, Transport
from bot.delivery.port import Closing, Outgoing, Sent
from core.clock import WallClock
from core.conversation import Author, Card, Citation, ConversationRef, Sentence
from core.errors import NotSent, Refused, Unclear
from tests.fakes.teams_activities import ANN, CHANNEL, ORGANISATION
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, Failure
from tests.unit.bot.channels.teams.conftest import House

SOURCE = Citation(article="exports", heading="Export as PDF", start=3, end=40, quote="…")
ANSWER = (Sentence(text="Open Reports.", citations=(SOURCE,)), Sentence(text="Press Export.", citations=(SOURCE,)))
CARD = Card(id="c1", title="Refund", rows=(("Amount", "12 EUR"),), rule="Up to 50 EUR", action_id="a", arguments_hash="h")
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def outgoing(place: str = "a:ann", **parts: Any) -> Outgoing:
    ref = ConversationRef(tenant="halcyon", channel="teams", installation=ORGANISATION, conversation_id=place)
    said: dict[str, Any] = {"author": Author.BOT, "author_name": "Rapport", "sentences": ANSWER, "ends_reply": True} | parts
    return Outgoing(id="d1", ref=ref, conversation_id="conv", turn_id="t1", **said)


async def channel_of(house: House) -> TeamsChannel:
    """The channel, once Ann has written in private and in a channel's thread."""
    await house.service.send(house.service.by().message("hi"))
    await house.service.send(house.service.by(ANN, CHANNEL).message("hi", mention=True))
    house.service.calls.clear()
    return house.teams.sending.channel


def card_in(activity: dict[str, Any]) -> dict[str, Any]:
    return activity["attachments"][0]["content"]


async def test_an_answer_is_streamed_in_private_and_a_card_with_sources_follows(house: House) -> None:
    channel = await channel_of(house)
    sent = await channel.send(outgoing())
    first, final, card = house.service.calls
    assert (first.body["type"], first.body["text"]) == ("typing", "Open Reports.")
    assert first.body["entities"] == [{"type": "streaminfo", "streamType": "streaming", "streamSequence": 1}]
    assert final.body["entities"] == [{"type": "streaminfo", "streamType": "final", "streamId": sent.message_id}]
    text, shown = house.service.posted("a:ann")
    assert (text["text"], text["textFormat"]) == ("Open Reports. [1] Press Export. [1]", "plain")
    assert sent == Sent(message_id=text["id"], card_message_id=shown["id"])
    assert "https://help.halcyon.example/help/exports?start=3&end=40#cited" in str(card_in(shown))
    assert {action["verb"] for action in card_in(shown)["actions"]} == {cards.HELPED, cards.NOT_HELPED}
    assert card_in(shown)["actions"][0]["data"]["answer"] == sent.message_id
    assert "attachments" not in text
    assert card.token == "app-token-1"


async def test_in_a_channel_the_answer_is_posted_into_the_thread(house: House) -> None:
    channel = await channel_of(house)
    await channel.send(outgoing(CHANNEL.conversation_id))
    assert [call.body["type"] for call in house.service.calls] == ["message", "message"]
    assert len(house.service.posted(CHANNEL.conversation_id)) == 2


@pytest.mark.parametrize("status", [400, 403, 405])
async def test_where_streams_are_refused_it_posts_from_then_on(house: House, status: int) -> None:
    channel = await channel_of(house)
    house.service.fail(Failure(status=status))
    await channel.send(outgoing())
    await channel.send(outgoing())
    assert [call.body["type"] for call in house.service.calls] == ["typing", "message", "message", "message", "message"]
    assert len(house.service.posted("a:ann")) == 4


async def test_a_question_has_its_two_buttons_and_no_thumbs(house: House) -> None:
    channel = await channel_of(house)
    sent = await channel.send(outgoing(card=CARD))
    actions = card_in(house.service.posted("a:ann")[-1])["actions"]
    assert [(each["verb"], each["data"]["card"]) for each in actions] == [(cards.CONFIRM, "c1"), (cards.CANCEL, "c1")]
    alone = await channel.send(outgoing(sentences=(), card=CARD))
    assert alone.card_message_id == alone.message_id
    assert sent.card_message_id != sent.message_id


async def test_an_offer_is_labelled_and_can_be_declined(house: House) -> None:
    channel = await channel_of(house)
    await channel.send(outgoing(offer=True))
    card = card_in(house.service.posted("a:ann")[-1])
    assert card["body"][0]["text"] == "Offer"
    assert [each["verb"] for each in card["actions"]] == [cards.DISMISS, cards.HELPED, cards.NOT_HELPED]


async def test_a_receipt_is_shown(house: House) -> None:
    channel = await channel_of(house)
    await channel.send(outgoing(receipt=(("Refund", "R-7"),)))
    assert "R-7" in str(card_in(house.service.posted("a:ann")[-1]))


async def test_who_must_be_verified_is_asked_in_private_alone(house: House) -> None:
    channel = await channel_of(house)
    must = (Sentence(text="I need to verify you first.", approved="verify.first"),)
    await channel.send(outgoing(sentences=must))
    assert card_in(house.service.posted("a:ann")[-1])["actions"][0]["verb"] == cards.EMAIL
    await channel.send(outgoing(CHANNEL.conversation_id, sentences=must))
    assert cards.EMAIL not in str(house.service.posted(CHANNEL.conversation_id))


async def test_a_persons_words_say_that_a_person_speaks(house: House) -> None:
    channel = await channel_of(house)
    await channel.send(
        outgoing(author=Author.AGENT, author_name="Mia Chen", ends_reply=False, sentences=(Sentence(text="Hello."),))
    )
    [message] = house.service.posted("a:ann")
    assert message["text"] == "Mia Chen is a person on the team of Halcyon.\n\nHello."


async def test_a_decided_card_is_brought_up_to_date_as_often_as_wanted(house: House) -> None:
    channel = await channel_of(house)
    sent = await channel.send(outgoing(card=CARD))
    ref = outgoing().ref
    closing = Closing(ref=ref, message_id=sent.card_message_id, card=CARD, choice="confirm", by="Ann Lind", at=AT)
    house.service.fail(Failure(status=502, stored=True))
    with pytest.raises(NotSent):
        await channel.close_card(closing)
    await channel.close_card(closing)
    card = card_in(house.service.posted("a:ann")[-1])
    assert "actions" not in card
    assert "Confirmed by Ann Lind" in str(card)
    with pytest.raises(Refused):
        await channel.close_card(replace(closing, message_id="gone"))


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure(status=429, retry_after="7"), NotSent),
        (Failure(status=412), NotSent),
        (Failure(status=408), Unclear),
        (Failure(status=500), Unclear),
        (Failure(status=500, stored=True), Unclear),
        (Failure(status=503, retry_after="1"), Unclear),
        (Failure(status=502, stored=True), Unclear),
        (Failure(cut=True), Unclear),
        (Failure(cut=True, stored=True), Unclear),
        (Failure(status=403), Refused),
        (Failure(status=404), Refused),
        (Failure(status=413), Refused),
    ],
)
async def test_what_is_known_after_a_failure(house: House, failure: Failure, error: type[Exception]) -> None:
    channel = await channel_of(house)
    house.service.fail(failure)
    with pytest.raises(error) as raised:
        await channel.send(outgoing(CHANNEL.conversation_id))
    assert len(house.service.calls) == 1
    if failure.status == 429:
        assert isinstance(raised.value, NotSent)
        assert raised.value.retry_after_s == 7


async def test_a_service_that_is_not_there_was_certainly_not_sent_to(house: House) -> None:
    channel = await channel_of(house)
    await house.service.__aexit__()
    with pytest.raises(NotSent):
        await channel.send(outgoing())


@pytest.mark.parametrize(
    ("failure", "error"),
    [(Failure(status=403), Unclear), (Failure(status=500, stored=True), Unclear), (Failure(cut=True), Unclear)],
)
async def test_after_the_first_words_a_failure_is_unclear(house: House, failure: Failure, error: type[Exception]) -> None:
    channel = await channel_of(house)
    house.service.fail(replace(failure, method="POST"), times=1)
    house.service.failures.insert(0, Failure(status=201, stored=True))
    with pytest.raises(error):
        await channel.send(outgoing(CHANNEL.conversation_id))


async def test_what_waits_after_the_first_words_is_waited_for(house: House) -> None:
    channel = await channel_of(house)
    house.service.failures += [Failure(status=201, stored=True), Failure(status=429, retry_after="0")]
    sent = await channel.send(outgoing(CHANNEL.conversation_id))
    assert sent.card_message_id == house.service.posted(CHANNEL.conversation_id)[1]["id"]
    house.service.failures += [Failure(status=201, stored=True), *[Failure(status=429, retry_after="0")] * 3]
    with pytest.raises(Unclear):
        await channel.send(outgoing(CHANNEL.conversation_id))


async def test_unknown_places_and_addresses_off_the_list_are_refused(house: House) -> None:
    channel = await channel_of(house)
    with pytest.raises(Refused, match="doesn't know"):
        await channel.send(outgoing("a:nobody"))
    reference = await house.teams.sending.references.find(ORGANISATION, "a:ann")
    assert reference is not None
    with pytest.raises(Refused, match="service_urls"):
        await house.teams.sending.wire.post(replace(reference, service_url="https://evil.example/"), {"type": "typing"})


async def test_signs_never_fail(house: House) -> None:
    channel = await channel_of(house)
    house.service.fail(Failure(status=500))
    for place in ("a:ann", "a:ann", "a:nobody"):
        await channel.show_activity(outgoing(place).ref, "is reading")
    await channel.show_activity(outgoing().ref, "")
    assert [call.body["type"] for call in house.service.calls] == ["typing", "typing"]
    assert await channel.find(outgoing().ref, "d1") is None


async def test_the_apps_token_is_kept_and_renewed_when_refused(house: House) -> None:
    channel = await channel_of(house)
    await channel.send(outgoing())
    await channel.send(outgoing())
    assert house.service.tokens_given == 1
    house.service.fail(Failure(status=401))
    await channel.send(outgoing())
    assert house.service.tokens_given == 2


async def test_a_wrong_password_is_said_to_an_administrator(house: House) -> None:
    identity = AppIdentity(app_id=APP_ID, password="wrong", login_url=house.service.login_url)
    transport = Transport(identity, WallClock())
    with pytest.raises(Refused, match="TEAMS_APP_PASSWORD"):
        await transport.call("POST", house.service.url, b"{}", {})
    away = Transport(replace(identity, password=APP_PASSWORD, login_url="http://127.0.0.1:9"), WallClock())
    with pytest.raises(NotSent):
        await away.call("POST", house.service.url, b"{}", {})
    await transport.close()
    await away.close()


def test_long_texts_are_parted_where_sentences_end_and_nothing_is_lost() -> None:
    text = "A sentence of some length. " * 100 + "x" * 900
    parts = pieces(text, 500)
    assert "".join(parts) == text
    assert max(map(len, parts)) <= 500
    assert all(part.endswith(". ") for part in parts[:5])


async def test_a_very_long_reply_is_sent_in_parts(house: House) -> None:
    channel = await channel_of(house)
    sentences = tuple(Sentence(text=f"Sentence number {number} of a long letter.") for number in range(600))
    sent = await channel.send(outgoing(sentences=sentences))
    shown = house.service.posted("a:ann")
    assert "".join(each["text"] for each in shown) == " ".join(each.text for each in sentences)
    assert sent == Sent(message_id=shown[-1]["id"])


async def test_rows_for_which_a_card_has_no_room_go_ahead_of_it(house: House) -> None:
    channel = await channel_of(house)
    rows = tuple((f"Row {number}", f"{number}: " + "ß" * 1_500) for number in range(5))
    asked = replace(CARD, rows=rows)
    sent = await channel.send(outgoing(sentences=(), card=asked))
    *ahead, last = house.service.posted("a:ann")
    assert len(ahead) > 1
    assert not [each for each in ahead if "actions" in card_in(each)]
    assert (sent.message_id, sent.card_message_id) == (ahead[0]["id"], last["id"])
    assert [label for label, _ in rows if f'"{label}"' in json.dumps([card_in(each) for each in (*ahead, last)])] == [
        label for label, _ in rows
    ]
    closing = Closing(ref=outgoing().ref, message_id=sent.card_message_id, card=asked, choice="confirm", by="Ann", at=AT)
    await channel.close_card(closing)
    *still, closed = house.service.posted("a:ann")
    assert still == ahead
    assert "Row 4" in str(card_in(closed))
    assert "Row 0" not in str(card_in(closed))
