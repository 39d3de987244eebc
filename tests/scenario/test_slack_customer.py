"""Customers in Slack: answered where they write, known when they have proved it, served once whatever comes twice."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.channels.slack import blocks, modals
from core.events import Event
from core.language import Understanding, UnderstandRequest
from memory.tables import Conversation
from tests.fakes.model import Meant
from tests.fakes.slack_events import (
    app_home_opened,
    assistant_thread_started,
    event_callback,
    message,
    message_changed,
    message_deleted,
)
from tests.scenario.slack_world import MARCUS, NOBODY, ROSA, SlackWorld, buttons_of, direct, words_of

PASSWORD = "How many characters must a password have?"
CREDIT = "Please give me a credit of 20 USD for yesterday."
GIVES_CREDIT = Meant(intent="give_credit", slots={"amount": "20 USD"})
PERSON = "I want to talk to a person."
WANTS_PERSON = Meant(intent="none", triage="asked_for_human")
ACK_MS = 300


def hold_up(world: SlackWorld, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Makes the model take as long as the test wants."""
    gate, understand = asyncio.Event(), world.model.understand

    async def slowly(request: UnderstandRequest) -> Understanding:
        await gate.wait()
        return await understand(request)

    monkeypatch.setattr(world.model, "understand", slowly)
    return gate


async def journalled(world: SlackWorld, conversation: Conversation) -> list[Event]:
    journal, tenant = world.house.journal, world.house.tenant.id
    return await world.house.database.read(lambda conn: journal.of_conversation(conn, tenant, conversation.id))


async def test_a_question_in_a_direct_message_is_answered_with_numbered_sources(slack: SlackWorld) -> None:
    await slack.writes(ROSA, PASSWORD)
    told = await slack.reads(direct(ROSA), "12 characters", "1. Password length")
    assert "/help/passwords-and-sessions?start=" in words_of(told)
    assert "|[1]>" in words_of(told)
    assert not told.get("thread_ts")
    assert slack.slack.of("chat.startStream") == []


async def test_the_assistant_pane_greets_names_the_thread_and_streams(slack: SlackWorld) -> None:
    opened = assistant_thread_started(user=ROSA, channel=direct(ROSA))
    root = opened["assistant_thread"]["thread_ts"]
    await slack.sends(event_callback(opened))
    await slack.sees(lambda: slack.slack.of("assistant.threads.setSuggestedPrompts") or None)
    slack.model.meanings["What do I have?"] = Meant(intent="get_account")
    await slack.writes(ROSA, "What do I have?", thread_ts=root)
    told = await slack.reads(direct(ROSA), "Team", thread=root, after=1)
    assert told["thread_ts"] == root
    assert slack.slack.of("chat.startStream"), "an answer of several sentences is streamed in a thread"
    assert slack.slack.of("chat.stopStream")[0].params["channel"] == direct(ROSA)
    assert slack.slack.of("assistant.threads.setStatus")[0].params["status"] == "is reading your message"
    titles = [call.params["title"] for call in slack.slack.of("assistant.threads.setTitle")]
    assert titles == ["What do I have?"]


async def test_a_stranger_proves_who_they_are_and_gets_their_credit_once(slack: SlackWorld) -> None:
    slack.model.meanings[CREDIT] = GIVES_CREDIT
    await slack.writes(MARCUS, CREDIT)
    asked = await slack.reads(direct(MARCUS), "verify you first")
    label = next(iter(buttons_of(asked)))
    assert label in words_of(asked["blocks"][0]), "the words name the button as it is called"
    await slack.presses(MARCUS, direct(MARCUS), asked, label)
    window = await slack.sees(lambda: next(iter(slack.slack.views.values()), None))
    coded = await slack.submits(MARCUS, window, {modals.EMAIL_BLOCK: "marcus@pinecrest.example"})
    code = await slack.code_mailed("marcus@pinecrest.example")
    wrong = await slack.submits(MARCUS, coded, {modals.CODE_BLOCK: "000000" if code != "000000" else "000001"})
    assert wrong["response_action"] == "errors"
    done = await slack.submits(MARCUS, coded, {modals.CODE_BLOCK: code})
    assert modals.DONE in words_of(done)
    await slack.writes(MARCUS, CREDIT)
    card = await slack.reads(direct(MARCUS), "Credit", "20.00")
    assert set(buttons_of(card)) >= {"Cancel"}
    await presses_twice(slack, MARCUS, card)


async def presses_twice(slack: SlackWorld, user: str, card: Mapping[str, Any]) -> None:
    """Confirms a credit of 20, by two fingers and with redelivery."""
    confirm = next(label for label, each in buttons_of(card).items() if each["action_id"] == blocks.CONFIRM_ID)
    await slack.presses(user, direct(user), card, confirm)
    await slack.presses(user, direct(user), card, confirm)
    await slack.reads(direct(user), "Receipt", "20.00")
    closed = await slack.reads(direct(user), "Confirmed by")
    assert closed["ts"] == card["ts"]
    assert buttons_of(closed) == {}
    assert "<!date^" in words_of(closed)
    await slack.quiet()
    assert await slack.credits("ACC-002" if user == MARCUS else "ACC-003") == [2000]
    receipts = [each for each in slack.messages(direct(user)) if "*Receipt*" in words_of(each)]
    assert len(receipts) == 1


async def test_somebody_with_a_trusted_address_needs_no_code(slack: SlackWorld) -> None:
    slack.model.meanings[CREDIT] = GIVES_CREDIT
    await slack.writes(ROSA, CREDIT)
    card = await slack.reads(direct(ROSA), "Credit", "20.00")
    assert "Rosa Delgado" not in words_of(card)
    await presses_twice(slack, ROSA, card)
    closed = await slack.reads(direct(ROSA), "Confirmed by")
    assert "Rosa Delgado" in words_of(closed)


async def test_a_mention_is_answered_in_its_thread_and_so_is_what_follows_without_one(slack: SlackWorld) -> None:
    spoken = await slack.mentions(ROSA, "C0SHARED", PASSWORD)
    first = await slack.reads("C0SHARED", "12 characters")
    assert first["thread_ts"] == spoken["ts"]
    await slack.types(ROSA, "C0SHARED", spoken["ts"], "How long am I signed in?")
    await slack.reads("C0SHARED", "signed in", after=1, thread=spoken["ts"])
    await slack.sends(event_callback(message("Lunch?", user=ROSA, channel="C0SHARED")))
    await slack.quiet()
    assert len(slack.messages("C0SHARED")) == 2, "a mention told of twice is one message, and talk beside it is none of ours"


async def test_account_data_is_not_said_where_others_read(slack: SlackWorld) -> None:
    slack.model.meanings |= {"Show our account.": Meant(intent="get_account"), CREDIT: GIVES_CREDIT}
    spoken = await slack.mentions(ROSA, "C0SHARED", "Show our account.")
    refused = await slack.reads("C0SHARED", "direct message")
    assert refused["thread_ts"] == spoken["ts"]
    assert buttons_of(refused) == {}
    await slack.types(ROSA, "C0SHARED", spoken["ts"], CREDIT)
    await slack.reads("C0SHARED", "direct message", after=1)
    said = " ".join(words_of(each) for each in slack.messages("C0SHARED"))
    assert "Lumen" not in said


async def test_a_file_is_declined_and_the_words_beside_it_are_answered(slack: SlackWorld) -> None:
    with_file = message(PASSWORD, user=ROSA, channel=direct(ROSA), subtype="file_share", files=[{"id": "F1"}])
    for retry in range(3):
        await slack.sends(event_callback(with_file, event_id="EvFile"), retry=retry)
    await slack.reads(direct(ROSA), "can't open files")
    await slack.reads(direct(ROSA), "12 characters")
    await slack.quiet()
    assert len(slack.messages(direct(ROSA))) == 2


async def test_a_changed_question_is_answered_as_changed_and_one_taken_back_not_at_all(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_up(slack, monkeypatch)
    asked = await slack.writes(ROSA, "How long am I signed in?")
    withdrawn = await slack.writes(MARCUS, "How long am I signed in?")
    await slack.sends(event_callback(message_changed(asked, PASSWORD)))
    await slack.sends(event_callback(message_deleted(withdrawn)))
    gate.set()
    await slack.reads(direct(ROSA), "12 characters")
    await slack.quiet()
    assert len(slack.messages(direct(ROSA))) == 1
    assert slack.messages(direct(MARCUS)) == []


async def test_the_wish_for_a_person_opens_a_case_and_says_so(slack: SlackWorld) -> None:
    slack.model.meanings[PERSON] = WANTS_PERSON
    await slack.writes(ROSA, PERSON)
    told = await slack.reads(direct(ROSA), "person")
    case = await slack.case(slack.ref(ROSA))
    assert case.reason == "asked_for_human"
    assert "handing" in words_of(told) or "colleague" in words_of(told) or "person" in words_of(told)


async def test_feedback_counts_once(slack: SlackWorld) -> None:
    await slack.writes(ROSA, PASSWORD)
    told = await slack.reads(direct(ROSA), "12 characters")
    await slack.quiet()
    await slack.presses(ROSA, direct(ROSA), told, "This helped")
    await slack.presses(ROSA, direct(ROSA), told, "This didn't help")
    conversation = await slack.conversation(slack.ref(ROSA))
    rated = [each.data for each in await journalled(slack, conversation) if each.type == "answer.rated"]
    assert [each["helpful"] for each in rated] == [True]


async def test_a_text_that_is_too_long_is_declined_politely(slack: SlackWorld) -> None:
    await slack.writes(ROSA, "long " * 900)
    await slack.reads(direct(ROSA), "4,000 characters", "shorten")


async def test_everything_is_acknowledged_before_the_model_answers_and_once(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_up(slack, monkeypatch)
    asked = event_callback(message(PASSWORD, user=ROSA, channel=direct(ROSA)), event_id="EvOnce")
    for retry in range(4):
        answered = await slack.sends(asked, retry=retry)
        assert answered.ms < ACK_MS
    assert slack.messages(direct(ROSA)) == []
    gate.set()
    await slack.reads(direct(ROSA), "12 characters")
    await slack.sends(asked, retry=4)
    await slack.quiet()
    assert len(slack.messages(direct(ROSA))) == 1


async def test_what_the_assistant_is_down_for_is_told_and_kept_safe(slack: SlackWorld) -> None:
    slack.model.down()
    await slack.writes(ROSA, PASSWORD)
    await slack.reads(direct(ROSA))
    assert "12 characters" not in words_of(slack.messages(direct(ROSA))[0])


async def test_a_customers_home_tab_shows_how_to_begin(slack: SlackWorld) -> None:
    await slack.sends(event_callback(app_home_opened(user=NOBODY, channel=direct(NOBODY))))
    home = await slack.sees(lambda: slack.slack.homes.get(NOBODY))
    assert "Halcyon" in words_of(home)
