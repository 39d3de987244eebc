"""Drafts and suggested actions: used once, changed, shortened, dismissed, and out of date."""

from typing import Any

import pytest

from bot.channels.slack_desk.draft_card import text_mark
from core.errors import Conflict
from handoff.desk.views import Verdict
from tests.fakes.scripted_desk import NOON, a_case, a_suggestion, an_action
from tests.fakes.slack_api import Fault
from tests.unit.bot.channels.slack_desk.world import World

HELD = a_case(state="claimed", owner_id="sam", owner="Sam Okoro", claimed_at=NOON)
VALUE = f"sug-1|case-1|{text_mark(a_suggestion())}"


@pytest.fixture
async def offered(desk: World) -> World:
    desk.script.cases["case-1"] = HELD
    desk.script.suggestions["sug-1"] = a_suggestion()
    desk.script.actions["action-1"] = an_action()
    await desk.surface.show_suggestion(HELD, a_suggestion())
    return desk


def replaced(desk: World) -> str:
    token, sent = desk.slack.responses[-1]
    assert token.startswith("private-")
    assert sent["replace_original"] is True
    return str(sent["blocks"])


async def test_send_sends_what_stands_on_the_card(offered: World) -> None:
    ack = await offered.press("desk:draft:send", VALUE, private=True)
    assert ack.calls_before == 0
    assert offered.script.sent == [a_suggestion().text]
    assert "You sent this draft." in replaced(offered)
    assert "Sent to the customer" in str(offered.thread()[-1]["blocks"])


async def test_a_draft_is_sent_once(offered: World) -> None:
    await offered.press("desk:draft:send", VALUE, private=True)
    await offered.press("desk:draft:send", VALUE, private=True)
    assert len(offered.script.sent) == 1
    assert "out of date" in replaced(offered)


async def test_shorter_redraws_the_card_and_posts_no_second(offered: World) -> None:
    await offered.press("desk:draft:shorter", VALUE, private=True)
    assert "shortened" in replaced(offered)
    assert "five working days" not in replaced(offered)
    await offered.surface.show_suggestion(HELD, offered.script.suggestions["sug-1"])
    assert len(offered.slack.ephemerals) == 1


async def test_a_card_with_other_words_than_the_draft_sends_nothing(offered: World) -> None:
    offered.slack.fail("response_url", Fault(status=404))
    await offered.press("desk:draft:shorter", VALUE, private=True)
    await offered.press("desk:draft:send", VALUE, private=True)
    assert offered.script.sent == []
    assert "Nothing was sent" in str(offered.slack.ephemerals[-1]["blocks"])
    assert "shortened" in replaced(offered)


async def test_edit_goes_through_the_preview(offered: World) -> None:
    await offered.press("desk:draft:edit", VALUE, private=True)
    assert offered.dialog["blocks"][-1]["element"]["initial_value"] == a_suggestion().text
    shown = (await offered.submit(offered.dialog, text="It is refunded, Dana.")).answers[0]["view"]
    assert "It is refunded, Dana." in str(shown["blocks"])
    assert offered.script.sent == []
    await offered.submit(shown)
    assert offered.script.called("suggestions.send") == [("sug-1", "sam", "It is refunded, Dana.")]
    assert "with changes" in replaced(offered)


async def test_why_shows_what_it_rests_on(offered: World) -> None:
    await offered.press("desk:draft:more", "why|sug-1|case-1", chosen=True, private=True)
    assert "Intent: refund (0.91)" in str(offered.dialog["blocks"])
    assert "Refunds arrive within five working days." in str(offered.dialog["blocks"])


async def test_dismiss_asks_for_a_reason(offered: World) -> None:
    await offered.press("desk:draft:more", "dismiss|sug-1|case-1", chosen=True, private=True)
    await offered.submit(offered.dialog, reason="1", more="The policy changed")
    assert offered.script.called("suggestions.dismiss") == [("sug-1", "sam", "It is wrong or out of date: The policy changed")]
    assert "You dismissed" in replaced(offered)


@pytest.mark.parametrize("action", ["desk:draft:edit", "desk:draft:send", "desk:draft:shorter"])
async def test_a_stale_draft_says_so(offered: World, action: str) -> None:
    offered.script.suggestions["sug-1"] = a_suggestion(state="stale")
    await offered.press(action, VALUE, private=True)
    assert offered.script.sent == []
    assert "out of date" in replaced(offered)


async def test_run_shows_the_receipt_to_all_in_the_thread(offered: World) -> None:
    await offered.press("desk:action:run", "action-1|case-1|Refund an invoice", private=True)
    first, last = (str(sent["blocks"]) for _, sent in offered.slack.responses)
    assert "is running" in first
    assert "RF-1" in last
    assert "desk:action" not in last
    assert "RF-1" in str(offered.thread()[-1]["blocks"])


async def test_an_action_that_is_not_run_says_why(offered: World) -> None:
    offered.script.fails["acting.run"] = Conflict("It has expired: prepare it again.")
    await offered.press("desk:action:run", "action-1|case-1|Refund an invoice", private=True)
    assert "It has expired" in replaced(offered)
    assert offered.thread() == []


async def test_approval_is_asked_for(offered: World) -> None:
    await offered.press("desk:action:approval", "action-1|case-1|Refund an invoice", private=True)
    assert offered.script.called("acting.ask_approval") == [("action-1", "sam")]
    assert "approval was asked for" in str(offered.thread()[-1]["blocks"])


async def test_change_prepares_the_action_anew(offered: World) -> None:
    await offered.press("desk:action:change", 'case-1|refund|{"amount": "90.00"}', private=True)
    fields: dict[str, Any] = {each["block_id"]: each["element"] for each in offered.dialog["blocks"] if "element" in each}
    assert fields["amount"]["initial_value"] == "90.00"
    await offered.submit(offered.dialog, amount="80.00", reason="goodwill")
    assert offered.script.called("acting.prepare")[-1] == (
        "case-1",
        "sam",
        "refund",
        {"invoice": "INV-1042", "amount": "80.00", "reason": "goodwill"},
    )
    assert "desk:action:run" in replaced(offered)


async def test_a_changed_action_is_shown_beside_where_its_card_is_out_of_reach(offered: World) -> None:
    await offered.press("desk:action:change", "case-1|refund|", private=True)
    offered.slack.fail("response_url", Fault(status=404))
    await offered.submit(offered.dialog, amount="80.00")
    assert offered.buttons(offered.slack.ephemerals[-1]) == ["desk:action:run", "desk:action:change"]


async def test_what_has_no_fields_can_not_be_changed(offered: World) -> None:
    offered.script.actions["action-1"] = an_action(fields=(), verdict=Verdict.ALLOW)
    await offered.press("desk:action:change", "case-1|refund|", private=True)
    assert "submit" not in offered.dialog
