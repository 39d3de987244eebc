"""What is said reaches the customer's channel once and in order, whatever the channel does."""

import asyncio

import pytest

from bot.delivery import deliverer
from bot.delivery.composing import outgoing
from bot.delivery.deliverer import Deliverer
from bot.delivery.ledger import UNCLEAR
from bot.delivery.port import Closing, Outgoing, Sent
from core.conversation import Author, ConversationRef, EntryKind, Press
from core.errors import Conflict, NotSent, Refused, Unclear
from tests.unit.bot.delivery.conftest import HELEN, SLACK, Counter, elsewhere


async def test_a_reply_is_one_message_with_its_card(counter: Counter) -> None:
    await counter.write()
    await counter.reply("Done so far.", "Shall I go on?", card=True)
    await counter.deliverer.settle()
    (sent,) = counter.channel.sent
    assert (sent.text, sent.ref, sent.ends_reply) == ("Done so far. Shall I go on?", SLACK, True)
    assert sent.card is not None
    assert (sent.card.id, sent.card.rows, sent.reply_to) == ("card-1", (("Amount", "5"),), "17.1")
    await counter.again().settle()
    assert len(counter.channel.sent) == 1


async def test_replies_come_in_order_and_what_the_customer_wrote_is_never_sent_back(counter: Counter) -> None:
    for number in range(4):
        await counter.write(f"Question {number}")
        await counter.reply(f"Answer {number}")
    await counter.deliverer.settle()
    assert counter.channel.texts == [f"Answer {number}" for number in range(4)]


async def test_notes_stay_inside_and_a_person_s_words_go_where_the_customer_is(counter: Counter) -> None:
    await counter.write()
    conversation = await counter.conversation()
    await counter.database.write(
        lambda conn: counter.threads.pass_to(conn, "halcyon", conversation.id, "bea", epoch=conversation.epoch)
    )
    await counter.append(EntryKind.INTERNAL_NOTE, {"text": "He is lying"}, None, author=Author.AGENT, author_id="bea")
    await counter.append(EntryKind.TEXT, {"text": "I am looking"}, None, author=Author.AGENT, author_id="bea")
    await counter.deliverer.settle()
    assert counter.channel.texts == ["I am looking"]
    assert (counter.channel.sent[0].author, counter.channel.sent[0].author_name) == (Author.AGENT, "Bea")


async def test_an_answer_goes_to_where_its_question_came_from(counter: Counter) -> None:
    web = elsewhere()
    await counter.write("In the browser", ref=web)
    in_the_browser = counter.turns[-1]
    await counter.write("In Slack")
    in_slack = counter.turns[-1]
    await counter.reply("To the browser", turn=in_the_browser)
    await counter.reply("To Slack", turn=in_slack)
    await counter.deliverer.settle()
    assert counter.channel.texts == ["To Slack"]
    await counter.write("Back in the browser", ref=web)
    await counter.append(EntryKind.NOTICE, {"text": "It is approved."}, None, author=Author.SYSTEM, author_id="system")
    await counter.deliverer.settle()
    assert counter.channel.texts == ["To Slack"]


async def test_a_rate_limit_is_obeyed_and_holds_up_what_comes_behind(counter: Counter) -> None:
    counter.channel.before = [NotSent("Slow down.", retry_after_s=30)]
    await counter.write()
    await counter.reply("First")
    await counter.deliverer.settle()
    await counter.write()
    await counter.reply("Second")
    counter.wait(seconds=29)
    await counter.deliverer.settle()
    assert counter.channel.texts == []
    counter.wait(seconds=1)
    await counter.deliverer.settle()
    assert counter.channel.texts == ["First", "Second"]


async def test_what_is_unclear_is_listed_and_repeated_only_by_a_person(counter: Counter) -> None:
    counter.channel.after = [Unclear("500")]
    await counter.write()
    await counter.reply("Perhaps")
    await counter.deliverer.settle()
    await counter.write()
    await counter.reply("Certainly")
    for _ in range(3):
        counter.wait(hours=1)
        await counter.again().settle()
    assert counter.channel.texts == ["Perhaps", "Certainly"]
    (listed,) = await counter.database.read(lambda conn: counter.ledger.unsettled(conn, "halcyon"))
    assert (listed.state, listed.error) == (UNCLEAR, "500")
    again = await counter.database.write(
        lambda conn: counter.ledger.repeat(conn, "halcyon", listed.id, "bea", counter.clock.now())
    )
    await counter.deliverer.settle()
    assert counter.channel.texts == ["Perhaps", "Certainly", "Perhaps"]
    with pytest.raises(Conflict):
        await counter.database.write(lambda conn: counter.ledger.repeat(conn, "halcyon", again.id, "bea", counter.clock.now()))


async def test_what_is_unclear_counts_as_sent_where_the_channel_shows_it(counter: Counter) -> None:
    counter.channel.after, counter.channel.shows_history = [Unclear("408")], True
    await counter.write()
    await counter.reply("It is there")
    await counter.deliverer.settle()
    assert (await counter.states(), len(counter.channel.sent)) == (["sent"], 1)


async def test_a_refusal_is_kept_with_its_reason_and_holds_nothing_up(counter: Counter) -> None:
    counter.channel.before = [Refused("The bot is not in this channel: invite it.")]
    await counter.write()
    await counter.reply("Refused")
    await counter.reply("Taken")
    await counter.deliverer.settle()
    assert counter.channel.texts == ["Taken"]
    first, _ = await counter.deliveries()
    assert (first.state, first.error) == ("failed", "The bot is not in this channel: invite it.")


@pytest.mark.parametrize(("shows", "arrived", "sends"), [(True, True, 1), (True, False, 1), (False, True, 1), (False, False, 0)])
async def test_after_a_crash_nothing_is_sent_twice(counter: Counter, shows: bool, arrived: bool, sends: int) -> None:
    counter.channel.shows_history = shows
    await counter.write()
    await counter.reply("Once")
    conversation = await counter.conversation()
    now = counter.clock.now()
    await counter.database.write(lambda conn: counter.deliverer.planning.plan(conn, "halcyon", conversation.id, now))
    (planned,) = await counter.deliveries()
    await counter.database.write(lambda conn: counter.ledger.begin(conn, planned, counter.clock.now()))
    if arrived:
        message = await counter.database.read(lambda conn: outgoing(conn, counter.threads, planned))
        assert message is not None
        await counter.channel.send(message)
    after = counter.again()
    await after.settle()
    assert len(counter.channel.sent) == int(arrived)
    counter.wait(minutes=2)
    await after.settle()
    await after.settle()
    assert len(counter.channel.sent) == sends
    assert await counter.states() == ["sent" if shows else "unclear"]


async def test_a_pressed_card_loses_its_buttons(counter: Counter) -> None:
    await counter.write()
    await counter.reply("Shall I?", card=True)
    await counter.deliverer.settle()
    await counter.write(press=Press(card_id="card-1", choice="confirm"))
    await counter.reply("Done.")
    await counter.deliverer.settle()
    await counter.deliverer.settle()
    (closed,) = counter.channel.closed
    assert (closed.choice, closed.message_id, closed.by, closed.card.id) == ("confirm", "c1", "Helen Ashdown", "card-1")


async def test_a_card_that_the_conversation_left_behind_loses_its_buttons(counter: Counter) -> None:
    await counter.write()
    await counter.reply("Shall I?", card=True)
    await counter.deliverer.settle()
    assert counter.channel.closed == []
    await counter.write("What else is there?")
    await counter.reply("Much.")
    await counter.deliverer.settle()
    assert [each.choice for each in counter.channel.closed] == ["superseded"]


async def test_what_was_erased_meanwhile_is_not_sent(counter: Counter) -> None:
    await counter.write()
    await counter.reply("Your secret")
    await counter.database.write(lambda conn: counter.ledger.vault.destroy(conn, tenant="halcyon", person=HELEN.person_id))
    await counter.deliverer.settle()
    assert counter.channel.sent == []


@pytest.mark.parametrize("hangs", [False, True])
async def test_an_adapter_that_breaks_while_it_looks_holds_nothing_up(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    async def find(ref: ConversationRef, delivery_id: str) -> Sent | None:
        if hangs:
            await asyncio.sleep(60)
        raise KeyError("ts")

    monkeypatch.setattr(deliverer, "LONGEST_CALL_S", 0.01)
    await counter.write()
    await counter.reply("Cut off by the end of the process.")
    conversation = (await counter.conversation()).id
    await counter.database.write(lambda conn: counter.reception.planning.plan(conn, "halcyon", conversation, counter.clock.now()))
    (left,) = await counter.deliveries()
    await counter.database.write(lambda conn: counter.ledger.begin(conn, left, counter.clock.now()))
    monkeypatch.setattr(counter.channel, "find", find)
    counter.wait(minutes=2)
    await counter.write("And now?")
    await counter.reply("What comes behind it.")
    await counter.again().settle()
    assert counter.channel.texts == ["What comes behind it."]
    assert await counter.states() == ["unclear", "sent"]


async def test_an_adapter_that_breaks_at_a_card_is_not_asked_for_it_for_ever(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def close_card(closing: Closing) -> None:
        asked.append(closing.message_id)
        raise KeyError("blocks")

    monkeypatch.setattr(counter.channel, "close_card", close_card)
    await counter.write()
    await counter.reply("Shall I?", card=True)
    await counter.deliverer.settle()
    await counter.write(press=Press(card_id="card-1", choice="confirm"))
    await counter.reply("Done.")
    await counter.deliverer.settle()
    await counter.deliverer.settle()
    assert len(asked) == 1
    assert counter.channel.texts == ["Shall I?", "Done."]


async def test_a_round_that_breaks_is_followed_by_another(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    again = asyncio.Event()

    async def broken(self: Deliverer) -> None:
        rounds.append(len(rounds))
        if len(rounds) > 1:
            again.set()
        raise KeyError("a row that nobody expected")

    monkeypatch.setattr(Deliverer, "round", broken)
    running = asyncio.create_task(counter.deliverer.run())
    await asyncio.sleep(0)
    counter.deliverer.nudge()
    await asyncio.wait_for(again.wait(), 5)
    await counter.deliverer.stop()
    await asyncio.wait_for(running, 5)
    assert len(rounds) >= 2


async def test_what_came_of_each_try_is_told(counter: Counter) -> None:
    told: list[tuple[str, str]] = []
    counter.deliverer.told = lambda channel, outcome: told.append((channel, outcome))
    counter.channel.before = [NotSent("Slow down.", retry_after_s=1), Refused("No such place.")]
    await counter.write()
    await counter.reply("One")
    await counter.deliverer.settle()
    counter.wait(seconds=2)
    await counter.deliverer.settle()
    await counter.reply("Two")
    await counter.deliverer.settle()
    assert told == [("slack", "later"), ("slack", "failed"), ("slack", "sent")]


async def test_what_is_still_being_sent_is_not_taken_for_left_behind(counter: Counter) -> None:
    """However long the channel takes: looked for meanwhile, it would seem not to be there, and be sent again."""
    counter.channel.shows_history = True
    gate, sending = asyncio.Event(), asyncio.Event()
    send = counter.channel.send

    async def slowly(outgoing: Outgoing) -> Sent:
        sending.set()
        await gate.wait()
        return await send(outgoing)

    counter.channel.send = slowly
    await counter.write()
    await counter.reply("Once")
    await counter.deliverer.round()
    await sending.wait()
    counter.wait(minutes=5)
    await counter.deliverer.round()
    assert await counter.states() == ["sending"]
    gate.set()
    await counter.deliverer.settle()
    assert (counter.channel.texts, await counter.states()) == (["Once"], ["sent"])
