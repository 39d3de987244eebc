"""What a customer sees of a conversation, alike on every channel; and what is known of it where it has to be sent."""

from collections.abc import Mapping, Sequence

import pytest

from bot.delivery.composing import card_of
from bot.delivery.ledger import FAILED, SENT, UNCLEAR, WAITING
from bot.delivery.port import Closing
from core.conversation import EntryKind, Press
from core.errors import NotFound
from tests.contract.channels import NOT_SENT, REFUSED, SENT_TO, SITE, TAKEN, Asked, Seen, Source
from tests.contract.channels import UNCLEAR as NOBODY_KNOWS
from tests.contract.conftest import CARD, Rig

ROWS = (("Seats", "5"), ("Asked by", "helen_ashdown@brightwater.example"), ("Costs", "EUR 45.00 a month"))
SEATS = {"article": "add-a-seat", "heading": "Adding a seat", "start": 12, "end": 40, "quote": "Owners add seats."}
PRICES = {"article": "prices", "heading": "Prices per seat", "start": 5, "end": 60, "quote": "A seat costs 9 EUR."}
HOSTILE = (
    "See <!channel> and <@U1> at <https://evil.example|our site>",
    "[x](http://evil.example) [a[b]](http://evil.example) <at>Bea</at>",
    "**bold** _slanted_ ~gone~ `code` 5*3 and 2*4 by john_doe_2@x.example &lt;b&gt; {{DATE(x)}}",
)


def cited(text: str, *citations: Mapping[str, object]) -> Mapping[str, object]:
    return {"text": text, "citations": list(citations)}


def the_card(seen: Sequence[Seen]) -> Asked:
    [found] = [each.card for each in seen if each.card]
    return found


class TestWhatIsSaid:
    async def test_sentences_come_in_order_and_once(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("One.", "Two.", "Three.")
        await rig.write("And then?")
        await rig.reply("Four.")
        assert " ".join(await rig.words()) == "One. Two. Three. Four."
        assert " ".join(await rig.words()) == "One. Two. Three. Four."

    async def test_internal_notes_are_never_seen(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Somebody looks into it.")
        await rig.person("She is about to leave us.", EntryKind.INTERNAL_NOTE)
        await rig.person("Hello Helen.")
        await rig.person("Offer her a month.", EntryKind.INTERNAL_NOTE)
        assert await rig.words() == ["Somebody looks into it.", "Hello Helen."]

    async def test_a_person_speaks_under_their_name(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("I'm the assistant.")
        await rig.person("I'm not.")
        assistant, person = [each for each in await rig.sent() if each.text]
        assert (assistant.text, assistant.person) == ("I'm the assistant.", "")
        assert (person.text, person.person) == ("I'm not.", "Bea Lind")

    async def test_sources_are_numbered_and_lead_to_the_article(self, rig: Rig) -> None:
        await rig.write("How do I add a seat?")
        await rig.reply(cited("Owners add seats.", SEATS), cited("One costs EUR 9.", PRICES, SEATS))
        seen = await rig.sent()
        assert sorted(mark for each in seen for mark in each.marks) == [1, 1, 2]
        assert [source for each in seen for source in each.sources] == [
            Source(number=1, heading="Adding a seat", address=f"{SITE}/help/add-a-seat?start=12&end=40#cited"),
            Source(number=2, heading="Prices per seat", address=f"{SITE}/help/prices?start=5&end=60#cited"),
        ]
        assert not [stray for each in seen for stray in each.stray]

    async def test_an_answer_in_another_thread_begins_its_numbers_anew(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply(cited("Owners add seats.", SEATS))
        await rig.write("And the price?")
        await rig.reply(cited("One costs EUR 9.", PRICES))
        assert [source.number for each in await rig.sent() for source in each.sources] == [1, 1]

    async def test_a_receipt_keeps_its_rows(self, rig: Rig) -> None:
        await rig.write()
        rows = (("Number", "R_1001_A"), ("Charged", "EUR 45.00 <now>"), ("Note", "*as* agreed & done"))
        await rig.reply("It's done.", receipt=rows)
        [receipt] = [each.receipt for each in await rig.sent() if each.receipt]
        assert receipt[:2] == rows[:2]
        assert receipt[2][1].replace("*", "") == "as agreed & done"

    async def test_what_the_customer_asked_to_buy_is_no_offer(self, rig: Rig) -> None:
        await rig.write("Please add ten seats.")
        await rig.append(EntryKind.SENTENCE, {"text": "Please check this. Shall I go ahead?", "citations": []})
        await rig.append(EntryKind.CARD, CARD)
        await rig.append(EntryKind.REPLY_END, {"offer": {"kind": "upsell", "item": "seats", "origin": "customer"}})
        assert not [each for each in await rig.sent() if each.offer or each.way_out]

    async def test_an_offer_says_so_and_can_be_declined(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("You're all set.")
        await rig.write("Anything else?")
        await rig.reply("The Business plan would suit you.", offer=True)
        seen = await rig.sent()
        assert [each.way_out for each in seen if each.offer] == [True]
        assert [each.offer for each in seen].count(True) == 1
        assert [each.way_out for each in seen].count(True) == 1

    async def test_an_answer_is_asked_about_where_something_is_sent(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply(cited("Owners add seats.", SEATS))
        asked = [each.asks_rating for each in await rig.sent()]
        assert asked.count(True) == (0 if rig.stage.channel is None else 1)

    async def test_a_rating_is_asked_of_answers_alone(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Which of your two plans do you mean?")
        await rig.reply("Shall I?", card=CARD)
        await rig.append(EntryKind.NOTICE, {"text": "Bea takes over."})
        await rig.person("Hello Helen.")
        assert not [each for each in await rig.sent() if each.asks_rating]

    @pytest.mark.parametrize("place", range(len(HOSTILE)))
    async def test_words_stay_words(self, rig: Rig, place: int) -> None:
        await rig.write()
        await rig.reply("You wrote:", HOSTILE[place])
        await rig.person(HOSTILE[place])
        seen = await rig.sent()
        assert not [stray for each in seen for stray in each.stray]
        wanted = {
            0: ("<!channel>", "<@U1>", "https://evil.example", "our site"),
            1: ("x", "http://evil.example", "<at>Bea</at>"),
            2: ("bold", "slanted", "gone", "code", "john_doe_2@x.example", "&lt;b&gt;", "{{DATE(x)}}"),
        }[place]
        for text in (" ".join(each.text for each in seen if not each.person), seen[-1].text):
            assert [word for word in wanted if word not in text] == []

    async def test_a_long_text_is_whole(self, rig: Rig) -> None:
        words = [f"word{number}" for number in range(1_300)]
        assert len(" ".join(words)) > 9_000
        await rig.write()
        await rig.reply(" ".join(words))
        await rig.person(" ".join(words))
        assert " ".join(await rig.words()).split() == words * 2

    async def test_nothing_comes_twice_after_the_process_begins_again(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("One.", "Two.", card=CARD)
        await rig.person("Three.")
        before = await rig.sent()
        await rig.begin_again()
        assert await rig.sent() == before
        await rig.person("Four.")
        assert [each.text for each in await rig.sent() if each.text][-2:] == ["Three.", "Four."]


class TestCards:
    async def test_a_card_shows_exactly_what_will_be_done(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        card = the_card(await rig.sent())
        assert (card.title, card.rows, card.rule) == ("Add 5 seats", ROWS, "An Owner may add up to 10 seats.")
        assert (card.buttons, card.decided) == (("Add seats", "Don't"), "")

    @pytest.mark.parametrize(("choice", "word"), [("confirm", "confirm"), ("cancel", "cancel")])
    async def test_a_pressed_card_says_what_was_chosen(self, rig: Rig, choice: str, word: str) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.sent()
        await rig.write(press=Press(card_id="card-1", choice=choice))
        await rig.reply("As you wish.")
        card = the_card(await rig.sent())
        assert card.buttons == ()
        assert card.decided.lower().startswith(word)
        assert card.rows == ROWS

    async def test_a_yes_in_words_counts(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.sent()
        await rig.write("Yes, please")
        await rig.note("action.started", {"action": "action-1"})
        await rig.reply("Done.", cards={"waiting": [], "cancelled": []})
        card = the_card(await rig.sent())
        assert card.buttons == ()
        assert card.decided.lower().startswith("confirm")

    async def test_a_no_in_words_counts(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.sent()
        await rig.write("Rather not")
        await rig.reply("As you wish.", cards={"waiting": [], "cancelled": ["card-1"]})
        card = the_card(await rig.sent())
        assert card.buttons == ()
        assert card.decided.lower().startswith("cancel")

    async def test_a_card_that_still_waits_keeps_its_buttons(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.write("What would that cost in a year?")
        await rig.reply("EUR 540. The card is still open.", cards={"waiting": ["card-1"], "cancelled": []})
        assert the_card(await rig.sent()).buttons == ("Add seats", "Don't")

    async def test_a_card_that_is_left_behind_is_no_longer_open(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.sent()
        await rig.write("Seven, not five")
        await rig.reply("Then:", card={**CARD, "id": "card-2", "action_id": "action-2"}, cards={"waiting": ["card-2"]})
        old, new = [each.card for each in await rig.sent() if each.card]
        assert (old.buttons, new.buttons) == ((), ("Add seats", "Don't"))
        assert old.decided
        assert not old.decided.lower().startswith(("confirm", "cancel"))

    async def test_a_card_closes_when_a_person_takes_over(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.sent()
        await rig.person("I do that for you.")
        card = the_card(await rig.sent())
        assert (card.buttons, bool(card.decided)) == ((), True)

    async def test_long_rows_are_whole(self, rig: Rig) -> None:
        lengths = [*([150] * 11), 800]
        rows = tuple(
            (f"Row {row}", " ".join(f"größer{row}_{place}" for place in range(most))) for row, most in enumerate(lengths)
        )
        await rig.write()
        await rig.reply("Shall I?", card={**CARD, "rows": [list(row) for row in rows]})
        seen = await rig.sent()
        assert the_card(seen).buttons
        told: dict[str, str] = {}
        for label, value in (row for each in seen for row in (*each.receipt, *(each.card.rows if each.card else ()))):
            told[label] = told.get(label, "") + value
        assert not [stray for each in seen for stray in each.stray]
        assert told == dict(rows)


@pytest.mark.parametrize("rig", SENT_TO, indirect=True)
class TestSending:
    async def test_what_was_not_sent_is_tried_again_in_order(self, rig: Rig) -> None:
        rig.stage.fail(NOT_SENT)
        await rig.write()
        await rig.reply("One.")
        await rig.reply("Two.")
        assert await rig.words() == []
        assert [each.state for each in await rig.deliveries()] == [WAITING, WAITING]
        rig.wait(seconds=2)
        assert await rig.words() == ["One.", "Two."]
        assert [each.state for each in await rig.deliveries()] == [SENT, SENT]

    async def test_what_nobody_knows_of_is_listed_and_not_repeated(self, rig: Rig) -> None:
        rig.stage.fail(NOBODY_KNOWS)
        await rig.write()
        await rig.reply("One.")
        await rig.reply("Two.")
        for _ in range(2):
            assert await rig.words() == ["Two."]
            rig.wait(hours=2)
            await rig.begin_again()
        listed = await rig.rooms.database.read(lambda conn: rig.deliverer.ledger.unsettled(conn, "halcyon"))
        assert [(each.state, each.first) for each in listed] == [(UNCLEAR, 2)]
        assert listed[0].error

    async def test_what_arrived_unheard_is_not_sent_twice(self, rig: Rig) -> None:
        rig.stage.fail(TAKEN)
        await rig.write()
        await rig.reply("One.")
        await rig.sent()
        rig.wait(hours=2)
        await rig.begin_again()
        assert await rig.words() == ["One."]
        assert [each.state in (SENT, UNCLEAR) for each in await rig.deliveries()] == [True]

    async def test_what_is_refused_says_why_and_holds_nothing_up(self, rig: Rig) -> None:
        rig.stage.fail(REFUSED)
        await rig.write()
        await rig.reply("One.")
        await rig.reply("Two.")
        assert await rig.words() == ["Two."]
        first, second = await rig.deliveries()
        assert (first.state, second.state) == (FAILED, SENT)
        assert len(first.error.split()) > 5
        assert not [secret for secret in rig.stage.secrets if secret in first.error]

    async def test_a_sign_of_activity_never_fails(self, rig: Rig) -> None:
        channel = rig.stage.channel
        assert channel is not None
        rig.stage.fail(NOBODY_KNOWS)
        await channel.show_activity(rig.stage.ref, "is reading your message")
        await channel.show_activity(rig.stage.ref, "")

    async def test_a_card_may_be_closed_twice(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("Shall I?", card=CARD)
        await rig.sent()
        await rig.write(press=Press(card_id="card-1", choice="confirm"))
        await rig.reply("Done.")
        before = await rig.sent()
        [delivery] = [each for each in await rig.deliveries() if each.card_id]
        assert delivery.chosen_at
        channel = rig.stage.channel
        assert channel is not None
        assert delivery.card_message_id
        closing = Closing(
            ref=rig.stage.ref,
            message_id=delivery.card_message_id,
            card=card_of(CARD),
            choice="confirm",
            by="Helen Ashdown",
            at=delivery.chosen_at,
        )
        await channel.close_card(closing)
        assert await rig.stage.seen() == before

    async def test_what_was_sent_is_found_or_nobody_can_tell(self, rig: Rig) -> None:
        await rig.write()
        await rig.reply("One.", "Two.", card=CARD)
        await rig.sent()
        [delivery] = await rig.deliveries()
        channel = rig.stage.channel
        assert channel is not None
        found = await channel.find(rig.stage.ref, delivery.id)
        assert found is None or (found.message_id, found.card_message_id or found.message_id) == (
            delivery.message_id,
            delivery.card_message_id,
        )
        try:
            assert await channel.find(rig.stage.ref, "0" * 32) is None
        except NotFound:
            assert found is not None
