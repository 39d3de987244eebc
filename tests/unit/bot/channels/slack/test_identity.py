"""Proving who one is: by the button and its windows, and by words."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.slack import identity, modals
from core.database import Database
from core.errors import BadInput
from tests.fakes import slack_events as events
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_limits import view_faults
from tests.fakes.slack_side import Side, opened


def filled(block: str, value: str) -> dict[str, dict[str, Any]]:
    return {block: {modals.VALUE: {"type": "plain_text_input", "value": value}}}


async def test_from_the_button_to_the_proof(side: Side) -> None:
    await side.http.send(events.block_actions({"action_id": "identity:start", "value": "verify"}))
    await side.settled()
    [view] = side.slack.views.values()
    assert view["callback_id"] == modals.EMAIL_ID
    answer = await side.http.send(events.view_submission(modals.EMAIL_ID, filled("email", "ann@acme.example")))
    assert (answer.body["response_action"], answer.body["view"]["callback_id"]) == ("update", modals.CODE_ID)
    assert side.links.asked == [("U1", "ann@acme.example")]
    wrong = await side.http.send(events.view_submission(modals.CODE_ID, filled("code", "000000")))
    assert wrong.body["errors"] == {"code": modals.WRONG}
    right = await side.http.send(events.view_submission(modals.CODE_ID, filled("code", "123456")))
    assert right.body["view"]["callback_id"] == modals.DONE_ID
    assert side.links.proved == ["U1"]


async def test_a_bad_address_is_told_at_the_field(side: Side) -> None:
    side.links.refusal = BadInput("That is not an e-mail address.")
    answer = await side.http.send(events.view_submission(modals.EMAIL_ID, filled("email", "ann")))
    assert answer.body == {"response_action": "errors", "errors": {"email": "That is not an e-mail address."}}


async def test_a_slow_mail_holds_no_window_up(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "PATIENCE_S", 0.01)
    side.links.gate = asyncio.Event()
    body = events.view_submission(modals.EMAIL_ID, filled("email", "ann@acme.example"))
    side.slack.views[body["view"]["id"]] = {"id": body["view"]["id"], "hash": "h1"}
    answer = await side.http.send(body)
    assert modals.SENT in str(answer.body["view"]["blocks"])
    side.links.gate.set()
    await side.settled()
    assert "a code is on its way" in str(side.slack.views[body["view"]["id"]]["blocks"])


async def test_words_in_a_direct_message_work_too(side: Side) -> None:
    await side.http.event(events.message("Link <mailto:ann@acme.example|ann@acme.example>"), event_id="Ev1")
    await side.http.event(events.message("Link <mailto:ann@acme.example|ann@acme.example>"), event_id="Ev1", retry=1)
    await side.http.event(events.message("123456"), event_id="Ev2")
    await side.http.event(events.message("123456"), event_id="Ev2", retry=1)
    await side.settled()
    assert side.links.asked == [("U1", "ann@acme.example")]
    assert (side.links.proved, side.reception.arrivals) == (["U1"], [])
    assert [each["text"] for each in side.slack.posted("D1")][-1] == modals.DONE


async def test_a_wrong_code_is_told_to_somebody_who_asked_for_one(side: Side) -> None:
    await side.http.event(events.message("link ann@acme.example"), event_id="Ev1")
    for retry in (0, 1):
        await side.http.event(events.message("654321", ts="30.0"), event_id="Ev2", retry=retry)
        await side.settled()
    await side.http.event(events.message("654321", user="U2", channel="D2"))
    await side.http.event(events.message("123456"))
    await side.settled()
    assert [each["text"] for each in side.slack.posted("D1")].count(modals.WRONG_HERE) == 1
    await side.http.event(events.message("654321"))
    assert [text for _, text in side.reception.said] == ["654321", "654321"]


async def test_six_digits_that_prove_nothing_are_a_message(side: Side) -> None:
    await side.http.event(events.message("654321"))
    await side.http.event(events.message("please link me@example.com to it"))
    assert [text for _, text in side.reception.said] == ["654321", "please link me@example.com to it"]
    assert side.links.asked == []


async def test_an_invitation_is_taken_and_a_wrong_one_is_told(side: Side) -> None:
    side.links.code = "ABCDE-12345"
    await side.http.event(events.message("link ABCDE-12345"))
    await side.http.event(events.message("link ABCDE-99999"))
    await side.settled()
    assert side.links.proved == ["U1"]
    assert [each["text"] for each in side.slack.posted("D1")] == [modals.DONE, modals.WRONG_HERE]


async def test_nothing_is_linked_by_words_in_a_channel(side: Side) -> None:
    await side.http.event(events.app_mention("link me@example.com"))
    assert (side.links.asked, len(side.reception.arrivals)) == ([], 1)


def test_the_windows_are_within_the_limits() -> None:
    for view in (modals.email_view("m"), modals.code_view("x" * 5_000), modals.done_view()):
        assert view_faults(view) == []
    assert view_faults(modals.home_view("A & B", "the assistant", ["q" * 900] * 9)) == []


@pytest.fixture
async def pane(slack: FakeSlack, database: Database) -> AsyncIterator[Side]:
    made = await opened(slack, database)
    yield made
    await made.close()


async def test_the_pane_greets_once_and_offers_questions(pane: Side) -> None:
    started = events.assistant_thread_started(thread_ts="20.0")
    await pane.http.event(started, event_id="Ev1")
    await pane.http.event(started, event_id="Ev1", retry=1)
    await pane.settled()
    [prompts] = pane.slack.of("assistant.threads.setSuggestedPrompts")
    assert [each["message"] for each in prompts.params["prompts"]] == list(pane.settings.starters)
    [hello] = pane.slack.of("chat.postMessage")
    assert (hello.params["thread_ts"], "AI assistant" in hello.params["text"]) == ("20.0", True)


async def test_a_pane_is_called_by_its_first_words(pane: Side) -> None:
    await pane.http.event(events.assistant_thread_started(thread_ts="20.0"))
    await pane.http.event(events.message("When is my   invoice due?", thread_ts="20.0"))
    await pane.http.event(events.message("and the next?", thread_ts="20.0"))
    await pane.settled()
    assert [call.params["title"] for call in pane.slack.of("assistant.threads.setTitle")] == ["When is my invoice due?"]


async def test_the_home_tab_of_a_customer(pane: Side) -> None:
    await pane.http.event(events.app_home_opened(user="U1"))
    await pane.http.event(events.app_home_opened(user="U2", tab="messages"))
    await pane.settled()
    assert list(pane.slack.homes) == ["U1"]
