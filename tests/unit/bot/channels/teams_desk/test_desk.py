"""What the surface posts: each thing once, brought up to date when it changes, and never repeated when nobody knows."""

from dataclasses import replace

import pytest

from core.errors import NotSent, Refused, Unclear
from handoff.desk.views import Arrived, LineKind
from tests.fakes.scripted_desk import NOON, SAM, a_case, a_line, a_suggestion, an_action, an_approval
from tests.unit.bot.channels.teams_desk.card_rules import texts, titles
from tests.unit.bot.channels.teams_desk.table import QUEUE, Table

THREAD = f"{QUEUE};messageid=m1"
CLAIMED = a_case(state="claimed", owner_id="sam", owner="Sam Okoro", claimed_at=NOON)


async def test_a_case_is_posted_once_and_updated_when_it_changes(table: Table) -> None:
    for _ in range(2):
        await table.shown.show_case(a_case())
    assert (len(table.teams.cards), table.teams.updates) == (1, [])
    for _ in range(2):
        await table.shown.show_case(CLAIMED)
    assert (len(table.teams.cards), table.teams.updates) == (1, ["m1"])
    assert "Claim" not in titles(table.case_card())


async def test_the_owners_clients_ask_for_their_view_once_teams_has_shown_us_the_owner(table: Table) -> None:
    await table.shown.show_case(CLAIMED)
    assert "refresh" not in table.case_card()
    await table.write("sam", "cases", table.by("sam").place)
    await table.shown.show_case(CLAIMED)
    assert table.case_card()["refresh"]["userIds"] == ["29:sam"]


async def test_lines_stand_in_the_cases_thread_and_their_ticks_change(table: Table) -> None:
    line = a_line(kind=LineKind.AGENT, author="Sam Okoro", position=6, arrived=Arrived.WAITING)
    await table.shown.show_line(CLAIMED, line)
    await table.shown.show_line(CLAIMED, line)
    assert len(table.teams.in_place(THREAD)) == 2
    await table.shown.show_line(CLAIMED, replace(line, arrived=Arrived.DELIVERED))
    assert "✓ Delivered" in texts(table.teams.in_place(THREAD)[1])
    assert len(table.teams.in_place(THREAD)) == 2


async def test_a_failed_line_has_retry_and_an_unclear_one_asks(table: Table) -> None:
    line = a_line(kind=LineKind.AGENT, position=6, arrived=Arrived.FAILED)
    await table.shown.show_line(CLAIMED, line)
    assert titles(table.teams.in_place(THREAD)[1]) == ["Retry"]
    await table.shown.show_line(CLAIMED, replace(line, arrived=Arrived.UNKNOWN))
    assert titles(table.teams.in_place(THREAD)[1]) == ["Send again?"]


async def test_a_draft_that_is_over_is_taken_away(table: Table) -> None:
    await table.shown.show_suggestion(CLAIMED, a_suggestion())
    assert "A draft waits for Sam Okoro." in texts(table.teams.in_place(THREAD)[1])
    await table.shown.show_suggestion(CLAIMED, a_suggestion(state="stale"))
    gone = table.teams.in_place(THREAD)[1]
    assert "out of date" in texts(gone)
    assert "refresh" not in gone
    await table.shown.show_suggestion(CLAIMED, a_suggestion(id="never-shown", state="stale"))
    assert len(table.teams.in_place(THREAD)) == 2


async def test_results_go_into_the_thread_and_proposals_do_not(table: Table) -> None:
    await table.shown.show_action(CLAIMED, an_action())
    assert not table.teams.cards
    await table.shown.show_action(CLAIMED, an_action(state="done", result="Refunded.", receipt=(("Refund", "RF-1"),)))
    assert "RF-1" in texts(table.teams.in_place(THREAD)[1])


async def test_a_decided_approval_says_who_and_has_no_buttons(table: Table) -> None:
    await table.shown.show_approval(an_approval())
    assert titles(table.case_card()) == ["Approve", "Refuse"]
    await table.shown.show_approval(an_approval(state="granted", decided_by="Bea Lindgren", decided_at=NOON, result="Refunded."))
    assert titles(table.case_card()) == []
    assert "Approved by Bea Lindgren" in texts(table.case_card())


async def test_what_was_certainly_not_sent_is_tried_again(table: Table) -> None:
    table.teams.fails = [NotSent("Wait.", retry_after_s=3)]
    with pytest.raises(NotSent):
        await table.shown.show_case(a_case())
    await table.shown.show_case(a_case())
    assert len(table.teams.cards) == 1


async def test_what_may_have_arrived_is_never_posted_again(table: Table) -> None:
    table.teams.fails = [Unclear("Who knows.")]
    with pytest.raises(Unclear):
        await table.shown.show_case(a_case())
    with pytest.raises(Unclear):
        await table.shown.show_case(a_case())
    assert len(table.teams.cards) == 1


async def test_an_unclear_update_is_tried_again(table: Table) -> None:
    await table.shown.show_case(a_case())
    table.teams.fails = [Unclear("Who knows.")]
    with pytest.raises(NotSent):
        await table.shown.show_case(CLAIMED)
    await table.shown.show_case(CLAIMED)
    assert table.teams.updates == ["m1"]


async def test_without_a_queue_nothing_is_shown(table: Table) -> None:
    table.places.where = None
    await table.shown.show_case(a_case())
    await table.shown.show_line(CLAIMED, a_line())
    await table.shown.show_approval(an_approval())
    assert not table.teams.cards


async def test_a_private_word_finds_its_agent(table: Table) -> None:
    with pytest.raises(Refused, match="write to the app there once"):
        await table.shown.tell(SAM.id, "The first reply is nearly due.")
    await table.write("sam", "cases", table.by("sam").place)
    await table.settled()
    await table.shown.tell(SAM.id, "The first reply is nearly due.")
    assert texts(table.teams.in_place("a:sam")[-1]) == "The first reply is nearly due."
