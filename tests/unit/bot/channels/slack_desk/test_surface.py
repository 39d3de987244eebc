"""The surface: everything once, in its thread, brought up to date; failures mean what they mean."""

import asyncio
from dataclasses import replace

import pytest

from bot.channels.slack_desk.parts import Addresses
from bot.channels.slack_desk.seats import Seats
from bot.channels.slack_desk.surface import Replaceable, SlackDesk
from bot.links.port import ChannelUser
from core.errors import NotSent, Refused, Unclear
from handoff.desk.views import Arrived, LineKind
from tests.fakes.scripted_desk import BEA, NOON, SAM, a_case, a_line, a_suggestion, an_action, an_approval
from tests.fakes.slack_api import TEAM, Fault
from tests.unit.bot.channels.slack_desk.world import HALCYON, QUEUE, World

HELD = a_case(state="claimed", owner_id="sam", owner="Sam Okoro", claimed_at=NOON)
SENT = a_line(position=6, kind=LineKind.AGENT, author="Sam Okoro", text="On its way.", arrived=Arrived.WAITING)


async def test_a_case_is_one_card_that_is_brought_up_to_date(desk: World) -> None:
    await desk.surface.show_case(a_case())
    await desk.surface.show_case(a_case())
    assert len(desk.slack.of("chat.postMessage")) == 1
    assert not desk.slack.of("chat.update")
    await desk.surface.show_case(HELD)
    assert len(desk.slack.posted(QUEUE)) == 1
    assert "desk:case:reply" in desk.buttons(desk.card)
    await desk.surface.show_case(replace(HELD, state="resolved", closed_at=NOON, outcome="Done."))
    assert desk.buttons(desk.card) == []
    assert "Sam Okoro" in str(desk.card["blocks"])


async def test_two_at_once_post_one_card(desk: World) -> None:
    await asyncio.gather(*(desk.surface.show_case(a_case()) for _ in range(5)), desk.surface.show_line(a_case(), a_line()))
    assert [message.get("thread_ts") for message in desk.slack.posted(QUEUE)] == [None, desk.card["ts"]]


async def test_lines_stand_in_the_thread_and_ticks_change(desk: World) -> None:
    await desk.surface.show_line(HELD, SENT)
    await desk.surface.show_line(HELD, SENT)
    assert [each["thread_ts"] for each in desk.thread()] == [desk.card["ts"]]
    assert "on its way" in str(desk.thread()[0]["blocks"])
    await desk.surface.show_line(HELD, replace(SENT, arrived=Arrived.DELIVERED))
    assert "delivered" in str(desk.thread()[0]["blocks"])
    await desk.surface.show_line(HELD, replace(SENT, arrived=Arrived.FAILED))
    assert desk.buttons(desk.thread()[0]) == ["desk:line:again"]
    assert len(desk.thread()) == 1


async def test_a_draft_is_the_owners_alone_and_shown_once(desk: World) -> None:
    await desk.surface.show_suggestion(HELD, a_suggestion(action=an_action()))
    await desk.surface.show_suggestion(HELD, a_suggestion(action=an_action()))
    draft, action = desk.slack.ephemerals
    assert {draft["user"], action["user"]} == {"USAM"}
    assert draft["thread_ts"] == desk.card["ts"]
    assert "five working days" not in str(desk.slack.messages)
    assert desk.buttons(action) == ["desk:action:run", "desk:action:change"]


async def test_a_draft_for_somebody_unknown_here_is_shown_to_nobody(desk: World) -> None:
    await desk.surface.show_suggestion(HELD, a_suggestion(owner_id="bea"))
    assert desk.slack.calls == []


async def test_nobody_is_shown_a_draft_who_is_no_longer_that_agent(desk: World) -> None:
    desk.people.agents["USAM"] = BEA
    await desk.surface.show_suggestion(HELD, a_suggestion())
    assert desk.slack.ephemerals == []


async def test_a_stale_draft_is_taken_away_where_it_can_be_reached(desk: World) -> None:
    await desk.surface.show_suggestion(HELD, a_suggestion())
    desk.surface.replaceable.put("sug-1", desk.slack.response_url("p"))
    await desk.surface.show_suggestion(HELD, a_suggestion(state="stale"))
    await desk.surface.show_suggestion(HELD, a_suggestion(state="stale"))
    assert [sent["delete_original"] for _, sent in desk.slack.responses] == [True]


async def test_what_came_of_an_action_stands_in_the_thread(desk: World) -> None:
    await desk.surface.show_action(HELD, an_action())
    assert desk.thread() == []
    await desk.surface.show_action(HELD, an_action(state="asked", result="Bea was asked."))
    await desk.surface.show_action(HELD, an_action(state="done", result="Refunded.", receipt=(("Refund", "RF-1"),)))
    assert len(desk.thread()) == 1
    assert "RF-1" in str(desk.thread()[0]["blocks"])


async def test_a_decided_approval_loses_its_buttons(desk: World) -> None:
    await desk.surface.show_approval(an_approval())
    assert desk.buttons(desk.card) == ["desk:approval:approve", "desk:approval:refuse", "desk:approval:more"]
    await desk.surface.show_approval(an_approval(state="refused", decided_by="Bea Lindgren", decided_at=NOON))
    assert desk.buttons(desk.card) == []
    assert "Bea Lindgren" in str(desk.card["blocks"])


async def test_an_approval_that_was_decided_before_it_was_posted_is_not_posted(desk: World) -> None:
    await desk.surface.show_approval(an_approval(state="granted"))
    assert desk.slack.calls == []


async def test_a_private_word_goes_to_one_agent(desk: World) -> None:
    await desk.surface.tell("sam", "The promise <to> Dana is overdue.")
    await desk.surface.tell("bea", "Nobody knows Bea here yet.")
    assert [call.params["channel"] for call in desk.slack.of("chat.postMessage")] == ["USAM"]
    assert desk.slack.posted("USAM")[0]["text"] == "The promise &lt;to&gt; Dana is overdue."


async def test_what_was_not_sent_is_tried_again(desk: World) -> None:
    desk.slack.fail("chat.postMessage", Fault(status=429, retry_after="7"))
    with pytest.raises(NotSent) as limited:
        await desk.surface.show_case(a_case())
    assert limited.value.retry_after_s == 7
    await desk.surface.show_case(a_case())
    assert len(desk.slack.posted(QUEUE)) == 1


async def test_what_is_refused_may_be_shown_once_it_is_mended(desk: World) -> None:
    desk.slack.channels = set()
    with pytest.raises(Refused, match="invite"):
        await desk.surface.show_case(a_case())
    desk.slack.channels = {QUEUE}
    await desk.surface.show_case(a_case())
    assert len(desk.slack.posted(QUEUE)) == 1


async def test_what_nobody_knows_of_is_never_posted_twice(desk: World) -> None:
    desk.slack.fail("chat.postMessage", Fault(status=503))
    for _ in range(3):
        with pytest.raises(Unclear):
            await desk.surface.show_case(a_case())
    assert len(desk.slack.of("chat.postMessage")) == 1


async def test_a_card_that_arrived_after_all_is_found_and_goes_on(desk: World) -> None:
    desk.slack.fail("chat.postMessage", Fault(status=500, taken=True))
    with pytest.raises(Unclear):
        await desk.surface.show_case(a_case())
    await desk.surface.show_case(HELD)
    await desk.surface.show_line(HELD, a_line())
    assert len(desk.slack.posted(QUEUE)) == 2
    assert "desk:case:reply" in desk.buttons(desk.card)
    assert await desk.surface.case_in(QUEUE, desk.card["ts"]) == "case-1"


async def test_an_unclear_update_is_tried_again(desk: World) -> None:
    await desk.surface.show_case(a_case())
    desk.slack.fail("chat.update", Fault(status=500))
    with pytest.raises(NotSent):
        await desk.surface.show_case(HELD)
    await desk.surface.show_case(HELD)
    assert "desk:case:reply" in desk.buttons(desk.card)


async def test_an_unclear_private_card_is_not_shown_again(desk: World) -> None:
    desk.slack.fail("chat.postEphemeral", Fault(status=500))
    for _ in range(2):
        with pytest.raises(Unclear):
            await desk.surface.show_suggestion(HELD, a_suggestion())
    assert len(desk.slack.of("chat.postEphemeral")) == 1


async def test_a_restart_posts_nothing_twice(desk: World) -> None:
    await desk.surface.show_line(HELD, SENT)

    async def lent() -> object:
        return desk.client

    seats = Seats(posts=desk.posts, who=desk.people.who, roster=desk.script.desk.roster, tenant="halcyon", team=lambda: TEAM)
    again = SlackDesk(
        client=lent,  # pyright: ignore[reportArgumentType] -- the client is the world's own
        posts=desk.posts,
        places=desk.places,
        seats=seats,
        addresses=Addresses(company="Halcyon", public_url="https://help.halcyon.example"),
    )
    await again.show_case(HELD)
    await again.show_line(HELD, SENT)
    assert len(desk.slack.posted(QUEUE)) == 2


async def test_without_a_queue_channel_it_waits_for_one(desk: World) -> None:
    async def lent() -> object:
        return desk.client

    seats = Seats(posts=desk.posts, who=desk.people.who, roster=desk.script.desk.roster, tenant="halcyon")
    surface = SlackDesk(
        client=lent,  # pyright: ignore[reportArgumentType] -- the client is the world's own
        posts=desk.posts,
        places=desk.places,
        seats=seats,
        addresses=Addresses(company="Halcyon"),
    )
    with pytest.raises(NotSent, match="queue here"):
        await surface.show_case(a_case())
    assert await surface.queue() is None
    await desk.places.set("slack", "C0OTHER")
    await surface.show_case(a_case())
    assert await surface.queue() == "C0OTHER"
    assert len(desk.slack.posted("C0OTHER")) == 1


async def test_an_agent_named_in_the_roster_is_known_without_having_come_here(desk: World) -> None:
    roster = replace(desk.script.desk.roster, agents=(replace(BEA, channels={"slack": "UBEA"}), SAM))
    seats = Seats(posts=desk.posts, who=desk.people.who, roster=roster, tenant=HALCYON.id, team=lambda: TEAM)
    assert await seats.user_of("bea") == "UBEA"
    assert await seats.user_of("nobody") is None
    await seats.learned("bea", ChannelUser(tenant="halcyon", channel="slack", installation=TEAM, user_id="UOTHER"))
    assert await seats.user_of("bea") is None


def test_only_the_latest_addresses_are_kept() -> None:
    kept = Replaceable()
    for number in range(1_001):
        kept.put(f"s{number}", "https://x")
    assert kept.take("s0") == ""
    assert kept.take("s1000") == "https://x"
    assert kept.take("s1000") == ""
