"""What agents do with cases: only agents, acknowledged at once, every word to a customer shown before it is sent."""

import asyncio
from typing import Any

import pytest

from bot.channels.slack_desk import answering
from core.errors import BadInput, Unavailable
from core.people import Principal
from handoff.desk.views import Arrived, CaseView, LineKind
from tests.fakes.scripted_desk import INES, NOON, a_delivery, a_line, an_action
from tests.fakes.slack_api import Fault
from tests.fakes.slack_events import block_actions
from tests.unit.bot.channels.slack_desk.world import QUEUE, Acks, World


async def claimed(desk: World) -> None:
    await desk.surface.show_case(desk.script.cases["case-1"])
    await desk.press("desk:case:claim", "case-1")
    desk.script.calls.clear()
    desk.slack.ephemerals.clear()


def told(desk: World) -> str:
    return str(desk.slack.ephemerals[-1]["blocks"])


async def test_claim_says_who_and_how_to_go_on(desk: World) -> None:
    await desk.surface.show_case(desk.script.cases["case-1"])
    ack = await desk.press("desk:case:claim", "case-1")
    assert ack.answers == [{}]
    assert ack.calls_before == 0
    assert "held by Sam Okoro" in str(desk.card["blocks"])
    assert desk.buttons(desk.card) == ["desk:case:reply", "desk:case:actions", "desk:case:resolve", "desk:case:more"]
    assert "press Reply" in told(desk)
    assert desk.slack.ephemerals[-1]["thread_ts"] == desk.card["ts"]


async def test_the_second_to_claim_is_told_who_was_quicker(desk: World) -> None:
    await desk.surface.show_case(desk.script.cases["case-1"])
    await asyncio.gather(desk.press("desk:case:claim", "case-1"), desk.press("desk:case:claim", "case-1", user="UBEA"))
    owner = desk.script.cases["case-1"].owner
    assert f"held by {owner}" in str(desk.card["blocks"])
    assert f"{owner} holds this case" in str(desk.slack.ephemerals)


@pytest.mark.parametrize("action", ["desk:case:claim", "desk:case:reply", "desk:approval:approve", "desk:draft:send"])
async def test_others_are_told_whom_it_is_for(desk: World, action: str) -> None:
    await desk.press(action, "case-1", user="USTRANGER")
    assert desk.script.calls == []
    assert "This is for Halcyon's support desk." in told(desk)
    assert desk.slack.ephemerals[-1]["user"] == "USTRANGER"


async def test_an_agent_of_another_workspace_is_a_stranger(desk: World) -> None:
    await desk.press("desk:case:claim", "case-1", team="T0OTHER")
    assert desk.script.calls == []


async def test_an_agent_whom_slack_confirms_is_known_at_the_first_press(desk: World) -> None:
    desk.people.confirmed["UINES"] = INES
    await desk.press("desk:case:claim", "case-1", user="UINES")
    assert desk.script.called("cases.claim") == [("case-1", "ines")]


async def test_reply_is_written_shown_and_sent(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:reply", "case-1")
    written = desk.dialog
    shown = (await desk.submit(written, text="The second charge *is* refunded.")).answers[0]["view"]
    assert desk.script.sent == []
    assert "The second charge *is* refunded." in str(shown["blocks"])
    assert "Dana Reyes" in str(shown["blocks"])
    assert "web chat" in str(shown["blocks"])
    done = (await desk.submit({**shown, "id": written["id"]})).answers[0]["view"]
    assert desk.script.sent == ["The second charge *is* refunded."]
    assert "submit" not in done
    assert "Sent to the customer" in str(desk.thread()[-1]["blocks"])


async def test_sending_the_same_preview_twice_sends_once(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:reply", "case-1")
    shown = (await desk.submit(desk.dialog, text="Hello")).answers[0]["view"]
    await desk.submit(shown)
    again = (await desk.submit(shown)).answers[0]["view"]
    assert desk.script.sent == ["Hello"]
    assert "look at it again" in str(again["blocks"])


async def test_a_preview_warns(desk: World) -> None:
    await claimed(desk)
    desk.script.warnings = ("Dana wrote meanwhile.",)
    await desk.press("desk:case:reply", "case-1")
    shown = (await desk.submit(desk.dialog, text="Hello")).answers[0]["view"]
    assert "Dana wrote meanwhile." in str(shown["blocks"])


async def test_an_unusable_text_stays_in_the_dialog(desk: World) -> None:
    await claimed(desk)
    desk.script.fails["replies.preview"] = BadInput("The message is empty: write something first.")
    await desk.press("desk:case:reply", "case-1")
    again = (await desk.submit(desk.dialog, text=" hm ")).answers[0]["view"]
    assert again["callback_id"] == "desk:reply"
    assert "write something first" in str(again["blocks"])
    assert again["blocks"][-1]["element"]["initial_value"] == "hm"


async def test_who_does_not_hold_the_case_writes_nothing(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:reply", "case-1", user="UBEA")
    assert "submit" not in desk.dialog
    assert "Sam Okoro holds this case" in str(desk.dialog["blocks"])


async def test_a_slow_desk_is_shown_as_working_and_updated_afterwards(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await claimed(desk)
    monkeypatch.setattr(answering, "PATIENCE_S", 0.0)
    acknowledged, moves = asyncio.Event(), type(desk.script.desk.cases)
    closing, resolve = moves.closing, moves.resolve

    async def slow_closing(self: Any, case_id: str, agent: Principal) -> str:
        await desk.slack.until(lambda: bool(desk.slack.of("views.open")))
        return await closing(self, case_id, agent)

    async def slow_resolve(self: Any, case_id: str, agent: Principal, summary: str) -> CaseView:
        await acknowledged.wait()
        return await resolve(self, case_id, agent, summary)

    monkeypatch.setattr(moves, "closing", slow_closing)
    monkeypatch.setattr(moves, "resolve", slow_resolve)
    await desk.press("desk:case:resolve", "case-1")
    opened, updated = desk.slack.of("views.open")[-1], desk.slack.of("views.update")[-1]
    assert "Working on it" in str(opened.params["view"])
    assert updated.params["view"]["callback_id"] == "desk:resolve"
    ack = await desk.submit(desk.dialog, told=acknowledged, summary="Refunded.")
    assert "Working on it" in str(ack.answers)
    assert "resolved" in str(desk.dialog["blocks"])


async def test_resolve_drafts_the_summary_and_closes(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:resolve", "case-1")
    assert desk.dialog["blocks"][-1]["element"]["initial_value"] == "Refunded the second charge."
    await desk.submit(desk.dialog, summary="Refunded, Dana is content.")
    assert desk.script.called("cases.resolve") == [("case-1", "sam", "Refunded, Dana is content.")]
    assert desk.buttons(desk.card) == []
    assert "resolved by Sam Okoro" in str(desk.card["blocks"])


async def test_hand_over_to_a_colleague_and_into_the_queue(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:more", "hand|case-1", chosen=True)
    options = [each["value"] for each in desk.dialog["blocks"][-1]["element"]["options"]]
    assert options == ["queue", "bea"]
    await desk.submit(desk.dialog, to="bea")
    assert "held by Bea Lindgren" in str(desk.card["blocks"])
    await desk.press("desk:case:more", "hand|case-1", chosen=True, user="UBEA")
    await desk.submit(desk.dialog, to="queue", user="UBEA")
    assert desk.script.cases["case-1"].state == "waiting"
    assert "desk:case:claim" in desk.buttons(desk.card)


async def test_give_back_to_the_bot(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:more", "return|case-1", chosen=True)
    await desk.submit(desk.dialog, note="Only the receipt is missing.")
    assert "given back to the assistant by Sam Okoro" in str(desk.card["blocks"])
    assert desk.buttons(desk.card) == []


@pytest.mark.parametrize("press", [("desk:case:customer", "case-1", False), ("desk:case:more", "customer|case-1", True)])
async def test_the_customer_all_round_is_private(desk: World, press: tuple[str, str, bool]) -> None:
    await claimed(desk)
    before = len(desk.slack.messages)
    await desk.press(press[0], press[1], chosen=press[2])
    assert "48 of 50" in told(desk)
    assert len(desk.slack.messages) == before


async def test_suggested_actions_are_shown_to_the_owner_alone(desk: World) -> None:
    await claimed(desk)
    await desk.press("desk:case:actions", "case-1")
    assert "No action fits" in told(desk)
    desk.script.actions["action-1"] = an_action()
    await desk.press("desk:case:actions", "case-1", user="UBEA")
    assert "Sam Okoro holds this case" in told(desk)
    await desk.press("desk:case:actions", "case-1")
    assert "INV-1042" in told(desk)
    assert desk.slack.ephemerals[-1]["user"] == "USAM"


async def test_a_failed_delivery_is_tried_again(desk: World) -> None:
    await claimed(desk)
    line = a_line(position=6, kind=LineKind.AGENT, text="Hello", arrived=Arrived.FAILED)
    desk.script.lines.append(line)
    await desk.surface.show_line(desk.script.cases["case-1"], line)
    await desk.press("desk:line:again", "case-1|6")
    assert "not waiting to be sent again" in told(desk)
    desk.script.deliveries = {"other": a_delivery(id="other", case_id="case-2"), "del-1": a_delivery()}
    await desk.press("desk:line:again", "case-1|6")
    assert desk.script.called("replies.send_again") == [("del-1", "sam")]


async def test_errors_are_told_in_words_and_privately(desk: World) -> None:
    desk.script.fails["cases.claim"] = Unavailable("The database is busy: try again in a moment.")
    await desk.press("desk:case:claim", "case-1")
    assert "try again in a moment" in told(desk)
    assert desk.slack.messages == {}


async def test_a_slack_that_refuses_everything_breaks_nothing(desk: World) -> None:
    desk.slack.fail("chat.postEphemeral", *[Fault(status=500)] * 9)
    desk.slack.fail("views.open", *[Fault(error="expired_trigger_id")] * 9)
    for action in ("desk:case:claim", "desk:case:reply", "desk:case:actions", "desk:case:customer"):
        ack = await desk.press(action, "case-1")
        assert len(ack.answers) == 1


async def test_an_unknown_button_is_only_acknowledged(desk: World) -> None:
    ack = Acks(desk.script)
    await desk.agents.on_action(ack, block_actions({"action_id": "desk:else", "value": ""}, user="USAM"), desk.client)
    assert len(ack.answers) == 1
    assert desk.slack.calls == []


async def test_a_claim_from_a_private_card_replaces_it(desk: World) -> None:
    await desk.press("desk:case:claim", "case-1", channel="C0ELSE", private=True)
    _, sent = desk.slack.responses[-1]
    assert sent["replace_original"] is True
    assert "held by Sam Okoro" in str(sent["blocks"])
    assert desk.script.cases["case-1"].claimed_at == NOON
    assert "held by Sam Okoro" in str(desk.slack.posted(QUEUE)[0]["blocks"])
