"""What agents type: notes in threads, commands, questions in private, shortcuts; and that a note never reaches a customer."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Unavailable
from handoff.desk.views import AnswerView
from tests.fakes.scripted_desk import BEA, NOON, a_case, a_line, a_suggestion
from tests.fakes.slack_api import Fault
from tests.fakes.slack_events import command, event_callback, message, message_changed, message_deleted, shortcut
from tests.unit.bot.channels.slack_desk.world import QUEUE, Acks, World, world

HELD = a_case(state="claimed", owner_id="sam", owner="Sam Okoro", claimed_at=NOON)


@pytest.fixture
async def held(desk: World) -> World:
    desk.script.cases["case-1"] = HELD
    await desk.surface.show_case(HELD)
    return desk


async def typed(desk: World, event: dict[str, Any], event_id: str = "") -> Acks:
    ack = Acks(desk.script)
    await desk.agents.on_message(ack, event_callback(event, event_id=event_id), desk.client)
    return ack


def in_thread(desk: World, text: str, *, user: str = "USAM", **more: Any) -> dict[str, Any]:
    return message(text, user=user, channel=QUEUE, thread_ts=desk.card["ts"], **more)


async def say(desk: World, text: str, *, user: str = "USAM", channel: str = "C1") -> str:
    await desk.agents.on_command(
        Acks(desk.script), command(text, user=user, channel=channel, response_url=desk.slack.response_url("cmd")), desk.client
    )
    return str(desk.slack.responses[-1][1]["blocks"])


async def test_what_is_typed_in_a_thread_is_a_note_before_it_is_acknowledged(held: World) -> None:
    ack = await typed(held, in_thread(held, "She is upset &amp; right, see <https://x.example|this>", ts="1770000900.1"))
    assert held.script.called("cases.note") == [
        ("case-1", "sam", "She is upset & right, see this (https://x.example)", "1770000900.1")
    ]
    assert ack.calls_before >= 1
    assert [call.params["name"] for call in held.slack.of("reactions.add")] == ["lock"]


async def test_a_note_that_comes_again_is_one_note_and_is_not_posted_again(held: World) -> None:
    event = in_thread(held, "Be gentle.")
    for _ in range(3):
        await typed(held, event)
    assert len(held.script.notes) == 1
    await held.surface.show_line(HELD, held.script.lines[-1])
    assert held.thread() == []
    await held.surface.show_line(
        HELD, a_line(position=99, kind=held.script.lines[-1].kind, author="Bea", text="From the console.")
    )
    assert len(held.thread()) == 1


async def test_a_note_that_could_not_be_kept_is_not_acknowledged(held: World) -> None:
    held.script.fails["cases.note"] = Unavailable("busy")
    ack = Acks(held.script)
    with pytest.raises(Unavailable):
        await held.agents.on_message(ack, event_callback(in_thread(held, "Be gentle.")), held.client)
    assert ack.answers == []


async def test_a_note_that_is_refused_is_told_in_words(held: World) -> None:
    held.script.fails["cases.note"] = Conflict("This case is resolved already.")
    ack = await typed(held, in_thread(held, "Too late"))
    assert len(ack.answers) == 1
    assert "This was not noted. This case is resolved already." in str(held.slack.ephemerals[-1]["blocks"])


async def test_without_the_right_to_react_the_tick_is_a_word(held: World) -> None:
    held.slack.fail("reactions.add", Fault(error="already_reacted"), Fault(error="missing_scope"))
    await typed(held, in_thread(held, "One"))
    assert held.slack.ephemerals == []
    await typed(held, in_thread(held, "Two"))
    assert "Noted, internal." in str(held.slack.ephemerals[-1]["blocks"])


async def test_a_corrected_note_is_a_second_note(held: World) -> None:
    first = in_thread(held, "Refund 10")
    await typed(held, first)
    await typed(held, message_changed(first, "Refund 100"))
    await typed(held, message_changed(first, "Refund 10"))
    await typed(held, message_deleted(first))
    assert list(held.script.notes.values()) == ["Refund 10", "Corrected: Refund 100"]


async def test_what_others_type_in_a_thread_is_taken_by_nobody(held: World) -> None:
    await typed(held, in_thread(held, "Hello?", user="USTRANGER"))
    assert held.script.notes == {}
    assert "support desk" in str(held.slack.ephemerals[-1]["blocks"])


@pytest.mark.parametrize(
    "more", [{"thread_ts": ""}, {"thread_ts": "1.1"}, {"bot_id": "B1"}, {"subtype": "channel_join"}, {"text": ""}]
)
async def test_all_else_in_the_channel_is_left_alone(held: World, more: dict[str, str]) -> None:
    event = in_thread(held, "Lunch?") | more
    ack = await typed(held, event)
    assert len(ack.answers) == 1
    assert held.script.calls == []


async def test_a_question_in_private_is_answered_once(desk: World) -> None:
    event = message("When are refunds paid?", user="USAM", channel="D1")
    for _ in range(2):
        await typed(desk, event, event_id="Ev1")
    assert desk.script.called("asking.ask") == [("When are refunds paid?", "sam")]
    assert len(desk.slack.posted("D1")) == 1
    await typed(desk, message("case", user="USAM", channel="D1", thread_ts="1.2"))
    assert "You hold no case" in str(desk.slack.posted("D1")[-1]["blocks"])
    assert desk.slack.posted("D1")[-1]["thread_ts"] == "1.2"


async def test_a_mention_is_answered_once_and_privately(held: World) -> None:
    event = message("<@U0BOT> When are refunds paid?", user="USAM", channel="C1") | {"type": "app_mention"}
    for _ in range(2):
        await typed(held, event, event_id="Ev7")
    assert held.script.called("asking.ask") == [("When are refunds paid?", "sam")]
    assert [each["channel"] for each in held.slack.ephemerals] == ["C1"]
    await typed(held, event | {"user": "USTRANGER"}, event_id="Ev8")
    assert "support desk" in str(held.slack.ephemerals[-1]["blocks"])


async def test_a_mention_in_a_thread_is_one_note(held: World) -> None:
    said = in_thread(held, "<@U0BOT> look at this")
    await typed(held, said)
    await typed(held, said | {"type": "app_mention"})
    assert list(held.script.notes.values()) == ["@U0BOT look at this"]


async def test_ask_is_answered_to_the_one_who_asked(desk: World) -> None:
    assert "Five days." in await say(desk, "ask When are refunds paid?")
    assert desk.slack.responses[-1][1]["response_type"] == "ephemeral"
    assert desk.slack.messages == {}
    desk.script.answer = AnswerView(text="", citations=(), confidence=0.1, sure=False)
    assert "Nothing certain" in await say(desk, "ask Why?")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "/rapport ask"),
        ("help", "/rapport customer"),
        ("ask", "Say what you want to know"),
        ("customer", "Say which customer"),
        ("customer Northwind", "48 of 50"),
        ("case case-1", "Asked for a person"),
        ("case nine", "There is no such case"),
        ("case", "You hold no case"),
        ("queue", "queue here"),
        ("dance", "/rapport ask"),
    ],
)
async def test_commands_answer_in_words(desk: World, line: str, words: str) -> None:
    assert words in await say(desk, line)


async def test_my_cases_are_listed(held: World) -> None:
    listed = await say(held, "case")
    assert "Dana Reyes" in listed
    assert "case-1" in listed


async def test_queue_here_moves_the_queue(desk: World) -> None:
    assert "direct message" in await say(desk, "queue here", channel="D1")
    desk.slack.channels = {QUEUE}
    assert "invite the app" in await say(desk, "queue here", channel="C0NEW")
    assert desk.places.places == {}
    desk.slack.channels = {"C0NEW"}
    await say(desk, "queue here", channel="C0NEW")
    await desk.surface.show_case(a_case())
    assert len(desk.slack.posted("C0NEW")) == 2


async def test_commands_are_for_agents_and_a_code_makes_one(desk: World) -> None:
    assert "support desk" in await say(desk, "queue here", user="UNEW")
    assert desk.places.places == {}
    desk.people.codes["123456"] = BEA
    assert "proves nothing" in await say(desk, "connect 000000", user="UNEW")
    assert "Bea Lindgren" in await say(desk, "connect 123456", user="UNEW")
    assert "48 of 50" in await say(desk, "customer Northwind", user="UNEW")


async def test_without_an_address_a_command_is_answered_in_the_channel(desk: World) -> None:
    desk.slack.fail("response_url", Fault(status=404))
    await desk.agents.on_command(
        Acks(desk.script), command("help", user="USAM", response_url=desk.slack.response_url()), desk.client
    )
    assert "/rapport ask" in str(desk.slack.ephemerals[-1]["blocks"])


async def test_draft_a_reply_from_a_message(held: World) -> None:
    body = shortcut("desk:draft", user="USAM", channel="C1", text="When is it paid?")
    await held.agents.on_shortcut(Acks(held.script), body, held.client)
    assert held.script.called("asking.draft") == [("When is it paid?", "sam", None)]
    assert "submit" not in held.dialog
    body = shortcut("desk:draft", user="USAM", channel=QUEUE, text="When is it paid?")
    body["message"]["thread_ts"] = held.card["ts"]
    await held.agents.on_shortcut(Acks(held.script), body, held.client)
    assert held.script.called("asking.draft")[-1] == ("When is it paid?", "sam", "case-1")
    reply = (await held.submit(held.dialog)).answers[0]["view"]
    assert reply["callback_id"] == "desk:reply"
    assert held.script.sent == []


STEPS = st.lists(
    st.sampled_from(
        ["note", "correct", "reply", "send", "draft", "edit", "shorter", "hand", "claim", "resolve", "ask", "private"]
    ),
    max_size=14,
)


async def reached_by(steps: list[str]) -> tuple[list[str], list[str]]:
    """What was noted and what was sent to the customer when an agent does this; every text says what it was typed as."""
    async with world() as desk:
        desk.script.cases["case-1"] = HELD
        desk.script.suggestions["sug-1"] = a_suggestion(text="Drafted words. And more.")
        await desk.surface.show_case(HELD)
        last = in_thread(desk, "NOTE zero")
        for number, step in enumerate(steps):
            if step == "note":
                last = in_thread(desk, f"NOTE {number}")
                await typed(desk, last)
            elif step == "correct":
                await typed(desk, message_changed(last, f"NOTE corrected {number}"))
            elif step == "ask":
                await say(desk, f"ask NOTE {number}")
            elif step == "private":
                await typed(desk, message(f"NOTE private {number}", user="USAM", channel="D1"))
            else:
                await act(desk, step, number)
        return list(desk.script.notes.values()), desk.script.sent


async def act(desk: World, step: str, number: int) -> None:
    presses = {
        "reply": ("desk:case:reply", "case-1"),
        "draft": ("desk:draft:send", "sug-1|case-1|"),
        "edit": ("desk:draft:edit", "sug-1|case-1|"),
        "shorter": ("desk:draft:shorter", "sug-1|case-1|"),
        "claim": ("desk:case:claim", "case-1"),
        "hand": ("desk:case:more", "hand|case-1"),
        "resolve": ("desk:case:resolve", "case-1"),
    }
    if step in presses:
        await desk.press(*presses[step], private=step in ("draft", "edit", "shorter"))
    if not desk.slack.views:
        return
    dialog = desk.dialog
    if "submit" in dialog:
        ack = await desk.submit(dialog, text=f"REPLY {number}", summary=f"NOTE summary {number}", to="queue")
        shown = ack.answers[0].get("view", {})
        if step == "send" and "submit" in shown:
            await desk.submit({**shown, "id": dialog["id"]})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
async def test_a_note_never_reaches_a_customer(steps: list[str]) -> None:
    _, sent = await reached_by(steps)
    assert [text for text in sent if "NOTE" in text] == []


async def test_replies_do_reach_the_customer_on_the_same_way() -> None:
    noted, sent = await reached_by(["note", "reply", "send", "correct"])
    assert noted == ["NOTE 0", "Corrected: NOTE corrected 3"]
    assert sent == ["REPLY 2"]


async def test_a_leaking_desk_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.slack_desk.notes import Notes

    async def leaking(self: Any, ack: Any, noted: Any, case_id: str, agent: Any, client: Any) -> None:
        desk = self._side.desk
        await desk.replies.send((await desk.replies.preview(case_id, agent, noted.text)).token, agent, noted.text)
        await ack()

    monkeypatch.setattr(Notes, "take", leaking)
    assert [text for text in (await reached_by(["note"]))[1] if "NOTE" in text] == ["NOTE 0"]
