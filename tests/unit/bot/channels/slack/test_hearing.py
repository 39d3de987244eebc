"""Customers' messages: which conversation they belong to, and what is declined."""

import asyncio
from typing import Any

import pytest

from bot.channels.slack.installs import Installation
from bot.channels.slack.places import Place
from core.errors import BadInput, Unavailable
from tests.fakes import slack_events as events
from tests.fakes.slack_api import BOT_USER
from tests.fakes.slack_side import Side


async def test_a_direct_message_is_one_conversation(side: Side) -> None:
    said = events.message("How do I add a seat?", ts="1.000001")
    assert (await side.http.event(said)).status == 200
    [arrival] = side.reception.arrivals
    assert (arrival.ref.channel, arrival.ref.installation, arrival.ref.conversation_id) == ("slack", "T0HALCYON", "D1")
    assert (arrival.message_id, arrival.text, arrival.user.private) == ("1.000001", "How do I add a seat?", True)


async def test_nothing_is_asked_of_slack_before_the_acknowledgement(side: Side) -> None:
    await side.http.event(events.message("Hello"))
    await side.http.event(events.app_mention(f"<@{BOT_USER}> Hello"))
    assert side.slack.calls == []


async def test_a_mention_begins_a_thread_and_replies_need_none(side: Side) -> None:
    root = events.app_mention(f"<@{BOT_USER}> what does a seat cost?", ts="5.0")
    await side.http.event(root)
    await side.http.event(events.message("and for ten?", channel="C1", thread_ts="5.0", user="U2"))
    assert side.reception.said == [("C1:5.0", "what does a seat cost?"), ("C1:5.0", "and for ten?")]
    assert not side.reception.arrivals[0].user.private


async def test_talk_among_people_is_left_alone(side: Side) -> None:
    await side.http.event(events.message("lunch?", channel="C1"))
    await side.http.event(events.message("yes", channel="C1", thread_ts="7.0"))
    await side.http.event(events.message("ok", channel="G1", channel_type="mpim"))
    assert side.reception.arrivals == []


async def test_the_mention_and_the_message_event_are_one_message(side: Side) -> None:
    mention = events.app_mention(f"<@{BOT_USER}> hi there", ts="9.0")
    await asyncio.gather(
        side.http.event(mention), side.http.event({**mention, "type": "message", "channel_type": "channel"}, event_id="EvOther")
    )
    assert side.reception.said == [("C1:9.0", "hi there")]


async def test_a_mention_in_somebody_elses_thread_answers_there(side: Side) -> None:
    await side.http.event(events.app_mention(f"<@{BOT_USER}> help", ts="12.0", thread_ts="11.0"))
    assert side.reception.said == [("C1:11.0", "help")]


async def test_redelivery_changes_nothing_and_a_retry_header_never_discards(side: Side) -> None:
    said = events.message("once")
    for retry in range(4):
        assert (await side.http.event(said, event_id="Ev1", retry=retry)).status == 200
    assert (await side.http.event(events.message("only a retry arrived"), event_id="Ev2", retry=3)).status == 200
    assert [text for _, text in side.reception.said] == ["once", "only a retry arrived"]


async def test_each_assistant_thread_is_a_conversation(side: Side) -> None:
    await side.http.event(events.assistant_thread_started(thread_ts="20.0"))
    await side.http.event(events.message("about my invoice", thread_ts="20.0"))
    await side.http.event(events.message("in another pane", thread_ts="21.0"))
    await side.http.event(events.message("plainly"))
    assert [where for where, _ in side.reception.said] == ["D1:20.0", "D1:21.0", "D1"]


async def test_a_reply_below_our_own_direct_message_goes_on_in_it(side: Side) -> None:
    await side.out.threads.posted(Place(team="T0HALCYON", channel="D1"), "30.0")
    await side.http.event(events.message("that one", thread_ts="30.0"))
    assert side.reception.said == [("D1", "that one")]


async def test_slacks_notation_is_taken_back_to_words(side: Side) -> None:
    await side.http.event(
        events.message("a &lt;b&gt; &amp; <https://x.example|x.example> <mailto:a@b.c|a@b.c> <#C9|news> <!here>")
    )
    assert side.reception.said == [("D1", "a <b> & https://x.example a@b.c #news @here")]


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER", "user": "U9"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"user": BOT_USER},
        {"subtype": "channel_join"},
        {"user": ""},
    ],
)
async def test_bots_and_noise_are_not_customers(side: Side, more: dict[str, Any]) -> None:
    assert (await side.http.event({**events.message("hello"), **more})).status == 200
    assert side.reception.arrivals == []


async def test_edits_and_deletions_are_passed_on(side: Side) -> None:
    said = events.message("add 5 seats", ts="40.0")
    await side.http.event(said)
    await side.http.event(events.message_changed(said, "add 6 seats"))
    await side.http.event(events.message_deleted(said))
    assert [(each.message_id, each.text) for each in side.reception.edits] == [("40.0", "add 6 seats")]
    assert [each.message_id for each in side.reception.deletions] == ["40.0"]


async def test_unfolded_links_are_no_edit_and_a_tombstone_is_a_deletion(side: Side) -> None:
    said = events.message("see https://x.example", ts="41.0")
    await side.http.event(events.message_changed(said, "see https://x.example"))
    gone = events.message_changed(said, "This message was deleted.")
    gone["message"]["subtype"] = "tombstone"
    await side.http.event(gone)
    assert side.reception.edits == []
    assert [each.message_id for each in side.reception.deletions] == ["41.0"]


async def test_an_edit_in_a_thread_that_isnt_ours_is_ignored(side: Side) -> None:
    said = events.message("x", channel="C1", ts="42.0")
    await side.http.event(events.message_changed(said, f"<@{BOT_USER}> y"))
    assert side.reception.edits == []


async def test_files_are_declined_once_and_the_text_is_kept(side: Side) -> None:
    said = events.message("what is this?", subtype="file_share", files=[{"id": "F1"}, {"id": "F2"}], ts="50.0")
    await side.http.event(said, event_id="Ev1")
    await side.http.event(said, event_id="Ev1", retry=1)
    await side.http.event(events.message("", subtype="file_share", files=[{"id": "F3"}]))
    await side.settled()
    assert side.reception.said == [("D1", "what is this?")]
    assert [call.params["text"].partition(".")[0] for call in side.slack.of("chat.postMessage")] == ["I can't open files yet"] * 2


async def test_an_over_long_message_is_answered_and_not_dropped(side: Side) -> None:
    assert (await side.http.event(events.message("x" * 8_001))).status == 200
    await side.settled()
    assert side.reception.arrivals == []
    assert "longer than 8,000 characters" in side.slack.of("chat.postMessage")[0].params["text"]


async def test_a_bare_mention_is_greeted(side: Side) -> None:
    await side.http.event(events.app_mention(f"<@{BOT_USER}>", ts="60.0"))
    await side.settled()
    [posted] = side.slack.of("chat.postMessage")
    assert (posted.params["thread_ts"], "What can I do for you?" in posted.params["text"]) == ("60.0", True)


async def test_the_users_own_workspace_and_the_installing_one(side: Side) -> None:
    said = events.message("hi", channel="C1", team="T0CUSTOMER", user_team="T0CUSTOMER", source_team="T0CUSTOMER")
    await side.http.event({**said, "type": "app_mention"})
    [arrival] = side.reception.arrivals
    assert (arrival.ref.installation, arrival.user.installation) == ("T0HALCYON", "T0CUSTOMER")


async def test_what_cant_be_made_durable_comes_again(side: Side) -> None:
    said = events.message("important")
    side.reception.fails.append(Unavailable("The database is busy."))
    assert (await side.http.event(said, event_id="Ev1")).status == 503
    assert (await side.http.event(said, event_id="Ev1", retry=1)).status == 200
    assert side.reception.said == [("D1", "important")]


async def test_what_cant_be_used_doesnt_come_again(side: Side) -> None:
    side.reception.fails.append(BadInput("The message_id must be printable."))
    assert (await side.http.event(events.message("x"))).status == 200


async def test_odd_text_is_made_harmless(side: Side) -> None:
    await side.http.event(events.message("a\u0000b\ud800c"))
    assert side.reception.said == [("D1", "ab?c")]


async def test_the_acknowledgement_waits_for_durability_and_not_for_answers(side: Side) -> None:
    side.reception.gate = asyncio.Event()
    sending = asyncio.create_task(side.http.event(events.message("slow disk")))
    await side.reception.entered.wait()
    done, _ = await asyncio.wait({sending}, timeout=0.05)
    assert not done
    side.reception.gate.set()
    assert (await sending).status == 200


async def test_a_hundred_acknowledgements_are_quick(side: Side) -> None:
    def channel(number: int) -> str:
        return f"D{number % 10}"

    answers = await asyncio.gather(*(side.http.event(events.message(str(n), channel=channel(n))) for n in range(100)))
    assert len(side.reception.arrivals) == 100
    assert sorted(answer.ms for answer in answers)[98] < 1_500


async def test_removal_from_a_workspace_forgets_it(side: Side) -> None:
    await side.out.installs.save(Installation(team="T2", token="xoxb-2"))
    await side.out.installs.save(Installation(team="T3", token="xoxb-3"))
    await side.http.event({"type": "app_uninstalled"}, team="T2")
    await side.http.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, team="T3")
    assert await side.out.installs.all() == ["T3"]
    await side.http.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["B1"]}}, team="T3")
    assert await side.out.installs.all() == []
