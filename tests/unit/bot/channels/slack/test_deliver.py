"""Sending: streamed or posted, split, found again, and never an error after the customer has read it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.slack.deliver import SlackChannel
from bot.channels.slack.messages import Look
from bot.channels.slack.places import Place
from bot.channels.slack.threads import Begun, Kind
from bot.delivery.port import Closing, Sent
from core.conversation import Author, Sentence
from core.errors import NotFound, NotSent, Refused, Unclear
from tests.fakes.slack_api import Fault, Workspace
from tests.fakes.slack_outgoings import ANSWER, CARD, RECEIPT, answer, outgoing
from tests.fakes.slack_side import Side, place

URL = "https://help.halcyon.example"
WHOLE = (
    "Owners add seats under Billing. [1](https://help.halcyon.example/help/add-a-seat?start=120&end=190#cited)"
    " A seat costs EUR 9 &amp; is billed at once. [1](https://help.halcyon.example/help/add-a-seat?start=120&end=190#cited)"
    " [2](https://help.halcyon.example/help/prices%20%26%20plans?start=5&end=60#cited) Shall I do it?"
)


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def channel(side: Side, waited: list[float]) -> SlackChannel:
    async def wait(seconds: float) -> None:
        waited.append(seconds)

    return SlackChannel(side.out.workspaces, side.out.threads, Look(company="Halcyon", public_url=URL), wait)


def methods(side: Side) -> list[str]:
    return [call.method for call in side.slack.calls]


async def test_an_answer_in_a_thread_is_streamed_sentence_by_sentence(side: Side, channel: SlackChannel) -> None:
    sent = await channel.send(answer())
    assert methods(side) == ["chat.startStream", "chat.appendStream", "chat.appendStream", "chat.stopStream"]
    [message] = side.slack.posted("D1")
    assert (message["ts"], message["thread_ts"], message["streaming"]) == (sent.message_id, "20.0", False)
    assert message["text"] == WHOLE
    assert [block["type"] for block in message["blocks"]] == ["context", "context_actions"]
    assert await channel.find(place("D1:20.0"), "delivery-1") == sent


async def test_in_a_channel_slack_is_told_for_whom(side: Side, channel: SlackChannel) -> None:
    where = Place(team="T0HALCYON", channel="C1", thread="5.0")
    await channel.send(answer("C1:5.0"))
    assert methods(side) == ["chat.postMessage"]
    await side.out.threads.keep(where, Begun(kind=Kind.MENTION, user="U7", user_team="T0CUSTOMER"))
    await channel.send(answer("C1:5.0"))
    [start] = side.slack.of("chat.startStream")
    assert (start.params["recipient_user_id"], start.params["recipient_team_id"]) == ("U7", "T0CUSTOMER")


async def test_without_streaming_it_is_posted_and_that_is_remembered(side: Side, channel: SlackChannel) -> None:
    side.slack.unsupported |= {"chat.startStream"}
    for _ in range(3):
        await channel.send(answer())
    assert methods(side) == ["chat.startStream", "chat.postMessage", "chat.postMessage", "chat.postMessage"]
    assert [each["thread_ts"] for each in side.slack.posted("D1")] == ["20.0"] * 3


async def test_one_sentence_offers_and_people_are_not_streamed(side: Side, channel: SlackChannel) -> None:
    await channel.send(outgoing(sentences=ANSWER[:1]))
    await channel.send(answer(offer=True))
    await channel.send(answer(author=Author.AGENT, author_name="Mara"))
    await channel.send(answer("D1"))
    assert methods(side) == ["chat.postMessage"] * 4


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, retry_after="3"),
        Fault(error="message_not_in_streaming_state"),
        Fault(error="unknown_method"),
        Fault(status=500),
        Fault(status=500, taken=True),
        Fault(cut=True),
        Fault(cut=True, taken=True),
    ],
)
async def test_once_begun_it_is_brought_to_its_end(side: Side, channel: SlackChannel, method: str, fault: Fault) -> None:
    side.slack.fail(method, fault)
    sent = await channel.send(answer())
    [message] = side.slack.posted("D1")
    words = " ".join([message["text"], *(str(block) for block in message["blocks"])])
    for sentence in ("Owners add seats under Billing.", "A seat costs EUR 9", "Shall I do it?"):
        assert words.count(sentence) in (1, 2)
    assert (message["ts"], message["streaming"]) == (sent.message_id, False)
    assert await channel.find(place("D1:20.0"), "delivery-1") == sent


async def test_when_even_the_end_fails_nobody_knows(side: Side, channel: SlackChannel) -> None:
    side.slack.fail("chat.appendStream", *[Fault(status=500)] * 9)
    side.slack.fail("chat.update", *[Fault(status=500)] * 9)
    with pytest.raises(Unclear):
        await channel.send(answer())


async def test_all_words_delivered_is_delivered(side: Side, channel: SlackChannel) -> None:
    side.slack.fail("chat.stopStream", *[Fault(error="internal_error")] * 9)
    side.slack.fail("chat.update", *[Fault(error="cant_update_message")] * 9)
    assert (await channel.send(answer())).message_id == side.slack.posted("D1")[0]["ts"]


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [(Fault(status=429, retry_after="2"), NotSent), (Fault(status=500), Unclear), (Fault(cut=True), Unclear)],
)
async def test_before_the_first_word_failures_are_told(
    side: Side, channel: SlackChannel, fault: Fault, meaning: type[Exception]
) -> None:
    side.slack.fail("chat.startStream", fault)
    with pytest.raises(meaning):
        await channel.send(answer())
    side.slack.fail("chat.postMessage", fault)
    with pytest.raises(meaning):
        await channel.send(answer("D1"))
    assert side.slack.posted("D1") == []


async def test_what_slack_refuses_is_refused(side: Side, channel: SlackChannel) -> None:
    side.slack.channels = set()
    with pytest.raises(Refused, match="channel_not_found"):
        await channel.send(answer())
    side.slack.workspaces.clear()
    with pytest.raises(Refused, match="invalid_auth"):
        await channel.send(answer("D1"))


async def test_a_card_is_a_message_of_its_own_and_is_closed(side: Side, channel: SlackChannel) -> None:
    sent = await channel.send(answer(card=CARD))
    first, second = side.slack.posted("D1")
    assert sent == Sent(message_id=first["ts"], card_message_id=second["ts"])
    assert [button["value"] for button in second["blocks"][-1]["elements"]] == ["card-1", "card-1"]
    assert await channel.find(place("D1:20.0"), "delivery-1") == sent
    at = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
    closing = Closing(ref=place("D1:20.0"), message_id=second["ts"], card=CARD, choice="confirm", by="Ann Lee", at=at)
    for _ in range(2):
        await channel.close_card(closing)
    closed = side.slack.posted("D1")[1]
    assert "actions" not in {block["type"] for block in closed["blocks"]}
    assert "Confirmed by Ann Lee, <!date^" in closed["blocks"][1]["text"]["text"]
    assert "Confirmed by Ann Lee, <!date^" in closed["text"]
    assert side.slack.posted("D1")[0] == first


async def test_closing_a_card_that_is_gone_is_done_and_an_unclear_edit_is_tried_again(side: Side, channel: SlackChannel) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    await channel.close_card(Closing(ref=place("D1"), message_id="1.0", card=CARD, choice="cancel", by="", at=at))
    side.slack.fail("chat.update", Fault(status=500))
    with pytest.raises(NotSent):
        await channel.close_card(Closing(ref=place("D1"), message_id="1.0", card=CARD, choice="cancel", by="", at=at))


async def test_a_card_alone(side: Side, channel: SlackChannel) -> None:
    sent = await channel.send(outgoing(card=CARD))
    assert sent == Sent(message_id=side.slack.posted("D1")[0]["ts"])
    assert await channel.find(place("D1:20.0"), "delivery-1") == sent


async def test_the_card_waits_for_slack_after_the_words_were_read(side: Side, channel: SlackChannel, waited: list[float]) -> None:
    side.slack.fail("chat.postMessage", Fault(status=429, retry_after="4"), Fault(status=429))
    await channel.send(answer(card=CARD))
    assert waited == [4.0, 1.0]
    side.slack.fail("chat.postMessage", Fault(error="restricted_action"))
    with pytest.raises(Unclear):
        await channel.send(answer(card=CARD))


async def test_a_person_speaks_under_their_own_name(side: Side, channel: SlackChannel) -> None:
    said = outgoing(sentences=(Sentence(text="I'll look into it."),), author=Author.AGENT, author_name="Mara")
    await channel.send(said)
    [message] = side.slack.posted("D1")
    assert message["username"] == "Mara (Halcyon)"
    assert "Mara is a person on the team of Halcyon" in str(message["blocks"])
    side.slack.workspaces = {"xoxb-halcyon": Workspace(scopes=frozenset({"chat:write"}))}
    for _ in range(2):
        await channel.send(said)
    assert [each.get("username") for each in side.slack.posted("D1")] == ["Mara (Halcyon)", None, None]
    assert len(side.slack.of("chat.postMessage")) == 4


@pytest.mark.parametrize("conversation", ["D1:20.0", "D1"])
async def test_where_slack_has_no_feedback_pair_plain_buttons_ask(side: Side, channel: SlackChannel, conversation: str) -> None:
    side.slack.refused_blocks |= {"context_actions"}
    for _ in range(2):
        await channel.send(answer(conversation))
    for message in side.slack.posted("D1"):
        assert [button["value"] for button in message["blocks"][-1]["elements"]] == ["helped", "not_helped"]


async def test_over_long_text_is_split_and_nothing_is_lost(side: Side, channel: SlackChannel) -> None:
    words = [f"word{number}" for number in range(9_000)]
    sentences = tuple(Sentence(text=" ".join(words[start : start + 1_000]) + ".") for start in range(0, 9_000, 1_000))
    sent = await channel.send(outgoing(sentences=sentences, receipt=RECEIPT, ends_reply=True))
    posted = side.slack.posted("D1")
    assert len(posted) > 3
    shown = " ".join(block["text"]["text"] for each in posted for block in each["blocks"] if "text" in block)
    assert [word for word in shown.replace(".", "").split() if word.startswith("word")] == words
    assert sent.message_id == posted[0]["ts"]
    assert await channel.find(place("D1:20.0"), "delivery-1") == sent


async def test_a_part_that_is_missing_is_not_found(side: Side, channel: SlackChannel) -> None:
    await channel.send(answer("D1", card=CARD))
    assert await channel.find(place("D1"), "delivery-1") is not None
    side.slack.messages.pop(("D1", side.slack.posted("D1")[1]["ts"]))
    assert await channel.find(place("D1"), "delivery-1") is None
    with pytest.raises(NotFound):
        await channel.find(place("D1"), "delivery-2")
    side.slack.fail("conversations.history", Fault(status=500))
    assert await channel.find(place("D1"), "delivery-1") is None


async def test_what_may_be_the_beginning_of_it_leaves_it_open(side: Side, channel: SlackChannel) -> None:
    client: Any = await side.out.workspaces.client("T0HALCYON")
    await client.api_call("chat.postMessage", json={"channel": "D1", "text": "Owners add"})
    assert await channel.find(place("D1"), "delivery-1") is None


async def test_a_delivery_is_found_behind_many_others(side: Side, channel: SlackChannel) -> None:
    sent = await channel.send(outgoing("D1", sentences=ANSWER[:1]))
    client: Any = await side.out.workspaces.client("T0HALCYON")
    await asyncio.gather(*(client.api_call("chat.postMessage", json={"channel": "D1", "text": "x"}) for _ in range(120)))
    assert await channel.find(place("D1"), "delivery-1") == sent


async def test_activity_is_shown_in_threads_and_never_fails(side: Side, channel: SlackChannel) -> None:
    await channel.show_activity(place("D1:20.0"), "is reading your message")
    await channel.show_activity(place("D1"), "is reading your message")
    side.slack.fail("assistant.threads.setStatus", Fault(status=500))
    await channel.show_activity(place("D1:20.0"), "")
    assert [call.params["status"] for call in side.slack.of("assistant.threads.setStatus")] == ["is reading your message", ""]


async def test_who_isnt_verified_is_given_a_button(side: Side, channel: SlackChannel) -> None:
    said = Sentence(text="I need to verify you first.", approved="verify.first")
    await channel.send(outgoing("D1", sentences=(said,), ends_reply=True, language="de"))
    [message] = side.slack.posted("D1")
    button: dict[str, Any] = message["blocks"][-1]["elements"][0]
    assert (button["action_id"], button["text"]["text"]) == ("identity:start", "Identität bestätigen")
